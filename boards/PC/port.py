"""A byte stream that never blocks and comes back by itself: TCP here, a device in port_tty.py.

A stream that is not up reads nothing and swallows what is written, as a wire into nowhere does.
Opening again is tried whenever the stream is used, with a pause that grows from 50 ms to 2 s.
"""

import errno
import select
import socket
import sys
import time

_PAUSE_MS = 50
_LONGEST_PAUSE_MS = 2000
_CONNECT_MS = 3000
_CLOSED = "the other side closed; trying again"


class Port:
    """A TCP connection as a client. It tells each trouble once, with hint what to do.

    address: an entry of getaddrinfo's list.
    """

    def __init__(self, name, address, hint):
        self.name = name
        self.address = address
        self.hint = hint
        self.up = False
        self._stream = None
        self._told = None
        self._since = 0  # ticks of the last loss, or of the beginning to open
        self._pause = _PAUSE_MS
        self._waiting = False

    def _tell(self, text):
        if text != self._told:
            self._told = text
            print("%s: %s" % (self.name, text or "connected"), file=sys.stderr)

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

    def _open(self):
        if not self._stream:
            self._since = time.ticks_ms()
            try:
                self._stream = socket.socket(self.address[0], socket.SOCK_STREAM)
                self._stream.setblocking(False)
                self._stream.connect(self.address[-1])
            except OSError as e:
                if e.errno not in (errno.EINPROGRESS, errno.EALREADY, errno.EAGAIN):
                    return self._lost(self.hint)
        poll = select.poll()
        poll.register(self._stream, select.POLLOUT)
        found = poll.poll(0)
        if found and found[0][1] == select.POLLOUT:
            self.up = True
            self._tell(None)
        elif found or time.ticks_diff(time.ticks_ms(), self._since) > _CONNECT_MS:
            self._lost(self.hint)

    def readinto(self, buf):
        """Read into buf what is there; return the number of bytes, 0 for none."""
        if not self.ready():
            return 0
        try:
            count = self._stream.readinto(buf)
        except OSError:
            count = 0
        if count:
            self._pause = _PAUSE_MS  # only one that talks: others open and close without end
        elif count == 0:
            self._lost(_CLOSED)
        return count or 0

    def write(self, buf):
        """Write what goes now; return the number of bytes taken (all of them while not up)."""
        if not self.ready():
            return len(buf)
        try:
            return self._stream.write(buf) or 0
        except OSError:
            self._lost(_CLOSED)
            return len(buf)
