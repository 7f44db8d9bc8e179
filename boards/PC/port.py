"""A byte stream that never blocks and comes back by itself: TCP here, a device in port_tty.py.

A stream that is not up reads nothing and swallows what is written, as a wire into nowhere does.
Whenever it is used then, port_open.py moves on with opening it.
"""

from micropython import const

_PAUSE_MS = const(50)


class Port:
    """A TCP connection as a client; address is an entry of getaddrinfo's list.

    name: what the user calls it; variable: the environment variable that has the name.
    """

    gone = "the other side closed; trying again"

    def __init__(self, variable, name, address):
        self.variable = variable
        self.name = name
        self.address = address
        self.up = False
        self.stream = None
        self.told = None  # the trouble the user knows of
        self.since = None  # ticks of the last loss, None while being opened
        self.pause = _PAUSE_MS  # until the next try

    def ready(self):
        """Return whether the stream is up, having moved on with opening it."""
        if not self.up:
            from port_open import move_on

            move_on(self)
        return self.up

    def lost(self):
        """Close, and tell the user; it is opened again after a pause."""
        from port_open import lost

        lost(self, self.gone)

    def close(self):
        """Close the stream."""
        self.up = False
        if self.stream:
            self.stream.close()
            self.stream = None

    def readinto(self, buf):
        """Read into buf what is there; return the number of bytes, 0 for none."""
        if not self.ready():
            return 0
        try:
            count = self.stream.readinto(buf)
        except OSError:
            count = 0
        if count:
            self.pause = _PAUSE_MS  # only one that talks: others open and close without end
        elif count == 0:
            self.lost()
        return count or 0

    def write(self, buf):
        """Write what goes now; return the number of bytes taken (all of them while not up)."""
        if not self.ready():
            return len(buf)
        try:
            return self.stream.write(buf) or 0
        except OSError:
            self.lost()
            return len(buf)
