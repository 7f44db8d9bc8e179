"""The OneNET session (guide 3): opening, staying, reporting, ending, and how each of it fails."""

import asyncio
import unittest

import vtime
from modem_rig import (
    ADD,
    CREATE,
    OBJECTS,
    OPEN,
    OPENING,
    UPDATE,
    VERSION,
    elapsed,
    leap,
    module,
    play,
    sleep,
)
from rig import CHUNKS, Peer

from m5310 import errors
from m5310.codes import DISCOVER, OBSERVE, READ
from m5310.errors import AtError

STRING, FLOAT = 1, 4


class OpenTest(unittest.TestCase):
    def opens(self, answers, lines=None, **options):
        """Open with these answers; return the node, registered."""

        async def scene(node):
            await node.mipl.open(OBJECTS, 3600, 30)
            return node

        for chunk in CHUNKS:
            node = play(scene, module(answers), chunk, **options)
            self.assertTrue(node.mipl.registered)
            self.assertEqual(node.sent, lines or OPENING)
            self.assertEqual(node.losses, [])
        return node

    def fails(self, answers, urcs=()):
        """Open with these answers; return (kind, words, node, ms it took)."""

        async def scene(node):
            start = vtime.clock.ticks_ms()
            task = asyncio.create_task(node.outcome(node.mipl.open(OBJECTS, 3600, 30)))
            await sleep(5000)
            node.urc(*urcs)
            kind, words = await task
            return kind, words, node, elapsed(start)

        got = play(scene, module(answers))
        self.assertFalse(got[2].mipl.registered)
        self.assertEqual(got[2].mipl.status()["state"], "closed")
        return got

    def test_the_module_is_given_time_while_a_session_is_made_and_not_for_longer(self):
        async def scene(node, opens):
            sent = []

            def on_line(kind, line):
                if kind == ord(">"):
                    sent.append(vtime.clock.ticks_ms())

            node.at.on_line = on_line
            kind, _ = await node.outcome(node.mipl.open(OBJECTS, 3600, 30))
            self.assertEqual(not kind, opens)
            gaps = [vtime.clock.ticks_diff(sent[i + 1], sent[i]) for i in range(len(sent) - 1)]
            return min(gaps[: len(OPENING) - 2]), node.at.pause_ms

        for answers, opens in (({}, True), ({ADD[1]: b"+CIS ERROR: 601"}, False)):
            for pause in (20, 300):
                least, after = play(
                    lambda node, opens=opens: scene(node, opens), module(answers), pause_ms=pause
                )
                self.assertTrue(least >= max(pause, 100), "%d ms" % least)
                self.assertEqual(after, pause)

    def test_the_lines(self):
        node = self.opens({})
        self.assertEqual(node.mipl.version, "2.2.0")
        self.assertEqual(node.events, [(6, 0)])

    def test_with_bootstrap(self):
        events = [b"+MIPLEVENT: 0,1", b"+MIPLEVENT: 0,2", b"+MIPLEVENT: 0,4", b"+MIPLEVENT: 0,6"]
        node = self.opens({OPEN: [b"OK"] + events})
        self.assertEqual(node.events, [(1, 0), (2, 0), (4, 0), (6, 0)])

    def test_forms_of_the_event(self):
        for event in (
            b"+MIPLEVENT:0,6",
            b"+MIPLEVENT: 0, 6",
            b"+MIPLEVENT:0,6,0",
            b"+MIPLEVENT:0,6,1536045630,0",
            b'+MIPLEVENT:0,6,"18/09/04,10:20:30+32",0',
            b"+MIPLEVENT:0,6,18/09/04,10:20:30+32,0",
        ):
            self.opens({OPEN: [b"OK", event]})

    def test_events_before_the_ok(self):
        self.opens({OPEN: [b"+MIPLEVENT: 0,1", b"+MIPLEVENT: 0,2", b"+MIPLEVENT: 0,6", b"OK"]})

    def test_operations_between_event_and_ok_are_answered(self):
        lines = [b"+MIPLEVENT: 0,6", b"+MIPLOBSERVE:0,1,1,3303,0,-1", b"OK"]

        async def scene(node):
            await node.mipl.open(OBJECTS, 3600, 30)
            await sleep(200)
            return node.sent[-1]

        sent = play(scene, module({OPEN: lines}))
        self.assertEqual(sent, b"AT+MIPLOBSERVERSP=0,1,1")

    def test_forms_of_the_answer_to_create(self):
        for lines in (
            [b"+MIPLCREATE:0", b"OK"],
            [b"+MIPLCREATE: 0", b"OK"],
            [b"+MIPLCREATEEX: 0", b"OK"],
            [b"0", b"OK"],
            [b"OK"],
            [b"OK", b"+MIPLCREATE: 0"],
            [b"+MIPLCREATE:\xff", b"OK"],
            [b"+MIPLCREATE:", b"OK"],
        ):
            self.opens({CREATE: lines})

    def test_another_ref_is_used_throughout(self):
        async def scene(node):
            mipl = node.mipl
            await mipl.open(OBJECTS, 3600, 30)
            node.urc(b"+MIPLREAD:1,5,3303,0,5700")
            await sleep(200)
            await mipl.update()
            await mipl.notify(7, 3303, 0, 5700, FLOAT, 1.5)
            await mipl.close()
            await mipl.remove(3306)
            return node.sent

        peer = module(
            {
                CREATE: [b"+MIPLCREATE:1", b"OK"],
                b"AT+MIPLOPEN=1,3600,30": [b"OK", b"+MIPLEVENT: 1,6"],
                b"AT+MIPLUPDATE=1,0,0": [b"OK", b"+MIPLEVENT: 1,11"],
            }
        )
        self.assertEqual(
            play(scene, peer)[2:],
            [
                b'AT+MIPLADDOBJ=1,3303,2,"11",6,1',
                b'AT+MIPLADDOBJ=1,3306,1,"1",5,0',
                b"AT+MIPLOPEN=1,3600,30",
                b"AT+MIPLREADRSP=1,5,11",
                b"AT+MIPLUPDATE=1,0,0",
                b"AT+MIPLNOTIFY=1,7,3303,0,5700,4,4,1.5,0,0",
                b"AT+MIPLCLOSE=1",
                b"AT+MIPLDELETE=1",
                b"AT+MIPLDELOBJ=1,3306",
            ],
        )

    def test_a_session_left_over_is_deleted_first(self):
        for refusal in (b"ERROR", b"+CIS ERROR: 602", b"+CME ERROR:100"):
            for deleted in (b"OK", b"ERROR"):
                left = [refusal, [b"+MIPLCREATE:0", b"OK"]]

                async def scene(node):
                    await node.mipl.open(OBJECTS, 3600, 30)
                    return node.sent

                answers = {
                    CREATE: lambda line, left=left: left.pop(0),
                    b"AT+MIPLDELETE=0": deleted,
                }
                self.assertEqual(
                    play(scene, module(answers)),
                    [VERSION, CREATE, b"AT+MIPLDELETE=0", CREATE] + ADD + [OPEN],
                )

    def test_create_refused_twice(self):
        kind, words, node, _ = self.fails({CREATE: b"+CIS ERROR: 602"})
        self.assertEqual(kind, errors.CIS)
        self.assertEqual(words, "+CIS ERROR 602 (state error): AT+MIPLCREATE")
        self.assertEqual(node.sent, [VERSION, CREATE, b"AT+MIPLDELETE=0", CREATE])

    def test_a_version_nobody_knows(self):
        self.assertIsNone(self.opens({VERSION: b"ERROR"}).mipl.version)
        self.assertIsNone(self.opens({VERSION: b"OK"}).mipl.version)
        self.opens({VERSION: [b"OK", b"+MIPLVER: 10.01"]})
        self.opens({VERSION: [b"+MIPLVER: \xff\xfe", b"OK"]})

    def test_an_object_or_open_refused(self):
        kind, _, node, _ = self.fails({ADD[1]: b"+CIS ERROR: 601"})
        self.assertEqual((kind, node.sent[-1]), (errors.CIS, ADD[1]))
        kind, _, node, _ = self.fails({OPEN: b"+CIS ERROR: 602"})
        self.assertEqual((kind, node.sent[-1]), (errors.CIS, OPEN))

    def test_an_event_behind_a_refused_open_registers_nothing(self):
        node = self.fails({OPEN: b"+CIS ERROR: 602"})[2]

        async def scene(node):
            await node.outcome(node.mipl.open(OBJECTS, 3600, 30))
            node.urc(b"+MIPLEVENT: 0,6")
            await sleep(100)
            return node.mipl.registered, node.losses

        self.assertEqual(play(scene, module({OPEN: b"+CIS ERROR: 602"})), (False, []))
        self.assertEqual(node.losses, [])

    def test_failing_events(self):
        for event, words in (
            (3, "bootstrap failed"),
            (5, "connection failed"),
            (7, "registration failed: are IMEI and IMSI those of the platform's device?"),
            (8, "registration timed out: does the device exist on the platform?"),
        ):
            kind, said, node, took = self.fails({OPEN: b"OK"}, [b"+MIPLEVENT:0,%d" % event])
            self.assertEqual((kind, said), (errors.FAILED, "failed: " + words))
            self.assertEqual(node.mipl.status()["cause"], words)
            self.assertLess(took, 5200)

    def test_a_failing_event_before_the_ok(self):
        kind, _, _, took = self.fails({OPEN: [b"+MIPLEVENT:0,7", b"OK"]})
        self.assertEqual(kind, errors.FAILED)
        self.assertLess(took, 5100)

    def test_no_event_at_all(self):
        kind, words, _, took = self.fails({OPEN: b"OK"}, [b"+MIPLEVENT:0,4", b"+MIPLEVENT:0"])
        self.assertEqual((kind, words), (errors.FAILED, "failed: no event after OPEN"))
        self.assertTrue(90000 <= took < 91000, took)

    def test_open_again_after_a_loss(self):
        async def scene(node):
            node.urc(b"+MIPLEVENT:0,9")
            await sleep(100)
            await node.mipl.open(OBJECTS, 3600, 30)
            return node.sent, node.mipl.registered

        self.assertEqual(play(scene, opened=True), (OPENING, True))


class UpdateTest(unittest.TestCase):
    WITH = b"AT+MIPLUPDATE=0,3600,1"

    def test_the_lines_and_the_event_on_either_side_of_the_ok(self):
        for before in (False, True):
            event = b"+MIPLEVENT:0,11"
            lines = [event, b"OK"] if before else [b"OK", event]

            async def scene(node):
                await node.mipl.update()
                await node.mipl.update(3600, True)
                return node.sent, node.mipl.status()["updates"]

            for chunk in CHUNKS:
                got = play(scene, module({UPDATE: lines, self.WITH: lines}), chunk, opened=True)
                self.assertEqual(got, ([UPDATE, self.WITH], 2))

    def test_it_waits_for_the_event(self):
        async def scene(node):
            start = vtime.clock.ticks_ms()
            task = asyncio.create_task(node.outcome(node.mipl.update()))
            await sleep(20000)
            node.urc(b"+MIPLEVENT: 0, 11")
            return (await task)[0], elapsed(start)

        kind, took = play(scene, module({UPDATE: b"OK"}), opened=True)
        self.assertEqual(kind, 0)
        self.assertTrue(20000 <= took < 20100, took)

    def test_no_event(self):
        async def scene(node):
            start = vtime.clock.ticks_ms()
            kind = (await node.outcome(node.mipl.update()))[0]
            return kind, elapsed(start), node.mipl.registered

        kind, took, registered = play(scene, module({UPDATE: b"OK"}), opened=True)
        self.assertEqual((kind, registered), (errors.TIMEOUT, True))
        self.assertTrue(60000 <= took < 61000, took)

    def test_refused(self):
        async def scene(node):
            return await node.outcome(node.mipl.update())

        kind, words = play(scene, module({UPDATE: b"+CIS ERROR:602"}), opened=True)
        self.assertEqual(kind, errors.CIS)
        self.assertIn("602", words)

    def test_events_12_and_13_end_the_session(self):
        for event, words in ((12, "update failed"), (13, "update timed out")):

            async def scene(node, event=event):
                node.peer.answers[UPDATE] = [b"OK", b"+MIPLEVENT:0,%d" % event]
                kind, said = await node.outcome(node.mipl.update())
                return kind, said, node.losses

            got = play(scene, opened=True)
            self.assertEqual(got, (errors.FAILED, "failed: " + words, [(words, 0)]))

    def test_due_at_half_the_lifetime(self):
        async def scene(node):
            seen = []
            leap(1799 * 1000)
            seen.append(node.mipl.update_due())
            leap(2000)
            seen.append(node.mipl.update_due())
            await node.mipl.update()
            seen.append(node.mipl.update_due())
            leap(1799 * 1000)
            seen.append(node.mipl.update_due())
            leap(2000)
            seen.append(node.mipl.update_due())
            node.mipl.reset()
            seen.append(node.mipl.update_due())
            return seen

        expected = [False, True, False, False, True, False]
        for start in (0, (1 << 30) - 900000, (1 << 29) - 900000):
            self.assertEqual(play(scene, opened=True, start=start), expected)

    def test_due_by_the_lifetime_of_the_last_update(self):
        async def scene(node):
            await node.mipl.update(100, False)
            await sleep(49000)
            before = node.mipl.update_due()
            await sleep(1500)
            return before, node.mipl.update_due()

        peer = module({b"AT+MIPLUPDATE=0,100,0": [b"OK", b"+MIPLEVENT:0,11"]})
        self.assertEqual(play(scene, peer, opened=True), (False, True))

    def test_a_failed_update_changes_no_lifetime(self):
        async def scene(node):
            await node.outcome(node.mipl.update(100, False))
            await sleep(60000)
            return node.mipl.update_due()

        peer = module({b"AT+MIPLUPDATE=0,100,0": b"ERROR"})
        self.assertFalse(play(scene, peer, opened=True))

    def test_due_by_event_14(self):
        async def scene(node):
            seen = [node.mipl.update_due()]
            node.urc(b"+MIPLEVENT:0,14,93")
            await sleep(100)
            seen.append(node.mipl.update_due())
            await node.mipl.update()
            seen.append(node.mipl.update_due())
            return seen, node.events[-2:]

        got = play(scene, opened=True)
        self.assertEqual(got, ([False, True, False], [(14, 93), (11, 0)]))

    def test_never_due_without_a_session(self):
        async def scene(node):
            node.urc(b"+MIPLEVENT:0,14,93")
            await sleep(100)
            return node.mipl.update_due()

        self.assertFalse(play(scene))


class LostTest(unittest.TestCase):
    def test_events_that_end_a_session(self):
        for event, words in (
            (3, "bootstrap failed"),
            (5, "connection failed"),
            (7, "registration failed: are IMEI and IMSI those of the platform's device?"),
            (8, "registration timed out: does the device exist on the platform?"),
            (9, "lifetime ran out"),
            (10, "halted"),
            (12, "update failed"),
            (13, "update timed out"),
            (15, "de-registered"),
            (31, "the platform deleted the device"),
        ):

            async def scene(node, event=event):
                hold = node.at.hold_ms
                node.urc(b"+MIPLEVENT: 0,%d" % event, b"+MIPLEVENT: 0,%d" % event)
                await sleep(100)
                return node.losses, node.mipl.registered, hold, node.at.hold_ms

            got = play(scene, opened=True)
            self.assertEqual(got, ([(words, 0)], False, 500, 0), event)

    def test_events_that_do_not(self):
        async def scene(node):
            events = (1, 2, 4, 6, 11, 14, 20, 21, 25, 26, 32, 33, 40, 46, 51, 99, 255, 65536, -1)
            for event in events:
                node.urc(b"+MIPLEVENT:0,%d" % event)
            await sleep(200)
            return node.losses, node.mipl.registered, len(node.events) == len(events) + 1

        self.assertEqual(play(scene, opened=True), ([], True, True))

    def test_events_nobody_can_read(self):
        async def scene(node):
            for line in (b"+MIPLEVENT:", b"+MIPLEVENT:0", b"+MIPLEVENT:0,x", b"+MIPLEVENT:0,"):
                node.urc(line)
            node.urc(b"+MIPLEVENT:0,\xff")
            await sleep(200)
            return node.mipl.registered, node.at.status()["malformed"]

        self.assertEqual(play(scene, opened=True), (True, 5))


class NotifyTest(unittest.TestCase):
    def test_the_lines(self):
        async def scene(node):
            mipl = node.mipl
            await mipl.notify(103, 3303, 0, 5700, FLOAT, 98)
            await mipl.notify(103, 3303, 0, 5601, FLOAT, 88)
            await mipl.notify(922675, 3303, 1, 5700, FLOAT, -0.5)
            await mipl.notify(103, 3303, 0, 5701, STRING, "Cel")
            await mipl.notify(103, 3306, 0, 5850, 5, True)
            return node.sent, mipl.status()["notified"]

        sent, count = play(scene, opened=True)
        self.assertEqual(
            sent,
            [
                b"AT+MIPLNOTIFY=0,103,3303,0,5700,4,4,98,0,0",
                b"AT+MIPLNOTIFY=0,103,3303,0,5601,4,4,88,0,0",
                b"AT+MIPLNOTIFY=0,922675,3303,1,5700,4,4,-0.5,0,0",
                b'AT+MIPLNOTIFY=0,103,3303,0,5701,1,3, "Cel",0,0',
                b"AT+MIPLNOTIFY=0,103,3306,0,5850,5,1,1,0,0",
            ],
        )
        self.assertEqual(count, 5)

    def test_a_confirmation_is_asked_for_by_its_id(self):
        async def scene(node):
            for ackid in (1, 65535, 0):
                await node.mipl.notify(7, 3303, 0, 5700, FLOAT, 1.0, ackid)
            return [line[-8:] for line in node.sent]

        ends = play(scene, opened=True)
        self.assertEqual(ends, [b"1.0,0,0,1"[-8:], b",0,65535", b"4,1.0,0,0"[-8:]])

    def test_their_fate(self):
        async def scene(node):
            node.urc(b"+MIPLEVENT:0,26,1", b"+MIPLEVENT: 0, 25, 922675", b"+MIPLEVENT: 0,26,147")
            node.urc(b"+MIPLEVENT:0,26", b"+MIPLEVENT:0,25", b"+MIPLEVENT:0,26,0")  # nobody's
            await sleep(100)
            return node.acks, node.mipl.registered

        got = play(scene, opened=True)
        self.assertEqual(got, ([(1, True), (922675, False), (147, True)], True))

    def test_a_value_without_a_form_is_never_sent(self):
        async def scene(node):
            refused = 0
            for kind, value in ((FLOAT, float("nan")), (STRING, 'a"b'), (STRING, "a\r\nAT+NRB")):
                try:
                    await node.mipl.notify(7, 3303, 0, 5700, kind, value, 1)
                except ValueError:
                    refused += 1
            await node.mipl.notify(7, 3303, 0, 5700, FLOAT, 1.0, 1)
            return refused, len(node.sent), node.mipl.status()["notified"]

        self.assertEqual(play(scene, opened=True), (3, 1, 1))

    def test_a_refused_report_is_not_counted(self):
        async def scene(node):
            node.peer.default = b"+CIS ERROR: 602"
            kind = (await node.outcome(node.mipl.notify(7, 3303, 0, 5700, FLOAT, 1.0)))[0]
            return kind, node.mipl.status()["notified"]

        self.assertEqual(play(scene, opened=True), (errors.CIS, 0))

    def test_a_report_gives_way_to_an_operation(self):
        line = b"AT+MIPLNOTIFY=0,7,3303,0,5700,4,4,1.0,0,0"

        async def scene(node):
            task = asyncio.create_task(
                node.outcome(node.mipl.notify(7, 3303, 0, 5700, FLOAT, 1.0))
            )
            await sleep(100)
            node.urc(b"+MIPLOBSERVE:0,9,1,3303,0,5700")
            kind = (await task)[0]
            await sleep(1500)
            return kind, node.sent, node.at.status()["latency_max"]

        kind, sent, worst = play(scene, module({line: None}), opened=True)
        self.assertEqual((kind, sent), (errors.HELD, [line, b"AT+MIPLOBSERVERSP=0,9,1"]))
        self.assertLess(worst, 1000)


class CloseTest(unittest.TestCase):
    LINES = [b"AT+MIPLCLOSE=0", b"AT+MIPLDELETE=0", b"AT+MIPLDELOBJ=0,3306"]

    def closes(self, answers):
        async def scene(node):
            await node.mipl.close()
            state = node.mipl.registered
            await node.mipl.remove(3306)
            await sleep(100)
            return node.sent, state, node.losses, node.at.hold_ms

        for chunk in (1, 0):
            got = play(scene, module(answers), chunk, opened=True)
            self.assertEqual(got, (self.LINES, False, [], 0))

    def test_the_guides_order(self):
        self.closes({})

    def test_event_15_is_expected_then(self):
        self.closes({self.LINES[0]: [b"OK", b"+MIPLEVENT: 0,15"]})
        self.closes({self.LINES[0]: [b"+MIPLEVENT: 0,15", b"OK"]})

    def test_what_fails_is_passed_over(self):
        self.closes({self.LINES[0]: b"+CIS ERROR: 602", self.LINES[2]: b"ERROR"})
        self.closes({self.LINES[1]: b"+CIS ERROR: 602"})
        self.closes({self.LINES[0]: None})

    def test_a_silent_module_ends_it(self):
        async def scene(node):
            node.peer.deaf = True
            start = vtime.clock.ticks_ms()
            return (await node.outcome(node.mipl.close()))[0], elapsed(start)

        kind, took = play(scene, opened=True)
        self.assertEqual(kind, errors.SILENT)
        self.assertLess(took, 20000)


class RebootTest(unittest.TestCase):
    BANNER = (b"REBOOT_CAUSE_PROTOCOL_WATCHDOG", b"M5310-A", b"OK")

    def test_in_the_middle_of_opening(self):
        for line in OPENING:

            async def scene(node, line=line):
                task = asyncio.create_task(node.outcome(node.mipl.open(OBJECTS, 3600, 30)))
                await sleep(1000)
                stopped_at = node.sent[-1]
                node.urc(*self.BANNER)
                kind = (await task)[0]
                node.peer.answers = module().answers
                await node.mipl.open(OBJECTS, 3600, 30)
                return stopped_at, kind, node.mipl.registered, node.modem.boots, node.sent[-5:]

            got = play(scene, module({line: None}))
            self.assertEqual(got, (line, errors.RESET, True, 1, OPENING))

    def test_between_the_ok_of_open_and_its_event(self):
        async def scene(node):
            task = asyncio.create_task(node.outcome(node.mipl.open(OBJECTS, 3600, 30)))
            await sleep(5000)
            node.urc(*self.BANNER)
            start = vtime.clock.ticks_ms()
            kind, words = await task
            return kind, words, elapsed(start) < 200, node.mipl.registered

        got = play(scene, module({OPEN: b"OK"}))
        self.assertEqual(got, (errors.FAILED, "failed: the module rebooted", True, False))

    def test_in_the_middle_of_an_update(self):
        for answer, expected in ((None, errors.RESET), (b"OK", errors.FAILED)):

            async def scene(node):
                task = asyncio.create_task(node.outcome(node.mipl.update()))
                await sleep(500)
                node.urc(*self.BANNER)
                return (await task)[0], node.losses

            got = play(scene, module({UPDATE: answer}), opened=True)
            self.assertEqual(got, (expected, [("the module rebooted", 0)]))

    def test_in_the_middle_of_an_operation(self):
        rsp = b"AT+MIPLOBSERVERSP=0,9,1"

        async def scene(node):
            ends = []
            node.mipl.requests.on_answered = lambda op, error, age: ends.append(
                (op.msgid, error and error.kind)
            )
            node.urc(b"+MIPLOBSERVE:0,9,1,3303,0,-1", b"+MIPLOBSERVE:0,10,1,3303,1,-1")
            await sleep(100)
            node.urc(*self.BANNER)
            await sleep(3000)
            return ends, node.losses, node.sent

        got = play(scene, module({rsp: None}), opened=True)
        ends = [(9, errors.RESET), (10, errors.RESET)]
        self.assertEqual(got, (ends, [("the module rebooted", 0)], [rsp]))

    def test_while_nothing_is_going_on(self):
        async def scene(node):
            node.urc(*self.BANNER)
            await sleep(2000)
            out = node.losses, node.modem.network.registered, node.at.silent
            await node.mipl.open(OBJECTS, 3600, 30)
            return out, node.mipl.registered

        got = play(scene, opened=True)
        self.assertEqual(got, (([("the module rebooted", 0)], False, False), True))


class M5310aTest(unittest.TestCase):
    """facts/traces.md 3b."""

    SERVER = "nbiotbt.heclouds.com:5683"
    CREATEEX = b'AT+MIPLCREATEEX="nbiotbt.heclouds.com:5683",1'

    def test_the_manuals_flow(self):
        async def scene(node):
            mipl = node.mipl
            await mipl.open(((3200, "1", 0, 1, "5750"),), 3000, 30, self.SERVER)
            await sleep(100)
            await mipl.notify(39121, 3200, 0, 5750, STRING, "abcd", 1)
            node.urc(b"+MIPLEVENT: 0,26,1")
            for line in (
                b"+MIPLWRITE: 0,25845,3200,0,5750,1,4,abcd,0",
                b"+MIPLEXECUTE: 0,18166,3200,0,5750,4,abcd,0",
            ):
                node.urc(line)
                await sleep(200)
            await mipl.close()
            return node, [(op.kind, op.msgid) for op in node.operations]

        peer = Peer(
            {
                self.CREATEEX: [b"+MIPLCREATEEX: 0", b"OK"],
                b"AT+MIPLOPEN=0,3000,30": [
                    b"OK",
                    b"+MIPLEVENT: 0,2",
                    b"+MIPLEVENT: 0,6",
                    b"+MIPLOBSERVE: 0,39121,1,3200,0,-1",
                    b"+MIPLDISCOVER: 0,39122,3200",
                ],
                b"AT+MIPLCLOSE=0": [b"OK", b"+MIPLEVENT: 0,15"],
            }
        )
        for chunk in CHUNKS:
            peer.log = []
            node, asked = play(scene, peer, chunk, dialect="m5310a")
            self.assertEqual(
                node.sent,
                [
                    VERSION,
                    self.CREATEEX,
                    b'AT+MIPLADDOBJ=0,3200,1,"1",0,1',
                    b'AT+MIPLDISCOVERRSP=0,3200,1,4,"5750"',
                    b"AT+MIPLOPEN=0,3000,30",
                    b'AT+MIPLNOTIFY=0,0,3200,0,5750,1,4,"abcd",0,0,1',
                    b"AT+MIPLWRITERSP=0,25845,2",
                    b"AT+MIPLEXECUTERSP=0,18166,2",
                    b"AT+MIPLCLOSE=0",
                    b"AT+MIPLDELETE=0",
                ],
            )
            self.assertEqual(asked, [(3, 39121), (5, 39122), (1, 25845), (2, 18166)])
            self.assertEqual((node.acks, node.losses), ([(1, True)], []))

    def test_each_object_is_declared_behind_its_addobj(self):
        async def scene(node):
            await node.mipl.open(OBJECTS, 3600, 30)
            return node.sent

        self.assertEqual(
            play(scene, dialect="m5310a"),
            [
                VERSION,
                self.CREATEEX,
                ADD[0],
                b'AT+MIPLDISCOVERRSP=0,3303,1,34,"5700;5701;5601;5602;5603;5604;5605"',
                ADD[1],
                b'AT+MIPLDISCOVERRSP=0,3306,1,24,"5850;5851;5852;5853;5750"',
                OPEN,
            ],
        )

    def test_the_modules_own_operations_get_no_answer(self):
        """facts/traces.md 3b: it reports what it answers itself."""

        async def scene(node):
            for line in (
                b"+MIPLREAD: 0,39123,3,0,-1,0",
                b"+MIPLOBSERVE: 0,39121,1,3200,0,-1",
                b"+MIPLDISCOVER: 0,39122,3200",
                b"+MIPLREAD: 0,39124,3200,0,5750,0",
            ):
                node.urc(line)
                await sleep(200)
            return node.sent

        sent = play(scene, opened=True, dialect="m5310a")
        self.assertEqual(sent, [b"AT+MIPLREADRSP=0,39124,11"])

    def test_older_firmware_gets_a_configuration(self):
        async def scene(node):
            await node.mipl.open(((3200, "1", 0, 1, "5750"),), 3600, 30, "1.2.3.4:5683", False)
            return node.sent

        config = (
            b"AT+MIPLCREATE=43,13002BF10003F2001D040011000000000000000C312E322E332E343A35363833"
        )
        config += b"000131F30008C000000000,0,43,0"
        createex = b'AT+MIPLCREATEEX="1.2.3.4:5683",0'
        peer = module({createex: b"ERROR", config: [b"+MIPLCREATE:0", b"OK"]})
        delete = b"AT+MIPLDELETE=0"
        sent = play(scene, peer, dialect="m5310a")
        self.assertEqual(sent[1:6], [createex, delete, createex, delete, config])


CREATEEX = b'AT+MIPLCREATEEX="nbiotbt.heclouds.com:5683",1'
# By kind: what reply is given besides 205.
EARLY = {READ: ([(0, 5701, STRING, "Cel")],), OBSERVE: (), DISCOVER: ((), "5700;5701")}


class DetectTest(unittest.TestCase):
    """facts/protocol.md 0.1, 2.1, 2.3, 5.1."""

    MODEL = b"AT+CGMM"
    PACK = b"AT+CMVER"

    def found(self, answers, banner=None, dialect="auto"):
        """Return (dialect of the session, what was asked besides opening it)."""

        async def scene(node):
            if banner:
                node.urc(banner)
                await sleep(2000)
                del node.uart.lines[:]
            await node.mipl.open(OBJECTS, 3600, 30)
            asked = [line for line in node.sent if line in (self.MODEL, self.PACK)]
            return node.mipl.dialect.name, asked

        return play(scene, module(answers), dialect=dialect)

    def test_an_m5310a_tells_by_its_banner_or_when_asked(self):
        self.assertEqual(self.found({}, b"M5310-A"), ("m5310a", []))
        said = {self.MODEL: [b"M5310-A", b"OK"]}
        self.assertEqual(self.found(said), ("m5310a", [self.MODEL]))
        said = {self.MODEL: [b"+CGMM: m5310-a", b"OK"], VERSION: b"ERROR"}
        self.assertEqual(self.found(said), ("m5310a", [self.MODEL]))

    def test_the_version_of_the_guides_suite(self):
        said = {self.MODEL: [b"M5310", b"OK"]}
        self.assertEqual(self.found(said), ("seed", [self.MODEL]))
        self.assertEqual(self.found({}, b"M5310"), ("seed", []))
        for version in (b"2.2.0", b"10.01", b" 2.0"):
            said[VERSION] = [b"+MIPLVER:" + version, b"OK"]
            self.assertEqual(self.found(said), ("seed", [self.MODEL]))

    def test_without_that_the_service_pack_tells(self):
        for version in (b"ERROR", [b"+MIPLVER:1.0.3", b"OK"], [b"+MIPLVER: what", b"OK"]):
            for pack, name in (
                ([b"SP3", b"OK"], "m5310a"),
                ([b"+CMVER:V100R100C10B657SP5", b"OK"], "m5310a"),
                ([b"B657SP10", b"OK"], "m5310a"),
                ([b"V100R100C10B657SP2", b"OK"], "seed"),
                ([b"V100R100C10B657", b"OK"], "seed"),
                (b"ERROR", "seed"),
                (b"OK", "seed"),
            ):
                said = {self.MODEL: [b"M5310", b"OK"], VERSION: version, self.PACK: pack}
                self.assertEqual(self.found(said), (name, [self.MODEL, self.PACK]), pack)

    def test_what_is_configured_is_not_asked_for(self):
        said = {self.MODEL: [b"M5310-A", b"OK"]}
        self.assertEqual(self.found(said, b"M5310-A", "seed"), ("seed", []))
        self.assertEqual(self.found({}, None, "m5310a"), ("m5310a", []))

    def test_it_is_asked_once(self):
        async def scene(node):
            for _ in range(2):
                await node.mipl.open(OBJECTS, 3600, 30)
                await node.mipl.close()
            return node.sent.count(self.MODEL)

        self.assertEqual(play(scene, dialect="auto"), 1)

    def test_an_answer_that_is_lost_is_none(self):
        answers = {self.MODEL: [b"M5310", b"OK"], VERSION: b"ERROR", self.PACK: None}

        async def scene(node):
            with self.assertRaises(AtError):
                await node.mipl.open(OBJECTS, 3600, 30)
            name = node.mipl.dialect.name
            node.peer.answers[self.PACK] = [b"V100R100C10B657SP3", b"OK"]
            node.peer.answers[CREATEEX] = [b"+MIPLCREATE:0", b"OK"]
            await node.at.sync(5000)
            await node.mipl.open(OBJECTS, 3600, 30)
            return name, node.mipl.dialect.name

        self.assertEqual(play(scene, module(answers), dialect="auto"), ("auto", "m5310a"))

    def test_who_is_refused_by_one_that_was_found_out_finds_out_anew(self):
        answers = {self.MODEL: [b"M5310", b"OK"], VERSION: b"ERROR", self.PACK: [b"SP?", b"OK"]}
        answers[CREATE] = b"+CIS ERROR: 601"

        async def scene(node):
            with self.assertRaises(AtError):
                await node.mipl.open(OBJECTS, 3600, 30)
            node.peer.answers[self.PACK] = [b"V100R100C10B657SP3", b"OK"]
            node.peer.answers[CREATEEX] = [b"+MIPLCREATE:0", b"OK"]
            await node.mipl.open(OBJECTS, 3600, 30)
            return node.mipl.dialect.name

        self.assertEqual(play(scene, module(answers), dialect="auto"), "m5310a")

    def test_what_is_configured_stays_though_it_is_refused(self):
        async def scene(node):
            with self.assertRaises(AtError):
                await node.mipl.open(OBJECTS, 3600, 30)
            return node.mipl.dialect.name

        self.assertEqual(play(scene, module({CREATE: b"ERROR"}), dialect="seed"), "seed")


class EarlyTest(unittest.TestCase):
    """Operations of a session from before our restart, while the dialect is open."""

    def answered(self, model, *lines):
        """Return (what is sent, the dialect) when the module called model prints lines."""

        async def scene(node):
            requests = node.mipl.requests
            requests.on_operation = lambda op: requests.reply(op, 205, *EARLY[op.kind])
            node.urc(*lines)
            await sleep(1000)
            return [line for line in node.sent if line != b"AT"], node.mipl.dialect.name

        return play(scene, module({DetectTest.MODEL: [model, b"OK"]}), dialect="auto")

    def test_they_wait_until_it_is_known_and_are_answered_rightly(self):
        read = b"+MIPLREAD: 0,9,3303,0,5701"
        find = [VERSION, DetectTest.MODEL]
        sent, name = self.answered(b"M5310", read)
        self.assertEqual(sent, find + [b'AT+MIPLREADRSP=0,9,1,3303,0,5701,1,3, "Cel",0,0'])
        self.assertEqual(name, "seed")
        sent, name = self.answered(b"M5310-A", read)
        self.assertEqual(sent, find + [b'AT+MIPLREADRSP=0,9,1,3303,0,5701,1,3,"Cel",0,0'])
        self.assertEqual(name, "m5310a")

    def test_what_the_module_answers_itself_gets_no_answer_of_ours(self):
        lines = b"+MIPLDISCOVER: 0,7,3303", b"+MIPLOBSERVE: 0,8,1,3303,0,5700"
        find = [VERSION, DetectTest.MODEL]
        self.assertEqual(self.answered(b"M5310-A", *lines)[0], find)
        sent = self.answered(b"M5310", *lines)[0]
        self.assertEqual(
            sent, find + [b'AT+MIPLDISCOVERRSP=0,7,1,9,"5700;5701"', b"AT+MIPLOBSERVERSP=0,8,1"]
        )

    def test_a_line_that_fails_meanwhile_is_tried_again_with_the_next(self):
        async def scene(node):
            requests = node.mipl.requests
            requests.on_operation = lambda op: requests.reply(op, 205, *EARLY[op.kind])
            node.urc(b"+MIPLREAD: 0,9,3303,0,5701")
            await sleep(5000)
            first = node.mipl.dialect.name
            node.peer.answers[DetectTest.MODEL] = [b"M5310", b"OK"]
            node.urc(b"+MIPLREAD: 0,10,3303,0,5701")
            await sleep(5000)
            return first, node.mipl.dialect.name, node.sent[-1]

        first, name, last = play(scene, module({DetectTest.MODEL: None}), dialect="auto")
        self.assertEqual((first, name), ("auto", "seed"))
        self.assertTrue(last.startswith(b"AT+MIPLREADRSP=0,10,1,"))
