"""What the checks share: the board, what was asked for, and what was found out so far."""

import contextlib
import time
from dataclasses import dataclass

from deploy.boards import BOARDS, load
from deploy.cargo import Cargo
from deploy.doctor.talk import Talk
from deploy.errors import DeployError

_SETTLE_S = 2  # no longer than one call lasts


@dataclass
class Order:
    """What is asked for. config: a path, or None: the board's own.

    loopback: TX and RX are joined by a wire instead of going to the module. actuate: outputs may
    move. search_s: how long to wait for the network at most.
    """

    port: str
    board: str
    config: object = None
    loopback: bool = False
    actuate: bool = False
    search_s: float = 120
    patience: float = 10
    boards: object = BOARDS


class Case:
    """One visit. found: as probe says; plan: None until the configuration was looked at."""

    def __init__(self, link, found, order, report):
        self.link = link
        self.found = found
        self.order = order
        self.report = report
        name = order.board or found.board
        self.board = load(name, order.boards)
        self.cargo = Cargo(link, found, self.board)
        self.talk = Talk(link)
        self.plan = None
        self.dialect = "seed"  # of the module, as far as it is known
        self.baud = None  # at which the module answers
        self.errors_numbered = False  # AT+CMEE=1 was taken: a restart undoes it

    @property
    def hosted(self):
        """Whether this is a PC that plays the board."""
        return self.board.port == "unix"

    def make(self, what):
        """Return the command line by which this board is named again: make WHAT BOARD=…"""
        return f"make {what} BOARD={self.board.name} PORT={self.link.device_name}"

    def settle(self):
        """End what runs on the board now: behind raw paste a stand-in does not see Ctrl-C."""
        heard = b""
        end = time.monotonic() + _SETTLE_S
        with contextlib.suppress(DeployError):
            self.link.serial.write(b"\x03")
            while not heard.endswith(b"\x04>") and time.monotonic() < end:
                heard += self.link.serial.more(0.1)

    def open(self, baud, swapped=False):
        """Open the module's UART at baud; swapped: TX at the pin of RX. Raises DeployError."""
        module = self.plan.module
        pins = module["tx"], module["rx"]
        if swapped:
            pins = pins[::-1]
        self.cargo.load("doctor_line")
        self.link.run(
            "import doctor_line; doctor_line.start(%r, %d, %r, %r, %r)"
            % (module["uart"], baud, *pins, self.plan.options),
            f"other module.uart, tx, rx: see boards/{self.board.name}/README.md",
        )
