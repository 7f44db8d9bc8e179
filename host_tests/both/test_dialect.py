"""Values, tails and the session's first command, as both dialects print them."""

import unittest

from m5310.codes import BOOLEAN, FLOAT, INTEGER, OPAQUE, STRING
from m5310.dialects import get, put_float
from m5310.operations import kind_of, parse


def value_of(dialect, kind, value):
    out = bytearray()
    dialect.value(out, kind, value)
    return bytes(out)


INF = float("inf")
NAN = float("nan")


class SeedTest(unittest.TestCase):
    def setUp(self):
        self.dialect = get("seed")

    def test_values_as_the_guide_prints_them(self):
        for kind, value, text in (
            (FLOAT, 98, b"4,4,98"),
            (FLOAT, 88, b"4,4,88"),
            (FLOAT, 20.123, b"4,4,20.123"),
            (FLOAT, 60.2, b"4,4,60.2"),
            (FLOAT, 0.0, b"4,4,0.0"),
            (FLOAT, 99.0, b"4,4,99.0"),
            (STRING, "Cel", b'1,3, "Cel"'),
            (STRING, "", b'1,0, ""'),
            (OPAQUE, b"\x01", b"2,1,01"),
            (OPAQUE, b"", b"2,0,"),
            (OPAQUE, b"\x00\xab\xff", b"2,3,00ABFF"),
            (OPAQUE, bytearray(b"\x16"), b"2,1,16"),
            (INTEGER, 0, b"3,4,0"),
            (INTEGER, -12, b"3,4,-12"),
            (INTEGER, 0x7FFFFFFF, b"3,4,2147483647"),
            (INTEGER, -0x80000000, b"3,4,-2147483648"),
            (INTEGER, 0x80000000, b"3,8,2147483648"),
            (INTEGER, -0x80000001, b"3,8,-2147483649"),
            (INTEGER, 0x7FFFFFFFFFFFFFFF, b"3,8,9223372036854775807"),
            (INTEGER, -(1 << 63), b"3,8,-9223372036854775808"),
            (BOOLEAN, True, b"5,1,1"),
            (BOOLEAN, False, b"5,1,0"),
            (BOOLEAN, 1, b"5,1,1"),
        ):
            self.assertEqual(value_of(self.dialect, kind, value), text)

    def test_the_length_of_a_string_counts_bytes(self):
        self.assertEqual(value_of(self.dialect, STRING, "\u2103"), b'1,3, "\xe2\x84\x83"')

    def test_the_flag_is_0_on_every_line(self):
        self.assertEqual([self.dialect.flag(i, 3) for i in range(3)], [0, 0, 0])

    def test_create(self):
        self.assertEqual(self.dialect.creates(None, True), (b"AT+MIPLCREATE",))
        self.assertEqual(self.dialect.creates("a.example:5683", True), (b"AT+MIPLCREATE",))

    def test_auto_speaks_the_guides_until_it_is_known(self):
        self.assertEqual((get("auto").name, get("auto").answers_itself), ("auto", False))


class M5310aTest(unittest.TestCase):
    def setUp(self):
        self.dialect = get("m5310a")

    def test_every_value_stands_in_quotes_and_its_length_is_theirs(self):
        """As all lines of facts/traces.md 3b to 3e; opaque in hex digits: 3b, +MIPLWRITE."""
        for kind, value, text in (
            (STRING, "abcd", b'1,4,"abcd"'),
            (STRING, " a ", b'1,3," a "'),
            (FLOAT, 28.9, b'4,4,"28.9"'),
            (FLOAT, -0.08, b'4,5,"-0.08"'),
            (FLOAT, 98, b'4,2,"98"'),
            (INTEGER, -12, b'3,3,"-12"'),
            (INTEGER, 1 << 40, b'3,13,"1099511627776"'),
            (BOOLEAN, False, b'5,1,"0"'),
            (OPAQUE, b"\x01", b'2,2,"01"'),
            (OPAQUE, b"4567", b'2,8,"34353637"'),
            (OPAQUE, b"", b'2,0,""'),
        ):
            self.assertEqual(value_of(self.dialect, kind, value), text)

    def test_the_flag_tells_first_middle_last(self):
        flag = self.dialect.flag
        self.assertEqual(flag(0, 1), 0)
        self.assertEqual([flag(i, 2) for i in range(2)], [1, 0])
        self.assertEqual([flag(i, 4) for i in range(4)], [1, 2, 2, 0])

    def test_create_with_a_server_and_without(self):
        """The configurations are those of facts/traces.md 8, user data and log byte included."""
        bootstrap = (
            b'AT+MIPLCREATEEX="nbiotbt.heclouds.com:5683",1',
            (
                b"AT+MIPLCREATE=56,130038F10003F2002A04001100000000000010196E62696F7462742E6865636C6F"
                b"7564732E636F6D3A35363833000131F30008C000000000,0,56,0"
            ),
        )
        direct = (
            b'AT+MIPLCREATEEX="183.230.40.40:5683",0',
            (
                b"AT+MIPLCREATE=49,130031F10003F2002304001100000000000000123138332E3233302E34302E3430"
                b"3A35363833000131F30008C000000000,0,49,0"
            ),
        )
        other = (
            b'AT+MIPLCREATEEX="m.example:5683",0',
            (
                b"AT+MIPLCREATE=45,13002DF10003F2001F040011000000000000000E"
                b"6D2E6578616D706C653A35363833000131F30008C000000000,0,45,0"
            ),
        )

        def made(server, bootstrap):
            return self.dialect.creates(server, bootstrap)

        self.assertEqual(made("m.example:5683", False), other)
        self.assertEqual(made("nbiotbt.heclouds.com:5683", True), bootstrap)
        self.assertEqual(made("183.230.40.40:5683", False), direct)
        self.assertEqual(made(None, True), bootstrap)
        self.assertEqual(made(None, False), direct)

    def test_it_answers_what_was_declared_and_reads_of_its_own_objects_3_to_5(self):
        def own(line):
            return self.dialect.answers(parse(kind_of(line), line, 0))

        for oid, module in ((0, False), (2, False), (3, True), (4, True), (5, True), (6, False)):
            self.assertEqual(own(b"+MIPLREAD:0,9,%d,0,0" % oid), module, oid)
            self.assertFalse(own(b"+MIPLWRITE:0,9,%d,0,0,2,1,01,0,0" % oid), oid)
            self.assertFalse(own(b"+MIPLEXECUTE:0,9,%d,0,0" % oid), oid)
            self.assertFalse(own(b'+MIPLPARAMETER:0,9,%d,0,0,6,"pmin=1"' % oid), oid)
            self.assertTrue(own(b"+MIPLOBSERVE:0,9,1,%d,0,0" % oid), oid)
            self.assertTrue(own(b"+MIPLDISCOVER:0,9,%d" % oid), oid)

    def test_names(self):
        self.assertEqual(self.dialect.name, "m5310a")
        for name in ("", "SEED", "m5310", None):
            with self.assertRaises(ValueError) as caught:
                get(name)
            words = "dialect %r: known are auto, seed and m5310a" % (name,)
            self.assertEqual(str(caught.exception), words)


class FloatTest(unittest.TestCase):
    def test_at_most_three_decimals_and_no_idle_zeros(self):
        for value, text in (
            (98, b"98"),
            (-5, b"-5"),
            (0, b"0"),
            (0.5, b"0.5"),
            (0.999, b"0.999"),
            (-0.5, b"-0.5"),
            (20.123, b"20.123"),
            (20.1234, b"20.123"),
            (20.1236, b"20.124"),
            (60.2, b"60.2"),
            (60.25, b"60.25"),
            (0.0, b"0.0"),
            (-0.0, b"0.0"),
            (99.0, b"99.0"),
            (100.0, b"100.0"),
            (-40.0, b"-40.0"),
            (-0.0004, b"0.0"),
            (-0.0006, b"-0.001"),
            (0.0004, b"0.0"),
            (1e-30, b"0.0"),
            (99.9996, b"100.0"),
            (-99.9996, b"-100.0"),
            (123456.5, b"123456.5"),
        ):
            out = bytearray()
            put_float(out, value)
            self.assertEqual(bytes(out), text, repr(value))

    def test_what_is_no_reading_is_refused(self):
        for value in (NAN, INF, -INF, 1e9, -1e9, 1e300, 10**12, -(10**12), 10**40):
            for name in ("seed", "m5310a"):
                with self.assertRaises(ValueError) as caught:
                    value_of(get(name), FLOAT, value)
                self.assertEqual(str(caught.exception), "float")


class RefusalTest(unittest.TestCase):
    def test_strings_that_would_break_the_line(self):
        for name in ("seed", "m5310a"):
            dialect = get(name)
            for text in ('"', 'a"b', "a\r", "\n", "a\r\nAT+NRB", "\x00", "\x1f", "\x7f", "\t"):
                with self.assertRaises(ValueError) as caught:
                    value_of(dialect, STRING, text)
                self.assertEqual(str(caught.exception), "string")
            self.assertIn(b'"a,b;c"', value_of(dialect, STRING, "a,b;c"))
            self.assertIn(b'" "', value_of(dialect, STRING, " "))

    def test_integers_beyond_64_bits(self):
        for value in (1 << 63, -(1 << 63) - 1, 10**30):
            with self.assertRaises(ValueError) as caught:
                value_of(get("seed"), INTEGER, value)
            self.assertEqual(str(caught.exception), "integer")
