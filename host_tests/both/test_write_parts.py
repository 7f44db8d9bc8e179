"""Writes of several resources, a line for each: joined, and answered once, whatever happens."""

import unittest

from modem_rig import leap, play, sleep
from rig import CHUNKS
from write_rig import DONE, REFUSED, TIMES, deliver, line, numbered, paced, parts, starved

from m5310.codes import OPAQUE


class SlowTest(unittest.TestCase):
    def test_parts_at_the_pace_of_9600_baud(self):
        for count, size, ms in ((34, 1, 49), (16, 30, 109), (2, 240, 570)):
            for start in (0, (1 << 30) - 700, (1 << 29) - 700):
                got = deliver(paced(parts(count, size=size), ms), start=start)
                self.assertEqual(got, ([(9, count, -1)], [DONE % 9]), (count, start))

    def test_parts_that_come_after_a_second_each(self):
        got = deliver(paced(parts(4), 1300))
        self.assertEqual(got, ([(9, 4, -1)], [DONE % 9]))

    def test_parts_that_stop_are_refused_from_the_last_one_on(self):
        for before in (0, 1000, 1900):
            got = deliver([parts(3)[0], before, parts(3)[1]] if before else parts(3)[:1])
            if before < 1500:
                self.assertEqual(got, ([], [REFUSED % 9]))
                self.assertTrue(1450 <= TIMES[0] - before < 2500, TIMES)
            else:
                self.assertEqual(got, ([], [REFUSED % 9]))
                self.assertTrue(1450 <= TIMES[0] < 2500, TIMES)

    def test_the_refusal_is_there_before_the_module_prints_it_again(self):
        """It does so after 5 s, however slowly the parts come."""
        got = deliver(paced(parts(40), 200))
        self.assertEqual(got, ([], [REFUSED % 9]))
        self.assertTrue(4000 < TIMES[0] < 4900, TIMES)

    def test_a_part_that_is_coming_in_is_waited_for(self):
        async def scene(node):
            first, last = parts(2)
            node.urc(first)
            await sleep(1400)
            node.uart.push(b"\r\n" + last[:20])
            await sleep(600)
            node.uart.push(last[20:] + b"\r\n")
            await sleep(3000)
            return [len(op.values) for op in node.operations], node.sent

        self.assertEqual(play(scene, opened=True), ([2], [DONE % 9]))


class OnceTest(unittest.TestCase):
    """Exactly one answer to every operation, and all of it is written or nothing."""

    def test_the_rest_comes_when_it_was_refused(self):
        for pause in (1600, 2500, 4900, 6000, 60000):
            for had in (1, 2, 3):
                lines = parts(4)
                got = deliver(lines[:had] + [pause] + lines[had:])
                self.assertEqual(got, ([], [REFUSED % 9]), (pause, had))

    def test_the_rest_comes_slowly_and_in_pieces(self):
        lines = parts(6)
        got = deliver([lines[0], 2000, lines[1], 2000, lines[2], 2000] + lines[3:])
        self.assertEqual(got, ([], [REFUSED % 9]))

    def test_what_is_printed_again_whole_is_done(self):
        for had in (1, 2):
            got = deliver(parts(3)[:had] + [5000] + parts(3))
            self.assertEqual(got, ([(9, 3, -1)], [REFUSED % 9, DONE % 9]), had)

    def test_what_is_printed_again_without_its_beginning_is_not_done_in_part(self):
        got = deliver(parts(4)[:2] + [5000] + parts(4)[1:])
        self.assertEqual(got[0], [])
        got = deliver(parts(4)[:1] + [200] + parts(4)[2:] + [5000] + parts(4))
        self.assertEqual(got, ([(9, 4, -1)], [REFUSED % 9, DONE % 9]))

    def test_the_last_line_alone_of_what_was_refused_is_refused_each_time(self):
        lines = parts(3)[:1] + [5000] + parts(3)[2:] + [5000] + parts(3)[2:]
        self.assertEqual(deliver(lines), ([], [REFUSED % 9] * 3))
        got = deliver(lines + [5000] + parts(3))
        self.assertEqual(got, ([(9, 3, -1)], [REFUSED % 9] * 3 + [DONE % 9]))

    def test_two_writes_whose_parts_come_by_turns(self):
        for chunk in CHUNKS:
            a, b = parts(3, 9), parts(2, 10)
            writes, sent = deliver([a[0], b[0], a[1], b[1], a[2]], chunk=chunk)
            self.assertEqual(writes, [(10, 2, -1), (9, 3, -1)])
            self.assertEqual(sent, [DONE % 10, DONE % 9])

    def test_a_second_write_behind_one_that_stopped(self):
        for gap in (0, 100, 1600):
            writes, sent = deliver(parts(3)[:2] + [gap] + parts(2, 10) + [100] + parts(3)[2:])
            if gap < 1500:
                self.assertEqual(sorted(writes), [(9, 3, -1), (10, 2, -1)])
                self.assertEqual(sorted(sent), sorted([DONE % 10, DONE % 9]))
            else:
                self.assertEqual(writes, [(10, 2, -1)])
                self.assertEqual(sent, [REFUSED % 9, DONE % 10])

    def test_other_operations_between_the_parts(self):
        read = b"+MIPLREAD:0,8,3303,0,5700"
        writes, sent = deliver(
            [parts(3)[0], 1400, read, 1000, parts(3)[1], read, 900] + parts(3)[2:]
        )
        self.assertEqual(writes, [])
        self.assertEqual(sorted(sent), [b"AT+MIPLREADRSP=0,8,13"] * 2 + [REFUSED % 9])
        writes, sent = deliver(
            [parts(3)[0], 900, read, 500, parts(3)[1], read, 900] + parts(3)[2:]
        )
        self.assertEqual(writes, [(9, 3, -1)])
        self.assertEqual(sorted(sent), [b"AT+MIPLREADRSP=0,8,13"] * 2 + [DONE % 9])

    def test_many_writes_begun_and_not_ended_get_one_refusal_each(self):
        ids = list(range(20, 40))
        _, sent = deliver([parts(2, msgid)[0] for msgid in ids], wait=6000)
        self.assertEqual(sorted(sent), sorted([REFUSED % msgid for msgid in ids]))

    def test_parts_without_end_are_refused_once(self):
        lines = [line(5850, b"0,%d" % i) for i in range(2000, 1600, -1)]
        self.assertEqual(deliver(lines, wait=8000), ([], [REFUSED % 9]))

    def test_more_data_than_a_message_holds_is_refused(self):
        self.assertEqual(deliver(parts(6, size=120)), ([], [REFUSED % 9]))
        self.assertEqual(deliver(parts(4, size=120))[0], [(9, 4, -1)])

    def test_a_part_whose_end_cannot_be_read(self):
        for spoilt in (0, 1, 2):
            lines = parts(3)
            lines[spoilt] = lines[spoilt][:-3]
            self.assertEqual(deliver(lines), ([], [REFUSED % 9]), spoilt)
            writes, sent = deliver(lines + [5000] + parts(3))
            self.assertEqual((writes, sent), ([(9, 3, -1)], [REFUSED % 9, DONE % 9]), spoilt)

    def test_a_single_line_whose_end_cannot_be_read_is_refused_each_time(self):
        spoilt = line(5850, b"0,x")
        self.assertEqual(deliver([spoilt, 500, spoilt]), ([], [REFUSED % 9] * 2))
        whole = line(5850, b"0,0")
        self.assertEqual(deliver([spoilt, 5000, whole]), ([(9, 1, 5850)], [REFUSED % 9, DONE % 9]))

    def test_a_refused_write_is_forgotten_before_its_msgid_comes_again(self):
        async def scene(node):
            node.urc(parts(2)[0])
            await sleep(260000)
            for _ in range(4):
                leap((1 << 28) - 65000)
                await sleep(100)
            node.urc(line(5850, b"0,0"))
            await sleep(500)
            return node.sent

        self.assertEqual(play(scene, opened=True), [REFUSED % 9, DONE % 9])


class MemoryTest(unittest.TestCase):
    """A part for which there is no memory: the write is refused once, nothing of it is done."""

    def test_one_part_or_several_or_all_of_them(self):
        for spoilt in ((0,), (1,), (2,), (0, 1), (1, 2), (0, 2), (0, 1, 2)):
            lines = paced(parts(3), 100)
            self.assertEqual(starved(spoilt, deliver, lines), ([], [REFUSED % 9]), spoilt)

    def test_what_is_printed_again_is_done(self):
        for spoilt in ((0,), (2,), (0, 1, 2)):
            lines = paced(parts(3), 100) + [5000] + parts(3)
            got = starved(spoilt, deliver, lines)
            self.assertEqual(got, ([(9, 3, -1)], [REFUSED % 9, DONE % 9]), spoilt)


class NumberingTest(unittest.TestCase):
    """How firmware numbers the parts; docs/reference/mipl.md has the sources."""

    WAYS = (
        (b"0,2", b"0,1", b"0,0"),  # the guide, RDA
        (b"2,0", b"1,0", b"0,0"),  # OneMO's manual, buffered mode
        (b"1,2", b"2,1", b"0,0"),  # flag and countdown, SPEC2
        (b"2,1", b"1,2", b"0,0"),  # countdown and flag
        (b"0,1", b"0,2", b"0,0"),  # an index that is always 0, and a flag
        (b"1,0", b"2,0", b"0,0"),
        (b"1", b"2", b"0"),  # only a flag: M5311, M5310-A
        (b"2", b"1", b"0"),  # only a countdown: SPEC0
        (b"0,4", b"0,3", b"0,2", b"0,1", b"0,0"),
        (b"4,0", b"3,0", b"2,0", b"1,0", b"0,0"),
        (b"1,3", b"2,2", b"2,1", b"0,0"),
        (b"3,1", b"2,2", b"1,2", b"0,0"),
        (b"0,1", b"0,2", b"0,2", b"0,0"),
        (b"1", b"2", b"2", b"2", b"0"),
        (b"3", b"2", b"1", b"0"),
        (b"0,1", b"0,0"),
        (b"1,0", b"0,0"),
        (b"1,1", b"0,0"),
        (b"1", b"0"),
    )

    def test_each_way_of_numbering(self):
        for tails in self.WAYS:
            got = deliver(numbered(tails))
            self.assertEqual(got, ([(9, len(tails), -1)], [DONE % 9]), tails)

    def test_each_way_repeated_as_a_whole_or_begun_anew(self):
        for tails in self.WAYS:
            lines = numbered(tails)
            self.assertEqual(
                deliver(lines + [2000] + lines), ([(9, len(tails), -1)], [DONE % 9] * 2), tails
            )
            self.assertEqual(
                deliver(lines[:-1] + lines), ([(9, len(tails), -1)], [DONE % 9]), tails
            )

    def test_a_line_that_is_missing_is_noticed(self):
        for tails in (
            (b"0,2", b"0,0"),
            (b"2,0", b"0,0"),
            (b"1,2", b"0,0"),
            (b"0,3", b"0,2", b"0,0"),
            (b"3,0", b"1,0", b"0,0"),
            (b"1,3", b"2,1", b"0,0"),
            (b"3", b"1", b"0"),
            (b"2", b"0"),
            (b"0,2", b"0,1"),
            (b"1", b"2"),
        ):
            self.assertEqual(deliver(numbered(tails)), ([], [REFUSED % 9]), tails)

    def test_lines_that_no_way_of_numbering_has_are_refused(self):
        for tails in (
            (b"0,1", b"1,1", b"0,0"),
            (b"1,0", b"1,1", b"0,0"),
            (b"0,1", b"0,3", b"0,0"),
            (b"1,0", b"3,0", b"0,0"),
            (b"0,2", b"0,3", b"0,0"),
            (b"1,2", b"1,3", b"0,0"),
        ):
            self.assertEqual(deliver(numbered(tails)), ([], [REFUSED % 9]), tails)

    def test_a_first_line_of_another_resource_begins_another_write(self):
        for first in (b"0,1", b"1,0", b"1,1", b"1"):
            lines = [line(5851, first)] + numbered((first, b"0,0"))
            self.assertEqual(deliver(lines), ([(9, 2, -1)], [DONE % 9]), first)

    def test_flags_without_the_first_line_are_refused(self):
        for tails in (
            (b"2", b"0"),
            (b"2", b"2", b"0"),
            (b"2,2", b"2,1", b"0,0"),
            (b"2,1", b"0,0"),
        ):
            self.assertEqual(deliver(numbered(tails)), ([], [REFUSED % 9]), tails)

    def test_values_stay_in_their_order(self):
        async def scene(node):
            node.urc(*numbered((b"2,0", b"1,0", b"0,0")))
            await sleep(500)
            return node.operations[0].values

        expected = [(5850 + i, OPAQUE, b"\x01") for i in range(3)]
        self.assertEqual(play(scene, opened=True), expected)
