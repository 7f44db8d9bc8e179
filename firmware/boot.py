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

        if not switch.finish():
            print("half a deployment is here, and is not used; run make deploy again")
    except Exception as e:  # whatever it is, the board starts with what it has
        print("the deployment cannot be finished: %r; run make deploy again" % e)
