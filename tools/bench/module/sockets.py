"""UDP sockets and the one peer they can reach: an echo that never leaves this process."""

from collections import deque
from dataclasses import dataclass, field

MAX_SOCKETS = 7
MAX_QUEUED = 8  # datagrams a socket keeps; a newer one is lost


@dataclass
class Socket:
    """A bound port; datagrams: deque of [address, port, bytes not yet read]."""

    port: int
    report: bool
    datagrams: deque = field(default_factory=deque)


class Sockets:
    """The module's socket table, ids 0 to 6 (guide 2.1)."""

    def __init__(self, module):
        self._module = module
        self.reset()

    def reset(self):
        self.table = {}

    def open(self, port, report):
        """Return the id of a new socket, None if the table is full or the port is taken."""
        if len(self.table) >= MAX_SOCKETS or any(s.port == port for s in self.table.values()):
            return None
        first = self._module.profile.first_socket
        number = next(n for n in range(first, first + MAX_SOCKETS) if n not in self.table)
        self.table[number] = Socket(port, report)
        return number

    def send(self, number, address, port, data):
        """Send: the echo peer answers `[ip:port]` and the data (guide 2.3), others as they do."""
        module = self._module
        module.radio.activity()
        peer = module.peers.get("%s:%d" % (address, port))
        if peer:
            socket = self.table[number]
            peer(data, lambda answer: self.receive(socket, address, port, answer))
        if "%s:%d" % (address, port) != module.options.echo_peer:
            return
        socket = self.table[number]
        answer = b"[%s]%s" % (module.options.public_address.encode(), data)
        module.timers.after(
            module.options.echo_ms, lambda: self.receive(socket, address, port, answer)
        )

    def receive(self, socket, address, port, data):
        """Queue a datagram that came for socket; only the first one is announced."""
        if self._module.sleep.deaf:
            self._module.sleep.hold(lambda: self.receive(socket, address, port, data))
            return
        number = next((n for n, known in self.table.items() if known is socket), None)
        if number is None or not self._module.radio.registered or not socket.report:
            return
        self._module.radio.downlink()
        if len(socket.datagrams) >= MAX_QUEUED:
            return
        socket.datagrams.append([address, port, data])
        if len(socket.datagrams) == 1:
            self._module.emit(announcement(number, socket))


def announcement(number, socket):
    """Return the +NSONMI line for what waits first."""
    return "+NSONMI:%d,%d" % (number, len(socket.datagrams[0][2]))
