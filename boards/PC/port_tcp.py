"""A TCP connection as a client, as a port that comes back by itself."""

import errno
import select
import socket
import time

from port_base import Port

_CONNECT_MS = 3000


class TcpPort(Port):
    """A connection to address, an entry of getaddrinfo's list."""

    def __init__(self, name, address, hint):
        Port.__init__(self, name, hint)
        self._address = address

    def _open(self):
        if not self._stream:
            self._since = time.ticks_ms()
            try:
                self._stream = socket.socket(self._address[0], socket.SOCK_STREAM)
                self._stream.setblocking(False)
                self._stream.connect(self._address[-1])
            except OSError as e:
                if e.errno not in (errno.EINPROGRESS, errno.EALREADY, errno.EAGAIN):
                    return self._lost(self.hint)
        poll = select.poll()
        poll.register(self._stream, select.POLLOUT)
        found = poll.poll(0)
        if found and found[0][1] == select.POLLOUT:
            self._opened()
        elif found or time.ticks_diff(time.ticks_ms(), self._since) > _CONNECT_MS:
            self._lost(self.hint)

    def _closed(self):
        self._lost("the other side closed; trying again")

    def readinto(self, buf):
        """Read into buf what is there; return the number of bytes, 0 for none."""
        if not self.ready():
            return 0
        try:
            count = self._stream.readinto(buf)
        except OSError:
            count = 0
        if count:
            self.talks()
        elif count == 0:
            self._closed()
        return count or 0

    def write(self, buf):
        """Write what goes now; return the number of bytes taken (all of them while not up)."""
        if not self.ready():
            return len(buf)
        try:
            return self._stream.write(buf) or 0
        except OSError:
            self._closed()
            return len(buf)
