"""A byte stream that never blocks and comes back by itself; port_tcp and port_tty are the two.

A stream that is not up reads nothing and swallows what is written, as a wire into nowhere does.
Opening again is tried whenever the stream is used, with a pause that grows from 50 ms to 2 s.
"""

import sys
import time

_PAUSE_MS = 50
_LONGEST_PAUSE_MS = 2000


class Port:
    """The pause between tries, and telling the user each trouble once, with hint what to do.

    A port has _open(), which sets _stream, and calls _opened() or _lost().
    """

    def __init__(self, name, hint):
        self.name = name
        self.hint = hint
        self.up = False
        self._stream = None
        self._told = None
        self._since = 0  # ticks of the last loss, or of the beginning to open
        self._waiting = False
        self.talks()

    def talks(self):
        """Something was read: only after that the pauses are short again."""
        self._pause = _PAUSE_MS  # others open and close without end

    def _tell(self, text):
        if text != self._told:
            self._told = text
            print("%s: %s" % (self.name, text or "connected"), file=sys.stderr)

    def _opened(self):
        self._tell(None)
        self.up = True

    def _lost(self, text):
        """Close, say text, and wait before the next try."""
        self.close()
        self._tell(text)
        self._waiting = True
        self._since = time.ticks_ms()

    def ready(self):
        """Return whether the stream is up, having moved on with opening it."""
        if self.up:
            return True
        if self._waiting:
            if time.ticks_diff(time.ticks_ms(), self._since) < self._pause:
                return False
            self._pause = min(2 * self._pause, _LONGEST_PAUSE_MS)
            self._waiting = False
        self._open()
        return self.up

    def wait(self, ms):
        """Give opening up to ms: for the start only, so that the first bytes are not lost."""
        while not self.ready() and not self._waiting and ms > 0:
            time.sleep_ms(1)
            ms -= 1

    def close(self):
        """Close the stream."""
        self.up = False
        if self._stream:
            self._stream.close()
            self._stream = None
