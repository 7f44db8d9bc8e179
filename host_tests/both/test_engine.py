"""The engine as its callers have it: `run`, and answers that are begun anew between two lines."""

import unittest

from tick_rig import Call, Ticks

from m5310 import errors
from m5310.modem import Modem

MUTE = {b"AT+ONE": None, b"AT+TWO": None}
READ = b"+MIPLREAD:0,9,3303,0,-1"
VALUES = [(0, 5700 + i, 4, 1.5) for i in range(4)]
LINES = [b"AT+MIPLREADRSP=0,9,1,3303,0,%d,4,4,1.5,%d,0" % (5700 + i, 3 - i) for i in range(4)]


class Running(Ticks):
    """A line that `run` turns, not the test: `turns` are the ticks of its turns."""

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.turns = []
        self.bytes_there = self.uart.any
        self.uart.any = self._any
        self.run = Call(self.at.run())

    def _any(self):
        if self.clock.now not in self.turns[-1:]:
            self.turns.append(self.clock.now)
        return self.bytes_there()

    def tick(self, ms=1):
        if hasattr(self, "run"):
            for _ in range(ms):
                self.clock.advance(1)
                self.run.step()
                for call in self.calls:
                    call.step()
        else:
            super().tick(ms)

    @property
    def rests(self):
        """Return the ms between the turns so far."""
        return [b - a for a, b in zip(self.turns, self.turns[1:])]


class RunTest(unittest.TestCase):
    def test_a_turn_comes_as_soon_as_the_one_before_wanted(self):
        r = Running()
        r.tick(100)
        self.assertEqual(r.rests, [25] * 4)
        r = Running(baud=19200)
        r.tick(60)
        self.assertEqual(r.rests, [12] * 5)

    def broken(self, begin):
        """Have a turn of r fail behind begin(r); return r in that tick."""
        r = Running(MUTE, baud=19200)
        begin(r)
        good = r.clock.ticks_ms

        def fails_once():
            r.clock.ticks_ms = good
            raise MemoryError

        r.tick(30)
        r.clock.ticks_ms = fails_once
        turns = len(r.turns)
        while len(r.turns) == turns:
            r.tick(1)
        return r

    def test_a_turn_that_fails_is_counted_and_followed_by_another(self):
        r = self.broken(lambda r: None)
        self.assertEqual(r.status("faults"), 1)
        self.assertEqual(r.status("timeouts"), 0)
        r.tick(26)
        self.assertEqual(r.rests[-2:], [12, 25])
        r.command(b"AT+THREE")
        r.tick(12)
        self.assertEqual(r.sent, [b"AT+THREE"])

    def test_nobody_waits_for_a_command_that_went_with_it(self):
        calls = []
        r = self.broken(lambda r: calls.append(r.command(b"AT+ONE", 60000)))
        self.assertEqual((r.status("timeouts"), r.status("errors")), (1, 1))
        r.tick(10)
        self.assertEqual(calls[0].kind, errors.TIMEOUT)
        r.clear()
        r.tick(130)
        self.assertEqual(r.sent, [b"AT"])


class BetweenTest(unittest.TestCase):
    """A read that is printed again when lines of its answer were sent."""

    def setUp(self):
        self.ends = []

    def reading(self):
        def make(uart, clock, **options):
            modem = Modem(uart, clock, print, self.operation, "seed", **options)
            self.requests = modem.mipl.requests
            self.requests.on_answered = lambda op, error, age: self.ends.append(
                (error.kind if error else 0, age)
            )
            return modem.at

        return Ticks(make=make)

    def operation(self, op):
        self.requests.reply(op, 205, VALUES)

    def test_between_two_lines_its_answer_begins_anew_at_once(self):
        for n in range(3):
            self.ends = []
            r = self.reading()
            r.print(READ)
            r.until_sent(LINES[n])
            r.tick(1)
            self.assertEqual(r.trace[-1], ("f", b"OK"))
            r.print(READ)
            r.tick(100)
            self.assertEqual(r.sent, LINES[: n + 1] + LINES, n)
            self.assertEqual([kind for kind, _ in self.ends], [errors.AGAIN, 0])
            self.assertEqual(self.ends[0][1], 2 + 3 * n)

    def test_behind_its_last_line_it_is_a_new_one(self):
        r = self.reading()
        r.print(READ)
        r.until_sent(LINES[3])
        r.tick(1)
        r.print(READ)
        r.tick(100)
        self.assertEqual(r.sent, LINES + LINES)
        self.assertEqual([kind for kind, _ in self.ends], [0, 0])

    def test_with_a_line_in_flight_it_begins_behind_the_ok_of_that(self):
        for n in range(4):
            self.ends = []
            r = self.reading()
            r.peer.answers[LINES[n]] = lambda _, said=[None, b"OK"]: said.pop(0)
            r.print(READ)
            r.until_sent(LINES[n])
            r.tick(1)
            r.print(READ)
            r.tick(5)
            r.print(b"OK")
            r.tick(100)
            self.assertEqual(r.sent, LINES[: n + 1] + LINES, n)
            self.assertEqual([kind for kind, _ in self.ends], [errors.AGAIN, 0])
