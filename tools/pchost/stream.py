"""The stream behind the UART: TCP, a pty or a serial device, opened again when it goes away."""

import asyncio
import contextlib
import errno
import os
import socket
import sys
import termios

import serial

from pchost.channel import Channel

_FIRST_S = 0.05
_LONGEST_S = 2
_CONNECT_S = 3
_CHUNK = 4096
_HELD = 1 << 16  # bytes kept for a peer that does not read
_TROUBLE = {
    errno.ENOENT: "there is no such device: is the adapter plugged in?",
    errno.EACCES: "you may not open it: join the group it belongs to (`ls -l` shows which)",
    errno.EAGAIN: "another program uses it",
    errno.EBUSY: "another program uses it",
}


class Trouble(OSError):
    """Its text is the sentence for the user."""


class Stream:
    """Bytes from `name` go to take(data); `write` sends bytes, into nowhere while it is not open.

    What is wrong is told on stderr once, not at every try. `tried` is set when the first attempt
    to open it is over.
    """

    def __init__(self, name, take):
        self.name = name
        self.up = False
        self.tried = asyncio.Event()
        self._take = take
        self._told = None

    def set_baud(self, baud):
        """Go on at another rate; raises OSError where there is none."""
        raise OSError(errno.EOPNOTSUPP, "no baud rate")

    async def run(self):
        """Open and read for ever."""
        loop = asyncio.get_running_loop()
        pause = _FIRST_S
        while True:
            since = loop.time()
            try:
                await self._open()
                self.up = True
                self.tried.set()
                self._tell("connected" if self._told else None)
                await self._read()
                trouble = self.gone
            except Trouble as e:
                trouble = str(e)
            except OSError as e:  # TimeoutError is one as well
                trouble = self.gone if self.up else self._reason(e)
            finally:
                self.up = False
                self._close()
            self.tried.set()
            self._tell(trouble)
            lasted = loop.time() - since > _CONNECT_S
            pause = _FIRST_S if lasted else min(pause * 2, _LONGEST_S)
            await asyncio.sleep(pause)

    def _tell(self, text):
        if text and text != self._told:
            with contextlib.suppress(OSError):  # the terminal has gone
                line = text if self.name in text else f"{self.name}: {text}"
                print(line, file=sys.stderr, flush=True)
        self._told = None if text == "connected" else text


class TcpStream(Stream):
    """A TCP connection as a client. hint: the sentence for the user when nobody listens."""

    gone = "the other side closed; trying again"

    def __init__(self, name, address, take, hint):
        super().__init__(name, take)
        self._address = address
        self._hint = hint
        self._writer = None

    async def _open(self):
        async with asyncio.timeout(_CONNECT_S):
            self._reader, self._writer = await asyncio.open_connection(*self._address)

    def _reason(self, error):
        if isinstance(error, socket.gaierror):
            return f"cannot find host {self._address[0]}; trying again"
        return self._hint

    async def _read(self):
        while data := await self._reader.read(_CHUNK):
            self._take(data)

    def _close(self):
        if self._writer:
            self._writer.close()
            self._writer = None

    def waiting(self):
        """Return how many bytes written have not gone yet."""
        return self._writer.transport.get_write_buffer_size() if self.up else 0

    def write(self, data):
        """Send data; closes on a peer that does not read."""
        if self.up:
            self._writer.write(data)
            if self.waiting() > _HELD:
                self._writer.transport.abort()
                self._reader.set_exception(Trouble("the other side does not read; trying again"))


class DeviceStream(Stream):
    """A serial device or a pty, at baud."""

    gone = "the device went away; waiting for it"

    def __init__(self, name, baud, take):
        super().__init__(name, take)
        self._baud = baud
        self._port = None
        self._channel = None

    def set_baud(self, baud):
        """Go on at another rate; raises OSError where the device has none."""
        try:
            if self._port:
                self._port.baudrate = baud
        except (ValueError, OverflowError, termios.error) as e:
            raise OSError(errno.EINVAL, str(e)) from e
        self._baud = baud

    async def _open(self):
        try:
            self._port = serial.Serial(self.name, self._baud, timeout=0, exclusive=True)
        except (ValueError, OverflowError, termios.error) as e:
            raise Trouble(f"it does not work at {self._baud} baud") from e
        except serial.SerialException as e:
            if e.errno is None:  # it was opened, and is no terminal
                raise Trouble("this is no serial device") from e
            raise

    def _reason(self, error):
        return _TROUBLE.get(error.errno) or os.strerror(error.errno)

    async def _read(self):
        ended = asyncio.get_running_loop().create_future()

        def end(error):
            if not ended.done():
                ended.set_result(error)

        self._channel = Channel(self._port.fileno(), self._take, end)
        if error := await ended:
            raise error

    def _close(self):
        if self._channel:
            self._channel.close()
            self._channel = None
        if self._port:
            with contextlib.suppress(OSError):
                self._port.close()
            self._port = None

    def waiting(self):
        """Return how many bytes written have not gone yet."""
        return len(self._channel.waiting) if self._channel else 0

    def write(self, data):
        """Send data; what a device that takes none leaves beyond a bound is lost."""
        if self._channel:
            self._channel.write(data)


def address(option, name, or_else=""):
    """Return (host, port) of HOST:PORT or [IPV6]:PORT, what option is; raises ValueError."""
    host, _, port = name.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    try:
        host.encode("idna")
        right = host and port.isascii() and port.isdigit() and 0 < int(port) < 65536
    except UnicodeError:
        right = False
    if not right or len(port) > 5:
        raise ValueError(f"{option}={name}: must be HOST:PORT{or_else}")
    return host, int(port)


def make(name, baud, take):
    """Return the Stream called name, HOST:PORT or the path of a device; raises ValueError."""
    if "/" in name:
        return DeviceStream(name, baud, take)
    where = address("UART", name, " or the path of a device, as /dev/ttyUSB0")
    hint = f"nothing listens on {name}: start `make bench`, or give UART=HOST:PORT or UART=/dev/…"
    return TcpStream(name, where, take, hint)
