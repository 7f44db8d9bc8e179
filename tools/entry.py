"""python -m entry MODULE ...: as python -m MODULE, but Ctrl-C while it loads is no traceback."""

import importlib
import os
import signal
import sys


def load(name):
    """Return the module called name; Ctrl-C meanwhile ends the program with status 130."""
    before = signal.signal(signal.SIGINT, lambda *_: os._exit(130))
    module = importlib.import_module(name)
    signal.signal(signal.SIGINT, before)
    return module


if __name__ == "__main__":
    del sys.argv[0]
    load(sys.argv[0]).main()
