"""The one error of these tools: what is wrong, and what to do next."""

import re

_OURS = ("node", "at", "m5310", "lwm2m", "pins", "pin_rules")
_MODULE = re.compile(r"no module named '([\w.]+)'", re.I)
_NAME = re.compile(r"can(?:'t|not) import name '?(\w+)'?(?: from '([\w.]+)')?")


class DeployError(Exception):
    """what: one sentence for the user; step: the next step, or None. Ends a command, status 1."""

    def __init__(self, what, step=None):
        super().__init__(what)
        self.what = what
        self.step = step


class BoardError(DeployError):
    """Code failed on the board: errno (or None) and trace, the last line of its traceback."""

    def __init__(self, what, step, errno, trace):
        super().__init__(what, step)
        self.errno = errno
        self.trace = trace


def missing(text):
    """Return (what is missing, what to do) for text, which an ImportError on a board said."""
    found = _MODULE.search(text)
    name = found[1] if found else ""
    if name.partition(".")[0] in _OURS or name.startswith("doctor_"):
        step = "make deploy brings every module; from make doctor and make passthrough it is a "
        step += "fault of these tools: please report this line"
        return f"the board has no module {name}, which is part of this project", step
    if name:
        return (
            f"the MicroPython on the board has no module {name}",
            f"make flash with the stock firmware, or .venv/bin/mpremote mip install {name}",
        )
    if found := _NAME.search(text):
        where = f" in {found[2]}" if found[2] else ""
        return (
            f"the MicroPython on the board has no {found[1]}{where}",
            "make flash with the stock firmware, or with a newer one",
        )
    return f"a module cannot be imported on the board: {text}", "make flash with newer firmware"
