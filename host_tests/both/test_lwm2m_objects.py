"""Objects 3303 and 3306 under read, write, execute and discover.

guide 3.5, facts/platform.md 3 and 5.2.
"""

import unittest

from clock import FakeClock

from lwm2m.actuation import Actuation
from lwm2m.registry import Instance, Registry
from lwm2m.temperature import Temperature
from lwm2m.values import BOOLEAN, FLOAT, INTEGER, OPAQUE, READ, STRING

BUS = ((5850, OPAQUE, b"\x01"), (5851, OPAQUE, b"\x16"))


class Pin:
    """An output that remembers what drove it, and fails from the given call on."""

    def __init__(self, fails=()):
        self.calls = []
        self.fails = fails

    def __call__(self, value):
        self.calls.append(value)
        if len(self.calls) in self.fails:
            raise OSError(5)


class Objects(unittest.TestCase):
    def setUp(self):
        self.clock = FakeClock((1 << 30) - 5000)
        self.reg = Registry()
        self.switch, self.dimmer, self.state = Pin(), Pin(), Pin()
        self.act = Actuation(
            0, self.clock, self.switch, self.dimmer, self.state, "lamp", ("eco", "full")
        )
        self.temps = [Temperature(0), Temperature(1, "Cel", 0, 99)]
        for instance in (self.act, self.temps[1], self.temps[0]):
            self.reg.add(instance)

    def values(self):
        return [value for _, _, _, value in self.reg.read(3306, 0, -1)[1]]

    def write(self, *values):
        return self.reg.write(3306, 0, values)


class Discover(Objects):
    def test_lists_as_the_guide(self):
        self.assertEqual(self.reg.objects(), [3303, 3306])
        self.assertEqual(self.reg.instances(3303), [0, 1])
        self.assertEqual(self.reg.instances(3306), [0])
        text = self.reg.discover_text(3303)
        self.assertEqual(text, "5700;5701;5601;5602;5603;5604;5605")
        self.assertEqual(len(text), 34)
        text = self.reg.discover_text(3306)
        self.assertEqual(text, "5850;5851;5852;5853;5750")
        self.assertEqual(len(text), 24)
        self.assertEqual(self.reg.resource_ids(3306), [5850, 5851, 5852, 5853, 5750])
        self.assertEqual(self.reg.counts(3303), (6, 1))
        self.assertEqual(self.reg.counts(3306), (5, 0))

    def test_unknown_object_is_empty(self):
        self.assertEqual(self.reg.discover_text(3304), "")
        self.assertEqual(self.reg.resource_ids(3304), [])
        self.assertEqual(self.reg.instances(3304), [])
        self.assertEqual(self.reg.counts(3304), (0, 0))

    def test_add_refuses_a_taken_or_impossible_id(self):
        with self.assertRaises(ValueError):
            self.reg.add(Temperature(1))
        for iid in (-1, 65535):
            with self.assertRaises(ValueError):
                Temperature(iid)

    def test_check(self):
        for path in ((3303, -1, -1), (3303, 1, -1), (3303, 0, 5605), (3306, 0, 5750)):
            self.assertEqual(self.reg.check(*path), 0)
        for path in (
            (3304, -1, -1),
            (3303, 2, -1),
            (3303, 0, 5850),
            (3303, -1, 5700),
            (-1, -1, -1),
            (3303, -2, -1),
            (3303, 0, -2),
        ):
            self.assertEqual(self.reg.check(*path), 404)


class Reads(Objects):
    def test_resource(self):
        self.temps[0].update(20.123)
        self.assertEqual(self.reg.read(3303, 0, 5700), (205, [(0, 5700, FLOAT, 20.123)]))
        self.assertEqual(self.reg.read(3303, 1, 5701), (205, [(1, 5701, STRING, "Cel")]))

    def test_instance_is_in_the_guides_order_without_5605(self):
        for value in (10.123, 60.2, 20.123):
            self.temps[1].update(value)
        self.assertEqual(
            self.reg.read(3303, 1, -1),
            (
                205,
                [
                    (1, 5700, FLOAT, 20.123),
                    (1, 5701, STRING, "Cel"),
                    (1, 5601, FLOAT, 10.123),
                    (1, 5602, FLOAT, 60.2),
                    (1, 5603, FLOAT, 0.0),
                    (1, 5604, FLOAT, 99.0),
                ],
            ),
        )

    def test_without_a_reading_instance_and_object_skip_and_resource_is_404(self):
        for rid in (5700, 5601, 5602):
            self.assertEqual(self.reg.read(3303, 0, rid), (404, []))
        self.temps[1].update(5)
        code, found = self.reg.read(3303, -1, -1)
        self.assertEqual(code, 205)
        self.assertEqual(
            [(iid, rid) for iid, rid, _, _ in found],
            [(0, 5701), (0, 5603), (0, 5604)]
            + [(1, rid) for rid in (5700, 5701, 5601, 5602, 5603, 5604)],
        )

    def test_actuator_types(self):
        self.assertEqual(
            self.reg.read(3306, -1, -1)[1],
            [
                (0, 5850, BOOLEAN, False),
                (0, 5851, INTEGER, 0),
                (0, 5852, INTEGER, 0),
                (0, 5853, STRING, "eco"),
                (0, 5750, STRING, "lamp"),
            ],
        )

    def test_errors(self):
        self.assertEqual(self.reg.read(3303, 0, 5605), (405, []))
        for path in ((3304, 0, 5700), (3303, 2, 5700), (3303, 0, 5850), (3303, -1, 5700)):
            self.assertEqual(self.reg.read(*path), (404, []))

    def test_nothing_to_tell_is_404(self):
        class Silent(Instance):
            oid = 3300
            resources = ((5700, FLOAT, READ),)

        self.reg.add(Silent(0, {}))
        self.assertEqual(self.reg.read(3300, 0, -1), (404, []))
        self.assertEqual(self.reg.read(3300, -1, -1), (404, []))


class Writes(Objects):
    def test_guide_resource_and_instance(self):
        self.assertEqual(self.write(BUS[0]), 204)
        self.assertEqual(self.switch.calls, [True])
        self.assertEqual(self.write(*BUS), 204)
        self.assertEqual(self.values()[:2], [True, 22])
        self.assertEqual(self.dimmer.calls, [22])

    def test_opaque_and_typed_for_the_same_resource(self):
        for sent, raw in ((OPAQUE, b"\x16"), (OPAQUE, b"22"), (INTEGER, b"22"), (STRING, b"22")):
            self.assertEqual(self.write((5851, INTEGER, b"0")), 204)
            self.assertEqual(self.write((5851, sent, raw)), 204)
            self.assertEqual(self.values()[1], 22)
        for sent, raw in ((OPAQUE, b"full"), (STRING, b"full")):
            self.assertEqual(self.write((5853, STRING, b"eco")), 204)
            self.assertEqual(self.write((5853, sent, raw)), 204)
            self.assertEqual(self.values()[3], "full")

    def test_404_before_405_before_400(self):
        write = self.reg.write
        good, bad = (5851, INTEGER, b"1"), (5851, INTEGER, b"x")
        self.assertEqual(write(3304, 0, [good]), 404)
        self.assertEqual(write(3304, -1, [good]), 404)
        self.assertEqual(write(3306, 1, [bad]), 404)
        self.assertEqual(write(3306, -1, [bad]), 405)
        self.assertEqual(write(3306, 0, [bad, (5700, FLOAT, b"1")]), 404)
        self.assertEqual(write(3306, 0, [good, (-1, INTEGER, b"1")]), 404)
        self.assertEqual(write(3303, 0, [(5700, FLOAT, b"x")]), 405)
        self.assertEqual(write(3303, 0, [(5605, OPAQUE, b"")]), 405)
        self.assertEqual(write(3303, 0, [(5700, FLOAT, b"1"), (5850, BOOLEAN, b"1")]), 404)
        self.assertEqual(write(3306, 0, [good, bad]), 400)
        self.assertEqual(write(3306, 0, [good, good]), 400)
        self.assertEqual(write(3306, 0, []), 400)
        self.assertEqual(self.values(), [False, 0, 0, "eco", "lamp"])
        self.assertEqual(self.dimmer.calls, [])

    def test_one_read_only_resource_refuses_the_whole(self):
        class Both(Instance):
            oid = 3300
            resources = ((1, INTEGER, 3), (2, INTEGER, READ))

        both = Both(0, {1: 5, 2: 6})
        self.reg.add(both)
        self.assertEqual(self.reg.write(3300, 0, [(1, INTEGER, b"7"), (2, INTEGER, b"7")]), 405)
        self.assertEqual(both.values, {1: 5, 2: 6})

    def test_unusable_values_keep_the_old_ones(self):
        self.assertEqual(self.write(*BUS), 204)
        old = self.values()
        calls = list(self.switch.calls), list(self.dimmer.calls)
        for rid, sent, raw in (
            (5851, INTEGER, b"101"),
            (5851, INTEGER, b"-1"),
            (5851, OPAQUE, b"\xff"),
            (5851, OPAQUE, b"\x65"),
            (5851, FLOAT, b"22.5"),
            (5850, OPAQUE, b"\x02"),
            (5852, INTEGER, b"1"),
            (5853, STRING, b"party"),
            (5853, STRING, b""),
            (5750, STRING, b'a"b'),
            (5750, OPAQUE, b"a\r\nAT"),
            (5750, STRING, b"x" * 65),
        ):
            self.assertEqual(self.write((5850, BOOLEAN, b"0"), (rid, sent, raw)), 400)
            self.assertEqual(self.write((rid, sent, raw)), 400)
        self.assertEqual(self.values(), old)
        self.assertEqual((self.switch.calls, self.dimmer.calls), calls)

    def test_a_failing_output_takes_everything_back(self):
        self.state.fails = (1,)
        version = self.reg.version()
        self.assertEqual(self.write(*BUS, (5853, STRING, b"full"), (5750, STRING, b"x")), 400)
        self.assertEqual(self.values(), [False, 0, 0, "eco", "lamp"])
        self.assertEqual(self.switch.calls, [True, False])
        self.assertEqual(self.dimmer.calls, [22, 0])
        self.assertEqual(self.state.calls, ["full", "eco"])
        self.assertEqual(self.reg.version(), version)
        self.assertEqual(self.act.faults, 0)

    def test_an_output_that_cannot_go_back_is_counted(self):
        self.dimmer.fails = (1, 2)
        self.assertEqual(self.write(*BUS), 400)
        self.assertEqual(self.act.faults, 1)
        self.assertEqual(self.switch.calls, [True, False])

    def test_every_output_that_cannot_go_back_is_counted(self):
        self.switch.fails = (2,)
        self.dimmer.fails = (1, 2)
        self.assertEqual(self.write(*BUS), 400)
        self.assertEqual(self.act.faults, 2)

    def test_the_dimmer_takes_0_to_100(self):
        for value in (100, 0, 1, 99):
            self.assertEqual(self.write((5851, INTEGER, b"%d" % value)), 204, value)
            self.assertEqual((self.values()[1], self.dimmer.calls[-1]), (value, value))

    def test_a_programming_error_takes_everything_back_and_shows(self):
        def broken(value):
            raise TypeError

        act = Actuation(1, self.clock, self.switch, broken)
        self.reg.add(act)
        with self.assertRaises(TypeError):
            self.reg.write(3306, 1, BUS)
        self.assertEqual(self.switch.calls, [True, False])
        self.assertEqual(act.faults, 1)
        self.assertIs(act.get(5850), False)

    def test_ctrl_c_in_the_middle_of_a_write_takes_everything_back(self):
        def interrupted(value):
            if value:
                raise KeyboardInterrupt

        act = Actuation(1, self.clock, self.switch, interrupted)
        self.reg.add(act)
        with self.assertRaises(KeyboardInterrupt):
            self.reg.write(3306, 1, BUS)
        self.assertEqual(self.switch.calls, [True, False])
        self.assertIs(act.get(5850), False)

    def test_without_outputs_and_states_values_are_kept(self):
        self.reg.add(Actuation(7, self.clock))
        values = BUS + ((5853, OPAQUE, b"anything"),)
        self.assertEqual(self.reg.write(3306, 7, values), 204)
        found = [value for _, _, _, value in self.reg.read(3306, 7, -1)[1]]
        self.assertEqual(found, [True, 22, 0, "anything", ""])

    def test_replace_puts_the_others_back(self):
        self.assertEqual(self.write(*BUS, (5853, STRING, b"full"), (5750, STRING, b"x")), 204)
        self.clock.advance(3000)
        self.assertEqual(self.reg.write(3306, 0, [(5850, BOOLEAN, b"1")], True), 204)
        self.assertEqual(self.values(), [True, 0, 0, "eco", "lamp"])
        self.assertEqual(self.dimmer.calls[-1], 0)

    def test_unsendable_texts_are_refused_at_the_start(self):
        with self.assertRaises(ValueError):
            Temperature(3, 'C"')
        with self.assertRaises(ValueError):
            Actuation(3, self.clock, app_type="a\nb")
        with self.assertRaises(ValueError):
            Actuation(3, self.clock, states=("ok", "\x00"))


class Executes(Objects):
    def test_reset_sets_both_to_the_current_value(self):
        for value in (20.0, 10.0, 30.0, 25.0):
            self.temps[0].update(value)
        for args in (b"reset", b"", b" reset "):
            self.assertEqual(self.reg.execute(3303, 0, 5605, args), 204)
        found = self.reg.read(3303, 0, -1)[1]
        self.assertEqual([v for _, rid, _, v in found if rid in (5601, 5602)], [25.0, 25.0])
        self.temps[0].update(24.0)
        self.assertEqual(self.reg.read(3303, 0, 5601)[1][0][3], 24.0)
        self.assertEqual(self.reg.read(3303, 0, 5602)[1][0][3], 25.0)

    def test_reset_before_a_reading_stays_unset(self):
        self.assertEqual(self.reg.execute(3303, 0, 5605), 204)
        self.assertEqual(self.reg.read(3303, 0, 5601), (404, []))
        self.temps[0].update(-3)
        self.assertEqual(self.reg.read(3303, 0, 5602)[1][0][3], -3.0)

    def test_arguments_not_understood(self):
        self.temps[0].update(1)
        self.temps[0].update(2)
        for args in (b"RESET", b"0", b"reset now", b'"reset"', b"\xff"):
            self.assertEqual(self.reg.execute(3303, 0, 5605, args), 400)
        self.assertEqual(self.reg.read(3303, 0, 5601)[1][0][3], 1.0)

    def test_errors(self):
        execute = self.reg.execute
        self.assertEqual(execute(3304, 0, 5605, b""), 404)
        self.assertEqual(execute(3303, 2, 5605, b""), 404)
        self.assertEqual(execute(3303, 0, 5606, b""), 404)
        self.assertEqual(execute(3303, 0, -1, b""), 405)
        self.assertEqual(execute(3303, -1, -1, b""), 405)
        self.assertEqual(execute(3303, -1, 5605, b""), 405)
        self.assertEqual(execute(3303, 0, 5700, b""), 405)
        self.assertEqual(execute(3306, 0, 5850, b"x"), 405)


class Thermometer(unittest.TestCase):
    def test_failed_readings_never_enter(self):
        t = Temperature(0)
        for bad in (None, float("nan"), float("inf"), -float("inf")):
            self.assertFalse(t.update(bad))
            self.assertIsNone(t.get(5700))
            self.assertIsNone(t.get(5601))
        self.assertTrue(t.update(85))
        version = t.version
        for bad in (None, float("nan"), float("inf"), -float("inf")):
            self.assertFalse(t.update(bad))
        self.assertEqual((t.get(5700), t.get(5601), t.get(5602)), (85.0, 85.0, 85.0))
        self.assertEqual(t.version, version)

    def test_range_does_not_clip(self):
        t = Temperature(0)
        t.update(300)
        t.update(-300)
        self.assertEqual([t.get(r) for r in (5700, 5601, 5602)], [-300.0, -300.0, 300.0])
        self.assertEqual([t.get(r) for r in (5603, 5604)], [-55.0, 125.0])

    def test_lost_sensor_keeps_minimum_and_maximum(self):
        t = Temperature(0)
        t.update(1)
        t.update(3)
        t.lose()
        self.assertIsNone(t.get(5700))
        self.assertEqual((t.get(5601), t.get(5602)), (1.0, 3.0))
        self.assertEqual(t.execute(5605, b""), 204)
        self.assertIsNone(t.get(5601))
        t.update(7)
        self.assertEqual((t.get(5601), t.get(5602)), (7.0, 7.0))

    def test_version_moves_only_with_a_change(self):
        t = Temperature(0)
        t.update(20)
        version = t.version
        t.update(20)
        self.assertEqual(t.version, version)
        t.update(20.5)
        self.assertGreater(t.version, version)


class OnTime(Objects):
    def on_time(self):
        return self.reg.read(3306, 0, 5852)[1][0][3]

    def test_counts_whole_seconds_while_on_over_the_wrap(self):
        self.clock.advance(2000)
        self.assertEqual(self.on_time(), 0)
        self.write((5850, BOOLEAN, b"1"))
        self.clock.advance(999)
        self.assertEqual(self.on_time(), 0)
        self.clock.advance(1)
        self.assertEqual(self.on_time(), 1)
        self.clock.advance(9500)  # ticks wrap in here
        self.assertEqual(self.on_time(), 10)
        self.write((5850, BOOLEAN, b"0"))
        self.clock.advance(60000)
        self.assertEqual(self.on_time(), 10)
        self.write((5850, BOOLEAN, b"1"))
        self.clock.advance(500)  # the half second of before counts
        self.assertEqual(self.on_time(), 11)

    def test_zero_resets_and_counting_goes_on(self):
        self.write((5850, BOOLEAN, b"1"))
        self.clock.advance(5700)
        self.assertEqual(self.write((5852, OPAQUE, b"\x00")), 204)
        self.clock.advance(999)
        self.assertEqual(self.on_time(), 0)
        self.clock.advance(1)
        self.assertEqual(self.on_time(), 1)
        for raw in (b"1", b"-1", b"11"):
            self.assertEqual(self.write((5852, INTEGER, raw)), 400)
        self.assertEqual(self.on_time(), 1)

    def test_switching_on_again_while_on_loses_nothing(self):
        self.write((5850, BOOLEAN, b"1"))
        for _ in range(10):
            self.clock.advance(700)
            self.write((5850, BOOLEAN, b"1"))
        self.assertEqual(self.on_time(), 7)

    def test_thirty_days_with_a_tick_every_five(self):
        self.write((5850, BOOLEAN, b"1"))
        for _ in range(6):
            self.clock.advance(5 * 86400 * 1000)
            self.act.tick()
        self.assertEqual(self.on_time(), 30 * 86400)

    def test_switching_puts_the_count_without_a_tick(self):
        self.write((5850, BOOLEAN, b"1"))
        self.clock.advance(5000)
        self.write((5850, BOOLEAN, b"0"))
        self.assertEqual(self.act.get(5852), 5)
        self.write((5850, BOOLEAN, b"1"))
        self.clock.advance(2000)
        self.write((5851, INTEGER, b"7"))  # the dimmer does not
        self.assertEqual(self.act.get(5852), 5)
        self.write((5850, BOOLEAN, b"1"))
        self.assertEqual(self.act.get(5852), 7)

    def test_reading_is_no_change_and_a_tick_is(self):
        self.write((5850, BOOLEAN, b"1"))
        version = self.reg.version()
        self.clock.advance(5000)
        self.assertEqual(self.on_time(), 5)
        self.assertEqual(self.act.get(5852), 0)
        self.assertEqual(self.reg.version(), version)
        self.act.tick()
        self.assertEqual(self.act.get(5852), 5)
        self.assertGreater(self.reg.version(), version)
