"""Holds the node back: with a file named stop or a pin held low, the board stays in its REPL.

A stop file with the word "once" is removed by that. Imported before anything else of the node.
"""

import json
import os

_FILE = "stop"  # made by hand, or by the tools while they work on the board
_CONFIG = "config.json"  # has safety.stop_pin
_LONGEST = 8192  # bytes of a configuration


def held() -> bool:
    """Return True if the node is not to start, and print why.

    Never raises: whatever is wrong with file, configuration or pin, the node itself reports it.
    """
    try:
        with open(_FILE) as f:
            once = f.read(8).strip() == "once"
    except (OSError, ValueError):
        pin = _pin()
        if pin is None or not _low(pin):
            return False
        print("the node does not start: pin %s, safety.stop_pin, is held low" % pin)
        return True
    if once:
        try:
            os.remove(_FILE)
        except OSError:
            pass
        print("the node does not start this time: a file named stop said so")
    else:
        print("the node does not start: remove the file named stop, and reset the board")
    return True


def _pin() -> "int | str | None":
    """Return safety.stop_pin of the configuration, None if there is none."""
    try:
        with open(_CONFIG, "rb") as f:
            text = f.read(_LONGEST)
        if b'"stop_pin"' not in text:  # most have none: parsing would fragment the heap
            return None
        return json.loads(text)["safety"]["stop_pin"]
    except (OSError, ValueError, KeyError, TypeError, MemoryError, RuntimeError):
        return None  # the node itself reports what is wrong


def _low(pin: "int | str") -> bool:
    """Return True if the pin is low; print why it cannot be read."""
    try:
        from machine import Pin

        return not Pin(pin, Pin.IN, Pin.PULL_UP).value()
    except (ImportError, AttributeError) as e:  # this port has no Pin, or no pull-ups
        print("safety.stop_pin %s cannot be read: %s" % (pin, e))
    except (OSError, ValueError, TypeError):  # the node itself reports what is wrong
        pass
    return False
