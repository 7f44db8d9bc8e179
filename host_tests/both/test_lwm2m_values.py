"""Typed and opaque writes become values, or ValueError.

guide 3.5(3), facts/platform.md 1.8 item 7.
"""

import gc
import struct
import unittest

from lwm2m.values import BOOLEAN, FLOAT, INTEGER, OPAQUE, STRING, TEXT, parse, text


class Values(unittest.TestCase):
    def refuse(self, kind, sent, *raws):
        for raw in raws:
            with self.assertRaises(ValueError):
                self.fail("%r became %r" % (raw, parse(kind, sent, raw)))

    def test_guide_bytes(self):
        self.assertIs(parse(BOOLEAN, OPAQUE, b"\x01"), True)
        self.assertEqual(parse(INTEGER, OPAQUE, b"\x16"), 22)

    def test_boolean_forms(self):
        for raw in (b"1", b"true"):
            self.assertIs(parse(BOOLEAN, OPAQUE, raw), True)
            self.assertIs(parse(BOOLEAN, BOOLEAN, raw), True)
            self.assertIs(parse(BOOLEAN, INTEGER, raw), True)
        for raw in (b"0", b"false"):
            self.assertIs(parse(BOOLEAN, OPAQUE, raw), False)
            self.assertIs(parse(BOOLEAN, BOOLEAN, raw), False)
        self.assertIs(parse(BOOLEAN, OPAQUE, b"\x00"), False)
        self.assertIs(parse(BOOLEAN, OPAQUE, bytearray(b"\x01")), True)

    def test_boolean_refuses(self):
        self.refuse(BOOLEAN, OPAQUE, b"", b"\x02", b"\xff", b"\x00\x01", b"2", b"yes", b"TRUE")
        self.refuse(BOOLEAN, BOOLEAN, b"", b"\x01", b"\x00", b" 1", b"01")

    def test_opaque_integer_is_two_complement(self):
        for raw, value in (
            (b"\x00", 0),
            (b"\x7f", 127),
            (b"\xff", -1),
            (b"\x80", -128),
            (b"\x01\x00", 256),
            (b"\xff\xfe", -2),
            (b"\x00\x01\x00\x00", 65536),
            (b"\x80\x00\x00\x00", -(1 << 31)),
            (b"\x7f" + b"\xff" * 7, (1 << 63) - 1),
            (b"\x80" + b"\x00" * 7, -(1 << 63)),
        ):
            self.assertEqual(parse(INTEGER, OPAQUE, raw), value)

    def test_characters_where_hex_was_announced_are_text_and_no_number(self):
        self.assertEqual(parse(STRING, TEXT, b"12345"), "12345")
        for kind in (BOOLEAN, INTEGER, FLOAT):
            self.refuse(kind, TEXT, b"1", b"0", b"12345", b"true", b"")

    def test_opaque_integer_as_ascii(self):
        # One byte is raw even when it is a digit; more bytes that spell a number are text.
        self.assertEqual(parse(INTEGER, OPAQUE, b"1"), 0x31)
        self.assertEqual(parse(INTEGER, OPAQUE, b"9"), 57)
        self.assertEqual(parse(INTEGER, OPAQUE, b"22"), 22)
        self.assertEqual(parse(INTEGER, OPAQUE, b"-5"), -5)
        self.assertEqual(parse(INTEGER, OPAQUE, b"100"), 100)
        self.assertEqual(parse(INTEGER, OPAQUE, b"1000"), 1000)
        self.assertEqual(parse(INTEGER, OPAQUE, b"12345678"), 12345678)
        self.assertEqual(parse(INTEGER, OPAQUE, b"1x"), 0x3178)
        self.assertEqual(parse(INTEGER, OPAQUE, b"X7"), 0x5837)

    def test_integer_refuses(self):
        self.refuse(INTEGER, OPAQUE, b"", b"\x00\x00\x01", b"\x00" * 5, b"\x00" * 9, b"1.5")
        self.refuse(INTEGER, INTEGER, b"", b"-", b"+", b"--1", b"1-", b" 1", b"1 ", b"1_0", b"0x1")
        self.refuse(
            INTEGER, INTEGER, b"22.0", b"1e1", b"true", b"\x16", b"X7", b"\xd9\xa1", b"9" * 400
        )
        self.refuse(INTEGER, INTEGER, b"9223372036854775808", b"-9223372036854775809")

    def test_typed_integer_limits(self):
        self.assertEqual(parse(INTEGER, INTEGER, b"9223372036854775807"), (1 << 63) - 1)
        self.assertEqual(parse(INTEGER, INTEGER, b"-9223372036854775808"), -(1 << 63))
        self.assertEqual(parse(INTEGER, INTEGER, b"+007"), 7)
        self.assertEqual(parse(INTEGER, INTEGER, b"-" + b"0" * 18 + b"7"), -7)
        self.refuse(INTEGER, INTEGER, b"0" * 19 + b"7", b"-" + b"0" * 19 + b"7", b"0" * 20 + b"7")
        self.assertEqual(parse(INTEGER, FLOAT, b"22"), 22)

    def test_float_forms(self):
        self.assertEqual(parse(FLOAT, OPAQUE, struct.pack(">f", 20.5)), 20.5)
        self.assertEqual(parse(FLOAT, OPAQUE, struct.pack(">d", -1.25)), -1.25)
        self.assertEqual(parse(FLOAT, OPAQUE, b"20.5"), 20.5)
        self.assertEqual(parse(FLOAT, OPAQUE, b"-0.12500"), -0.125)
        self.assertEqual(parse(FLOAT, OPAQUE, b"5"), 5.0)
        self.assertEqual(parse(FLOAT, FLOAT, b"24.5"), 24.5)
        self.assertEqual(parse(FLOAT, FLOAT, b"-1e2"), -100.0)
        self.assertEqual(parse(FLOAT, INTEGER, b".5"), 0.5)

    def test_a_number_is_at_most_32_characters(self):
        self.assertEqual(parse(FLOAT, FLOAT, b"1." + b"0" * 30), 1.0)
        self.refuse(FLOAT, FLOAT, b"1." + b"0" * 31)

    def test_an_exponent_is_at_most_5_characters(self):
        self.assertEqual(parse(FLOAT, FLOAT, b"1e00001"), 10.0)
        self.assertEqual(parse(FLOAT, FLOAT, b"1e-0001"), 0.1)
        self.refuse(FLOAT, FLOAT, b"1e000001", b"1e-00001")

    def test_four_or_eight_bytes_that_are_almost_a_number_are_a_raw_float(self):
        for raw in (b"1..2", b"1.2.", b"1e1x", b"1e.1", b"X1.5", b"1_00"):
            self.assertEqual(parse(FLOAT, OPAQUE, raw), struct.unpack(">f", raw)[0], raw)
            self.refuse(FLOAT, FLOAT, raw)
        for raw in (b"1.2.3.45", b"1.5e1.50", b"X1234.56"):
            self.assertEqual(parse(FLOAT, OPAQUE, raw), struct.unpack(">d", raw)[0], raw)

    def test_float_refuses(self):
        self.refuse(FLOAT, OPAQUE, b"", b"\x01", b"\x00" * 5, struct.pack(">f", float("inf")))
        self.refuse(FLOAT, OPAQUE, struct.pack(">f", float("nan")))
        self.refuse(FLOAT, OPAQUE, struct.pack(">d", float("-inf")))
        self.refuse(FLOAT, FLOAT, b"nan", b"inf", b"-inf", b"1e999", b"e5", b".", b"", b"1.2.3")
        self.refuse(
            FLOAT, FLOAT, b"1_0", b" 1", b"1e", b"1e+", b"--1", b"0x1", b"1e1.5", b"1" * 40
        )

    def test_text(self):
        self.assertEqual(parse(STRING, OPAQUE, b"HiYa"), "HiYa")
        self.assertEqual(parse(STRING, STRING, b"auto, 50%"), "auto, 50%")
        self.assertEqual(parse(STRING, STRING, b""), "")
        self.assertEqual(text("温度 °C".encode()), "温度 °C")
        self.assertEqual(text("\U0001f321".encode()), "\U0001f321")
        self.assertEqual(len(parse(STRING, OPAQUE, "温".encode() * 64)), 64)

    def test_text_refuses_what_could_leave_the_quotes(self):
        for code in list(range(32)) + [0x22, 0x7F]:
            self.refuse(STRING, OPAQUE, b"a" + bytes([code]) + b"b")
        self.refuse(STRING, STRING, b'x"\r\nAT+NRB\r\n', b"\x1a")

    def test_text_refuses_broken_utf8(self):
        # Overlong forms: some decoders turn C0 A2 into a quote and E0 80 8D into a CR.
        self.refuse(STRING, OPAQUE, b"\xc0\xa2", b"\xc1\x81", b"\xe0\x80\x8d", b"\xf0\x80\x80\xa2")
        self.refuse(STRING, OPAQUE, b"\x80", b"\xff", b"\xe4\xb8", b"\xc3(", b"\xf5\x80\x80\x80")
        self.refuse(STRING, OPAQUE, b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xc2\x85", b"\xc2")

    def test_text_at_the_limits_of_utf8(self):
        for first, last in (
            (b" ", b"!"),
            (b"#", b"~"),
            (b"\xc2\xa0", b"\xdf\xbf"),  # behind the control characters of two bytes
            (b"\xe0\xa0\x80", b"\xe0\xbf\xbf"),
            (b"\xe1\x80\x80", b"\xec\xbf\xbf"),
            (b"\xed\x80\x80", b"\xed\x9f\xbf"),  # up to the surrogates
            (b"\xee\x80\x80", b"\xef\xbf\xbf"),
            (b"\xf0\x90\x80\x80", b"\xf0\xbf\xbf\xbf"),
            (b"\xf1\x80\x80\x80", b"\xf4\x8f\xbf\xbf"),  # the last there is
        ):
            for raw in (first, last, last + first):
                self.assertEqual(text(raw).encode(), raw)
        self.refuse(STRING, OPAQUE, b"\xc2\x80", b"\xc2\x9f", b"\xe0\x80\x80", b"\xe0\x9f\xbf")
        self.refuse(STRING, OPAQUE, b"\xed\xa0\x80", b"\xed\xbf\xbf")
        self.refuse(STRING, OPAQUE, b"\xf0\x80\x80\x80", b"\xf0\x8f\xbf\xbf")
        self.refuse(STRING, OPAQUE, b"\xf4\x90\x80\x80", b"\xf4\xbf\xbf\xbf")

    def test_text_is_bounded(self):
        self.assertEqual(text(b"a" * 64), "a" * 64)
        with self.assertRaises(ValueError):
            text(b"a" * 65)
        self.refuse(STRING, OPAQUE, b"a" * 65, b"a" * 100000, "温".encode() * 65)
        self.refuse(STRING, OPAQUE, b"\xf0\x9f\x98\x80" * 49)  # 49 characters, 196 bytes
        self.assertEqual(len(text(b"\xf0\x9f\x98\x80" * 48)), 48)
        self.assertEqual(parse(STRING, STRING, b"abc", 3), "abc")
        with self.assertRaises(ValueError):
            parse(STRING, STRING, b"abcd", 3)

    def test_text_keeps_nothing_of_what_it_has_seen(self):
        # MicroPython interns characters taken out of a str: a platform could fill the heap.
        if not hasattr(gc, "mem_alloc"):
            self.skipTest("only MicroPython interns characters")
        gc.collect()
        before = gc.mem_alloc()
        for i in range(4096):
            text(bytes((0xE5, 0x80 + (i >> 6), 0x80 + (i & 63))))
        gc.collect()
        self.assertLess(gc.mem_alloc() - before, 4096)

    def test_opaque_resource(self):
        self.assertEqual(parse(OPAQUE, OPAQUE, b"\x00\xff"), b"\x00\xff")
        self.refuse(OPAQUE, STRING, b"00ff")
