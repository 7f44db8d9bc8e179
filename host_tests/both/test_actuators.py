"""Actuators: what reaches the pins, from boot on, and what happens when a pin fails."""

import unittest

import fakeboard
from clock import FakeClock

from lwm2m.actuation import Actuation
from lwm2m.registry import Registry
from lwm2m.values import OPAQUE
from node import actuators

STATES = {"off": [0, 0], "low": [1, 0], "high": [0, 1]}


def spec(**parts):
    base = {"instance": 0, "application_type": "", "switch": None, "dimmer": None}
    base["multistate"] = None
    base.update(parts)
    return base


class ActuatorCase(unittest.TestCase):
    def setUp(self):
        self.clock = FakeClock()
        self.board = fakeboard.fresh(self.clock)


class SwitchTest(ActuatorCase):
    def test_active_high_is_low_at_boot(self):
        made = actuators.make(spec(switch={"pin": 26, "active": "high"}))
        self.assertEqual(self.board.pins, {26: 0})
        made["on_off"](True)
        self.assertEqual(self.board.pins, {26: 1})
        made["on_off"](False)
        self.assertEqual(self.board.pins, {26: 0})

    def test_active_low_is_high_at_boot_without_a_glitch(self):
        seen = []
        self.board.on_change(lambda *what: seen.append(what))
        made = actuators.make(spec(switch={"pin": 26, "active": "low"}))
        made["on_off"](True)
        self.assertEqual(seen, [("pin", 26, 1), ("pin", 26, 0)])

    def test_a_failed_pin_is_an_os_error(self):
        made = actuators.make(spec(switch={"pin": 26, "active": "high"}))
        self.board.broken.add(26)
        self.assertRaises(OSError, made["on_off"], True)


class DimmerTest(ActuatorCase):
    def test_percent_covers_the_whole_duty_range(self):
        dim = actuators.make(spec(dimmer={"pin": 25, "freq": 1000}))["dimmer"]
        self.assertEqual(self.board.pwm, {25: 0})
        for percent, duty in ((0, 0), (1, 655), (50, 32768), (99, 64880), (100, 65535)):
            dim(percent)
            self.assertEqual(self.board.pwm[25], duty)

    def test_out_of_range_changes_nothing(self):
        dim = actuators.make(spec(dimmer={"pin": 25, "freq": 1000}))["dimmer"]
        dim(40)
        for bad in (-1, 101, float("nan")):
            self.assertRaises(ValueError, dim, bad)
        self.assertEqual(self.board.pwm[25], 26214)


class MultiStateTest(ActuatorCase):
    def make(self, boot="off"):
        part = {"pins": [32, 33], "states": STATES, "boot": boot}
        return actuators.make(spec(multistate=part))

    def test_boot_state_is_on_the_pins_and_first_of_the_names(self):
        made = self.make("high")
        self.assertEqual(self.board.pins, {32: 0, 33: 1})
        self.assertEqual(made["states"], ["high", "low", "off"])

    def test_names_set_their_patterns(self):
        state = self.make()["multistate"]
        for name, levels in STATES.items():
            state(name)
            self.assertEqual([self.board.pins[32], self.board.pins[33]], levels)

    def test_two_outputs_are_never_on_together_on_the_way(self):
        state = self.make()["multistate"]
        state("low")
        both = []
        self.board.on_change(lambda *what: both.append(self.board.pins[32] & self.board.pins[33]))
        for name in ("high", "low", "high"):
            state(name)
        self.assertEqual(both, [0] * 6)

    def test_an_unknown_name_changes_nothing(self):
        state = self.make("low")["multistate"]
        self.assertRaises(ValueError, state, "medium")
        self.assertEqual(self.board.pins, {32: 1, 33: 0})


class WithObjectTest(ActuatorCase):
    def test_what_the_factory_returns_is_what_object_3306_takes(self):
        part = {"pins": [32, 33], "states": STATES, "boot": "off"}
        made = actuators.make(
            spec(
                switch={"pin": 26, "active": "high"},
                dimmer={"pin": 25, "freq": 1000},
                multistate=part,
                application_type="fan",
            )
        )
        registry = Registry()
        actuation = Actuation(0, self.clock, **made)
        registry.add(actuation)
        self.assertEqual(registry.write(3306, 0, [(5850, OPAQUE, b"\x01")]), 204)
        self.assertEqual(registry.write(3306, 0, [(5851, OPAQUE, b"\x16")]), 204)
        self.assertEqual(registry.write(3306, 0, [(5853, OPAQUE, b"high")]), 204)
        self.assertEqual(self.board.pins, {26: 1, 32: 0, 33: 1})
        self.assertEqual(self.board.pwm, {25: 14418})
        self.assertEqual(actuation.get(5750), "fan")


if __name__ == "__main__":
    unittest.main()
