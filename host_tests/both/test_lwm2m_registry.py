"""Objects of other shapes than 3303 and 3306 under the platform's operations."""

import unittest

from lwm2m.registry import Instance, Registry
from lwm2m.temperature import Temperature
from lwm2m.values import EXECUTE, INTEGER, READ, STRING, WRITE


class Machine(Instance):
    """Two values to read and write, one only to read, one only to write, two actions."""

    oid = 3300
    resources = (
        (1, INTEGER, READ | WRITE),
        (2, STRING, READ | WRITE),
        (3, INTEGER, READ),
        (4, INTEGER, WRITE),
        (5, STRING, EXECUTE),
        (6, STRING, EXECUTE),
    )


class Obeying(Machine):
    def __init__(self, iid, values):
        Machine.__init__(self, iid, values)
        self.executed = []

    def default(self, rid):
        return {1: 0, 2: "", 3: -1, 4: 0}[rid]

    def execute(self, rid, args):
        self.executed.append((rid, args))
        return 204


class Machines(unittest.TestCase):
    def setUp(self):
        self.reg = Registry()
        self.plain = self.add(Machine, 0)
        self.obeying = self.add(Obeying, 1)

    def add(self, kind, iid):
        instance = kind(iid, {1: 10, 2: "two", 3: 30, 4: 40, 5: "five"})
        self.reg.add(instance)
        return instance


class Tables(Machines):
    def test_attributes_and_actions_are_counted(self):
        self.assertEqual(self.reg.counts(3300), (4, 2))
        self.assertEqual(self.reg.discover_text(3300), "1;2;3;4;5;6")

    def test_operations_of_each_resource(self):
        found = [self.reg.operations(3300, rid) for rid in range(8)]
        self.assertEqual(found, [0, 3, 3, 1, 2, 4, 4, 0])

    def test_instances_are_in_order_however_they_are_added(self):
        for iid in (65534, 7, 300, 3):
            self.add(Machine, iid)
        self.assertEqual(self.reg.instances(3300), [0, 1, 3, 7, 300, 65534])

    def test_an_id_outside_0_to_65534_is_refused_and_named(self):
        for iid in (-1, 65535, 65536):
            with self.assertRaises(ValueError) as caught:
                Machine(iid, {})
            self.assertEqual(str(caught.exception), "iid %d" % iid)

    def test_an_id_that_is_taken_is_refused_and_named(self):
        with self.assertRaises(ValueError) as caught:
            self.reg.add(Machine(1, {}))
        self.assertEqual(str(caught.exception), "taken: (3300, 1)")
        self.assertEqual(self.reg.instances(3300), [0, 1])


class Reading(Machines):
    def test_a_thermometer_without_settings(self):
        self.reg.add(Temperature(0))
        found = [(rid, value) for _, rid, _, value in self.reg.read(3303, 0, -1)[1]]
        self.assertEqual(found, [(5701, "Cel"), (5603, -55.0), (5604, 125.0)])

    def test_what_cannot_be_read_is_left_out_though_it_has_a_value(self):
        code, found = self.reg.read(3300, 0, -1)
        self.assertEqual((code, [rid for _, rid, _, _ in found]), (205, [1, 2, 3]))
        code, found = self.reg.read(3300, -1, -1)
        paths = [(iid, rid) for iid, rid, _, _ in found]
        self.assertEqual(paths, [(iid, rid) for iid in (0, 1) for rid in (1, 2, 3)])

    def test_alone_it_is_not_allowed(self):
        for rid in (4, 5, 6):
            self.assertEqual(self.reg.read(3300, 0, rid), (405, []))


class Executing(Machines):
    def test_the_instance_is_told_which_action_and_with_what(self):
        for rid, args in ((6, b"now"), (5, b"")):
            self.assertEqual(self.reg.execute(3300, 1, rid, args), 204)
        self.assertEqual(self.obeying.executed, [(6, b"now"), (5, b"")])

    def test_without_arguments_they_are_empty(self):
        self.assertEqual(self.reg.execute(3300, 1, 5), 204)
        self.assertEqual(self.obeying.executed, [(5, b"")])

    def test_an_action_that_nothing_is_behind_is_not_allowed(self):
        self.assertEqual(self.reg.execute(3300, 0, 5, b""), 405)


class Replacing(Machines):
    def test_what_is_not_named_goes_back_to_its_default(self):
        code = self.reg.write(3300, 1, [(1, INTEGER, b"11")], True)
        self.assertEqual(code, 204)
        self.assertEqual(self.obeying.values, {1: 11, 2: "", 3: 30, 4: 0, 5: "five"})

    def test_without_a_default_it_stays(self):
        code = self.reg.write(3300, 0, [(1, INTEGER, b"11")], True)
        self.assertEqual(code, 204)
        self.assertEqual(self.plain.values, {1: 11, 2: "two", 3: 30, 4: 40, 5: "five"})

    def test_an_update_leaves_the_others_alone(self):
        self.assertEqual(self.reg.write(3300, 1, [(4, INTEGER, b"41")]), 204)
        self.assertEqual(self.obeying.values, {1: 10, 2: "two", 3: 30, 4: 41, 5: "five"})

    def test_a_refused_replacement_changes_nothing(self):
        before = dict(self.obeying.values)
        for values in ([], [(1, INTEGER, b"x")], [(1, INTEGER, b"1"), (1, INTEGER, b"2")]):
            self.assertEqual(self.reg.write(3300, 1, values, True), 400)
        self.assertEqual(self.obeying.values, before)
