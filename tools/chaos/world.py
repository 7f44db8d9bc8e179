"""A module, its serial line, the platform, the virtual board, the faults, and the referee."""

import random

from bench.faults import Faults
from bench.faults.player import Player
from bench.module import Module
from bench.platform import Platform
from bench.port import Port
from bench.trace import Trace
from chaos.driver import Driver
from chaos.referee import Referee

RESET_PIN, POWER_PIN = 27, 14


class World:
    """Everything around a node, on a clock; restart(): has the node lose its power.

    The node itself is whoever polls `port`: in virtual time or in real time.
    """

    def __init__(self, plan, clock, board, restart):
        self.plan = plan
        self.board = board
        self.platform = Platform(clock, **plan.platform)
        self.module = module = Module(clock, self.platform, **plan.module)
        self.port = Port(module, clock, plan.baud)
        self.referee = Referee(module, self.platform, board)
        self.port.on_bytes = self.referee.bytes
        self._watch_rates()
        self.faults = Faults(module, Trace(self.platform.wall_ms, 10))
        self.driver = Driver(
            plan,
            self.platform,
            module.imei,
            board,
            self.referee.readings,
            random.Random(plan.seed ^ 0x5EED),
        )
        self.driver.prepare()
        self._player = Player(plan.script, self.faults, self.port, self.driver.ask, restart)
        self._player.on_effect = self.referee.effect
        board.on_change(self._board_changed)

    def start(self):
        """Let operations and faults begin."""
        self.driver.start()
        self._player.start()

    def stop(self):
        """Let operations and faults end."""
        self.driver.stop()
        self._player.stop()

    @property
    def online(self):
        """Return whether the session stands and the platform has observed what it does."""
        device = self.platform.device(self.module.imei)
        return bool(
            self.module.session.is_open and device and device.online and not device.waiting
        )

    def _watch_rates(self):
        port = self.port
        set_bauds = port.set_bauds

        def watched(**rates):
            set_bauds(**rates)
            self.referee.rates(port.mcu_baud, port.module_baud)

        port.set_bauds = watched

    def _board_changed(self, kind, pin, value):
        if kind == "pin" and value == 1 and pin in (RESET_PIN, POWER_PIN):
            self.referee.tell("the node resets the module by pin %d" % pin)
            self.module.reboot()
