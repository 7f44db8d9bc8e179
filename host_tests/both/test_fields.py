"""The fields of a line, as modules print them and as they do not."""

import unittest

from m5310.fields import body, is_digits, num, put, split, tohex, unhex, unquote


class BodyTest(unittest.TestCase):
    def test_what_stands_behind_the_first_colon(self):
        for line, expected in (
            (b"+CSQ: 17,99", b" 17,99"),
            (b"+CCLK:26/11/28,02:00:00+32", b"26/11/28,02:00:00+32"),
            (b"+CSQ:", b""),
            (b":1", b"1"),
            (b"17,99", b"17,99"),
            (b"", b""),
        ):
            for kind in (bytes, bytearray):
                got = body(kind(line))
                self.assertEqual((got, type(got)), (expected, bytes), line)


class SplitTest(unittest.TestCase):
    def test_commas_outside_quotes_part_the_fields(self):
        for text, expected in (
            (b"", [b""]),
            (b"1", [b"1"]),
            (b"1,2", [b"1", b"2"]),
            (b",", [b"", b""]),
            (b"1,,3,", [b"1", b"", b"3", b""]),
            (b'"a,b",2', [b"a,b", b"2"]),
            (b'1,"a,b,c"', [b"1", b"a,b,c"]),
            (b'"",""', [b"", b""]),
            (b'a"b,c"d,2', [b'a"b,c"d', b"2"]),
        ):
            self.assertEqual(split(text), expected, text)

    def test_blanks_around_a_field_and_its_quotes_are_removed(self):
        self.assertEqual(split(b' 1 , "a" ,\t" b "'), [b"1", b"a", b" b "])

    def test_as_many_fields_as_the_limit_are_taken_and_one_more_is_not(self):
        for limit in (1, 2, 8, 16):
            fields = [b"%d" % i for i in range(limit)]
            self.assertEqual(split(b",".join(fields), limit), fields)
            with self.assertRaises(ValueError):
                split(b",".join(fields) + b",x", limit)
        self.assertEqual(len(split(b"," * 15)), 16)
        with self.assertRaises(ValueError):
            split(b"," * 16)

    def test_a_quote_that_is_not_closed_is_an_error(self):
        for text in (b'"', b'"a', b'1,"a,2', b'a"', b'"a","b', b'""",1'):
            with self.assertRaises(ValueError):
                split(text)

    def test_one_pair_of_quotes_is_removed(self):
        for text, expected in (
            (b'"a"', b"a"),
            (b'""', b""),
            (b'""a""', b'"a"'),
            (b'"', b'"'),
            (b'"a', b'"a'),
            (b'a"', b'a"'),
            (b"a", b"a"),
            (b"", b""),
            (b"  ", b""),
            (b' "a" ', b"a"),
        ):
            self.assertEqual(unquote(text), expected, text)


class NumberTest(unittest.TestCase):
    def test_decimal_numbers_of_up_to_ten_digits(self):
        for text, value in (
            (b"0", 0),
            (b"-0", 0),
            (b"7", 7),
            (b"-7", -7),
            (b"0012", 12),
            (b"4294967295", 4294967295),
            (b"9999999999", 9999999999),
            (b"-9999999999", -9999999999),
        ):
            self.assertEqual(num(text), value)

    def test_anything_else_is_an_error(self):
        for text in (
            b"",
            b"-",
            b"+1",
            b"--1",
            b"1-",
            b"1.5",
            b"0x10",
            b"1e3",
            b"1_000",
            b" 1",
            b"1 ",
            b"12345678901",
            b"-12345678901",
            b"00000000001",
        ):
            with self.assertRaises(ValueError):
                num(text)

    def test_numbers_are_put_as_they_are_printed(self):
        for number in (0, 1, 9, 10, 11, 99, 100, 101, 4294967295, -1, -9, -10, -100, 1 << 62):
            out = bytearray(b"=")
            put(out, number)
            self.assertEqual(bytes(out), b"=%d" % number)

    def test_bare_numbers(self):
        for line, bare in ((b"0", True), (b"460001234567890", True), (b"", False), (b"-1", False)):
            self.assertEqual(is_digits(line), bare, line)
        self.assertFalse(is_digits(b"1,2"))


class HexTest(unittest.TestCase):
    def test_there_and_back(self):
        for data, text in ((b"", b""), (b"\x00", b"00"), (b"\xab\xcd\xef\x09", b"ABCDEF09")):
            self.assertEqual(tohex(data), text)
            self.assertEqual(unhex(text), data)
            self.assertEqual(unhex(text.lower()), data)

    def test_other_text_is_an_error(self):
        for text in (b"0", b"zz", b"0g", b"000"):
            with self.assertRaises(ValueError):
                unhex(text)
