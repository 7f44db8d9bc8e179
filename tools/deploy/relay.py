"""Between the terminal of a stand-in and its interpreter: what a board's REPL does otherwise.

The interpreter throws away what comes before it asks, takes Ctrl-C as a signal, writes bare line
feeds, and ends where a board restarts.
"""

import asyncio
import contextlib
import fcntl
import os
import pty
import re
import signal
import struct
import termios
import time
import tty

_CHUNK = 1024
_HEED_S = 0.6  # a node looks for Ctrl-C many times a second
_AGAIN_S = 3  # a second Ctrl-A that is heeded shows its banner twice
_MAX_SIGNALS = 3  # a signal in the middle of a collection leaves the heap locked for good
_UNREAD_S = 0.5  # so long output waits for a reader; then it is lost, as with USB
_CTRL_C = b"\x03"
_BANNER = re.compile(rb"MicroPython [^\r\n]*\r\nType [^\r\n]*\r\n>>> $")
_RAW = b"raw REPL; CTRL-B to exit\r\n>"
_NEWLINE = re.compile(rb"(?<!\r)\n")


def raw_pty():
    """Return (master, slave) of a new pseudo terminal in raw mode."""
    master, slave = pty.openpty()
    tty.setraw(slave)
    os.set_blocking(master, False)
    return master, slave


class Stop:
    """Where a node looks for a Ctrl-C: `name` for its environment, `fd` to be passed on to it."""

    def __init__(self):
        self.fd, self._say = os.pipe()
        os.set_blocking(self.fd, False)
        self.name = f"/dev/fd/{self.fd}"

    def close(self):
        """Close both ends."""
        os.close(self.fd)
        os.close(self._say)

    def tell(self):
        """Ask the node to stop."""
        os.write(self._say, _CTRL_C)

    def unheeded(self):
        """Take it back; return whether the node had not looked."""
        try:
            return bool(os.read(self.fd, 1))
        except OSError:
            return False


class Relay:
    """One board's terminal: `name` for programs, `slave` for the interpreter's stdin and stdout.

    raw: whether the interpreter is in its raw REPL.
    """

    def __init__(self):
        self._outer, self._keep = raw_pty()
        self.name = os.ttyname(self._keep)
        self._inner, self.slave = raw_pty()
        self._mark(True)
        self.raw = False
        self._enter = False  # a raw REPL has to be entered again before anybody sees a prompt
        self._tail = b""  # the last bytes written, or those held until the banner is complete
        self._held = b""  # typed while a program runs
        self._interrupting = False
        self._signals = 0
        self._node = None
        self._stop = None
        self._full = None
        loop = asyncio.get_running_loop()
        loop.add_reader(self._inner, self._output)
        loop.add_reader(self._outer, self._input)

    def close(self):
        """Close both terminals."""
        loop = asyncio.get_running_loop()
        for fd in (self._inner, self._outer):
            loop.remove_reader(fd)
        for fd in (self._inner, self._outer, self.slave, self._keep):
            os.close(fd)

    def begin(self, node, stop, raw):
        """Serve the process node from now on, and its stop; raw: in its raw REPL."""
        self._node = node
        self._stop = stop
        self.raw = self._enter = raw
        self._interrupting = False
        self._signals = 0

    def end(self):
        """Pass on the last of what the interpreter wrote; get ready for the next."""
        self._node = None
        while self._output():
            pass
        termios.tcflush(self.slave, termios.TCIOFLUSH)
        self._mark(True)
        self._tail = b""

    def emit(self, data):
        """Write data to whoever listens; lost if nobody reads."""
        end = time.monotonic() + _UNREAD_S
        while data:
            try:
                data = data[os.write(self._outer, data) :]
                self._full = None
            except BlockingIOError:
                if self._full or time.monotonic() > end:
                    self._full = True  # until somebody reads again
                    return
                time.sleep(0.001)

    def _mark(self, running):
        """Mark the terminal as one in which a program runs; the REPL takes the mark away."""
        mode = termios.tcgetattr(self.slave)
        mode[0] = mode[0] | termios.BRKINT if running else mode[0] & ~termios.BRKINT
        termios.tcsetattr(self.slave, termios.TCSANOW, mode)

    def _running(self):
        return bool(termios.tcgetattr(self.slave)[0] & termios.BRKINT)

    def _output(self):
        """Pass on what the interpreter wrote; return whether there was something."""
        try:
            data = os.read(self._inner, _CHUNK)
        except BlockingIOError:
            return False
        if self._enter:
            self._entering(data)
        else:
            before = b"\r" if self._tail.endswith(b"\r") else b""
            self._tail = (self._tail + data)[-64:]
            if self._tail.endswith(_RAW):
                self.raw = True
            elif _BANNER.search(self._tail[-64:]) or self._tail.endswith(b"\r\n>>> "):
                self.raw = False
            data = _NEWLINE.sub(b"\r\n", before + data)[len(before) :]
            self.emit(data)
        return True

    def _entering(self, data):
        """Hold the friendly REPL's banner back, and enter the raw REPL behind it."""
        self._tail += data
        if self._tail.endswith(_RAW):
            self._enter = False
            self.emit(_RAW)
        elif found := _BANNER.search(self._tail):
            self.emit(_NEWLINE.sub(b"\r\n", self._tail[: found.start()]))
            self._tail = b""
            self._enter_raw(self._node)

    def _enter_raw(self, node):
        """Type Ctrl-A until it is heeded: what comes before the prompt is thrown away."""
        if self._enter and node is self._node:
            with contextlib.suppress(OSError):  # closed meanwhile
                os.write(self._inner, b"\x01")
                asyncio.get_running_loop().call_later(_AGAIN_S, self._enter_raw, node)

    def _input(self):
        """Take what was typed: Ctrl-C interrupts a program, the rest waits for a prompt."""
        with contextlib.suppress(BlockingIOError):
            data = os.read(self._outer, _CHUNK)
            if self._running() and _CTRL_C in data:
                self._held = b""
                data = data.rpartition(_CTRL_C)[2]
                self._interrupt()
            self._held += data
            self._feed()

    def _feed(self):
        """Hand what was typed to the interpreter as far as it takes it now, the rest later."""
        if self._held and self._takes():
            part = self._held
            if not self.raw:  # a line at a time: running it throws away what follows
                part = re.match(rb"[^\r\x04]*[\r\x04]?", part, re.S)[0]
            self._held = self._held[len(part) :]
            os.write(self._inner, part)
        if self._held:
            asyncio.get_running_loop().call_later(0.002, self._feed_again)

    def _feed_again(self):
        with contextlib.suppress(OSError):  # closed meanwhile
            self._feed()

    def _takes(self):
        """Return whether the interpreter takes input now."""
        if self._enter or self._node is None:
            return False
        unread = fcntl.ioctl(self.slave, termios.FIONREAD, bytes(4))
        if struct.unpack("i", unread)[0]:
            return self.raw
        if self._running():
            return self.raw and not self._interrupting
        self._interrupting = False
        self._signals = 0
        return True

    def _interrupt(self):
        """Interrupt the program: where a node looks, or by a signal if it does not or again."""
        if not self._node:
            return
        if self._interrupting:
            self._signal()
            return
        self._interrupting = True
        self._stop.tell()
        asyncio.get_running_loop().call_later(_HEED_S, self._insist, self._node)

    def _insist(self, node):
        if node is self._node and self._running() and self._stop.unheeded():
            self._signal()

    def _signal(self):
        self._signals += 1
        with contextlib.suppress(ProcessLookupError):
            if self._signals > _MAX_SIGNALS:
                self._node.kill()  # as somebody does who presses the reset button
            else:
                self._node.send_signal(signal.SIGINT)
