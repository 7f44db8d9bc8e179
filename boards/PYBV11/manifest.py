# What a custom build for this board freezes, see README.md, "Frozen into the firmware".
metadata(description="m5310-node on PYBV11", version="0.1.0", license="MIT")
include("$(PORT_DIR)/boards/manifest.py")
include("../manifest.py")
module("pins.py", opt=3)
