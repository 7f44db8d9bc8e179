"""Between the terminal of a stand-in and its interpreter: what a board's REPL does otherwise.

The interpreter takes Ctrl-C as a signal, writes bare line feeds, knows nothing of a raw REPL that
outlives a restart, and ends where a board restarts. Nothing here depends on how fast anybody is.
"""

import asyncio
import contextlib
import fcntl
import os
import pty
import re
import struct
import termios
import tty

from deploy.outlet import Outlet

_CHUNK = 1024
_AGAIN_S = 0.01
_CTRL_C = b"\x03"
_PROMPT = b"\r\n>>> "
_BANNER = re.compile(rb"MicroPython [^\r\n]*\r\nType [^\r\n]*\r\n>>> ")
_RAW = b"raw REPL; CTRL-B to exit\r\n>"
_NEWLINE = re.compile(rb"(?<!\r)\n")
_RUNS = termios.BRKINT  # marks that a program runs: the REPL takes it away while it reads
_UP = termios.IGNPAR  # marks that the interpreter is up: standin_boot sets it


def raw_pty():
    """Return (master, slave) of a new pseudo terminal in raw mode."""
    master, slave = pty.openpty()
    tty.setraw(slave)
    os.set_blocking(master, False)
    return master, slave


def unread(fd):
    """Return how many bytes wait to be read from fd."""
    return struct.unpack("i", fcntl.ioctl(fd, termios.FIONREAD, bytes(4)))[0]


class Relay:
    """One board's terminal: `name` for programs, `slave` for the interpreter's stdin and stdout.

    raw: whether the interpreter is in its raw REPL.
    """

    def __init__(self):
        self._outer, self._keep = raw_pty()
        self.name = os.ttyname(self._keep)
        self._inner, self.slave = raw_pty()
        self.raw = False
        self._entering = False  # a raw REPL has to be entered again before anybody sees a prompt
        self._asked = False  # Ctrl-A was typed for that
        self._tail = b""  # the last bytes written, or those held back while it is entered
        self._return = False  # whether the last byte written was a carriage return
        self._held = b""  # typed while a program runs
        self._stopping = False
        self._stop = None
        self._timer = None
        self._loop = asyncio.get_running_loop()
        self._outlet = Outlet(self._outer, self._listen)
        self._listen(True)
        self._loop.add_reader(self._outer, self._input)
        self._mark()

    def close(self):
        """Close both terminals."""
        self._listen(False)
        self._loop.remove_reader(self._outer)
        self._outlet.close()
        for fd in (self._inner, self._outer, self.slave, self._keep):
            os.close(fd)

    def begin(self, stop, raw):
        """Serve the interpreter that is about to start, and its Stop; raw: in its raw REPL.

        Before it starts: what it writes first has to be understood.
        """
        self._stop = stop
        self.raw = self._entering = raw
        self._asked = self._stopping = False

    def end(self, keep):
        """Pass on the last of what the interpreter wrote; get ready for the next.

        keep: what was typed and not read by it is for the next, as behind a soft reset.
        """
        while self._output():
            pass
        if self._entering:
            self.emit(self._tail)
        self._stop = None
        self._tail = b""
        left = b""
        while unread(self.slave):
            left += os.read(self.slave, _CHUNK)
        self._held = left + self._held if keep else b""
        self._mark()

    def emit(self, data):
        """Write data to whoever listens."""
        self._outlet.write(data)

    @property
    def running(self):
        """Whether a program runs, or the interpreter has not come to its prompt yet."""
        return bool(self._marks() & _RUNS)

    @property
    def up(self):
        """Whether the interpreter has started so far that a signal interrupts its program."""
        return bool(self._marks() & _UP)

    def _marks(self):
        return termios.tcgetattr(self.slave)[0]

    def _mark(self):
        """Mark the terminal as that of an interpreter which starts."""
        mode = termios.tcgetattr(self.slave)
        mode[0] = (mode[0] | _RUNS) & ~_UP
        termios.tcsetattr(self.slave, termios.TCSANOW, mode)

    def _listen(self, on):
        """Take what the interpreter writes, or have it wait."""
        if on:
            self._loop.add_reader(self._inner, self._output)
        else:
            self._loop.remove_reader(self._inner)

    def _output(self):
        """Pass on what the interpreter wrote; return whether there was something."""
        try:
            data = os.read(self._inner, _CHUNK)
        except BlockingIOError:
            return False
        self._tail += data
        if self._entering:
            self._enter()
        else:
            self._pass(data)
        self._feed()
        return True

    def _pass(self, data):
        """Pass data on; follow which REPL it is by the last prompt, wherever reads are cut."""
        raw, friendly = self._tail.rfind(_RAW), self._tail.rfind(_PROMPT)
        if raw != friendly:
            self.raw = raw > friendly
        self._tail = self._tail[1 - len(_RAW) :]
        before = b"\r" if self._return else b""
        self._return = data.endswith(b"\r")
        self.emit(_NEWLINE.sub(b"\r\n", before + data)[len(before) :])

    def _enter(self):
        """Hold the friendly REPL's banner back, and enter the raw REPL behind it.

        Its prompt is waited for: some interpreters throw away what comes before it.
        """
        if not self._asked and (found := _BANNER.search(self._tail)):
            self.emit(_NEWLINE.sub(b"\r\n", self._tail[: found.start()]))
            self._tail = b""
            self._asked = True
            os.write(self._inner, b"\x01")
        elif self._asked and _RAW in self._tail:
            self._entering = False
            self.emit(_RAW)

    def _input(self):
        """Take what was typed: Ctrl-C interrupts a program, the rest waits for a prompt."""
        try:
            data = os.read(self._outer, _CHUNK)
        except BlockingIOError:
            return
        if self.running and _CTRL_C in data:
            self._held = b""
            data = data.rpartition(_CTRL_C)[2]
            if self._stop:
                self._stopping = True
                self._stop.press()
        self._held += data
        self._feed()

    def _feed(self):
        """Hand what was typed to the interpreter as far as it takes it now, the rest later."""
        if self._held and self._takes():
            part = self._held
            if not self.raw:  # a line at a time: the program that it starts gets nothing of it
                part = re.match(rb"[^\r\x04]*[\r\x04]?", part, re.S)[0]
            with contextlib.suppress(BlockingIOError):
                self._held = self._held[os.write(self._inner, part) :]
        if self._held and not self._timer:
            self._timer = self._loop.call_later(_AGAIN_S, self._feed_again)

    def _feed_again(self):
        self._timer = None
        with contextlib.suppress(OSError):  # closed meanwhile
            self._feed()

    def _takes(self):
        """Return whether the interpreter takes input now."""
        if self._entering or not self._stop:
            return False
        if unread(self.slave):
            return self.raw
        if self.running:
            return self.raw and not self._stopping
        self._stopping = False
        return True
