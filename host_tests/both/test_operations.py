"""Every form of an operation's URC (facts/protocol.md 6, 7, 10), and every way to get it wrong."""

import unittest

from m5310.codes import (
    BOOLEAN,
    DISCOVER,
    EXECUTE,
    FLOAT,
    INTEGER,
    OBSERVE,
    OPAQUE,
    PARAMETER,
    READ,
    STRING,
    TEXT,
    WRITE,
)
from m5310.operations import KINDS, parse


def op_of(line, arrived=7):
    return parse(KINDS.index(line[5 : line.find(b":")]), line, arrived)


class FormsTest(unittest.TestCase):
    def path(self, line, *expected):
        op = op_of(line)
        self.assertFalse(op.bad, line)
        self.assertEqual((op.kind, op.msgid, op.oid, op.iid, op.rid), expected, line)
        self.assertEqual(op.arrived, 7)
        return op

    def test_read_at_the_three_levels(self):
        self.path(b"+MIPLREAD:0,6,3303,0,5700", READ, 6, 3303, 0, 5700)
        self.path(b"+MIPLREAD:0,7,3303,0,-1", READ, 7, 3303, 0, -1)
        self.path(b"+MIPLREAD:0,8,3303,-1,-1", READ, 8, 3303, -1, -1)

    def test_read_with_blanks_with_a_count_and_without_a_resource(self):
        self.path(b"+MIPLREAD: 0, 65313, 3303, 0, 5700", READ, 65313, 3303, 0, 5700)
        self.path(b"+MIPLREAD: 0,39123,3,0,-1,0", READ, 39123, 3, 0, -1)
        self.path(b"+MIPLREAD: 0,39123,3,0,-1,12", READ, 39123, 3, 0, -1)
        self.path(b"+MIPLREAD:0,5,3303,0", READ, 5, 3303, 0, -1)
        self.path(b"+MIPLREAD:  0 ,  5 ,3303 ,0 , 5700 ", READ, 5, 3303, 0, 5700)

    def test_read_and_observe_of_a_whole_object_without_instance_and_resource(self):
        self.path(b"+MIPLREAD:0,888888,3303", READ, 888888, 3303, -1, -1)
        self.path(b"+MIPLREAD: 0, 888888, 3303 ", READ, 888888, 3303, -1, -1)
        self.path(b"+MIPLREAD:0,8,3303,-1", READ, 8, 3303, -1, -1)
        for flag, cancel in ((b"1", False), (b"0", True)):
            op = self.path(b"+MIPLOBSERVE:0,5,%s,3303" % flag, OBSERVE, 5, 3303, -1, -1)
            self.assertEqual(op.cancel, cancel)

    def test_discover_with_further_fields(self):
        for tail in (b",0", b",-1,-1", b",0,-1,0"):
            self.path(b"+MIPLDISCOVER:0,1,3303" + tail, DISCOVER, 1, 3303, -1, -1)

    def test_a_msgid_may_be_longer_than_16_bits(self):
        self.path(b"+MIPLREAD:0,922675,3303,0,5700", READ, 922675, 3303, 0, 5700)
        self.path(b"+MIPLREAD:0,4294967295,3303,0,5700", READ, 4294967295, 3303, 0, 5700)

    def test_another_ref_is_read_past(self):
        self.path(b"+MIPLREAD:1,5,3303,0,5700", READ, 5, 3303, 0, 5700)

    def test_observe_and_cancel_at_the_three_levels(self):
        for flag, cancel in ((b"1", False), (b"0", True)):
            for end, iid, rid in ((b"0,5700", 0, 5700), (b"0,-1", 0, -1), (b"-1,-1", -1, -1)):
                line = b"+MIPLOBSERVE:0,13,%s,3303,%s" % (flag, end)
                self.assertEqual(self.path(line, OBSERVE, 13, 3303, iid, rid).cancel, cancel)

    def test_observe_without_a_resource_and_with_blanks(self):
        op = self.path(b"+MIPLOBSERVE:0,267707,1,3200,0", OBSERVE, 267707, 3200, 0, -1)
        self.assertFalse(op.cancel)
        self.path(b"+MIPLOBSERVE: 0, 92267, 1, 3200, 0, -1", OBSERVE, 92267, 3200, 0, -1)

    def test_discover(self):
        self.path(b"+MIPLDISCOVER:0,1,3303", DISCOVER, 1, 3303, -1, -1)
        self.path(b"+MIPLDISCOVER: 0, 15321, 3303", DISCOVER, 15321, 3303, -1, -1)

    def test_quotes_around_numbers(self):
        self.path(b'+MIPLREAD:0,5,"3303","0","5700"', READ, 5, 3303, 0, 5700)


class WriteTest(unittest.TestCase):
    def value(self, tail, expected, index=0):
        """One write of 3306/0/5850, `tail` behind the resource."""
        op = op_of(b"+MIPLWRITE:0,9,3306,0,5850," + tail)
        self.assertFalse(op.bad, tail)
        self.assertEqual((op.kind, op.msgid, op.oid, op.iid), (WRITE, 9, 3306, 0))
        self.assertEqual(op.values, [(5850,) + expected], tail)
        self.assertEqual(op.index, index, tail)

    def test_the_guides_lines(self):
        self.value(b"2,1,01,0,0", (OPAQUE, b"\x01"))
        self.value(b"2,1,01,0,1", (OPAQUE, b"\x01"), 1)
        op = op_of(b"+MIPLWRITE:0,10,3306,0,5851,2,1,16,0,0")
        self.assertEqual(op.values, [(5851, OPAQUE, b"\x16")])

    def test_a_tail_of_one_number_is_the_flag_and_0_ends(self):
        self.value(b"2,1,01,0", (OPAQUE, b"\x01"))
        self.value(b"2,1,01,1", (OPAQUE, b"\x01"), 1)
        self.value(b"2,1,01,2", (OPAQUE, b"\x01"), 2)

    def test_opaque_lengths_in_bytes_and_in_hex_digits(self):
        self.value(b"2,4,34353637,0,0", (OPAQUE, b"4567"))
        self.value(b"2,8,34353637,0", (OPAQUE, b"4567"))
        self.value(b"2,2,08,0", (OPAQUE, b"\x08"))
        self.value(b"2,2,c7Ac,0", (OPAQUE, b"\xc7\xac"))

    def test_a_text_under_type_2_that_cannot_be_hex(self):
        """A driver of the BC28 family; docs/reference/mipl.md."""
        self.value(b"2,5,12345,0,0", (TEXT, b"12345"))
        self.value(b"2,3,123,0,0", (TEXT, b"123"))
        self.value(b"2,1,7,0", (TEXT, b"7"))
        self.value(b'2,5,"hello",0,0', (TEXT, b"hello"))
        self.value(b" 2, 4, test, 0, 0", (TEXT, b"test"))
        self.value(b"2,6,\xe5\xbc\x80\xe7\x81\xaf,0,0", (TEXT, b"\xe5\xbc\x80\xe7\x81\xaf"))

    def test_what_can_be_hex_under_type_2_is_hex(self):
        self.value(b"2,4,1234,0,0", (OPAQUE, b"4"))
        self.value(b"2,2,1234,0,0", (OPAQUE, b"4"))

    def test_opaque_with_blanks_and_quotes(self):
        self.value(b" 2, 1, 08, 0, 0", (OPAQUE, b"\x08"))
        self.value(b'2,1,"08",0,0', (OPAQUE, b"\x08"))
        self.value(b'2,2,"08",0', (OPAQUE, b"\x08"))
        self.value(b' 2, 1, "08", 0, 0', (OPAQUE, b"\x08"))
        self.value(b'2,  2,   "08"  ,  0', (OPAQUE, b"\x08"))
        self.value(b"6,2,0102,0,0", (OPAQUE, b"\x01\x02"))

    def test_empty_values(self):
        self.value(b"2,0,,0", (OPAQUE, b""))
        self.value(b"2,0,,0,0", (OPAQUE, b""))
        self.value(b'2,0,"",0,0', (OPAQUE, b""))
        self.value(b"1,0,,0,0", (STRING, b""))
        self.value(b'1,0,"",0,0', (STRING, b""))
        self.value(b'1, 0, "", 0, 0', (STRING, b""))

    def test_strings_raw_and_quoted(self):
        self.value(b"1,4,abcd,0", (STRING, b"abcd"))
        self.value(b"1,4,abcd,0,0", (STRING, b"abcd"))
        self.value(b'1,5,"hello",0,0', (STRING, b"hello"))
        self.value(b' 1, 5, "hello", 0, 0', (STRING, b"hello"))
        self.value(b" 1, 4, @0A^, 0, 0", (STRING, b"@0A^"))
        self.value(b'1,5,"hello" ,0,0', (STRING, b"hello"))
        self.value(b'1,5,"hello"  , 0, 1', (STRING, b"hello"), 1)

    def test_a_string_is_taken_by_its_length_commas_and_quotes_inside_stay(self):
        self.value(b"1,5,a,b,c,0,0", (STRING, b"a,b,c"))
        self.value(b"1,3,,,,,0,1", (STRING, b",,,"), 1)
        self.value(b'1,5,"a,b,c",0,0', (STRING, b"a,b,c"))
        self.value(b'1,5,"a"b"c",0,0', (STRING, b'a"b"c'))
        self.value(b"1,3,1,0,0", (STRING, b"1,0"))

    def test_a_quoted_string_whose_length_counts_its_quotes(self):
        self.value(b'1,7,"test0",0,0', (STRING, b"test0"))
        self.value(b'1,3,"test0",0,0', (STRING, b"test0"))
        self.value(b'1,2,"",0,0', (STRING, b""))

    def test_bytes_above_127_pass_uninterpreted(self):
        self.value(b"1,3,\xe2\x84\x83,0,0", (STRING, b"\xe2\x84\x83"))
        self.value(b"1,2,\xff\x00,0,0", (STRING, b"\xff\x00"))

    def test_typed_numbers_are_handed_on_as_text(self):
        self.value(b"4,4,24.5,0", (FLOAT, b"24.5"))
        self.value(b'4,4,"24.5",0,0', (FLOAT, b"24.5"))
        self.value(b"3,2,96,0,0", (INTEGER, b"96"))
        self.value(b"3,3,-12,0,0", (INTEGER, b"-12"))
        self.value(b"5,1,1,0,0", (BOOLEAN, b"1"))
        self.value(b"5,4,true,0,0", (BOOLEAN, b"true"))


class ExecuteTest(unittest.TestCase):
    def args(self, tail, expected):
        op = op_of(b"+MIPLEXECUTE:0,11,3303,0,5605" + tail)
        self.assertFalse(op.bad, tail)
        path = (op.kind, op.msgid, op.oid, op.iid, op.rid)
        self.assertEqual(path, (EXECUTE, 11, 3303, 0, 5605))
        self.assertEqual(op.args, expected, tail)

    def test_without_arguments(self):
        self.args(b"", b"")
        self.args(b',0,""', b"")
        self.args(b",0,", b"")
        self.args(b",0", b"")

    def test_arguments_quoted_with_the_guides_blank_and_without(self):
        self.args(b',5, "reset"', b"reset")
        self.args(b',5,"reset"', b"reset")

    def test_arguments_unquoted_with_a_flag(self):
        self.args(b",4,abcd,0", b"abcd")
        self.args(b', 5, "reset", 0', b"reset")
        self.args(b",3,a,b,0", b"a,b")

    def test_arguments_with_a_colon(self):
        self.args(b",5,10:15", b"10:15")
        self.args(b',6, "0:0,1:"', b"0:0,1:")

    def test_a_length_that_does_not_count_quoted_arguments(self):
        self.args(b',3,"reset"', b"reset")
        self.args(b',9,"reset"', b"reset")
        self.args(b',9,""', b"")
        self.args(b',9,"a"', b"a")
        self.args(b',9,"a","b"', b"a")


class ParameterTest(unittest.TestCase):
    def attributes(self, line, expected):
        op = op_of(line)
        self.assertFalse(op.bad, line)
        self.assertEqual((op.kind, op.msgid), (PARAMETER, 12))
        self.assertEqual(op.attributes, expected)
        return op

    def test_the_guides_line(self):
        text = b"pmin=15;pmax=60;lt=0.0;gt=50.0;st=2.0"
        op = self.attributes(b'+MIPLPARAMETER:0,12,3303,0,5700,37,"%s"' % text, text)
        self.assertEqual((op.oid, op.iid, op.rid), (3303, 0, 5700))

    def test_unquoted_with_blanks_behind_the_semicolons(self):
        text = b"pmin=1; pmax=2; gt=0.000000; lt=0.000000; stp=0.000000"
        self.attributes(b"+MIPLPARAMETER:0,12,3303,0,5700,55,%s" % text, text)
        self.attributes(b'+MIPLPARAMETER: 0, 12, 3303, 0, -1, 55, "%s"' % text, text)

    def test_a_wrong_length_and_numbers_behind_the_attributes(self):
        text = b"pmin=15;pmax=60"
        for tail in (
            b'15,"%s",0',
            b'15, "%s", 0, 0',
            b'99,"%s"',
            b'3,"%s",0',
            b"15,%s,0",
            b"4,%s",
        ):
            self.attributes(b"+MIPLPARAMETER:0,12,3303,0,5700," + tail % text, text)

    def test_empty(self):
        self.attributes(b'+MIPLPARAMETER:0,12,3303,-1,-1,0,""', b"")


class BadTest(unittest.TestCase):
    def test_a_line_that_says_whom_to_answer_is_marked_bad(self):
        for line in (
            b"+MIPLREAD:0,5,",
            b"+MIPLREAD:0,5,x,0,5700",
            b"+MIPLREAD:0,5,3303,0,57.5",
            b"+MIPLREAD:0,5,33:3,0,5700",
            b"+MIPLREAD:0,5,33/3,0,5700",
            b"+MIPLREAD:0,5,3303,0,5700,1,2,3",
            b'+MIPLREAD:0,5,3303,0,"5700',
            b"+MIPLREAD:0,5,3303,0,99999999999",
            b"+MIPLOBSERVE:0,5,1",
            b"+MIPLOBSERVE:0,5,on,3303,0,-1",
            b"+MIPLDISCOVER:0,5,",
            b"+MIPLDISCOVER:0,5,temp",
            b"+MIPLWRITE:0,5,3306,0",
            b"+MIPLWRITE:0,5,3306,0,5850",
            b"+MIPLWRITE:0,5,3306,0,5850,2,1",
            b"+MIPLWRITE:0,5,3306,0,5850,2,1,01",
            b"+MIPLWRITE:0,5,3306,0,5850,2,1,01,",
            b"+MIPLWRITE:0,5,3306,0,5850,2,1,01,0,x",
            b"+MIPLWRITE:0,5,3306,0,5850,2,1,zz,0,0",
            b"+MIPLWRITE:0,5,3306,0,5850,2,3,0,0,0",
            b"+MIPLWRITE:0,5,3306,0,5850,2,5,0102,0,0",
            b"+MIPLWRITE:0,5,3306,0,5850,1,400,abc,0,0",
            b"+MIPLWRITE:0,5,3306,0,5850,1,2,abcd,0,0",
            b"+MIPLWRITE:0,5,3306,0,5850,1,-1,abcd,0,0",
            b'+MIPLWRITE:0,5,3306,0,5850,1,-1,"ab",0,0',
            b'+MIPLWRITE:0,5,3306,0,5850,1,2,"abcd,0,0',
            b"+MIPLWRITE:0,5,3306,0,5850,x,1,01,0,0",
            b"+MIPLWRITE:0,5,3306,0,5850,2,1,01,0,0,0,0",
            b"+MIPLEXECUTE:0,5,3303,0",
            b"+MIPLEXECUTE:0,5,3303,0,reset",
            b"+MIPLEXECUTE:0,5,3303,0,5605,x,abc",
            b"+MIPLEXECUTE:0,5,3303,0,5605,9,abc",
            b'+MIPLEXECUTE:0,5,3303,0,5605,9,"abc',
            b"+MIPLPARAMETER:0,5,3303,0,5700",
            b"+MIPLPARAMETER:0,5,3303,0,5700,pmin=1,6",
            b'+MIPLPARAMETER:0,5,3303,0,5700,6,"pmin=1',
            b'+MIPLPARAMETER:0,5,3303,0,5700,6,"pmin=1",pmax=2',
            b"+MIPLREAD:0,5,3303,",
            b'+MIPLPARAMETER:0,5,3303,0,5700,6,"pmin=1",X',
            b'+MIPLPARAMETER:0,5,3303,0,5700,99,"pmin=1","pmax=2"',
            b'+MIPLWRITE:0,5,3306,0,5850,1,9,"ab","cd",0,0',
            b"+MIPLREAD:0,5,3303,0,",
            b"+MIPLEXECUTE:0,5,3303",
            b"+MIPLWRITE:0,5,3306,0,5850,2,2,zzzz,0,0",
            b"+MIPLWRITE:0,5,3306,0,5850,2,1,01,-1,0",
        ):
            op = op_of(line)
            self.assertTrue(op.bad, line)
            self.assertEqual(op.msgid, 5, line)

    def test_only_an_unreadable_msgid_raises(self):
        for line in (
            b"+MIPLREAD:",
            b"+MIPLREAD:0",
            b"+MIPLREAD:0,",
            b"+MIPLREAD:0,,3303,0,5700",
            b"+MIPLREAD:0,x,3303,0,5700",
            b"+MIPLREAD:,5,3303,0,5700",
            b"+MIPLREAD:0,0x10,3303,0,5700",
            b"+MIPLREAD:0,12345678901,3303,0,5700",
            b"+MIPLREAD:0,+5,3303,0,5700",
            b"+MIPLWRITE:\xff\xfe",
        ):
            with self.assertRaises(ValueError):
                op_of(line)

    def test_an_overlong_line_whose_msgid_can_be_read_is_bad_and_not_lost(self):
        op = op_of(b"+MIPLWRITE:0,5,3306,0,5850,1,1170,%s" % (b"x" * 1170))
        self.assertTrue(op.bad)
        self.assertEqual(op.msgid, 5)

    def test_1160_bytes_behind_the_msgid_are_taken_and_one_more_is_not(self):
        for msgid in (b"5", b"4294967295"):
            for length, bad in ((1160, False), (1161, True)):
                size = length - len(b"3306,0,5850,1,1000,,0,0")
                tail = b"3306,0,5850,1,%04d,%s,0,0" % (size, b"x" * size)
                self.assertEqual(len(tail), length)
                op = op_of(b"+MIPLWRITE:0,%s,%s" % (msgid, tail))
                self.assertEqual((op.bad, op.msgid), (bad, int(msgid)), length)

    def test_a_type_nobody_knows_is_bad(self):
        for kind in (b"0", b"-1"):
            self.assertTrue(op_of(b"+MIPLWRITE:0,5,3306,0,5850,%s,1,1,0,0" % kind).bad, kind)

    def test_every_cut_of_every_line_is_read_or_refused_but_nothing_else(self):
        for line in (
            b"+MIPLREAD:0,65,3303,0,5700",
            b"+MIPLOBSERVE:0,65,1,3303,0,5700",
            b"+MIPLDISCOVER:0,65,3303",
            b"+MIPLWRITE:0,65,3306,0,5850,2,1,01,0,1",
            b'+MIPLWRITE:0,65,3306,0,5850,1,5,"hello",0,0',
            b'+MIPLEXECUTE:0,65,3303,0,5605,5, "reset"',
            b'+MIPLPARAMETER:0,65,3303,0,5700,37,"pmin=15;pmax=60;lt=0.0;gt=50.0;st=2.0"',
        ):
            readable = line.find(b"65") + 1
            for end in range(line.find(b":") + 1, len(line)):
                try:
                    self.assertIn(op_of(line[:end]).msgid, (6, 65))
                    self.assertTrue(end >= readable, line[:end])
                except ValueError:
                    # Without a field behind it a msgid may have been cut: that is for the
                    # parser to judge, but behind the next comma it must be answered.
                    self.assertTrue(end <= readable + 1, line[:end])


class PathTest(unittest.TestCase):
    """What tells a repeat from another operation of the same kind and msgid."""

    def test_the_path_of_an_execute_has_its_resource(self):
        self.assertEqual(op_of(b"+MIPLEXECUTE:0,11,3303,0,5605").path, (3303, 0, 5605))

    def test_parts_of_one_write_have_one_path(self):
        first = op_of(b"+MIPLWRITE:0,10,3306,0,5850,2,1,01,0,1")
        self.assertEqual(op_of(b"+MIPLWRITE:0,10,3306,0,5851,2,1,16,0,0").path, first.path)
        self.assertNotEqual(op_of(b"+MIPLWRITE:0,10,3306,1,5851,2,1,16,0,0").path, first.path)

    def test_an_operation_that_cannot_be_read_has_no_path(self):
        self.assertIsNone(op_of(b"+MIPLEXECUTE:0,11,junk").path)
