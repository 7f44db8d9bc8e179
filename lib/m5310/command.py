"""What travels through the line: commands and final results."""

from m5310 import errors
from m5310.fields import num

_OK = (0, 0)


class Command:
    """One AT command: its text, the shape of its answer, its time limit in ms.

    `prefix` begins its information lines, `shape(line)` tells them from a URC of the same prefix;
    `bare(line)` accepts information lines without a prefix. A `slow` command may hold the line
    longer than the hold time. `reply` is the reply it is a line of, if it is one; see At.reply.
    """

    prefix = shape = bare = error = None
    reply = None
    slow = ended = False

    def __init__(self, text, timeout, prefix=None, shape=None, bare=None, slow=False):
        self.text = text
        self.timeout = timeout
        self.lines = []
        if prefix:
            self.prefix = prefix
        if shape:
            self.shape = shape
        if bare:
            self.bare = bare
        if slow:
            self.slow = slow


def final_result(line):
    """Return (kind, code) if line is a final result, kind 0 for OK; None if it is none."""
    if line == b"OK":
        return _OK
    if line == b"ERROR":
        return errors.ERROR, 0
    if line.find(b" ERROR:") != 4:
        return None
    if line.startswith(b"+CIS"):
        kind = errors.CIS
    elif line.startswith(b"+CME"):
        kind = errors.CME
    elif line.startswith(b"+CMS"):
        kind = errors.ERROR
    else:
        return None
    try:
        return kind, num(bytes(line[11:]).strip())
    except ValueError:
        return kind, 0
