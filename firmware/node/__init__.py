"""The application: configuration, sensors, actuators, and what joins them to the module."""


def values(table, names):
    """Return the fields of a configuration's table (a dict), names being one text with blanks.

    Each name that stands alone in a program takes heap for good; these do not.
    """
    return [table[name] for name in names.split()]


# What ports and drivers raise for a device or an argument that they do not have.
REFUSALS = (OSError, ValueError, TypeError, AttributeError, NotImplementedError)


def need(*names):
    """Raise ValueError where this MicroPython lacks one of machine.NAME."""
    import machine

    for name in names:
        if not hasattr(machine, name):
            raise ValueError("this MicroPython has no machine.%s" % name)
