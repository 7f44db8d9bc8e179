"""The application: configuration, sensors, actuators, and what joins them to the module."""


def values(table, names):
    """Return the fields of a configuration's table (a dict), names being one text with blanks.

    Each name that stands alone in a program takes heap for good; these do not.
    """
    return [table[name] for name in names.split()]
