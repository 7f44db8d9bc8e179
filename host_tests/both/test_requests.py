"""The platform's operations and their answers (guide 3.5): one answer a delivery, in time."""

import asyncio
import unittest

import micropython
import vtime
from modem_rig import OBJECTS, UPDATE, module, play, sleep
from rig import CHUNKS, Peer

import m5310.requests
from m5310 import errors
from m5310.codes import OBSERVE, READ, WRITE
from m5310.operations import KINDS, short

STRING, OPAQUE, INTEGER, FLOAT, BOOLEAN = 1, 2, 3, 4, 5

# One operation of each kind, and the head of its answer.
EACH = (
    (b"+MIPLREAD:0,9,3303,0,5700", b"AT+MIPLREADRSP=0,9,"),
    (b"+MIPLWRITE:0,9,3306,0,5850,2,1,01,0,0", b"AT+MIPLWRITERSP=0,9,"),
    (b'+MIPLEXECUTE:0,9,3303,0,5605,5, "reset"', b"AT+MIPLEXECUTERSP=0,9,"),
    (b"+MIPLOBSERVE:0,9,1,3303,0,5700", b"AT+MIPLOBSERVERSP=0,9,"),
    (b'+MIPLPARAMETER:0,9,3303,0,5700,6,"pmin=1"', b"AT+MIPLPARAMETERRSP=0,9,"),
    (b"+MIPLDISCOVER:0,9,3303", b"AT+MIPLDISCOVERRSP=0,9,"),
)


def deliver(node, replies, *lines):
    """Have node answer by replies(op) -> arguments of reply, then print lines."""
    requests = node.mipl.requests

    def on_operation(op):
        node.operations.append(op)
        requests.reply(op, *replies(op))

    requests.on_operation = on_operation
    node.urc(*lines)


def answers(lines, reply, peer=None, chunk=0, ms=500, **options):
    """Return what is sent when the module prints lines and each operation gets reply."""

    async def scene(node):
        deliver(node, lambda op: reply, *lines)
        await sleep(ms)
        return node.sent

    return play(scene, peer, chunk, opened=True, **options)


class ResultTest(unittest.TestCase):
    def test_success_of_each_kind(self):
        for line, head in EACH[1:5]:
            code, result = (205, b"1") if b"OBSERVE" in line else (204, b"2")
            for chunk in CHUNKS:
                self.assertEqual(answers([line], (code,), None, chunk), [head + result])
        value = (205, [(0, 5700, FLOAT, 20.123)])
        self.assertEqual(
            answers([EACH[0][0]], value), [EACH[0][1] + b"1,3303,0,5700,4,4,20.123,0,0"]
        )
        listed = (205, (), "5700;5701")
        self.assertEqual(answers([EACH[5][0]], listed), [EACH[5][1] + b'1,9,"5700;5701"'])

    def test_every_refusal_is_short(self):
        for code, result in ((400, b"11"), (401, b"12"), (404, b"13"), (405, b"14"), (406, b"15")):
            for line, head in EACH:
                self.assertEqual(answers([line], (code,)), [head + result])

    def test_a_read_with_nothing_to_give(self):
        self.assertEqual(answers([EACH[0][0]], (205, [])), [EACH[0][1] + b"11"])

    def test_the_index_counts_down_over_all_lines_of_a_read(self):
        for count in (1, 2, 3, 7):
            values = [(i % 2, 5700 + i, FLOAT, 1.5) for i in range(count)]
            sent = answers([b"+MIPLREAD:0,9,3303,-1,-1"], (205, values), ms=2000)
            expected = []
            for i, value in enumerate(values):
                expected.append(
                    b"AT+MIPLREADRSP=0,9,1,3303,%d,%d,4,4,1.5,%d,0"
                    % (value[0], value[1], count - 1 - i)
                )
            self.assertEqual(sent, expected)

    def test_every_type_in_a_read(self):
        values = [
            (0, 1, STRING, "a,b"),
            (0, 2, OPAQUE, b"\x00\xff"),
            (0, 3, INTEGER, -7),
            (0, 4, FLOAT, 98),
            (0, 5, BOOLEAN, True),
        ]
        head = b"AT+MIPLREADRSP=0,9,1,3303,0,"
        ends = (
            b'1,1,3, "a,b",4,0',
            b"2,2,2,00FF,3,0",
            b"3,3,4,-7,2,0",
            b"4,4,4,98,1,0",
            b"5,5,1,1,0,0",
        )
        sent = answers([b"+MIPLREAD:0,9,3303,0,-1"], (205, values), ms=1000)
        self.assertEqual(sent, [head + end for end in ends])

    def test_a_value_without_a_form_makes_the_whole_read_an_error(self):
        """A module sends the values it has as the whole answer (facts/protocol.md 5.9)."""
        for bad in (
            (0, 2, FLOAT, float("nan")),
            (0, 2, STRING, 'a"b'),
            (0, 2, STRING, "\r\nAT+NRB"),
        ):
            values = [(0, 1, FLOAT, 1.5), bad, (0, 3, FLOAT, 2.5)]
            sent = answers([b"+MIPLREAD:0,9,3303,0,-1"], (205, values), ms=1000)
            self.assertEqual(sent, [b"AT+MIPLREADRSP=0,9,11"])
            self.assertEqual(answers([EACH[0][0]], (205, [bad])), [b"AT+MIPLREADRSP=0,9,11"])

    def test_long_msgids_come_back_as_they_were(self):
        for msgid in (0, 65535, 65536, 922675, 4294967295):
            sent = answers([b"+MIPLOBSERVE: 0, %d, 1, 3303, 0, -1" % msgid], (205,))
            self.assertEqual(sent, [b"AT+MIPLOBSERVERSP=0,%d,1" % msgid])


class BadTest(unittest.TestCase):
    def test_what_cannot_be_read_is_refused_without_asking_the_application(self):
        async def scene(node, line):
            deliver(node, lambda op: (205,), line)
            await sleep(300)
            return node.sent, len(node.operations), node.mipl.status()["refused"]

        for line, head in (
            (b"+MIPLREAD:0,9,3303,0,57.5", EACH[0][1]),
            (b"+MIPLWRITE:0,9,3306,0,5850,2,1,zz,0,0", EACH[1][1]),
            (b"+MIPLWRITE:0,9,3306,0,5850", EACH[1][1]),
            (b"+MIPLEXECUTE:0,9,3303,0,5605,9,abc", EACH[2][1]),
            (b"+MIPLOBSERVE:0,9,1", EACH[3][1]),
            (b"+MIPLPARAMETER:0,9,3303,0,5700", EACH[4][1]),
            (b"+MIPLDISCOVER:0,9,\xff\xfe", EACH[5][1]),
        ):
            for chunk in CHUNKS:
                got = play(lambda node, line=line: scene(node, line), None, chunk, opened=True)
                self.assertEqual(got, ([head + b"11"], 0, 1), line)

    def test_an_unreadable_msgid_is_counted_and_the_next_line_answered(self):
        async def scene(node):
            deliver(
                node, lambda op: (404,), b"+MIPLREAD:0,x,3303,0,5700", b"+MIPLNEW:0,5", EACH[0][0]
            )
            await sleep(300)
            return node.sent, node.at.status()["malformed"]

        self.assertEqual(play(scene, opened=True), ([b"AT+MIPLREADRSP=0,9,13"], 2))


class RepeatTest(unittest.TestCase):
    def count(self, *deliveries):
        """Deliver each (line, ms to wait before it); return (executed, answers)."""

        async def scene(node):
            deliver(node, lambda op: (204,))
            for line, ms in deliveries:
                vtime.clock.start += ms
                node.urc(line)
                await sleep(300)
            return len(node.operations), node.sent

        executed, sent = play(scene, opened=True)
        self.assertEqual(len(sent), len(deliveries))
        return executed, sent

    def test_a_repeat_is_answered_again_and_not_done_again(self):
        for line, head in EACH[1:3]:
            executed, sent = self.count((line, 0), (line, 5000), (line, 10000))
            self.assertEqual((executed, sent), (1, [head + b"2"] * 3))

    def test_three_in_one_burst(self):
        line = b"+MIPLWRITE: 0, 48276, 3200, 0, 5503, 2, 1, 08, 0, 0"
        for chunk in CHUNKS:
            sent = answers([line] * 3, (204,), None, chunk)
            self.assertEqual(sent, [b"AT+MIPLWRITERSP=0,48276,2"] * 3)
        executed, _ = self.count((line, 0), (line, 0), (line, 0))
        self.assertEqual(executed, 1)

    def test_the_repeat_gets_the_same_result(self):
        async def scene(node):
            codes = [405, 204]
            deliver(node, lambda op: (codes.pop(0),))
            for _ in range(2):
                node.urc(EACH[1][0])
                await sleep(300)
            return node.sent, node.mipl.status()["repeats"]

        self.assertEqual(play(scene, opened=True), ([EACH[1][1] + b"14"] * 2, 1))

    def test_a_refused_one_repeated(self):
        async def scene(node):
            deliver(node, lambda op: (204,))
            for _ in range(2):
                node.urc(b"+MIPLWRITE:0,9,3306,0,5850,2,1,zz,0,0")
                await sleep(300)
            return node.sent, len(node.operations)

        self.assertEqual(play(scene, opened=True), ([EACH[1][1] + b"11"] * 2, 0))

    def test_what_only_looks_like_a_repeat_is_done(self):
        first = EACH[2][0]
        for line in (
            b'+MIPLEXECUTE:0,10,3303,0,5605,5, "reset"',
            b'+MIPLEXECUTE:0,9,3303,1,5605,5, "reset"',
            b'+MIPLEXECUTE:0,9,3303,0,5523,5, "reset"',
            b"+MIPLWRITE:0,9,3303,0,5605,2,1,01,0,0",
        ):
            self.assertEqual(self.count((first, 0), (line, 0))[0], 2, line)

    def test_after_247_seconds_a_msgid_is_free_again(self):
        line = EACH[2][0]
        self.assertEqual(self.count((line, 0), (line, 240000))[0], 1)
        self.assertEqual(self.count((line, 0), (line, 248000))[0], 2)

    def test_a_new_session_has_new_msgids(self):
        async def scene(node):
            deliver(node, lambda op: (204,), EACH[2][0])
            await sleep(300)
            await node.mipl.open(OBJECTS, 3600, 30)
            node.urc(EACH[2][0])
            await sleep(300)
            return len(node.operations)

        self.assertEqual(play(scene, opened=True), 2)

    def test_as_many_are_remembered_as_can_be_under_way(self):
        lines = [b"+MIPLEXECUTE:0,%d,3303,0,5605" % i for i in range(9)]
        self.assertEqual(self.count(*[(line, 0) for line in lines + lines[1:]])[0], 9)
        self.assertEqual(self.count(*[(line, 0) for line in lines + lines[:1]])[0], 10)

    def test_nothing_is_done_again_because_the_session_was_lost(self):
        """The module's side of it goes on until CLOSE."""

        async def scene(node):
            deliver(node, lambda op: (204,), EACH[1][0])
            await sleep(300)
            node.urc(b"+MIPLEVENT:0,9")
            await sleep(300)
            node.urc(EACH[1][0])
            await sleep(300)
            return len(node.operations), node.sent

        self.assertEqual(play(scene, opened=True), (1, [EACH[1][1] + b"2"] * 2))

    def test_what_has_no_answer_yet_is_remembered_longer_than_what_has(self):
        lines = [EACH[1][0]] + [b"+MIPLEXECUTE:0,%d,3303,0,5605" % i for i in range(20, 32)]

        async def scene(node):
            deliver(node, lambda op: (204,))
            for line in lines + lines[:1]:
                node.urc(line)
                await sleep(300)
            return len(node.operations)

        peer = module({EACH[1][1] + b"2": b"ERROR"})
        self.assertEqual(play(scene, peer, opened=True), len(lines))
        self.assertEqual(play(scene, opened=True), len(lines) + 1)

    def test_a_line_that_was_spoilt_is_done_when_it_comes_whole(self):
        whole = EACH[2][0]
        for line in (whole[:-9], whole.replace(b"3303", b"33\xff3")):
            executed, sent = self.count((line, 0), (line, 0), (whole, 4000), (whole, 0))
            self.assertEqual(executed, 1, line)
            head = EACH[2][1]
            self.assertEqual(sent, [head + b"11", head + b"11", head + b"2", head + b"2"], line)

    def test_reads_and_observes_are_simply_done_again(self):
        self.assertEqual(answers([EACH[3][0]] * 3, (205,)), [EACH[3][1] + b"1"] * 3)


class PartsTest(unittest.TestCase):
    HEAD = b"+MIPLWRITE:0,9,3306,0,"
    PARTS = (b"5850,2,1,01,0,2", b"5851,2,1,16,0,1", b"5750,1,2,ab,0,0")
    VALUES = [(5850, OPAQUE, b"\x01"), (5851, OPAQUE, b"\x16"), (5750, STRING, b"ab")]

    def write(self, parts, pause=20, wait=2500, chunk=0):
        """Deliver parts; return (writes as (msgid, rid, values), answers, ms to the last)."""

        async def scene(node):
            deliver(node, lambda op: (204,))
            start = vtime.clock.ticks_ms()
            for part in parts:
                node.urc(part if part[:1] == b"+" else self.HEAD + part)
                await sleep(pause)
            while (
                len(node.sent) < 1 and vtime.clock.ticks_diff(vtime.clock.ticks_ms(), start) < 5000
            ):
                await sleep(10)
            took = vtime.clock.ticks_diff(vtime.clock.ticks_ms(), start)
            await sleep(wait)
            done = [(op.msgid, op.rid, op.values) for op in node.operations]
            return done, node.sent, took

        return play(scene, None, chunk, opened=True)

    def test_in_order(self):
        for chunk in CHUNKS:
            done, sent, _ = self.write(self.PARTS, chunk=chunk)
            self.assertEqual(done, [(9, -1, self.VALUES)])
            self.assertEqual(sent, [EACH[1][1] + b"2"])

    def test_a_single_part_keeps_its_resource(self):
        self.assertEqual(self.write(self.PARTS[2:])[0], [(9, 5750, self.VALUES[2:])])

    def test_slow_but_in_time(self):
        done, sent, _ = self.write(self.PARTS, pause=500)
        self.assertEqual((len(done), sent), (1, [EACH[1][1] + b"2"]))

    def test_other_operations_in_between(self):
        parts = (self.PARTS[0], b"+MIPLREAD:0,8,3303,0,5700", self.PARTS[1], self.PARTS[2])

        async def scene(node):
            deliver(node, lambda op: (404,) if op.kind == READ else (204,))
            for part in parts:
                node.urc(part if part[:1] == b"+" else self.HEAD + part)
            await sleep(500)
            return node.sent

        self.assertEqual(
            sorted(play(scene, opened=True)), [b"AT+MIPLREADRSP=0,8,13", EACH[1][1] + b"2"]
        )

    def test_a_gap_refuses_the_whole(self):
        done, sent, _ = self.write((self.PARTS[0], self.PARTS[2]))
        self.assertEqual((done, sent), ([], [EACH[1][1] + b"11"]))

    def test_a_bad_part_refuses_the_whole(self):
        for parts in (
            (b"5850,2,1,zz,0,2", self.PARTS[1], self.PARTS[2]),
            (self.PARTS[0], b"5851,2,1,zz,0,1", self.PARTS[2]),
            (self.PARTS[0], self.PARTS[1], b"5750,2,1,zz,0,0"),
        ):
            done, sent, _ = self.write(parts)
            self.assertEqual((done, sent), ([], [EACH[1][1] + b"11"]), parts)

    def test_parts_for_two_instances_refuse_the_whole(self):
        for other in (b"+MIPLWRITE:0,9,3306,1,", b"+MIPLWRITE:0,9,3303,0,"):
            done, sent, _ = self.write((self.PARTS[1], other + self.PARTS[2]))
            self.assertEqual((done, sent), ([], [EACH[1][1] + b"11"]))

    def test_a_missing_tail_is_refused_in_time(self):
        for parts in (self.PARTS[:1], self.PARTS[:2]):
            done, sent, took = self.write(parts)
            self.assertEqual((done, sent), ([], [EACH[1][1] + b"11"]))
            self.assertTrue(1400 <= took < 2500, took)

    def test_repeated_as_a_whole(self):
        done, sent, _ = self.write(self.PARTS + self.PARTS)
        self.assertEqual((len(done), sent), (1, [EACH[1][1] + b"2"] * 2))

    def test_begun_anew_before_its_end(self):
        done, sent, _ = self.write(self.PARTS[:2] + self.PARTS)
        self.assertEqual(done, [(9, -1, self.VALUES)])
        self.assertEqual(sent, [EACH[1][1] + b"2"])

    def test_one_given_up_for_another_is_refused(self):
        other = b"+MIPLWRITE:0,10,3306,0,5850,2,1,01,0,"
        for tail, answer in (
            (b"0", [b"AT+MIPLWRITERSP=0,10,2"]),
            (b"1", [b"AT+MIPLWRITERSP=0,10,11"]),
        ):
            done, sent, _ = self.write((self.PARTS[0], other + tail))
            self.assertEqual(sorted(sent), sorted([EACH[1][1] + b"11"] + answer), tail)
            self.assertEqual(len(done), 1 if tail == b"0" else 0)

    def test_a_flood_of_parts_ends_in_one_refusal(self):
        parts = [b"5850,2,1,01,0,%d" % i for i in range(2000, 1000, -1)]

        async def scene(node):
            deliver(node, lambda op: (204,))
            for part in parts:
                node.urc(self.HEAD + part)
            await sleep(4000)
            return node.sent

        self.assertEqual(play(scene, opened=True), [EACH[1][1] + b"11"])

    FLAGGED = (b"5850,2,2,01,1", b"5851,2,2,16,2", b"5852,2,2,00,2", b"5750,1,2,ab,0")
    FLAGGED_VALUES = [
        (5850, OPAQUE, b"\x01"),
        (5851, OPAQUE, b"\x16"),
        (5852, OPAQUE, b"\x00"),
        (5750, STRING, b"ab"),
    ]

    def test_parts_that_only_tell_first_middle_last(self):
        """facts/protocol.md 6: M5311, M5310-A."""
        for count in (2, 3, 4):
            parts = self.FLAGGED[: count - 1] + self.FLAGGED[3:]
            values = self.FLAGGED_VALUES[: count - 1] + self.FLAGGED_VALUES[3:]
            for chunk in CHUNKS:
                done, sent, _ = self.write(parts, chunk=chunk)
                self.assertEqual(done, [(9, -1, values)])
                self.assertEqual(sent, [EACH[1][1] + b"2"])

    def test_flagged_parts_repeated_begun_anew_and_cut_short(self):
        done, sent, _ = self.write(self.FLAGGED + self.FLAGGED)
        self.assertEqual((len(done), sent), (1, [EACH[1][1] + b"2"] * 2))
        done, sent, _ = self.write(self.FLAGGED[:2] + self.FLAGGED)
        self.assertEqual((done, sent), ([(9, -1, self.FLAGGED_VALUES)], [EACH[1][1] + b"2"]))
        for parts in (self.FLAGGED[:1], self.FLAGGED[:3], self.FLAGGED[1:], self.FLAGGED[2:]):
            done, sent, _ = self.write(parts)
            self.assertEqual((done, sent), ([], [EACH[1][1] + b"11"]), parts)

    def test_a_new_session_forgets_parts(self):
        async def scene(node):
            deliver(node, lambda op: (204,))
            node.urc(self.HEAD + self.PARTS[0])
            await sleep(100)
            node.mipl.reset()
            await sleep(3000)
            return node.sent

        self.assertEqual(play(scene, opened=True), [])


class M5310aTest(unittest.TestCase):
    """facts/traces.md 3b."""

    def test_the_flag_tells_first_middle_last_and_numbers_stand_in_quotes(self):
        values = [(0, 5500, BOOLEAN, False), (0, 5501, INTEGER, -12), (0, 5750, STRING, "test")]
        self.assertEqual(
            answers([b"+MIPLREAD:0,18172,3200,0,-1"], (205, values), dialect="m5310a", ms=1000),
            [
                b'AT+MIPLREADRSP=0,18172,1,3200,0,5500,5,1,"0",2,1',
                b'AT+MIPLREADRSP=0,18172,1,3200,0,5501,3,3,"-12",1,2',
                b'AT+MIPLREADRSP=0,18172,1,3200,0,5750,1,4,"test",0,0',
            ],
        )
        self.assertEqual(
            answers([b"+MIPLREAD:0,18172,3200,0,-1"], (400,), dialect="m5310a"),
            [b"AT+MIPLREADRSP=0,18172,11"],
        )

    def test_a_read_with_a_trailing_count(self):
        sent = answers(
            [b"+MIPLREAD: 0,32705,3200,0,-1,0"],
            (205, [(0, 5750, STRING, "abcd")]),
            dialect="m5310a",
        )
        self.assertEqual(sent, [b'AT+MIPLREADRSP=0,32705,1,3200,0,5750,1,4,"abcd",0,0'])

    def test_observe_and_discover_are_information_only(self):
        async def scene(node):
            deliver(node, lambda op: (205,), EACH[3][0], EACH[5][0], b"+MIPLOBSERVE:0,9,x")
            await sleep(500)
            return [op.kind for op in node.operations], node.sent

        got = play(scene, opened=True, dialect="m5310a")
        self.assertEqual(got, ([OBSERVE, KINDS.index(b"DISCOVER")], []))


class LineTest(unittest.TestCase):
    def test_answers_go_before_a_full_queue(self):
        async def scene(node):
            calls = [
                asyncio.create_task(node.outcome(node.at.command(b"AT+LOW=%d" % i)))
                for i in range(8)
            ]
            await sleep(1)
            deliver(node, lambda op: (205,) if op.kind == OBSERVE else (204,))
            node.urc(EACH[1][0], EACH[3][0])
            for call in calls:
                await call
            return node.sent

        sent = play(scene, opened=True)
        where = [sent.index(EACH[1][1] + b"2"), sent.index(EACH[3][1] + b"1")]
        self.assertEqual(len(sent), 10)
        self.assertLess(max(where), 4)

    def test_a_queue_so_full_that_it_refuses_commands_still_takes_answers(self):
        async def scene(node):
            calls = [
                asyncio.create_task(node.outcome(node.at.command(b"AT+LOW=%d" % i)))
                for i in range(12)
            ]
            deliver(node, lambda op: (204,), EACH[1][0])
            kinds = []
            for call in calls:
                kinds.append((await call)[0])
            return kinds.count(errors.BUSY), node.sent.count(EACH[1][1] + b"2")

        self.assertEqual(play(scene, opened=True), (4, 1))

    def test_sixteen_operations_in_one_burst_and_the_counter_for_more(self):
        async def scene(node, count):
            lines = [b"+MIPLOBSERVE:0,%d,1,3303,0,5700" % i for i in range(count)]
            deliver(node, lambda op: (205,), *lines)
            await sleep(3000)
            return len(node.sent), node.at.status()["refused"]

        self.assertEqual(play(lambda node: scene(node, 16), opened=True), (16, 0))
        sent, refused = play(lambda node: scene(node, 24), opened=True)
        self.assertEqual(sent + refused, 24)
        self.assertGreaterEqual(sent, 16)

    def test_in_the_middle_of_an_update(self):
        async def scene(node):
            task = asyncio.create_task(node.outcome(node.mipl.update()))
            await sleep(100)
            deliver(node, lambda op: (204,), EACH[1][0])
            await sleep(1000)
            node.urc(b"+MIPLEVENT:0,11")
            return (await task)[0], node.sent

        got = play(scene, module({UPDATE: b"OK"}), opened=True)
        self.assertEqual(got, (0, [UPDATE, EACH[1][1] + b"2"]))

    def test_the_module_refuses_an_answer(self):
        async def scene(node):
            ends = []
            node.mipl.requests.on_answered = lambda op, error, age: ends.append(
                (op.msgid, error.kind, error.code)
            )
            deliver(node, lambda op: (205,), EACH[3][0])
            await sleep(500)
            return ends, node.at.status()["replies"]

        peer = module({EACH[3][1] + b"1": b"+CIS ERROR: 602"})
        self.assertEqual(play(scene, peer, opened=True), ([(9, errors.CIS, 602)], 0))

    def test_an_answer_refused_for_noise_before_it_is_sent_once_more(self):
        for line, reply, answer in (
            (EACH[1][0], (204,), EACH[1][1] + b"2"),
            (EACH[0][0], (205, [(0, 5700, FLOAT, 20.5)]), None),
        ):
            answer = answer or EACH[0][1] + b"1,3303,0,5700,4,4,20.5,0,0"
            refusals = [b"ERROR"]
            peer = module({answer: lambda line, left=refusals: left.pop() if left else b"OK"})
            self.assertEqual(answers([line], reply, peer), [answer] * 2)

    def test_an_answer_refused_twice_is_not_sent_for_ever(self):
        peer = module({EACH[1][1] + b"2": b"ERROR"})
        self.assertEqual(answers([EACH[1][0]], (204,), peer), [EACH[1][1] + b"2"] * 2)

    def test_how_it_fared_and_how_old_it_was_is_told(self):
        async def scene(node):
            ends = []
            node.mipl.requests.on_answered = lambda op, error, age: ends.append((op, error, age))
            deliver(node, lambda op: (205,), EACH[3][0])
            await sleep(500)
            return ends

        ends = play(scene, opened=True)
        self.assertEqual(len(ends), 1)
        op, error, age = ends[0]
        self.assertEqual((op.msgid, op.kind, error), (9, OBSERVE, None))
        self.assertTrue(0 <= age < 100, age)

    def test_an_answer_in_time_over_the_tick_wrap(self):
        for start in ((1 << 30) - 320, (1 << 29) - 320):
            for slow in (0, 40, 80):

                async def scene(node, slow=slow):
                    await sleep(slow)
                    ages = []
                    node.mipl.requests.on_answered = lambda op, error, age: ages.append(age)
                    deliver(node, lambda op: (205,), EACH[3][0])
                    await sleep(500)
                    return node.sent, ages[0] < 100

                got = play(scene, opened=True, start=start)
                self.assertEqual(got, ([EACH[3][1] + b"1"], True))

    def test_an_echoing_module(self):
        for chunk in CHUNKS:
            peer = module(echo=True)
            self.assertEqual(answers([EACH[3][0]], (205,), peer, chunk), [EACH[3][1] + b"1"])

    def test_without_a_session_an_operation_is_answered_all_the_same(self):
        async def scene(node):
            deliver(node, lambda op: (404,), EACH[0][0])
            await sleep(300)
            return node.sent

        self.assertEqual(play(scene, Peer()), [EACH[0][1] + b"13"])

    def test_kinds_in_words(self):
        from m5310.operations import describe, parse

        for line, words in (
            (b"+MIPLREAD:0,9,3303,0,5700", "read 3303/0/5700"),
            (b"+MIPLOBSERVE:0,9,0,3303,-1,-1", "cancel 3303"),
            (b"+MIPLWRITE:0,9,3306,0,5850,2,1,01,0,0", "write 3306/0/5850"),
        ):
            kind = {b"R": READ, b"O": OBSERVE, b"W": WRITE}[line[5:6]]
            self.assertEqual(describe(parse(kind, line, 0)), words)


class MemoryTest(unittest.TestCase):
    """An operation for which there is no memory is refused: silence would block the module."""

    def starved(self, lines, dialect="seed"):
        """Return what is sent when the module prints lines and there is no memory to read them."""
        real = m5310.requests.parse

        def parse(kind, line, arrived):
            raise MemoryError

        async def scene(node):
            deliver(node, lambda op: (205,), *lines)
            await sleep(500)
            m5310.requests.parse = real
            node.urc(b"+MIPLOBSERVE:0,77,1,3303,0,5700")
            await sleep(300)
            return node.sent, node.operations, node.mipl.requests.refused

        m5310.requests.parse = parse
        try:
            return play(scene, opened=dialect == "seed", dialect=dialect)
        finally:
            m5310.requests.parse = real

    def test_each_kind_is_refused_and_the_next_one_is_heard_again(self):
        for line, head in EACH:
            sent, operations, refused = self.starved([line])
            self.assertEqual(sent, [head + b"11", b"AT+MIPLOBSERVERSP=0,77,1"])
            self.assertEqual((len(operations), refused), (1, 1))

    def test_of_those_at_once_the_first_is_refused(self):
        sent, _, refused = self.starved([EACH[0][0], EACH[5][0]])
        self.assertEqual(sent, [EACH[0][1] + b"11", b"AT+MIPLOBSERVERSP=0,77,1"])
        self.assertEqual(refused, 2)

    def test_what_the_module_answers_itself_gets_no_answer_of_ours(self):
        sent, _, refused = self.starved([EACH[5][0], EACH[3][0]], "m5310a")
        self.assertEqual([line for line in sent if b"RSP" in line], [])
        self.assertEqual(refused, 2)

    def test_one_whose_msgid_cannot_be_read_is_passed_over(self):
        sent, _, _ = self.starved([b"+MIPLREAD:0,x,3303,0,5700"])
        self.assertEqual(sent, [b"AT+MIPLOBSERVERSP=0,77,1"])

    def test_the_refusal_takes_no_heap(self):
        async def scene(node):
            return node.mipl.requests._spare

        op = play(scene, opened=True)
        line = bytearray(b"+MIPLREAD:0,9,3303,0,5700")
        error = None
        micropython.heap_lock()
        try:
            short(op, READ, line, 5)
        except MemoryError as e:
            error = e
        finally:
            micropython.heap_unlock()
        self.assertIsNone(error)
        self.assertEqual((op.kind, op.msgid, op.next, op.count), (READ, 9, 0, 1))
