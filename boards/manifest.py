# The node itself, for the manifest.py of each board; config.json stays a file. opt=3: compiled
# without assertions and line numbers, which saves 8 KB of flash.
include("../lib/lwm2m/manifest.py")
include("../lib/at/manifest.py")
include("../lib/m5310/manifest.py")
package("node", base_path="../firmware", opt=3)
module("boot.py", base_path="../firmware", opt=3)
module("main.py", base_path="../firmware", opt=3)
module("switch.py", base_path="../firmware", opt=3)
