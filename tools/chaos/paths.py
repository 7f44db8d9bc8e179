"""Where a node on CPython is imported from; import this before anything of the device's."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("lib", "firmware", "tools/fakes", "boards/PC/virtual")

for folder in FOLDERS:
    if str(ROOT / folder) not in sys.path:
        sys.path.insert(0, str(ROOT / folder))
