"""The stream behind the UART: TCP, a pty or a serial device, opened again when it goes away."""

import asyncio
import contextlib
import sys

import serial

_FIRST_S = 0.05
_LONGEST_S = 2
_CONNECT_S = 3
_CHUNK = 4096


class Stream:
    """Bytes from `name` go to take(data); `write` sends bytes, into nowhere while it is not open.

    hint: the sentence for the user when nothing is there, told once for each trouble.
    """

    def __init__(self, name, take, hint):
        self.name = name
        self.up = False
        self._take = take
        self._hint = hint
        self._told = None
        self._talked = False

    async def run(self):
        """Open and read for ever."""
        pause = _FIRST_S
        while True:
            self._talked = False
            try:
                await self._open()
                self.up = True
                self._tell("connected" if self._told else None)
                await self._read()
                trouble = "the other side closed; trying again"
            except (OSError, TimeoutError) as e:
                trouble = "the line broke; trying again" if self.up else self._reason(e)
            finally:
                self.up = False
                self._close()
            self._tell(trouble)
            pause = _FIRST_S if self._talked else min(pause * 2, _LONGEST_S)
            await asyncio.sleep(pause)

    def _reason(self, error):
        return self._hint

    def _tell(self, text):
        if text != self._told and text:
            print(f"{self.name}: {text}", file=sys.stderr, flush=True)
        self._told = None if text == "connected" else text

    def _got(self, data):
        self._talked = True
        self._take(data)


class TcpStream(Stream):
    """A TCP connection as a client."""

    def __init__(self, name, take, hint):
        super().__init__(name, take, hint)
        host, _, port = name.rpartition(":")
        self._address = host.strip("[]"), int(port)
        self._writer = None

    async def _open(self):
        async with asyncio.timeout(_CONNECT_S):
            self._reader, self._writer = await asyncio.open_connection(*self._address)

    async def _read(self):
        while data := await self._reader.read(_CHUNK):
            self._got(data)

    def _close(self):
        if self._writer:
            self._writer.close()
            self._writer = None

    def write(self, data):
        """Send data; what a peer does not read is bounded by closing on it."""
        if not self.up:
            return
        self._writer.write(data)
        if self._writer.transport.get_write_buffer_size() > 1 << 16:
            self._writer.transport.abort()


class DeviceStream(Stream):
    """A serial device or a pty, at baud."""

    def __init__(self, name, baud, take, hint):
        super().__init__(name, take, hint)
        self._baud = baud
        self._port = None

    async def _open(self):
        try:
            self._port = serial.Serial(self.name, self._baud, timeout=0, write_timeout=0)
        except ValueError as e:
            raise OSError(str(e)) from e

    def _reason(self, error):
        return f"{self._hint} ({getattr(error, 'strerror', None) or error})"

    async def _read(self):
        loop = asyncio.get_running_loop()
        ended = loop.create_future()

        def ready():
            try:
                data = self._port.read(_CHUNK)
                if data:
                    self._got(data)
                    return
            except OSError as e:
                if not ended.done():
                    ended.set_exception(e)
                return
            if not ended.done():
                ended.set_result(None)

        loop.add_reader(self._port.fileno(), ready)
        try:
            await ended
        finally:
            loop.remove_reader(self._port.fileno())

    def _close(self):
        if self._port:
            with contextlib.suppress(OSError):
                self._port.close()
            self._port = None

    def write(self, data):
        """Send data, or as much of it as the device takes now."""
        if self.up:
            with contextlib.suppress(OSError):  # the reader notices what is wrong
                self._port.write(data)


def make(name, baud, take, hint):
    """Return the Stream called name: HOST:PORT or the path of a device; raises ValueError."""
    if "/" in name:
        return DeviceStream(name, baud, take, hint)
    host, _, port = name.rpartition(":")
    if not host or not port.isdigit() or not 0 < int(port) < 65536:
        raise ValueError(f"{name}: must be HOST:PORT or the path of a device, as /dev/ttyUSB0")
    return TcpStream(name, take, hint)
