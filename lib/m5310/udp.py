"""UDP through the module's sockets (guide 2, facts/protocol.md 4)."""

from micropython import const

from m5310 import errors
from m5310.errors import AtError
from m5310.fields import body, is_digits, num, split, tohex, unhex

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from typing import Self

    from at import AtClient, Clock

_MAX_SOCKETS = const(7)  # open at a time: ids 0 to 6, or 1 to 7 (facts/protocol.md 4)
_MAX_BYTES = const(512)  # of one datagram on this chip
_POLL_MS = const(10000)  # asks for data that often: an announcement may get lost

HIGH_PRIORITY = const(0x100)
RELEASE = const(0x200)  # release the radio after this datagram
RELEASE_AFTER_REPLY = const(0x400)


class Udp:
    """The UDP sockets of one module: `sockets` are the open ones by their ids, seven at most."""

    def __init__(self, at: "AtClient", clock: "Clock") -> None:
        self.at = at
        self.clock = clock
        self.sockets: "dict[int, UdpSocket]" = {}
        self._strays = True  # the module may have sockets open that are unknown here
        at.urc(b"+NSONMI:", self._announced)

    async def socket(self, port: int) -> "UdpSocket":
        """Return a UdpSocket on local port `port`, opened; raises as UdpSocket.open."""
        return await UdpSocket(self, port).open()

    async def create(self, port: int) -> int:
        """Have the module create a socket; return its id.

        A refusal may come from sockets that are open in the module and unknown here: they are
        closed, once, and it is asked again. Raises AtError if the module refuses or seven are
        open, FAILED if it printed no id.
        """
        if len(self.sockets) >= _MAX_SOCKETS:
            raise AtError(errors.BUSY, 0, b"AT+NSOCR")
        try:
            return await self._create(port)
        except AtError as e:
            if not (e.refused and self._strays):
                raise
        await self._sweep()  # what is open from before our restart has the port
        return await self._create(port)

    async def _create(self, port: int) -> int:
        text = b'AT+NSOCR="DGRAM",17,%d,1' % port
        try:
            lines = await self.at.command(text, 5000, b"+NSOCR:", None, _is_socket)
        except AtError as e:
            if not e.refused:
                self._strays = True  # it may have been created, and its id is lost
            raise
        ref = body(lines[0]).strip() if lines else b""
        if not is_digits(ref):
            self._strays = True
            raise AtError(errors.FAILED, 0, b"AT+NSOCR: no socket id")
        return num(ref)

    async def _sweep(self) -> None:
        """Close every socket of the module that is not in `sockets`."""
        for ref in range(_MAX_SOCKETS + 1):  # ids 0 to 6, or 1 to 7
            if ref not in self.sockets:
                try:
                    await self.close(ref)
                except AtError as e:
                    if not e.refused:
                        raise
        self._strays = False

    async def close(self, ref: int) -> None:
        """Have the module close socket ref; raises AtError, and then it may still be open."""
        try:
            await self.at.command(b"AT+NSOCL=%d" % ref, prefix=b"")
        except AtError:
            self._strays = True
            raise

    def reset(self) -> None:
        """Forget every socket: the module rebooted. Waiting calls raise AtError(RESET)."""
        for sock in self.sockets.values():
            sock.dropped()
        self.sockets.clear()
        self._strays = True

    def _announced(self, line: bytearray) -> None:
        fields = split(body(line), 8)
        sock = self.sockets.get(num(fields[0]))
        if sock:
            sock.waiting += max(0, num(fields[1]))
            sock.changed.set()


class UdpSocket:
    """A UDP socket on local port `port`: `async with`, or open() and close() it.

    `ref` is its id in the module. `is_open` turns False when the module reboots, too; then it may
    be opened again. `waiting` is the number of bytes announced and not read.
    """

    def __init__(self, udp: Udp, port: int) -> None:
        self.port = port
        self.ref = -1
        self.waiting = 0
        self.is_open = False
        self.changed = udp.at.event()  # set when data is announced or the socket is closed
        self._udp = udp

    async def __aenter__(self) -> "Self":
        await self.open()
        return self

    async def __aexit__(self, kind: object, error: object, trace: object) -> None:
        try:
            await self.close()
        except AtError:
            if kind is None:  # else that error says more
                raise

    async def open(self) -> "UdpSocket":
        """Open the socket; returns itself.

        Raises ValueError for the port, AtError if the module refuses or seven sockets are open.
        """
        port = self.port
        if not 1 <= port <= 65535 or port == 5683:
            raise ValueError("port %r: 1 to 65535, but 5683, which the module needs" % port)
        if self.is_open:
            return self
        sockets = self._udp.sockets
        self.ref = ref = await self._udp.create(port)
        if ref in sockets:  # the module rebooted unnoticed: it has the older one no more
            sockets[ref].dropped()
        sockets[ref] = self
        self.waiting = 0
        self.is_open = True
        return self

    async def sendto(self, data: bytes, address: tuple, flags: "int | None" = None) -> int:
        """Send 1 to 512 bytes to address (ip, port); returns the number of bytes the module took.

        flags: an OR of the constants above. Raises ValueError before anything is sent, AtError if
        the module refuses.
        """
        host = _address(address[0])
        if not 1 <= address[1] <= 65535:
            raise ValueError("port %r: 1 to 65535" % address[1])
        if not 1 <= len(data) <= _MAX_BYTES:
            raise ValueError("%d bytes: a datagram holds 1 to %d" % (len(data), _MAX_BYTES))
        self._check()
        option = b""
        if flags is not None:
            if flags & ~0x700:
                raise ValueError("flags 0x%x: 0x100, 0x200 and 0x400 are known" % flags)
            option = b"0x%X," % flags if flags else b"0,"
        text = b"AT+NSOST%s=%d,%s,%d,%s%d,%s" % (
            b"F" if option else b"",
            self.ref,
            host,
            address[1],
            option,
            len(data),
            tohex(data),
        )
        lines = await self._udp.at.command(text, 5000, b"+NSOST:", None, _is_count)
        try:
            return num(split(body(lines[0]), 4)[1])
        except (ValueError, IndexError):  # OK without the count (facts/protocol.md 9.8)
            return len(data)

    async def recvfrom(
        self,
        size: int = _MAX_BYTES,
        timeout_ms: "int | None" = None,
        timeout: "int | None" = None,
    ) -> "tuple | None":
        """Return (data, (ip, port)), at most size bytes of the next datagram.

        The next call continues a longer datagram. Returns None after timeout_ms; None waits for
        ever. Raises AtError, ValueError for a size below 1. timeout: older name of timeout_ms.
        """
        if timeout_ms is None:
            timeout_ms = timeout
        if size < 1:
            raise ValueError("size %r: 1 or more" % size)
        clock = self._udp.clock
        start = asked = clock.ticks_ms()
        while True:
            self.changed.clear()
            self._check()
            now = clock.ticks_ms()
            if self.waiting or clock.ticks_diff(now, asked) >= _POLL_MS:
                asked = now
                got = await self._read(min(size, self.waiting or size, _MAX_BYTES))
                if got:
                    return got
                now = clock.ticks_ms()
            left_ms = _POLL_MS - clock.ticks_diff(now, asked)
            if timeout_ms is not None:
                left_ms = min(left_ms, timeout_ms - clock.ticks_diff(now, start))
                if left_ms <= 0:
                    return None
            await self._udp.at.wait(self.changed, left_ms)

    async def check(self) -> "tuple | None":
        """Read without an announcement; returns as recvfrom. Raises AtError."""
        self._check()
        return await self._read(_MAX_BYTES)

    async def _read(self, size: int) -> "tuple | None":
        known = self.waiting
        text = b"AT+NSORF=%d,%d" % (self.ref, size)
        try:  # slow: to give up a read in the middle of its answer would lose a datagram
            lines = await self._udp.at.command(text, 5000, b"+NSORF:", None, _is_datagram, True)
        except AtError as e:
            if known or not e.refused:
                raise
            return None  # some firmware says ERROR where there is nothing to read
        self.waiting = max(0, self.waiting - known)  # what came meanwhile is another datagram
        if not lines:
            return None
        try:
            fields = split(body(lines[0]) if lines[0][:1] == b"+" else lines[0], 8)
            data = unhex(fields[4])
            host = str(fields[1], "utf-8")
            port = num(fields[2])
            if num(fields[0]) != self.ref or num(fields[3]) != len(data):
                return None
        except (ValueError, IndexError):
            return None
        if len(data) == size:
            self.waiting += max(0, known - size)
        return data, (host, port)

    async def close(self) -> None:
        """Close the socket; datagrams not read are dropped. Closing twice does nothing.

        It counts as closed also where the module does not close it, which raises AtError.
        """
        if self.is_open:
            self.dropped()
            del self._udp.sockets[self.ref]
            await self._udp.close(self.ref)

    def dropped(self) -> None:
        """Note that the module has the socket no more: waiting calls raise AtError."""
        self.is_open = False
        self.changed.set()

    def _check(self) -> None:
        if not self.is_open:
            raise AtError(errors.RESET, 0, b"socket %d is gone" % self.ref)


# None of these answers is another's, if it comes late (facts/protocol.md 4).


def _is_socket(line: bytearray) -> bool:
    """Return True if line is the id of a new socket."""
    return len(line) == 1 and is_digits(line)


def _is_count(line: bytearray) -> bool:
    """Return True if line is `<socket>,<bytes taken>`."""
    return _fields(line) == 2


def _is_datagram(line: bytearray) -> bool:
    """Return True if line is `<socket>,<ip>,<port>,<bytes>,<hex>[,<rest>]`."""
    return _fields(line) >= 5


def _fields(line: bytearray) -> int:
    """Return the number of fields in line, 0 if it does not begin with a digit."""
    return len(bytes(line).split(b",")) if 48 <= line[0] <= 57 else 0


def _address(host: str) -> bytes:
    """Return a dotted IPv4 address as bytes; leading zeros would be read as octal."""
    parts = host.split(".")
    if len(parts) != 4:
        raise ValueError("address %r: four numbers with dots" % host)
    for part in parts:
        if not part.isdigit() or int(part) > 255 or str(int(part)) != part:
            raise ValueError("address %r: four numbers 0 to 255 without leading zeros" % host)
    return host.encode()
