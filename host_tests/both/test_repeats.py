"""A repeat repeats the whole content of an operation, within the time a message id lasts."""

import unittest

from modem_rig import exactly, leap, module, play, sleep

from m5310.codes import EXECUTE, WRITE

WRITE_LINE = b"+MIPLWRITE:0,9,3306,0,5850,2,1,01,0,0"
EXECUTE_LINE = b'+MIPLEXECUTE:0,9,3303,0,5605,5, "reset"'
LASTS_MS = 247000


def deliver(*lines):
    """Print lines (a number: ms to wait); return (how many writes and executes done, answers)."""

    async def scene(node):
        for item in lines:
            if isinstance(item, int):
                await sleep(item)
            else:
                node.urc(item)
                await sleep(300)
        done = [op for op in node.operations if op.kind in (WRITE, EXECUTE)]
        return len(done), node.sent

    return play(scene, opened=True)


class ContentTest(unittest.TestCase):
    def test_the_same_line_is_answered_again_and_not_done_again(self):
        for line in (WRITE_LINE, EXECUTE_LINE):
            done, sent = deliver(line, line, 5000, line)
            self.assertEqual((done, len(sent), len(set(sent))), (1, 3, 1))

    def test_each_repeat_is_counted(self):
        async def scene(node):
            counts = []
            for line in (WRITE_LINE, WRITE_LINE, EXECUTE_LINE, WRITE_LINE, EXECUTE_LINE):
                node.urc(line)
                await sleep(300)
                counts.append(node.mipl.status()["repeats"])
            return counts

        self.assertEqual(play(scene, opened=True), [0, 1, 1, 2, 3])

    def test_a_write_of_another_resource_or_value_under_the_same_msgid_is_done(self):
        for other in (
            b"+MIPLWRITE:0,9,3306,0,5850,2,1,00,0,0",
            b"+MIPLWRITE:0,9,3306,0,5851,2,1,01,0,0",
            b"+MIPLWRITE:0,9,3306,0,5850,5,1,1,0,0",
            b"+MIPLWRITE:0,9,3306,0,5850,2,2,0001,0,0",
            b"+MIPLWRITE:0,9,3306,1,5850,2,1,01,0,0",
        ):
            done, sent = deliver(WRITE_LINE, other, other, WRITE_LINE)
            self.assertEqual((done, len(sent)), (2, 4), other)

    def test_a_write_of_more_or_fewer_resources_under_the_same_msgid_is_done(self):
        first = b"+MIPLWRITE:0,9,3306,0,5850,2,1,01,0,1"
        for second in (b"5851,2,1,16", b"5851,2,1,17", b"5750,2,1,16"):
            both = (first, b"+MIPLWRITE:0,9,3306,0,%s,0,0" % second)
            done, sent = deliver(WRITE_LINE, *both)
            self.assertEqual((done, len(sent)), (2, 2))
            done, sent = deliver(first, b"+MIPLWRITE:0,9,3306,0,5851,2,1,16,0,0", *both)
            self.assertEqual((done, len(sent)), (1 if second == b"5851,2,1,16" else 2, 2))

    def test_a_repeat_whose_first_lines_were_lost_is_not_done_again(self):
        whole = [b"+MIPLWRITE:0,9,3306,0,%d,2,1,01,0,%d" % (5850 + i, 2 - i) for i in range(3)]
        for lost in (1, 2):
            done, sent = deliver(*(whole + [5000] + whole[lost:]))
            self.assertEqual((done, len(sent), len(set(sent))), (1, 2, 1), lost)
        other = b"+MIPLWRITE:0,9,3306,0,5852,2,1,00,0,0"
        for end in ([other], [whole[1], other], [whole[0][:-1] + b"0"]):
            done, sent = deliver(*(whole + [5000] + end))
            self.assertEqual((done, len(sent)), (2, 2), end)

    def test_each_value_of_a_write_counts(self):
        def lines(spoilt, other):
            out = []
            for i in range(3):
                rid, kind, value = other if i == spoilt else (5850 + i, 2, b"01")
                out.append(b"+MIPLWRITE:0,9,3306,0,%d,%d,1,%s,0,%d" % (rid, kind, value, 2 - i))
            return out

        self.assertEqual(deliver(*(lines(-1, None) * 2))[0], 1)
        for i in range(3):
            for other in ((5750, 2, b"01"), (5850 + i, 2, b"00"), (5850 + i, 5, b"1")):
                done, sent = deliver(*(lines(-1, None) + lines(i, other)))
                self.assertEqual((done, len(sent)), (2, 2), (i, other))

    def test_contents_that_only_share_a_checksum_are_told_apart_by_their_lengths(self):
        """Each pair has the same CRC-32, value types and numbers included."""
        execute = b"+MIPLEXECUTE:0,9,3303,%d,5605,%d,%s"
        write = b"+MIPLWRITE:0,9,3306,%d,5850,2,%d,%s,0,0"
        for first, second in (
            (execute % (0, 5, b"reset"), execute % (0, 12, b"pamntyyaHppT")),
            (execute % (0, 7, b"restart"), execute % (10, 8, b"ccamubIM")),
            (write % (0, 5, b"01" * 5), write % (10, 5, b"0129F29A78")),
            (write % (0, 5, b"01" * 5), write % (10, 6, b"010193C1EAF3")),
            (write % (0, 9, b"01" * 9), write % (0, 10, b"010101010101EB178CF4")),
        ):
            self.assertEqual(deliver(first, second, first, second)[0], 2, second)

    def test_an_execute_with_other_arguments_under_the_same_msgid_is_done(self):
        for other in (
            b"+MIPLEXECUTE:0,9,3303,0,5605",
            b'+MIPLEXECUTE:0,9,3303,0,5605,5, "rerun"',
            b'+MIPLEXECUTE:0,9,3303,0,5605,6, "reset "',
            b'+MIPLEXECUTE:0,9,3303,1,5605,5, "reset"',
        ):
            self.assertEqual(deliver(EXECUTE_LINE, other)[0], 2, other)

    def test_one_that_cannot_be_read_is_no_repeat(self):
        done, sent = deliver(WRITE_LINE, b"+MIPLWRITE:0,9,3306,0,5850,2,1,zz,0,0", WRITE_LINE)
        answer = b"AT+MIPLWRITERSP=0,9,"
        self.assertEqual((done, sent), (1, [answer + b"2", answer + b"11", answer + b"2"]))
        execute = b"+MIPLEXECUTE:0,9,3303,0,5605"
        done, sent = deliver(execute, execute + b",9,abc", execute)
        answer = b"AT+MIPLEXECUTERSP=0,9,"
        self.assertEqual((done, sent), (1, [answer + b"2", answer + b"11", answer + b"2"]))

    def test_an_answer_to_another_operation_of_that_msgid_does_not_count_as_its_own(self):
        """What has no answer yet is kept longer than what has."""
        others = [b"+MIPLEXECUTE:0,%d,3303,0,5605" % i for i in range(20, 30)]

        async def scene(node):
            node.urc(WRITE_LINE)
            await sleep(4000)
            node.urc(b"+MIPLREAD:0,9,3303,0,5700")
            for line in others + [WRITE_LINE]:
                await sleep(300)
                node.urc(line)
            await sleep(300)
            return len([op for op in node.operations if op.kind == WRITE])

        refusing = module({b"AT+MIPLWRITERSP=0,9,2": b"ERROR"})
        self.assertEqual(play(scene, refusing, opened=True), 1)


class RoomTest(unittest.TestCase):
    """The last eight are known; what has no answer yet stays longer than what has."""

    def done_again(self, between, refused=(), first=WRITE_LINE):
        """Do first, then what is in between; return whether first is done again when it comes.

        The module takes no answer that is in refused.
        """

        async def scene(node):
            for line in (first,) + tuple(between):
                node.urc(line)
                await sleep(300)
            await sleep(2000)
            count = len(node.operations)
            node.urc(first)
            await sleep(300)
            return len(node.operations) > count

        said = dict.fromkeys(refused, b"ERROR")
        return play(scene, module(said), opened=True)

    def test_seven_others_do_not_push_it_out_and_eight_do(self):
        others = [b"+MIPLEXECUTE:0,%d,3303,0,5605" % i for i in range(20, 28)]
        self.assertFalse(self.done_again(others[:7]))
        self.assertTrue(self.done_again(others))

    def test_operations_that_are_not_done_push_nothing_out(self):
        for line in (
            b"+MIPLREAD:0,%d,3303,0,5700",
            b"+MIPLOBSERVE:0,%d,1,3303,0,5700",
            b'+MIPLPARAMETER:0,%d,3303,0,5700,6,"pmin=1"',
            b"+MIPLWRITE:0,%d,3306,0,5850,2,1,zz,0,0",
            b"+MIPLWRITE:0,%d,3306,0,5850,2,1,01,0,1",
            b"+MIPLEXECUTE:0,%d,3303,0,5605,9,abc",
        ):
            self.assertFalse(self.done_again([line % i for i in range(20, 28)]), line)

    def test_answers_to_others_do_not_count_as_its_own(self):
        same = [WRITE_LINE.replace(b":0,9,", b":0,%d," % i) for i in range(20, 28)]
        other = [WRITE_LINE.replace(b",01,", b",00,")]
        executes = [b"+MIPLEXECUTE:0,%d,3303,0,5605" % i for i in range(20, 28)]
        answer = b"AT+MIPLWRITERSP=0,9,2"
        self.assertFalse(self.done_again(same, [answer]))
        self.assertTrue(self.done_again(same))

        # A second write of that id whose answer is taken, the first one's was not.
        async def scene(node):
            refusals = [b"ERROR"] * 2
            node.peer.answers[answer] = lambda line: refusals.pop() if refusals else b"OK"
            for line in [WRITE_LINE] + other + executes[:7] + [WRITE_LINE]:
                node.urc(line)
                await sleep(300)
            return len([op for op in node.operations if op.kind == WRITE])

        self.assertEqual(play(scene, module(), opened=True), 2)


class TimeTest(unittest.TestCase):
    def count(self, *items):
        """Return how many operations are done when items are printed, see exactly()."""

        async def scene(node):
            exactly(node, *items)
            await sleep(100)
            return len(node.operations)

        return play(scene, opened=True)

    def test_it_is_a_repeat_to_the_millisecond(self):
        for line in (WRITE_LINE, EXECUTE_LINE):
            for ms, done in ((0, 1), (1, 1), (LASTS_MS - 1, 1), (LASTS_MS, 2)):
                self.assertEqual(self.count(line, ms, line), done, ms)
            self.assertEqual(self.count((line, line, line)), 1)

    def test_one_that_was_pushed_out_takes_no_other_with_it_when_its_time_is_over(self):
        lines = [b"+MIPLEXECUTE:0,%d,3303,0,5605" % i for i in range(20, 29)]

        async def scene(node):
            node.urc(lines[0])
            await sleep(100000)
            node.urc(*lines[1:])
            await sleep(LASTS_MS - 100000 + 5000)
            count = len(node.operations)
            node.urc(lines[1])
            await sleep(300)
            return count, len(node.operations)

        self.assertEqual(play(scene, opened=True), (9, 9))

    def test_it_is_a_repeat_as_long_as_the_msgid_lasts(self):
        for line in (WRITE_LINE, EXECUTE_LINE):
            self.assertEqual(deliver(line, LASTS_MS - 1000, line)[0], 1)
            self.assertEqual(deliver(line, LASTS_MS, line)[0], 2)

    def test_it_is_forgotten_when_nothing_else_happens_till_the_ticks_come_round(self):
        for count in (1, 3, 8):

            async def scene(node, count=count):
                lines = [b"+MIPLEXECUTE:0,%d,3303,0,5605" % i for i in range(count)]
                for line in lines:
                    node.urc(line)
                    await sleep(200)
                await sleep(LASTS_MS + 1000)
                for _ in range(4):
                    leap((1 << 28) - (LASTS_MS + 2000) // 4)
                    await sleep(100)
                for line in lines:
                    node.urc(line)
                    await sleep(200)
                return len(node.operations)

            self.assertEqual(play(scene, opened=True), 2 * count)

    def test_over_the_wrap_of_the_ticks(self):
        async def scene(node):
            for _ in range(2):
                node.urc(WRITE_LINE)
                await sleep(5000)
            await sleep(LASTS_MS)
            node.urc(WRITE_LINE)
            await sleep(300)
            return len(node.operations)

        for start in ((1 << 30) - 2000, (1 << 29) - 2000):
            self.assertEqual(play(scene, opened=True, start=start), 2)
