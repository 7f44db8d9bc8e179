"""A serial device or pty as a port that comes back by itself."""

import errno
import select

from port import Port

BAUDS = (4800, 9600, 19200, 38400, 57600, 115200)
_LINUX_BAUDS = (12, 13, 14, 15, 4097, 4098)
_TROUBLES = {
    errno.ENOENT: "there is no such device: plug it in, or check the name",
    errno.EACCES: "no permission: join the group that owns it, often dialout",
    25: "this is no serial device",
}


class TtyPort(Port):
    """The device called name, raw; its address is the baud rate, one of BAUDS."""

    gone = "the device went away; waiting for it"

    def __init__(self, variable, name, address):
        Port.__init__(self, variable, name, address)
        self._poll = select.poll()

    def open(self):
        """Open the device; return whether that went well, having told the user if not."""
        import termios

        from port_open import lost

        try:
            self.stream = open(self.name, "r+b", buffering=0)
            fd = self.stream.fileno()
            termios.setraw(fd)
            mode = termios.tcgetattr(fd)
            bsd = termios.B9600 == 9600  # there the constants are the rates themselves
            mode[4] = mode[5] = self.address if bsd else _LINUX_BAUDS[BAUDS.index(self.address)]
            vmin, vtime = (16, 17) if bsd else (6, 5)
            mode[6][vmin] = mode[6][vtime] = 0
            termios.tcsetattr(fd, termios.TCSANOW, mode)
        except OSError as e:
            return lost(self, _TROUBLES.get(e.errno, "cannot be opened: %s" % e))
        self._poll.register(self.stream, select.POLLIN | select.POLLOUT)
        return True

    def close(self):
        """Close the device."""
        if self.up:
            self._poll.unregister(self.stream)
        Port.close(self)

    def _events(self):
        for _, events in self._poll.poll(0):
            return events
        return 0

    def readinto(self, buf):
        """Read into buf what is there; return the number of bytes, 0 for none."""
        if not self.ready():
            return 0
        events = self._events()
        try:
            count = self.stream.readinto(buf) if events & select.POLLIN else 0
        except OSError:
            count = 0
            events |= select.POLLERR
        if not count and events & (select.POLLERR | select.POLLHUP):
            self.lost()
        elif count:
            self.pause = 50
        return count or 0

    def write(self, buf):
        """Write what goes now; return the number of bytes taken (all of them while not up)."""
        done = 0
        while done < len(buf):
            if not self.ready():
                return len(buf)
            if not self._events() & select.POLLOUT:
                break
            try:
                done += self.stream.write(buf[done : done + 64]) or 0
            except OSError:
                self.lost()
        return done
