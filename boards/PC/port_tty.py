"""A serial device or pty as a port that comes back by itself."""

import errno
import select

from port import Port

BAUDS = (4800, 9600, 19200, 38400, 57600, 115200)
_LINUX_BAUDS = (12, 13, 14, 15, 4097, 4098)


class TtyPort(Port):
    """The device at path, raw; its address is the baud rate, one of BAUDS."""

    def __init__(self, path, baud, hint):
        Port.__init__(self, path, baud, hint)
        self._poll = select.poll()

    def _open(self):
        import termios

        try:
            self._stream = open(self.name, "r+b", buffering=0)
            fd = self._stream.fileno()
            termios.setraw(fd)
            mode = termios.tcgetattr(fd)
            bsd = termios.B9600 == 9600  # there the constants are the rates themselves
            mode[4] = mode[5] = self.address if bsd else _LINUX_BAUDS[BAUDS.index(self.address)]
            vmin, vtime = (16, 17) if bsd else (6, 5)
            mode[6][vmin] = mode[6][vtime] = 0
            termios.tcsetattr(fd, termios.TCSANOW, mode)
        except OSError as e:
            return self._lost(
                {
                    errno.ENOENT: self.hint,
                    errno.EACCES: "no permission: join the group that owns it, often dialout",
                    25: "this is no serial device",
                }.get(e.errno, "cannot be opened: %s" % e)
            )
        self._poll.register(self._stream, select.POLLIN | select.POLLOUT)
        self.up = True
        self._tell(None)

    def close(self):
        """Close the device."""
        if self.up:
            self._poll.unregister(self._stream)
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
            count = self._stream.readinto(buf) if events & select.POLLIN else 0
        except OSError:
            count = 0
            events |= select.POLLERR
        if count:
            self._pause = 50
        elif events & (select.POLLERR | select.POLLHUP):
            self._lost("the device went away; waiting for it")
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
                done += self._stream.write(buf[done : done + 64]) or 0
            except OSError:
                self._lost("the device went away; waiting for it")
        return done
