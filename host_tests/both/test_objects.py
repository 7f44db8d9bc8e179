"""Objects from the table: what each has, and that the registry carries them like the guide's."""

import unittest

from clock import FakeClock

from lwm2m import objects
from lwm2m.actuation import Actuation
from lwm2m.registry import Registry
from lwm2m.temperature import Temperature

OPAQUE, INTEGER, FLOAT, BOOLEAN = 2, 3, 4, 5


class TableTest(unittest.TestCase):
    def test_the_guides_objects_are_their_classes(self):
        self.assertIs(objects.find(3303), Temperature)
        self.assertIs(objects.find(3306), Actuation)

    def test_the_table_says_of_them_what_the_classes_say(self):
        self.assertEqual(objects.resources(3303), Temperature.resources)
        self.assertEqual(objects.resources(3306), Actuation.resources)

    def test_each_has_the_resources_of_the_oma_registry(self):
        sensor = "5700 5701 5601 5602 5603 5604 5605"
        state = "5500 5501 5750"
        for oid, rids in (
            (3200, state),
            (3301, sensor),
            (3302, state),
            (3303, sensor),
            (3304, sensor),
            (3306, "5850 5851 5852 5853 5750"),
            (3311, "5850 5851 5852"),
            (3315, sensor),
            (3342, state),
        ):
            found = objects.resources(oid)
            self.assertEqual(" ".join([str(rid) for rid, _, _ in found]), rids, oid)
            self.assertEqual(objects.find(oid).oid, oid)
            self.assertEqual(objects.find(oid).resources, found)

    def test_types_and_operations_of_inputs_and_times(self):
        expected = ((5500, BOOLEAN, 1), (5501, INTEGER, 1), (5750, 1, 3), (5518, INTEGER, 1))
        self.assertEqual(objects.resources(3342, (5518,)), expected)

    def test_an_object_that_is_not_there(self):
        for oid in (0, 330, 3300, 33031):
            with self.assertRaises(ValueError):
                objects.find(oid)

    def test_what_is_not_in_the_table_is_named(self):
        with self.assertRaises(ValueError) as caught:
            objects.find(3300)
        text = "object or resource 3300 is not in lwm2m/objects.py"
        self.assertEqual(str(caught.exception), text)

    def test_units_and_range(self):
        self.assertEqual(objects.measured(3301), ("lx", 0, 200000))
        self.assertEqual(objects.measured(3303), ("Cel", -55, 125))
        self.assertEqual(objects.measured(3304), ("%RH", 0, 100))
        self.assertEqual(objects.measured(3315), ("hPa", 300, 1100))


class CarriedTest(unittest.TestCase):
    def setUp(self):
        self.registry = Registry()

    def add(self, oid, *args, **options):
        instance = objects.find(oid)(0, *args, **options)
        self.registry.add(instance)
        return instance

    def read(self, *path):
        code, found = self.registry.read(*path)
        self.assertEqual(code, 205)
        return {rid: value for _, rid, _, value in found}

    def test_humidity_and_pressure_keep_lowest_and_highest(self):
        for oid in (3304, 3315):
            units, low, high = objects.measured(oid)
            instance = self.add(oid, units, low, high)
            for value in (400.5, 350, 410):
                self.assertTrue(instance.update(value))
            expected = {5700: 410, 5701: units, 5601: 350, 5602: 410.0, 5603: low, 5604: high}
            self.assertEqual(self.read(oid, 0, -1), expected)
            self.assertEqual(self.registry.execute(oid, 0, 5605, b"reset"), 204)
            self.assertEqual(self.read(oid, 0, 5601), {5601: 410})
            text = "5700;5701;5601;5602;5603;5604;5605"
            self.assertEqual(self.registry.discover_text(oid), text)
            self.assertEqual(self.registry.counts(oid), (6, 1))

    def test_a_light_is_switched_and_dimmed(self):
        seen = []
        clock = FakeClock(0)
        self.add(3311, clock, on_off=seen.append, dimmer=seen.append)
        write = self.registry.write
        self.assertEqual(write(3311, 0, [(5850, OPAQUE, b"\x01"), (5851, OPAQUE, b"\x16")]), 204)
        self.assertEqual(seen, [True, 22])
        clock.advance(90_000)
        self.assertEqual(self.read(3311, 0, -1), {5850: True, 5851: 22, 5852: 90})
        self.assertEqual(write(3311, 0, [(5853, OPAQUE, b"x")]), 404)
        self.assertEqual(write(3311, 0, [(5851, OPAQUE, b"\x65")]), 400)
        self.assertEqual(self.registry.discover_text(3311), "5850;5851;5852")

    def test_a_switch_tells_its_state_and_counts(self):
        switch = self.add(3342)
        self.assertEqual(self.registry.read(3342, 0, 5500), (404, []))
        for state in (True, False, True, True, None, False, True):
            switch.update(state)
        self.assertEqual(self.read(3342, 0, -1), {5500: True, 5501: 2, 5750: ""})
        switch.lose()
        self.assertEqual(self.registry.read(3342, 0, 5500), (404, []))
        switch.update(True)  # it may have been on all the time
        self.assertEqual(self.read(3342, 0, 5501), {5501: 2})
        self.assertEqual(self.registry.write(3342, 0, [(5500, OPAQUE, b"\x01")]), 405)
        self.assertEqual(self.registry.write(3342, 0, [(5750, OPAQUE, b"door")]), 204)
        self.assertEqual(self.read(3342, 0, 5750), {5750: "door"})

    def test_two_objects_may_have_the_same_instance(self):
        self.add(3304, "%RH", 0, 100)
        self.add(3303)
        self.assertEqual(self.registry.objects(), [3303, 3304])


class StampedTest(unittest.TestCase):
    """What is measured or read bears the time of its last reading, 5518."""

    def setUp(self):
        self.time = 1_700_000_000
        self.registry = Registry()

    def now(self):
        return self.time

    def add(self, oid, *args):
        instance = objects.find(oid, self.now)(0, *args)
        self.registry.add(instance)
        return instance

    def stamp(self, oid):
        found = self.registry.read(oid, 0, 5518)[1]
        return found[0][2:] if found else None

    def test_the_time_is_the_last_resource_and_an_integer_to_be_read(self):
        for oid in (3200, 3301, 3302, 3303, 3304, 3315, 3342):
            resources = objects.find(oid, self.now).resources
            self.assertEqual(resources, objects.resources(oid) + ((5518, INTEGER, 1),), oid)

    def test_outputs_bear_none(self):
        self.assertIs(objects.find(3306, self.now), Actuation)
        light = objects.find(3311, self.now)
        self.assertEqual(light.resources, objects.resources(3311))
        self.assertFalse(hasattr(light, "update"))

    def test_without_a_clock_there_is_none(self):
        self.assertEqual(objects.find(3304).resources, objects.resources(3304))

    def test_each_reading_brings_its_time(self):
        for oid, args, values in ((3303, (), (20.0, 20.0)), (3342, (), (True, False))):
            instance = self.add(oid, *args)
            self.assertIsNone(self.stamp(oid))
            for value in values:
                self.time += 10
                self.assertTrue(instance.update(value))
                self.assertEqual(self.stamp(oid), (INTEGER, self.time))
            self.assertEqual(instance.get(5500 if oid == 3342 else 5700), values[-1])

    def test_a_failed_reading_brings_none(self):
        for oid in (3304, 3342):
            args = ("%RH", 0, 100) if oid == 3304 else ()
            instance = self.add(oid, *args)
            instance.update(1)
            self.time += 10
            self.assertFalse(instance.update(None))
            self.assertEqual(self.stamp(oid), (INTEGER, self.time - 10))

    def test_while_the_time_is_unknown_the_reading_comes_without(self):
        instance = self.add(3303)
        self.time = None
        self.assertTrue(instance.update(20.0))
        self.assertIsNone(self.stamp(3303))
        self.assertEqual(instance.get(5700), 20.0)
        self.time = 1_700_000_007
        instance.update(20.0)
        self.assertEqual(self.stamp(3303), (INTEGER, 1_700_000_007))
        self.time = None
        instance.update(21.0)
        self.assertEqual(self.stamp(3303), (INTEGER, 1_700_000_007))

    def test_a_time_alone_is_no_change(self):
        instance = self.add(3303)
        instance.update(20.0)
        version = self.registry.version()
        self.time += 10
        instance.update(20.0)
        self.assertEqual(self.registry.version(), version)


class InputTest(unittest.TestCase):
    """An input whose driver counts pulses by itself."""

    def setUp(self):
        self.asked = 0
        self.instance = objects.find(3342)(0)
        self.instance.pulses = self.pulses

    def pulses(self):
        self.asked += 1
        return 2

    def test_a_read_counts_up_to_its_moment(self):
        self.assertEqual(self.instance.get(5501, True), 2)
        self.assertEqual(self.instance.get(5501, True), 4)

    def test_what_was_put_last_and_other_resources_do_not_ask_the_driver(self):
        self.instance.update(True)
        asked = self.asked
        for rid, live in ((5501, False), (5500, True), (5750, True)):
            self.instance.get(rid, live)
        self.assertEqual(self.instance.get(5501), 2)
        self.assertEqual(self.asked, asked)

    def test_a_state_is_taken_and_none_is_not(self):
        for counting in (self.pulses, None):
            self.instance.pulses = counting
            for state in (True, False, 1, 0):
                self.assertIs(self.instance.update(state), True)
                self.assertIs(self.instance.get(5500), bool(state))
            self.assertIs(self.instance.update(None), False)
            self.assertIs(self.instance.get(5500), False)


if __name__ == "__main__":
    unittest.main()
