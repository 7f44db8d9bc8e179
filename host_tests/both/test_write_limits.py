"""The limits of a write in parts: how much, how many, how late, to the byte and to the tick."""

import unittest

from modem_rig import exactly, leap, play, sleep
from write_rig import (
    DONE,
    REFUSED,
    TIMES,
    answer,
    deliver,
    line,
    numbered,
    outcome,
    paced,
    parts,
    starved,
)

REST_MS = 3000  # what belongs to a refused write comes that soon behind its last part
READ = b"+MIPLREAD:0,8,3303,0,5700"
NOT_FOUND = b"AT+MIPLREADRSP=0,8,13"


def on_ticks(*items, wait=3000, spoilt=()):
    """Deliver items on exact ticks, see exactly(); return the outcome."""

    async def scene(node):
        answer(node)
        await sleep(10)  # behind the OK to what opened the session
        exactly(node, *items)
        await sleep(wait)
        return outcome(node)

    return starved(spoilt, lambda: play(scene, opened=True))


def after_refusal(first, late_ms, *rest):
    """Print the lines first, which are refused for want of more, and rest late_ms after them."""

    async def scene(node):
        answer(node)
        last = exactly(node, *first)
        await sleep(2000)
        exactly(node, late_ms, *rest, start=last)
        await sleep(3000)
        return outcome(node)

    return play(scene, opened=True)


class SizeTest(unittest.TestCase):
    def test_600_bytes_are_taken_and_one_more_is_refused(self):
        for sizes, done in (
            ((300, 300), True),
            ((300, 301), False),
            ((301, 300), False),
            ((200, 200, 200), True),
            ((200, 200, 201), False),
        ):
            last = len(sizes) - 1
            lines = [
                line(5850 + i, b"0,%d" % (last - i), value=b"01" * size)
                for i, size in enumerate(sizes)
            ]
            expected = ([(9, len(sizes), -1)], [DONE % 9]) if done else ([], [REFUSED % 9])
            self.assertEqual(deliver(lines), expected, sizes)

    def test_64_parts_are_taken_and_one_more_is_refused(self):
        self.assertEqual(deliver(parts(64)), ([(9, 64, -1)], [DONE % 9]))
        self.assertEqual(deliver(parts(65)), ([], [REFUSED % 9]))

    def test_what_is_refused_keeps_no_values(self):
        async def scene(node):
            told = []
            node.mipl.requests.on_answered = lambda op, error, age: told.append(
                (op.bad, len(op.values))
            )
            exactly(node, tuple(parts(65)))
            await sleep(500)
            return told

        self.assertEqual(play(scene, opened=True), [(True, 0)])


class ManyTest(unittest.TestCase):
    """Four writes are joined side by side."""

    def test_four_begun_writes_are_all_done(self):
        writes = [parts(2, msgid) for msgid in (20, 21, 22, 23)]
        done, sent = deliver([each[0] for each in writes] + [each[1] for each in writes])
        self.assertEqual(done, [(msgid, 2, -1) for msgid in (20, 21, 22, 23)])
        self.assertEqual(sent, [DONE % msgid for msgid in (20, 21, 22, 23)])

    def test_the_fifth_has_the_oldest_refused_at_once_and_the_others_done(self):
        writes = [parts(2, msgid) for msgid in (20, 21, 22, 23, 24)]
        lines = [each[0] for each in writes] + [500] + [each[1] for each in writes[1:]]
        done, sent = deliver(lines)
        self.assertEqual(done, [(msgid, 2, -1) for msgid in (21, 22, 23, 24)])
        self.assertEqual(sent, [REFUSED % 20] + [DONE % msgid for msgid in (21, 22, 23, 24)])
        self.assertTrue(TIMES[0] < 500, TIMES)

    def test_one_that_was_refused_makes_room_before_one_that_is_joined(self):
        begun = [parts(2, msgid) for msgid in (20, 21, 22)]
        lines = [each[0] for each in begun[:1]] + parts(2, 30)[:1] + [1400]
        lines += begun[0][1:]  # 20 is done, 30 is refused 100 ms later
        lines += [300] + [each[0] for each in begun[1:]] + parts(2, 23)[:1] + parts(2, 24)[:1]
        lines += [200] + [each[1] for each in begun[1:]] + parts(2, 23)[1:] + parts(2, 24)[1:]
        done, sent = deliver(lines)
        self.assertEqual(done, [(msgid, 2, -1) for msgid in (20, 21, 22, 23, 24)])
        self.assertEqual(
            sent, [DONE % 20, REFUSED % 30] + [DONE % msgid for msgid in (21, 22, 23, 24)]
        )


class LateTest(unittest.TestCase):
    """What comes behind the refusal of a write that was not complete."""

    def test_its_rest_goes_on_with_it_however_late(self):
        for late_ms in (REST_MS - 1, REST_MS, 4 * REST_MS):
            got = after_refusal(parts(4)[:2], late_ms, *parts(4)[2:])
            self.assertEqual(got, ([], [REFUSED % 9]), late_ms)

    def test_it_is_printed_again_from_its_second_line_on_3_s_later(self):
        for late_ms, answers in ((REST_MS - 1, 1), (REST_MS, 2)):
            for again in (parts(4)[1:], parts(4)[1:2]):
                got = after_refusal(parts(4)[:2], late_ms, *again)
                self.assertEqual(got, ([], [REFUSED % 9] * answers), (late_ms, len(again)))

    def test_it_is_printed_again_from_its_last_line_but_one_on(self):
        """`1,1` might be the first line of two, too; but a write with that id began otherwise."""
        lines = numbered((b"1,3", b"2,2", b"1,1", b"0,0"))
        got = after_refusal(lines[:1], 5000, *lines[2:])
        self.assertEqual(got, ([], [REFUSED % 9] * 2))

    def test_its_last_line_alone_is_refused_again_3_s_later(self):
        for late_ms, answers in ((REST_MS - 1, 1), (REST_MS, 2)):
            got = after_refusal(parts(4)[:2], late_ms, *parts(4)[3:])
            self.assertEqual(got, ([], [REFUSED % 9] * answers), late_ms)

    def test_a_line_that_goes_on_in_any_way_of_numbering_is_its_rest(self):
        for first, rest in (
            (b"1,1", b"2,0"),
            (b"1,1", b"0,2"),
            (b"0,1", b"1,0"),
            (b"1,0", b"0,1"),
            (b"0,1", b"0,2"),
            (b"1,0", b"2,0"),
        ):
            lines = numbered((first, rest))
            got = after_refusal(lines[:1], 5000, *lines[1:])
            self.assertEqual(got, ([], [REFUSED % 9]), (first, rest))

    def test_its_last_line_alone_is_refused_again_in_each_way_of_numbering(self):
        for first in (b"0,2", b"2,0", b"1,2", b"2,1", b"1,3", b"3,1", b"2", b"4,0"):
            lines = numbered((first, b"0,0"))
            got = after_refusal(lines[:1], 5000, lines[1])
            self.assertEqual(got, ([], [REFUSED % 9] * 2), first)

    def test_a_line_begun_that_never_ends_does_not_keep_it_waiting(self):
        """The refusal has to be there before the module prints it again, 5 s after the first."""

        async def scene(node):
            answer(node)
            node.urc(parts(3)[0])
            await sleep(1000)
            node.uart.push(b"\r\n+MIPLWR")
            await sleep(3300)
            early = list(node.sent)
            await sleep(500)
            return early, outcome(node)

        self.assertEqual(play(scene, opened=True), ([], ([], [REFUSED % 9])))

    def test_a_line_that_is_coming_in_is_waited_for_in_small_steps(self):
        """Once it is here and is no part, the refusal follows within 0.1 s."""

        async def scene(node):
            answer(node)
            node.urc(parts(3)[0])
            await sleep(1400)
            node.uart.push(b"\r\n" + READ[:20])
            await sleep(900)
            early = list(node.sent)
            node.uart.push(READ[20:] + b"\r\n")
            await sleep(250)
            return early, outcome(node)

        self.assertEqual(play(scene, opened=True), ([], ([], [NOT_FOUND, REFUSED % 9])))


class PauseTest(unittest.TestCase):
    """The next part has to come within 1.5 s."""

    def refused_after(self, *items):
        """Print two parts 1 ms apart, then items; return ms from the second to the refusal."""

        async def scene(node):
            times = []
            reply = node.at.reply

            def noting(op):
                times.append(node.at.clock.ticks_ms())
                return reply(op)

            node.mipl.requests.on_operation = lambda op: None
            node.at.reply = noting
            exactly(node, parts(3)[0])
            await sleep(1)
            last = exactly(node, parts(3)[1])
            for item in items:
                if isinstance(item, int):
                    await sleep(item)
                else:
                    node.uart.push(item)
            await sleep(3000)
            self.assertEqual(len(times), 1)
            return node.at.clock.ticks_diff(times[0], last)

        return play(scene, opened=True)

    def test_the_refusal_is_not_early(self):
        self.assertTrue(1500 <= self.refused_after() < 1520)

    def test_a_line_that_is_coming_in_is_given_steps_of_100_ms_behind_that(self):
        took = self.refused_after(1400, b"\r\n" + READ[:9], 130, READ[9:] + b"\r\n")
        self.assertTrue(1600 <= took < 1620, took)


class StarvedTest(unittest.TestCase):
    """A part for which there is no memory: what comes of its write within 3 s is answered."""

    def test_parts_of_one_turn(self):
        for spoilt in ((0,), (1,), (2,), (0, 1), (0, 2), (1, 2), (0, 1, 2)):
            got = on_ticks(tuple(parts(3)), spoilt=spoilt)
            self.assertEqual(got, ([], [REFUSED % 9]), spoilt)

    def test_parts_of_the_same_millisecond(self):
        got = on_ticks(*parts(3), spoilt=(0, 1, 2))
        self.assertEqual(got, ([], [REFUSED % 9]))

    def test_a_late_part(self):
        for late_ms, answers in ((REST_MS - 1, 1), (REST_MS, 2)):
            lines = numbered((b"0,1", b"0,0"))
            got = on_ticks(lines[0], late_ms, lines[1], spoilt=(0, 1))
            self.assertEqual(got, ([], [REFUSED % 9] * answers), late_ms)

    def test_a_late_part_for_which_there_is_memory_again(self):
        last = numbered((b"0,1", b"0,0"))[1]
        for late_ms, expected in (
            (REST_MS - 1, ([], [REFUSED % 9])),
            (REST_MS, ([(9, 1, 5851)], [REFUSED % 9, DONE % 9])),
        ):
            got = on_ticks(parts(2)[0], late_ms, last, spoilt=(0,))
            self.assertEqual(got, expected, late_ms)

    def test_each_late_part_begins_the_3_s_anew(self):
        lines = paced(parts(4), REST_MS - 1)
        self.assertEqual(on_ticks(*lines, spoilt=(0,)), ([], [REFUSED % 9]))
        self.assertEqual(on_ticks(*lines, spoilt=(0, 1, 2)), ([], [REFUSED % 9]))

    def test_another_write_is_not_taken_for_it(self):
        got = on_ticks(parts(2)[0], tuple(parts(2, 10)), spoilt=(0,))
        self.assertEqual(got, ([(10, 2, -1)], [REFUSED % 9, DONE % 10]))
        got = on_ticks(parts(2)[0], parts(2, 10)[0], spoilt=(0, 1))
        self.assertEqual(got[0], [])

    def test_no_message_id_is_passed_over_when_the_ticks_begin(self):
        for msgid in (0, 1, 2, 65535):
            got = on_ticks(line(5850, b"0,0", msgid))
            self.assertEqual(got, ([(msgid, 1, 5850)], [DONE % msgid]))

    def test_it_is_forgotten_before_the_ticks_come_round(self):
        """Neither its msgid nor any other is passed over then."""

        async def scene(node):
            answer(node)
            exactly(node, parts(2)[0], 2 * REST_MS, line(5850, b"0,0"))
            await sleep(500)
            for _ in range(3):
                leap(1 << 28)
                await sleep(100)
            leap((1 << 28) - 2 * REST_MS - 300)
            exactly(node, line(5851, b"0,0", 1), line(5851, b"0,0", 2), line(5851, b"0,0"))
            await sleep(500)
            return outcome(node)

        done, sent = starved((0,), lambda: play(scene, opened=True))
        self.assertEqual(done, [(9, 1, 5850), (1, 1, 5851), (2, 1, 5851), (9, 1, 5851)])
        self.assertEqual(sent, [REFUSED % 9, DONE % 9, DONE % 1, DONE % 2, DONE % 9])
