"""One simulated module with everything around it: serial line, virtual board, trace, faults."""

from bench.boardlink import BoardLink, new_board, serve_board
from bench.faults import Faults
from bench.faults.player import Player, asker
from bench.module import Module
from bench.port import Port
from bench.serve import Shell, bound, listen
from bench.trace import Trace
from bench.uplink import UplinkPeer
from bench.wiring import EXAMPLE, load

HOW_FAR_APART = 2  # AT port, board port, next AT port, ...


class Station:
    """A module for one node.

    at, board_at: where they are reached once serve() and serve_board() are done. wiring: what the
    node that is to come drives and samples, None = the example configuration. trace_lines: how
    many are kept. options: of Module.
    """

    def __init__(
        self, clock, platform, number=0, baud=9600, wiring=None, trace_lines=5000, **options
    ):
        self.number = number
        self.module = Module(clock, platform, **options)
        self.module.polls_platform = False
        self.trace = Trace(platform.wall_ms, trace_lines)
        self.module.on_line = self.trace.line
        self.module.on_operation = self.trace.operation
        self.uplink = UplinkPeer(self.module)
        self.faults = Faults(self.module, self.trace, seed=number + 1)
        self.link = BoardLink(new_board())
        self.shell = Shell(Port(self.module, clock, baud))
        self.wiring = wiring or load(EXAMPLE)
        self.at = ""
        self.board_at = ""

    def play(self, script):
        """Begin to play a fault script."""
        ask = asker(self.module.platform, self.module.imei)
        Player(script, self.faults, self.shell.port, ask).start()

    async def serve(self, host, port):
        """Serve the AT port on TCP. Raises AddressError."""
        server = await listen(self.shell.serve_tcp, host, self._port(port), "the module (--at)")
        self.at = bound(server)

    def serve_pty(self):
        """Serve the AT port as a pseudo terminal."""
        self.at = self.shell.serve_pty()

    def serve_serial(self, device, baud):
        """Serve the AT port on a serial device. Raises AddressError."""
        self.shell.serve_serial(device, baud)
        self.at = device

    async def serve_board(self, host, port):
        """Serve the virtual board's link. Raises AddressError."""
        server = await listen(
            lambda host, port: serve_board(self.link, host, port),
            host,
            self._port(port),
            "the virtual board (--board)",
        )
        self.board_at = bound(server)

    def _port(self, first):
        """Return the port of this station if the first one has `first`, 0 = any free one."""
        return first + HOW_FAR_APART * self.number if first else 0
