"""Thin shells around a Port: TCP on the loopback, a pty, a serial device."""

import asyncio
import contextlib
import errno
import ipaddress
import os
import termios
import tty

from bench.pump import MIN_SLEEP_S, Pump

READ_SIZE = 1024
MAX_BACKLOG = 4096  # bytes read ahead of the paced line
_RATES = {getattr(termios, name): int(name[1:]) for name in dir(termios) if name[1:].isdigit()}
MAX_UNSENT = 65536  # bytes a client that does not read may leave before some are lost


class AddressError(Exception):
    """An address that cannot be served, in a sentence for the user."""


def parse_address(text):
    """Return (host, port) of HOST:PORT. Raises AddressError unless host is this computer."""
    host, colon, port = text.rpartition(":")
    host = host.strip("[]")
    if not colon or not (port.isascii() and port.isdigit()) or int(port) > 65535:
        raise AddressError("%r is not HOST:PORT with a port of 0 to 65535" % text)
    if not is_loopback(host):
        raise AddressError(
            "%r is not on this computer: the bench serves 127.0.0.1, ::1 and localhost only" % host
        )
    return host, int(port)


def is_loopback(host):
    """Return whether host, a name or an address without brackets, is this computer for sure."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


async def listen(start, host, port, what):
    """Await start(host, port) and return its server. Raises AddressError with what to do."""
    try:
        return await start(host, port)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise AddressError(
                "%s:%d for %s is in use: stop the other bench, or choose another port"
                " (0 = any free one)" % (host, port, what)
            ) from None
        raise AddressError("cannot listen on %s:%d: %s" % (host, port, error.strerror)) from None


def bound(server):
    """Return "host:port" a server listens on."""
    return name_of(server.sockets[0])


def name_of(listener):
    """Return "host:port", or "[::1]:port", a socket listens on."""
    host, port = listener.getsockname()[:2]
    return ("[%s]:%d" if ":" in host else "%s:%d") % (host, port)


def hang_up(writer):
    """Close a connection at once, even if its client does not read what is under way to it."""
    if writer.transport.get_write_buffer_size():
        writer.transport.abort()
    else:
        writer.close()


def _rate(terminal):
    """Return the baud rate that a terminal is set to."""
    return _RATES.get(termios.tcgetattr(terminal)[5], 0)


class Shell:
    """Moves bytes between a Port and one client at a time; the module lives on without one.

    least_s: bytes that follow each other faster are moved together.
    """

    def __init__(self, port, least_s=MIN_SLEEP_S):
        self.port = port
        self._pump = Pump(self._work, port.next_ms, least_s)
        self._room = asyncio.Event()
        self._room.set()
        self._send = None
        self._close = None
        module = port.module
        module.timers.on_sooner = module.on_output = self._pump.wake
        if module.polls_platform:
            module.platform.timers.on_sooner = self._pump.wake

    async def pump(self):
        """Run the module until cancelled."""
        await self._pump.run()

    def _work(self):
        data = self.port.take()
        if data and self._send:
            self._send(data)
        if self.port.backlog <= MAX_BACKLOG:
            self._room.set()

    def attach(self, send, close):
        """Make send(bytes) the client; the one before is closed with its close()."""
        self.detach()
        self._send, self._close = send, close

    def detach(self):
        """Leave the line open: what the module prints is lost."""
        close, self._send, self._close = self._close, None, None
        if close:
            close()

    def feed(self, data):
        """Take bytes from the client; a line that is far behind loses them, as a UART does."""
        if self.port.backlog <= MAX_UNSENT:
            self.port.feed(data)
        if self.port.backlog > MAX_BACKLOG:
            self._room.clear()
        self._pump.wake()

    async def serve_tcp(self, host, port):
        """Listen; the newest client has the line. Returns the asyncio server."""
        return await asyncio.start_server(self._talk, host, port)

    async def _talk(self, reader, writer):
        def send(data):
            line = writer.transport
            if not line.is_closing() and line.get_write_buffer_size() < MAX_UNSENT:
                writer.write(data)

        self.attach(send, lambda: hang_up(writer))
        try:
            while data := await reader.read(READ_SIZE):
                if self._send is not send:
                    return
                self.feed(data)
                await self._room.wait()
        except (OSError, asyncio.CancelledError):
            return  # the client went without a word, or the bench ends
        finally:
            hang_up(writer)
            if self._send is send:
                self.detach()

    def serve_pty(self):
        """Make a pty and serve it; return the name of its device."""
        master, slave = os.openpty()
        tty.setraw(slave)
        os.set_blocking(master, False)
        name = os.ttyname(slave)
        # The slave stays open here: without it the master is hung up when a client leaves.
        self._serve_fd(master, lambda: os.close(slave), lambda: self.port.follow(_rate(slave)))
        return name

    def serve_serial(self, device, baud):
        """Serve a serial device at baud. Raises AddressError if it cannot be opened."""
        import serial

        try:
            line = serial.Serial(device, baud, timeout=0, write_timeout=0)
        except (serial.SerialException, ValueError) as error:
            raise AddressError("cannot open %s: %s" % (device, error)) from None
        self._serve_fd(line.fileno(), line.close)

    def _serve_fd(self, descriptor, close, look=None):
        loop = asyncio.get_running_loop()

        def receive():
            try:
                data = os.read(descriptor, READ_SIZE)
            except BlockingIOError:
                return
            except OSError:
                data = b""
            if look:
                look()
            if data:
                self.feed(data)
            else:
                stop()

        def send(data):
            with contextlib.suppress(BlockingIOError):
                os.write(descriptor, data)

        def stop():
            loop.remove_reader(descriptor)
            close()

        loop.add_reader(descriptor, receive)
        self.attach(send, stop)
