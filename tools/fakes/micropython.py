"""What device code imports from `micropython`, for CPython."""


def const(value):
    """Return value: the compiler folds it on MicroPython, nothing to fold here."""
    return value


def heap_lock():
    """Do nothing: CPython has no heap lock; the MicroPython run of the same test proves it."""


def heap_unlock():
    """Do nothing, as heap_lock."""
