"""From the names in a board's traceback back to those in the sources."""

import re

_FRAME = re.compile(r'(File ")([\w.]+)(", line )\d+(, in )(\w+)')


def readable(line, names):
    """Return a line of a board's output with the names of the sources; names: Shrunk.names.

    Several functions may share a short name: then all that are meant stand there.
    """

    def spell(frame):
        start, module, _, joint, function = frame.groups()
        homes = names.get(module, {}).get(function)
        return f'{start}{module}"{joint}{" or ".join(homes)}' if homes else frame[0]

    return _FRAME.sub(spell, line)
