"""Bytes to lines: cut anywhere, any ending, any length, no allocation."""

import unittest

import micropython

from at.lines import Lines

CHUNKS = (1, 2, 7, 8, 64, 0)


def lines_of(lines, data, chunk):
    out = []
    step = chunk or len(data)
    for start in range(0, len(data), step):
        part = data[start : start + step]
        i = 0
        while i < len(part):
            i = lines.feed(part, i, len(part))
            if lines.ready and not lines.cut:
                out.append(bytes(lines.line))
    return out


class LinesTest(unittest.TestCase):
    def each(self, data, expected, size=64):
        for chunk in CHUNKS:
            self.assertEqual(lines_of(Lines(size), data, chunk), expected, "chunk %d" % chunk)

    def test_a_line_cut_anywhere_arrives_whole(self):
        self.each(b"\r\n+CEREG:1\r\n\r\nOK\r\n", [b"+CEREG:1", b"OK"])

    def test_every_line_ending_ends_a_line_and_none_makes_an_empty_one(self):
        for end in (b"\r", b"\n", b"\r\n", b"\r\r\n", b"\n\r"):
            self.each(b"A" + end + end + b"B" + end, [b"A", b"B"])

    def test_blanks_before_and_behind_a_line_stay_in_it(self):
        self.each(b"  RDY \r\n \r\nOK\r\n", [b"  RDY ", b" ", b"OK"])

    def test_all_bytes_up_to_the_end_of_a_line_are_taken_at_once(self):
        lines = Lines(8)
        for data in (b"a\x00b\r", b"\x01ab\x02\n", b"abcdefghij\n", b"+\r"):
            self.assertEqual(lines.feed(data + b"X", 0, len(data) + 1), len(data), data)
            self.assertTrue(lines.ready)

    def test_the_first_byte_of_a_line_is_its_beginning(self):
        lines = Lines(8)
        for data, partial in (
            (b"\r\n", False),
            (b"+", True),
            (b"X", True),
            (b"\r", False),
            (b"\n\x00", False),
            (b"+", True),
        ):
            lines.feed(data, 0, len(data))
            self.assertEqual(lines.partial(), partial, data)

    def test_lines_are_counted_from_none(self):
        lines = Lines(8)
        self.assertEqual((lines.count, lines.received, lines.overlong, lines.dropped), (0,) * 4)
        lines_of(lines, b"A\rB\r123456789\r\r\n\x00", 1)
        self.assertEqual(
            (lines.count, lines.received, lines.overlong, lines.dropped), (2, 17, 1, 10)
        )

    def test_a_line_without_its_ending_is_kept_back(self):
        self.each(b"OK\r\n+CSCON:", [b"OK"])

    def test_high_bytes_and_nul_inside_a_line_stay_in_it(self):
        self.each(b"a\x00\xff\x80b\r\n", [b"a\x00\xff\x80b"])

    def test_control_characters_before_a_line_are_dropped_and_counted(self):
        lines = Lines(16)
        self.assertEqual(lines_of(lines, b"\x00\x00\x07OK\r\n", 1), [b"OK"])
        self.assertEqual(lines.dropped, 3)

    def test_lines_around_the_size_limit(self):
        for n, kept in ((15, True), (16, True), (17, False), (32, False), (1000, False)):
            for chunk in CHUNKS:
                lines = Lines(16)
                got = lines_of(lines, b"x" * n + b"\r\nOK\r\n", chunk)
                self.assertEqual(got, [b"x" * n, b"OK"] if kept else [b"OK"])
                self.assertEqual(lines.overlong, 0 if kept else 1)
                self.assertEqual(lines.dropped, 0 if kept else n)

    def test_the_beginning_of_an_overlong_line_can_be_taken_at_its_end(self):
        lines = Lines(8)
        data = b"+MIPLREAD:0,5\r\nOK\r\n"
        i = lines.feed(data, 0, len(data))
        self.assertEqual((lines.cut, lines.ready, bytes(lines.line)), (True, True, b"+MIPLREA"))
        lines.feed(data, i, len(data))
        self.assertEqual((lines.cut, bytes(lines.line)), (False, b"OK"))

    def test_every_byte_is_accounted_for(self):
        lines = Lines(8)
        data = b"\x01ab\r\n" + b"c" * 20 + b"\n" + b"\r\rd\r"
        out = lines_of(lines, data, 3)
        endings = len([c for c in data if c in (10, 13)])
        self.assertEqual(lines.received, len(data))
        self.assertEqual(len(b"".join(out)) + lines.dropped + endings, len(data))

    def test_counters_stay_small_integers(self):
        lines = Lines(8)
        lines.received = lines.count = 0x3FFFFFFF
        lines_of(lines, b"A\r", 0)
        self.assertEqual(lines.count, 0)
        self.assertEqual(lines.received, 1)
        lines.overlong = lines.dropped = 0x3FFFFFFF
        lines_of(lines, b"x" * 9 + b"\r", 0)
        self.assertEqual((lines.overlong, lines.dropped), (0, 8))
        names = ("received", "count", "overlong", "dropped")
        for name in names:
            setattr(lines, name, 0x20000000)
        lines_of(lines, b"A\r" + b"x" * 9 + b"\r", 0)
        counts = [getattr(lines, name) - 0x20000000 for name in names]
        self.assertEqual(counts, [12, 1, 1, 9])

    def test_feeding_allocates_nothing(self):
        lines = Lines(400)
        data = b"+MIPLREAD:0,1,3303,0,5700\r\n" + b"x" * 402 + b"\r\n\x00OK\r\n"
        data += b"+MIPLEVENT:0,26,1\r\n" * 4
        for size in (1, 8, 256):  # at most what a UART is read into
            pieces = [bytearray(data[i : i + size]) for i in range(0, len(data), size)]
            seen = 0
            error = None
            micropython.heap_lock()
            try:
                for piece in pieces:
                    i = 0
                    while i < len(piece):
                        i = lines.feed(piece, i, len(piece))
                        if lines.ready and not lines.cut:
                            seen += 1
            except MemoryError as e:
                error = e
            finally:
                micropython.heap_unlock()
            self.assertIsNone(error)
            self.assertEqual(seen, 6)
