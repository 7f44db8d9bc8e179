"""Driver for China Mobile's M5310 family of NB-IoT modules: network, UDP, OneNET session."""

import sys


def borrow(name):
    """Return the module name of a package, and forget it.

    It goes when whoever borrowed it lets go. Loading it again takes no more heap than the first.
    """
    __import__(name)
    module = sys.modules.pop(name)
    package, leaf = name.rsplit(".", 1)
    delattr(sys.modules[package], leaf)
    return module


from m5310.errors import AtError  # noqa: E402
from m5310.modem import Modem  # noqa: E402

__all__ = ("AtError", "Modem")
__version__ = "0.1.0"
