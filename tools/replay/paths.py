"""Where the driver is imported from; import this before anything of the device's."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

for folder in ("lib", "tools/fakes"):
    if str(ROOT / folder) not in sys.path:
        sys.path.insert(0, str(ROOT / folder))
