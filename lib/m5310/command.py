"""What travels through the line: commands, replies to platform operations, final results."""

from m5310 import errors
from m5310.fields import num

_OK = (0, 0)


class Command:
    """One AT command: its text, the shape of its answer, its time limit in ms.

    `prefix` begins its information lines, `shape(line)` tells them from a URC of the same prefix;
    `bare(line)` accepts information lines without a prefix. A `slow` command may hold the line
    longer than the hold time. `reply` is the Reply it is a line of, if it is one.
    """

    def __init__(self, text, timeout, prefix=None, shape=None, bare=None, slow=False, reply=None):
        self.text = text
        self.timeout = timeout
        self.prefix = prefix
        self.shape = shape
        self.bare = bare
        self.slow = slow
        self.reply = reply
        self.lines = []
        self.error = None
        self.ended = False


class Reply:
    """The answer to one platform operation, `count` lines; subclasses build them.

    `arrived` is the operation's tick. A `refusable` one whose line the module does not take is
    ended by the short refusal: without any answer the operation would block the module.
    """

    refusable = False
    count = 1
    next = 0
    again = False

    def __init__(self, arrived):
        self.arrived = arrived

    def line(self, i, out):
        """Append the i-th line to out (a bytearray), when its turn has come."""
        raise ValueError

    def late(self, out):
        """Append the short refusal sent when the lines would miss the window."""
        raise ValueError

    def done(self, error, age):
        """Hear how it fared: error is None or an AtError, age that of the operation in ms."""


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
