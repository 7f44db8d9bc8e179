"""The sensor node: everything that joins pins, files and the board to lwm2m and m5310.

Here is what its parts need of the board and its MicroPython.
"""

from micropython import const

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from typing import Any

# What ports and drivers raise for a device or an argument that they do not have.
REFUSALS = (OSError, ValueError, TypeError, AttributeError, NotImplementedError)


def definition() -> "Any":
    """Return the board definition (boards/<NAME>/pins.py), None on a board without."""
    try:
        import pins

        return pins
    except ImportError:
        return None


def option(board: object, name: str, default: "Any") -> "Any":
    """Return what the board definition has as name; default if that is missing or None."""
    value = getattr(board, name, None)
    return default if value is None else value


def need(*names: str) -> None:
    """Raise ValueError if this MicroPython lacks one of machine.NAME."""
    import machine

    for name in names:
        if not hasattr(machine, name):
            raise ValueError("this MicroPython has no machine.%s" % name)
