"""Byte streams for the unix port that never block and come back by themselves: TCP and tty.

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
_BAUDS = (4800, 9600, 19200, 38400, 57600, 115200)
_LINUX_BAUDS = (12, 13, 14, 15, 4097, 4098)


class Port:
    """What TCP and tty share: the pause between tries, and telling the user each trouble once."""

    def __init__(self, name, hint):
        self.name = name
        self.hint = hint
        self.up = False
        self._told = None
        self._pause = _PAUSE_MS
        self._since = time.ticks_ms()
        self._waiting = False
        self._poll = select.poll()

    def _tell(self, text):
        if text != self._told:
            self._told = text
            print("%s: %s" % (self.name, text), file=sys.stderr)

    def _opened(self):
        if self._told:
            self._tell("connected")
            self._told = None
        self.up = True

    def _lost(self, text):
        """Close, say text, and wait before the next try."""
        self.close()
        self._tell(text)
        self._waiting = True
        self._since = time.ticks_ms()

    def _check(self):
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
        end = time.ticks_add(time.ticks_ms(), ms)
        while not self._check() and not self._waiting:
            if time.ticks_diff(end, time.ticks_ms()) <= 0:
                break
            time.sleep_ms(1)

    def _events(self, stream):
        for _, events in self._poll.poll(0):
            return events
        return 0

    def _drop(self, stream):
        self.up = False
        if stream is not None:
            self._poll.unregister(stream)
            stream.close()


class TcpPort(Port):
    """A TCP connection to host:port as a client; any host a user names is fine."""

    def __init__(self, name, host, port, hint):
        super().__init__(name, hint)
        self._address = None
        self._target = (host, port)
        self._socket = None

    def _open(self):
        if self._socket is None:
            try:
                if self._address is None:
                    self._address = socket.getaddrinfo(*self._target + (0, socket.SOCK_STREAM))
                    self._address = self._address[0]
                self._socket = socket.socket(self._address[0], socket.SOCK_STREAM)
                self._socket.setblocking(False)
                self._poll.register(self._socket, select.POLLIN | select.POLLOUT)
                self._since = time.ticks_ms()
                self._socket.connect(self._address[-1])
            except OSError as e:
                if self._address is None:
                    return self._lost("cannot find host %s" % self._target[0])
                if e.errno not in (errno.EINPROGRESS, errno.EALREADY, errno.EAGAIN):
                    return self._lost(self.hint)
        events = self._events(self._socket)
        if events & (select.POLLERR | select.POLLHUP):
            self._lost(self.hint)
        elif events & select.POLLOUT:
            self._opened()
        elif time.ticks_diff(time.ticks_ms(), self._since) > _CONNECT_MS:
            self._lost(self.hint)

    def close(self):
        """Close the connection."""
        self._drop(self._socket)
        self._socket = None

    def readinto(self, buf):
        """Read into buf what is there; return the number of bytes, 0 for none."""
        if not self._check():
            return 0
        try:
            count = self._socket.readinto(buf)
        except OSError:
            count = 0
        if count is None:
            return 0
        if count == 0:
            self._lost("the other side closed; trying again")
        else:
            self._pause = _PAUSE_MS  # only one that talks: others open and close without end
        return count

    def write(self, buf):
        """Write what goes now; return the number of bytes taken (all of them while not up)."""
        if not self._check():
            return len(buf)
        try:
            return self._socket.write(buf) or 0
        except OSError:
            self._lost("the other side closed; trying again")
            return len(buf)


class TtyPort(Port):
    """A serial device or pty, raw, at the given baud rate."""

    def __init__(self, path, baud, hint):
        super().__init__(path, hint)
        self.baud = baud
        self._file = None

    def _open(self):
        import termios

        try:
            self._file = open(self.name, "r+b", buffering=0)
            fd = self._file.fileno()
            termios.setraw(fd)
            mode = termios.tcgetattr(fd)
            bsd = termios.B9600 == 9600  # there the constants are the rates themselves
            mode[4] = mode[5] = self.baud if bsd else _LINUX_BAUDS[_BAUDS.index(self.baud)]
            vmin, vtime = (16, 17) if bsd else (6, 5)
            mode[6][vmin] = mode[6][vtime] = 0
            termios.tcsetattr(fd, termios.TCSANOW, mode)
        except OSError as e:
            if self._file is not None:
                self._file.close()
                self._file = None
            return self._lost(
                {
                    errno.ENOENT: self.hint,
                    errno.EACCES: "no permission: join the group that owns it, often dialout",
                    25: "this is no serial device",
                }.get(e.errno, "cannot be opened: %s" % e)
            )
        self._poll.register(self._file, select.POLLIN | select.POLLOUT)
        self._opened()

    def close(self):
        """Close the device."""
        self._drop(self._file)
        self._file = None

    def readinto(self, buf):
        """Read into buf what is there; return the number of bytes, 0 for none."""
        if not self._check():
            return 0
        events = self._events(self._file)
        try:
            count = self._file.readinto(buf) if events & select.POLLIN else 0
        except OSError:
            count = 0
            events |= select.POLLERR
        if not count and events & (select.POLLERR | select.POLLHUP):
            self._lost("the device went away; waiting for it")
        elif count:
            self._pause = _PAUSE_MS
        return count or 0

    def write(self, buf):
        """Write what goes now; return the number of bytes taken (all of them while not up)."""
        done = 0
        while done < len(buf):
            if not self._check():
                return len(buf)
            if not self._events(self._file) & select.POLLOUT:
                break
            try:
                done += self._file.write(buf[done : done + 64]) or 0
            except OSError:
                self._lost("the device went away; waiting for it")
        return done


def open_port(variable, target, baud, hint):
    """Return the Port that target names: HOST:PORT, or the path of a serial device or pty.

    baud is for devices. hint tells the user what to do when nothing is there. Raises ValueError,
    beginning with the name of the environment variable, for an unusable target or baud.
    """
    if "/" in target:
        if baud not in _BAUDS:
            raise ValueError("BAUD=%s: must be one of %s" % (baud, str(_BAUDS)[1:-1]))
        return TtyPort(target, baud, "there is no such device: plug it in, or check the name")
    host, _, port = target.rpartition(":")
    if not host or not port.isdigit() or not 0 < int(port) < 65536:
        raise ValueError(
            "%s=%s: must be HOST:PORT or the path of a device, as /dev/ttyUSB0"
            % (variable, target)
        )
    if host[0] == "[" and host[-1] == "]":
        host = host[1:-1]
    return TcpPort(target, host, int(port), hint)
