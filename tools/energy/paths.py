"""Where the code of the device is, put on the path: import this first."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
for folder in ("boards/PC", "boards/PC/virtual", "tools/fakes", "firmware", "lib"):
    place = str(ROOT / folder)
    if place not in sys.path:
        sys.path.insert(0, place)
