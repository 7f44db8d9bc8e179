"""What travels through the line: commands, whose lines are whose, and final results."""

from micropython import const

from m5310 import errors
from m5310.fields import num

_OK = (0, 0)
_LONGEST = const(3072)  # bytes: real lines have up to 2.8 kB (facts/protocol.md 1)
_LONGEST_MS = const(86400000)  # differences of ticks must stay below half their period


class Command:
    """One AT command: its text, the form of its answer, its time limit in ms.

    `prefix` begins its information lines, `shape(line)` tells them from a URC of the same prefix;
    `bare(line)` accepts information lines without a prefix. A prefix of b"" means that it has no
    information lines with one. Without a prefix it is taken from the text, `AT+CSQ` has `+CSQ:`;
    if nothing at all is declared, lines without a prefix that are nobody else's are its own too.
    A `slow` command may hold the line longer than the hold time. `reply` is the reply it is a
    line of, if it is one; see At.reply.
    """

    shape = bare = error = None
    reply = None
    slow = ended = False

    def __init__(self, text, timeout, prefix=None, shape=None, bare=None, slow=False):
        self.text = text
        self.timeout = timeout
        self.lines = []
        self.declared = prefix is not None
        # It may have lines that nobody else claims. What AT+NRB brings is the start of the module.
        self.open = not self.declared and bare is None and text.upper() != b"AT+NRB"
        # MicroPython compares the beginning of a line with bytes only.
        self.prefix = bytes(prefix) if self.declared else prefix_of(text)
        if shape:
            self.shape = shape
        if bare:
            self.bare = bare
        if slow:
            self.slow = slow

    @property
    def asks(self):
        """True if it sets nothing: AT+CEREG? and AT+CEREG=?, not AT+CEREG=1."""
        return b"=" not in self.text or self.text.endswith(b"=?")


def check(text, timeout, prefix, shape, bare):
    """Raise TypeError or ValueError if these cannot be a command, as At.command has them."""
    if not isinstance(text, (bytes, bytearray)):
        raise TypeError("command %r: bytes without line ending" % (text,))
    if not 0 < len(text) <= _LONGEST:
        raise ValueError("command of %d bytes: 1 to %d" % (len(text), _LONGEST))
    if not printable(text):
        raise ValueError("command %r: no control characters" % (bytes(text[:40]),))
    if not isinstance(timeout, int):
        raise TypeError("timeout %r: whole milliseconds" % (timeout,))
    if not 0 < timeout <= _LONGEST_MS:
        raise ValueError("timeout %r: 1 to %d ms" % (timeout, _LONGEST_MS))
    if prefix is not None and not isinstance(prefix, (bytes, bytearray)):
        raise TypeError("prefix %r: bytes" % (prefix,))
    for test in (shape, bare):
        if test is not None and not callable(test):
            raise TypeError("%r: a function of the line" % (test,))


def printable(text):
    """Tell whether text (bytes) holds no control character: nothing from outside is a command."""
    return len(text) > 0 and min(text) >= 32 and b"\x7f" not in text


def prefix_of(text):
    """Return what begins the information lines of a command by its text, b"" if it has no name."""
    end = 2
    while end < len(text) and text[end] not in b"=?;":
        end += 1
    name = bytes(text[2:end]).upper()
    return name + b":" if name[:1] in (b"+", b"*", b"^") else b""


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
