"""A contact's counter (5501): pulses between two samples count, its bouncing does not."""

import builtins
import unittest

import fakeboard
import machine
from clock import FakeClock

from lwm2m import objects
from lwm2m.registry import Registry
from node import sensors

try:
    from micropython import heap_lock, heap_unlock
except ImportError:  # on CPython

    def heap_lock():
        pass

    heap_unlock = heap_lock

PIN = 13


class PulseCase(unittest.TestCase):
    def setUp(self):
        self.clock = FakeClock((1 << 30) - 300)
        self.board = fakeboard.fresh(self.clock)

    def make(self, **fields):
        """Make an input of object 3342 on a contact to GND, or as fields say."""
        spec = {"type": "pin", "pin": PIN, "pull": "up", "active": "low", "debounce": 5}
        spec.update(fields)
        self.on = 1 if spec["active"] == "high" else 0
        self.board.set_pin(PIN, 1 - self.on)
        self.driver = sensors.make(spec, {"clock": self.clock})
        self.instance = objects.find(3342)(0)
        if hasattr(self.driver, "pulses"):
            self.instance.pulses = self.driver.pulses
        self.registry = Registry()
        self.registry.add(self.instance)
        self.sample()

    def sample(self):
        self.driver.start()
        self.instance.update(self.driver.read())
        return self.instance.get(5501)

    def level(self, *steps):
        """Set the contact on (True) or off for so many ms each: level(True, 5, False, 5)."""
        for i in range(0, len(steps), 2):
            self.board.set_pin(PIN, self.on if steps[i] else 1 - self.on)
            self.clock.advance(steps[i + 1])


class CountTest(PulseCase):
    def test_pulses_of_5_ms_between_two_samples_are_counted(self):
        for active in ("low", "high"):
            self.make(active=active)
            for _ in range(7):
                self.level(True, 5, False, 45)
            self.assertEqual(self.sample(), 7, active)
            self.assertEqual(self.instance.get(5500), False)

    def test_of_any_length_that_the_interrupt_sees(self):
        self.make()
        for ms in (1, 2, 10, 1000, 90_000):
            self.level(True, ms, False, 100)
        self.assertEqual(self.sample(), 5)

    def test_each_pulse_counts_once_whether_sampled_or_not(self):
        self.make()
        for count in range(1, 6):
            self.level(True, 50)
            self.assertEqual(self.sample(), count)
            self.level(False, 50)
            self.assertEqual(self.sample(), count)

    def test_bouncing_at_either_edge_is_one_pulse(self):
        self.make()
        for count in range(1, 4):
            self.level(True, 1, False, 1, True, 2, False, 1, True, 500)
            self.level(False, 1, True, 1, False, 3, True, 1, False, 500)
            self.assertEqual(self.sample(), count)

    def test_a_long_bouncing_stays_one_while_its_gaps_are_short(self):
        self.make()
        self.level(*([True, 2, False, 4] * 20))
        self.assertEqual(self.sample(), 1)

    def test_the_gap_that_ends_a_pulse_is_configured(self):
        for debounce, expected in ((0, 4), (5, 4), (19, 4), (20, 4), (21, 1), (100, 1)):
            self.make(debounce=debounce)
            self.level(*([True, 30, False, 20] * 4))
            self.assertEqual(self.sample(), expected, debounce)

    def test_a_contact_that_is_on_at_the_start_has_not_gone_on(self):
        self.make()
        self.level(True, 100)
        self.make()
        self.board.set_pin(PIN, self.on)
        self.driver = sensors.make(
            {"type": "pin", "pin": PIN, "pull": "up", "active": "low"}, {"clock": self.clock}
        )
        self.instance.pulses = self.driver.pulses
        self.clock.advance(1000)
        self.assertEqual(self.sample(), 0)
        self.level(False, 100)
        self.assertEqual(self.sample(), 0)
        self.level(True, 100)
        self.assertEqual(self.sample(), 1)

    def test_the_first_pulse_behind_the_start_counts(self):
        self.make()
        self.level(True, 5, False, 5)
        self.assertEqual(self.sample(), 1)

    def test_a_read_tells_the_count_of_its_moment(self):
        self.make()
        self.level(True, 5, False, 45, True, 5, False, 45)
        self.assertEqual(self.registry.read(3342, 0, 5501)[1][0][3], 2)
        found = self.registry.read(3342, 0, -1)[1]
        self.assertEqual([value for _, rid, _, value in found if rid == 5501], [2])
        self.assertEqual(self.sample(), 2)

    def test_after_days_without_an_edge_the_next_one_counts(self):
        self.make()
        self.level(True, 5, False, 45)
        for _ in range(24 * 14):  # ticks wrap after 12 days
            self.clock.advance(3_600_000)
            self.assertEqual(self.sample(), 1)
        self.level(True, 5, False, 45)
        self.assertEqual(self.sample(), 2)


class LatePin:
    """A pin whose handler is called late, or never: the queue of the interrupts is short."""

    IN, PULL_UP, PULL_DOWN, IRQ_RISING, IRQ_FALLING = 0, 1, 2, 1, 2

    def __init__(self, number, mode, pull=None):
        LatePin.last = self
        self.level = 1

    def irq(self, handler, trigger):
        self.handler = handler
        self.trigger = trigger

    def value(self):
        return self.level


class LateTest(PulseCase):
    def setUp(self):
        PulseCase.setUp(self)
        self.real = machine.Pin
        machine.Pin = LatePin
        self.make()
        self.pin = LatePin.last

    def tearDown(self):
        machine.Pin = self.real

    def test_a_handler_that_finds_the_pulse_over_counts_it(self):
        self.pin.handler(self.pin)
        self.pin.handler(self.pin)
        self.clock.advance(50)
        self.assertEqual(self.sample(), 1)

    def test_edges_without_a_handler_are_made_up_for_by_the_sample(self):
        for count in (1, 2):
            self.pin.level = 0
            self.clock.advance(50)
            self.assertEqual(self.sample(), count)
            self.pin.level = 1
            self.clock.advance(50)
            self.assertEqual(self.sample(), count)
        self.clock.advance(5)
        self.pin.level = 0
        self.pin.handler(self.pin)
        self.clock.advance(50)
        self.assertEqual(self.sample(), 3)

    def test_the_handler_allocates_nothing(self):
        handler, pin, clock = self.pin.handler, self.pin, self.clock
        heap_lock()
        try:
            for i in range(20):
                pin.level = i & 1
                handler(pin)
                clock.now = clock.now + 10 & 0x3FFFFFFF
        finally:
            heap_unlock()
        self.assertEqual(self.sample(), 10)


class Plain:
    """A pin without interrupts."""

    IN, PULL_UP = 0, 1

    def __init__(self, number, mode, pull=None):
        self.level = 1

    def value(self):
        return self.level


def refusing(error):
    """Return a class of pins whose interrupt cannot be had."""

    class Refusing(Plain):
        IRQ_RISING, IRQ_FALLING = 1, 2

        def irq(self, handler, trigger):
            raise error

    return Refusing


class SampledTest(PulseCase):
    def tearDown(self):
        machine.Pin = self.real

    def test_without_an_interrupt_the_samples_tell_and_it_is_said(self):
        self.real = machine.Pin
        taken = ValueError("ExtInt vector 3 is already in use")
        errors = [
            taken,
            OSError(16),
            TypeError("argument"),
            NotImplementedError(),
            AttributeError(),
        ]
        for kind in [Plain] + [refusing(error) for error in errors]:
            machine.Pin = kind
            said = []
            real, builtins.print = print, said.append
            try:
                self.make()
            finally:
                builtins.print = real
            self.assertEqual(len(said), 1)
            self.assertTrue(said[0].startswith("pin 13 is only sampled, short pulses are not"))
            self.assertEqual(self.sample(), 0)
            for level, count in ((0, 1), (0, 1), (1, 1), (0, 2)):
                self.driver.pin.level = level
                self.assertEqual(self.sample(), count)


if __name__ == "__main__":
    unittest.main()
