# The node itself, for the manifest.py of each board; config.json stays a file. opt=3: compiled
# without assertions and line numbers, which saves 8 KB of flash.
package("lwm2m", base_path="../lib", opt=3)
package("at", base_path="../lib", opt=3)
package("m5310", base_path="../lib", opt=3)
package("node", base_path="../firmware", opt=3)
module("boot.py", base_path="../firmware", opt=3)
module("main.py", base_path="../firmware", opt=3)
module("switch.py", base_path="../firmware", opt=3)
