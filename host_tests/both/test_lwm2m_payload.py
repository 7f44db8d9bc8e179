"""How large an answer is on the air: OMA TS 1.0 6.4.3, and the 512 bytes of guide 3.5."""

import unittest

from clock import FakeClock

from lwm2m.actuation import Actuation
from lwm2m.registry import Registry
from lwm2m.temperature import Temperature
from lwm2m.values import BOOLEAN, FLOAT, INTEGER, OPAQUE, STRING, fits
from lwm2m.values import payload_size as size


class Payload(unittest.TestCase):
    def setUp(self):
        self.clock = FakeClock(0)
        self.reg = Registry()
        self.temps = [Temperature(0), Temperature(1, "Cel", 0, 99)]
        for instance in self.temps:
            self.reg.add(instance)

    def test_tlv_by_hand(self):
        # /3303/1: C8.. lengths of OMA TS 1.0 6.4.3: 3 bytes of head below 8 bytes of value.
        self.temps[1].update(1)
        found = self.reg.read(3303, 1, -1)[1]
        inner = 5 * (3 + 4) + (3 + 3)
        self.assertEqual(size(found), 3 + inner)
        both = self.reg.read(3303, -1, -1)[1]
        self.assertEqual(size(both), 3 + inner + 3 + (2 * 7 + 6))

    def test_integer_widths_and_long_texts(self):
        for value, width in ((0, 1), (127, 1), (128, 2), (-129, 2), (40000, 4), (1 << 31, 8)):
            head = 4 if width == 8 else 3
            self.assertEqual(size([(0, 5852, INTEGER, value)]), 2 + head + width + (width == 8))
        self.assertEqual(size([(0, 5750, STRING, "温" * 10)]), 3 + 4 + 30)
        self.assertEqual(size([(0, 5750, STRING, "x" * 300)]), 4 + 5 + 300)
        self.assertEqual(size([(300, 5850, BOOLEAN, True)]), 3 + 3 + 1)
        self.assertEqual(size([(0, 1, OPAQUE, b"12")]), 2 + 2 + 2)
        self.assertEqual(size([(0, 1, FLOAT, 1e5), (1, 1, FLOAT, -2.5)]), 2 * (2 + 2 + 4))

    def test_integers_of_each_width_at_their_limits(self):
        for bits, width in ((8, 1), (16, 2), (32, 4), (64, 8)):
            most = (1 << bits - 1) - 1
            for value in (most, -most - 1):
                self.assertEqual(self.tlv(INTEGER, value), width, value)
                beyond = value + 1 if value > 0 else value - 1
                self.assertEqual(self.tlv(INTEGER, beyond), 2 * width, beyond)

    def test_floats_are_doubles_beyond_single_precision(self):
        for value, width in ((0.0, 4), (3.39e38, 4), (-3.39e38, 4)):
            self.assertEqual(self.tlv(FLOAT, value), width, value)
        for value in (3.4e38, -3.4e38, 1e300, -1e300):
            self.assertEqual(self.tlv(FLOAT, value), 8, value)

    def tlv(self, kind, value):
        """Return the bytes of value itself: 0/1 takes heads of 2 and, beyond 7 bytes, of 3."""
        total = size([(0, 1, kind, value)])
        return total - 4 if total < 12 else total - 6

    def test_the_head_grows_at_id_256(self):
        for ident, head in ((0, 2), (255, 2), (256, 3), (257, 3), (65534, 3)):
            self.assertEqual(size([(0, ident, BOOLEAN, True)]), 2 + head + 1, ident)
            self.assertEqual(size([(ident, 1, BOOLEAN, True)]), head + 2 + 1, ident)

    def test_the_length_takes_a_byte_from_8_on_and_two_from_256(self):
        # The instance around it has a head of 2, a value of its own length, and so on.
        for length, inner in ((7, 2), (8, 3), (255, 3), (256, 4), (257, 4)):
            whole = inner + length
            outer = 3 if whole < 256 else 4
            self.assertEqual(size([(0, 1, OPAQUE, b"x" * length)]), outer + whole, length)

    def test_a_single_number_has_room_for_all_its_digits(self):
        for kind, value in ((INTEGER, 7), (INTEGER, -(1 << 63)), (FLOAT, -1.2345678e-38)):
            found = size([(0, 1, kind, value)], True)
            self.assertGreaterEqual(found, len(str(value)))
        self.assertGreaterEqual(size([(0, 1, BOOLEAN, True)], True), 1)

    def test_a_single_text_counts_bytes_and_no_characters(self):
        self.assertEqual(size([(0, 5750, STRING, "温" * 10)], True), 30)
        self.assertEqual(size([(0, 1, OPAQUE, b"\x00\xff")], True), 2)

    def test_single_is_plain_text(self):
        self.assertEqual(size([(0, 5750, STRING, "lamp")], True), 4)
        self.assertGreaterEqual(size([(0, 5700, FLOAT, 20.123)], True), 6)

    def test_fits_below_512(self):
        self.assertTrue(fits([(0, 5750, STRING, "x" * 480)], True))
        self.assertTrue(fits([(0, 5750, STRING, "x" * 491)], True))
        self.assertFalse(fits([(0, 5750, STRING, "x" * 492)], True))
        for count, ok in ((11, True), (12, False)):
            reg = Registry()
            for iid in range(count):
                reg.add(Temperature(iid))
                reg.instance(3303, iid).update(20)
            self.assertEqual(fits(reg.read(3303, -1, -1)[1]), ok)

    def test_a_full_actuator_fits(self):
        self.reg.add(Actuation(1, self.clock))
        long = "温".encode() * 64  # the most bytes that a text may have
        self.assertEqual(
            self.reg.write(3306, 1, [(5750, STRING, long), (5853, STRING, long)]), 204
        )
        self.assertTrue(fits(self.reg.read(3306, 1, -1)[1]))
