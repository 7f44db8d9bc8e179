"""Write-Attributes: what is accepted, what is kept, what is inherited.

guide 3.5(5), OMA TS 1.0 5.1.
"""

import unittest

from clock import FakeClock

from lwm2m.attributes import merge, parse
from lwm2m.observe import Observations
from lwm2m.registry import Registry
from lwm2m.temperature import Temperature

GUIDE = b"pmin=15;pmax=60;lt=0.0;gt=50.0;st=2.0"


class Parse(unittest.TestCase):
    def test_guide_line(self):
        self.assertEqual(len(GUIDE), 37)
        self.assertEqual(parse(GUIDE), {"pmin": 15, "pmax": 60, "lt": 0.0, "gt": 50.0, "st": 2.0})

    def test_any_order_blanks_and_stp(self):
        self.assertEqual(parse(b" stp = 0.5; gt=-1 ;pmax=0;"), {"st": 0.5, "gt": -1.0, "pmax": 0})
        self.assertEqual(parse(b"lt=-40"), {"lt": -40.0})

    def test_nothing(self):
        for raw in (b"", b"  ", b";", b"; ;"):
            self.assertEqual(parse(raw), {})

    def test_an_empty_part_hides_nothing_behind_it(self):
        self.assertEqual(parse(b";pmin=1;; ;pmax=2"), {"pmin": 1, "pmax": 2})

    def test_at_most_128_bytes(self):
        self.assertEqual(parse(b"pmin=15;" + b" " * 120), {"pmin": 15})
        with self.assertRaises(ValueError):
            parse(b"pmin=15;" + b" " * 121)

    def test_key_without_value_unsets(self):
        self.assertEqual(parse(b"pmin;st="), {"pmin": None, "st": None})

    def test_refused(self):
        for raw in (
            b"pmin=15;pmin=15",
            b"st=1;stp=1",
            b"epmin=1",
            b"PMIN=1",
            b"=1",
            b"pmin=-1",
            b"pmax=-60",
            b"pmin=15.0",
            b"pmin=1.5",
            b"pmin=4294967296",
            b"pmin=x",
            b"pmin=0x10",
            b"pmin==1",
            b"pmin=1,pmax=2",
            b"st=0",
            b"st=0.0",
            b"st=-2",
            b"gt=nan",
            b"lt=-inf",
            b"gt=1e999",
            b"gt=1 2",
            b"\xff=1",
            b"pmin=\xff",
            b'"pmin=1"',
            b"pmin=" + b"0" * 130,
        ):
            with self.assertRaises(ValueError):
                self.fail("%r became %r" % (raw, parse(raw)))

    def test_zeros_for_what_nobody_set_are_left_out(self):
        """M5312, M5313 and RDA's firmware print every attribute (docs/reference/mipl.md)."""
        for raw, expected in (
            (
                b"pmin=15; pmax=60; gt=0.000000; lt=0.000000; stp=0.000000",
                {"pmin": 15, "pmax": 60},
            ),
            (b"pmin=15;pmax=60;lt=0.0;gt=0.0;st=0.0", {"pmin": 15, "pmax": 60}),
            (b"gt=0.00;lt=-0.00;stp=0.00", {}),
            (b"pmin=0; pmax=60; gt=0.000000; lt=0.000000; stp=0.000000", {"pmax": 60}),
            (b"pmin=15; pmax=0; gt=0.000000; lt=0.000000; stp=0.000000;", {"pmin": 15}),
            (b"pmin=0; pmax=0; gt=0.000000; lt=0.000000; stp=2.500000", {"st": 2.5}),
            (b"pmin=0; pmax=0; gt=-5.000000; lt=0.000000; stp=0.000000", {"gt": -5.0}),
            (b"pmin=0; pmax=0; gt=0.000000; lt=5.000000; stp=0.000000", {"lt": 5.0}),
            (b"gt=4.000000; lt=0.000000; stp=2.000000", {"gt": 4.0, "st": 2.0}),
        ):
            self.assertEqual(parse(raw), expected, raw)

    def test_a_zero_that_can_be_meant_stays(self):
        for raw, expected in (
            (b"pmin=18;pmax=90;lt=0.0;gt=60.0;stp=2.0", {"lt": 0.0, "gt": 60.0, "st": 2.0}),
            (b"gt=60.000000; lt=0.000000; stp=0.000000", {"gt": 60.0, "lt": 0.0}),
            (b"gt=0.000000; lt=-40.000000; stp=0.000000", {"gt": 0.0, "lt": -40.0}),
            (b"gt=60.000000; lt=0.000000; stp=2.000000", {"gt": 60.0, "lt": 0.0, "st": 2.0}),
            (b"gt=5.000000; lt=0.000000; stp=2.000000", {"gt": 5.0, "lt": 0.0, "st": 2.0}),
            (b"gt=0.000000; lt=-5.000000; stp=2.000000", {"gt": 0.0, "lt": -5.0, "st": 2.0}),
            (b"gt=0.000000", {"gt": 0.0}),
            (b"lt=0;pmin=0", {"lt": 0.0, "pmin": 0}),
        ):
            found = parse(raw)
            self.assertEqual({key: found[key] for key in expected}, expected, raw)

    def test_zeros_that_somebody_wrote_are_no_attributes(self):
        """An st of 0 is none, and gt has to be above lt (OMA TS 1.0 5.1.2)."""
        for raw in (
            b"gt=0;lt=0;st=0",
            b"gt=0;lt=0;stp=0.0",
            b"pmin=1;st=0.000000",
            b"gt=50.000000;stp=0.000000",
            b"lt=0.0;gt=50.0;stp=0.0",
            b"gt=0.0;lt=0.0;st=",
        ):
            with self.assertRaises(ValueError):
                merge({}, parse(raw))

    def test_longest_period(self):
        self.assertEqual(parse(b"pmax=4294967295"), {"pmax": 4294967295})


class Merge(unittest.TestCase):
    def test_key_by_key(self):
        old = {"pmin": 1, "gt": 5.0}
        self.assertEqual(merge(old, {"pmax": 9, "gt": 6.0}), {"pmin": 1, "gt": 6.0, "pmax": 9})
        self.assertEqual(merge(old, {"pmin": None, "st": None}), {"gt": 5.0})
        self.assertEqual(old, {"pmin": 1, "gt": 5.0})

    def test_thresholds_must_leave_room_for_two_steps(self):
        for old, new, ok in (
            ({"lt": 0.0}, {"gt": 0.0}, False),
            ({"lt": 0.0}, {"gt": -1.0}, False),
            ({"lt": 0.0}, {"gt": 0.5}, True),
            ({"lt": 0.0, "gt": 4.0}, {"st": 2.0}, False),
            ({"lt": 0.0, "gt": 4.0}, {"st": 1.75}, True),
            ({"lt": 0.0, "st": 2.0}, {"gt": 4.0}, False),
            ({"lt": 0.0, "st": 2.0}, {"gt": 4.0, "st": None}, True),
            ({"gt": 4.0, "st": 200.0}, {"pmin": 1}, True),
        ):
            if ok:
                merge(old, new)
            else:
                with self.assertRaises(ValueError):
                    merge(old, new)

    def test_periods_are_stored_as_they_come(self):
        # pmax below pmin is ignored when it is used, not refused (OMA TS 1.0 5.1.2).
        self.assertEqual(merge({"pmin": 60}, {"pmax": 5}), {"pmin": 60, "pmax": 5})


class Paths(unittest.TestCase):
    def setUp(self):
        self.clock = FakeClock()
        self.reg = Registry()
        self.temps = Temperature(0), Temperature(1)
        for t in self.temps:
            t.update(20)
            self.reg.add(t)
        self.obs = Observations(self.reg, self.clock)
        self.set = self.obs.set_attributes

    def drain(self):
        out = []
        item = self.obs.due()
        while item:
            out.append((item[2], item[3]))
            self.obs.sent(item)
            item = self.obs.due()
        return out

    def quiet_until(self, iid, rid):
        """Return the s that a change just after a notification waits; None: over two minutes."""
        self.clock.advance(200000)
        self.temps[iid].put(rid, self.temps[iid].get(rid) + 1)
        self.assertIn((iid, rid), self.drain())
        self.temps[iid].put(rid, self.temps[iid].get(rid) + 1)
        for second in range(120):
            if (iid, rid) in self.drain():
                return second
            self.clock.advance(1000)
        return None

    def test_codes(self):
        self.assertEqual(self.set(3303, 0, 5700, GUIDE), 204)
        self.assertEqual(self.set(3303, 0, 5700, b""), 204)
        self.assertEqual(self.set(3303, -1, -1, b"pmin=1;pmax=5"), 204)
        self.assertEqual(self.set(3303, 0, -1, b"pmin=1"), 204)
        self.assertEqual(self.set(3303, 2, 5700, GUIDE), 404)
        self.assertEqual(self.set(3303, 0, 5850, GUIDE), 404)
        self.assertEqual(self.set(3304, -1, -1, b"pmin=1"), 404)
        self.assertEqual(self.set(3303, 0, 5605, b"pmin=1"), 405)
        self.assertEqual(self.set(3303, 0, 5700, b"pmin=a"), 400)

    def test_thresholds_only_on_resources(self):
        for key in (b"gt=1", b"lt=1", b"st=1", b"stp=1", b"pmin=1;gt=1"):
            self.assertEqual(self.set(3303, 0, -1, key), 400)
            self.assertEqual(self.set(3303, -1, -1, key), 400)
            self.assertEqual(self.set(3303, 0, 5701, key), 204)
            self.assertEqual(self.set(3303, 0, 5701, b"gt;lt;st"), 204)

    def test_zeros_for_what_nobody_set_do_not_touch_what_was_set(self):
        self.assertEqual(self.set(3303, 0, 5700, b"gt=21;lt=-5;st=4"), 204)
        printed = b"pmin=15; pmax=60; gt=0.000000; lt=0.000000; stp=0.000000"
        self.assertEqual(self.set(3303, 0, 5700, printed), 204)
        self.assertEqual(self.set(3303, 0, -1, printed), 204)
        self.assertEqual(self.set(3303, -1, -1, printed), 204)
        self.obs.observe(3303, 0, 5700, 1)
        self.drain()
        self.clock.advance(20000)
        self.temps[0].update(20.5)
        self.assertEqual(self.drain(), [])
        self.temps[0].update(21.5)
        self.assertEqual(self.drain(), [(0, 5700)])

    def test_a_refused_set_keeps_the_old(self):
        self.obs.observe(3303, 0, 5700, 1)
        self.assertEqual(self.set(3303, 0, 5700, b"pmin=30;lt=0;gt=50"), 204)
        self.assertEqual(self.set(3303, 0, 5700, b"pmin=2;st=25"), 400)
        self.temps[0].update(49)
        self.drain()
        self.temps[0].update(51)
        self.assertEqual(self.drain(), [])
        self.clock.advance(29000)
        self.assertEqual(self.drain(), [])
        self.clock.advance(1000)
        self.assertEqual(self.drain(), [(0, 5700)])

    def test_the_deepest_set_key_wins(self):
        self.obs.observe(3303, -1, -1, 1)
        self.assertEqual(self.quiet_until(0, 5603), 1)  # the node's own pmin of 1 s
        self.assertEqual(self.set(3303, -1, -1, b"pmin=20"), 204)
        self.assertEqual(self.set(3303, 1, -1, b"pmin=10"), 204)
        self.assertEqual(self.set(3303, 1, 5700, b"pmin=5"), 204)
        self.assertEqual(self.quiet_until(0, 5700), 20)
        self.assertEqual(self.quiet_until(1, 5603), 10)
        self.assertEqual(self.quiet_until(1, 5700), 5)
        self.assertEqual(self.set(3303, 1, 5700, b"pmin="), 204)
        self.assertEqual(self.quiet_until(1, 5700), 10)
        self.assertEqual(self.set(3303, 1, -1, b"pmin"), 204)
        self.assertEqual(self.quiet_until(1, 5700), 20)

    def test_keys_are_inherited_one_by_one(self):
        self.obs.observe(3303, 0, 5700, 1)
        self.drain()
        self.assertEqual(self.set(3303, -1, -1, b"pmax=40"), 204)
        self.assertEqual(self.set(3303, 0, -1, b"pmin=7"), 204)
        self.assertEqual(self.set(3303, 0, 5700, b"st=5"), 204)
        self.temps[0].update(24)
        self.clock.advance(39999)
        self.assertEqual(self.drain(), [])
        self.clock.advance(1)
        self.assertEqual(self.drain(), [(0, 5700)])
        self.temps[0].update(29)
        self.clock.advance(6999)
        self.assertEqual(self.drain(), [])
        self.clock.advance(1)
        self.assertEqual(self.drain(), [(0, 5700)])

    def test_pmin_0_switches_the_default_off(self):
        self.obs.observe(3303, 0, 5700, 1)
        self.assertEqual(self.set(3303, 0, 5700, b"pmin=0"), 204)
        self.assertEqual(self.quiet_until(0, 5700), 0)

    def test_they_outlive_cancel_and_registration(self):
        self.obs.observe(3303, 0, 5700, 1)
        self.set(3303, 0, 5700, b"pmin=30")
        self.obs.cancel(3303, 0, 5700)
        self.obs.observe(3303, 0, 5700, 2)
        self.assertEqual(self.quiet_until(0, 5700), 30)
        self.obs.clear()
        self.obs.observe(3303, 0, 5700, 3)
        self.assertEqual(self.quiet_until(0, 5700), 30)
        self.obs.clear(True)
        self.obs.observe(3303, 0, 5700, 4)
        self.assertEqual(self.quiet_until(0, 5700), 1)
