# The node itself, for the manifest.py of each board; config.json stays a file.
package("lwm2m", base_path="../lib")
package("m5310", base_path="../lib")
package("node", base_path="../firmware")
module("boot.py", base_path="../firmware")
module("main.py", base_path="../firmware")
module("switch.py", base_path="../firmware")
