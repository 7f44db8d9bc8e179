"""The module driver: lines, the AT engine, network, OneNET session, UDP, recovery."""

import sys


def borrow(name):
    """Return the module name of a package, and forget it: heap is scarce.

    It goes when whoever borrowed it lets go. Loading it again takes no more heap than the first.
    """
    __import__(name)
    module = sys.modules.pop(name)
    package, leaf = name.rsplit(".", 1)
    delattr(sys.modules[package], leaf)
    return module
