"""Runs first on a board and must return: finishes a deployment that was cut off at its end."""

import os
import sys

sys.path.insert(0, "lib")  # what was deployed goes before what is frozen into the firmware
try:
    os.stat("next/ready")
except OSError:
    pass
else:
    try:
        import switch

        switch.finish()
    except (OSError, ImportError) as e:
        print("the deployment cannot be finished: %s; run make deploy again" % e)
