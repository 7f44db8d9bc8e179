"""The AT engine: what a line is, who goes first, and what happens when an answer is late."""

import asyncio
import unittest

import rig
import vtime
from fakeuart import FakeUart
from rig import CHUNKS, Peer

from m5310 import errors
from m5310.errors import AtError
from m5310.modem import ModuleClient
from m5310.network import is_answer


class FakeReply:
    refusable = stopped = False
    next = again = 0

    def __init__(self, texts, arrived, done):
        self.arrived = arrived
        self.count = len(texts)
        self.texts = texts
        self.on_done = done

    def line(self, i, out):
        out.extend(self.texts[i])

    def late(self, out):
        out.extend(b"AT+LATE")

    def done(self, error, age):
        if self.on_done:
            self.on_done(error, age)


def reply(at, texts, arrived=None, done=None):
    return FakeReply(texts, at.clock.ticks_ms() if arrived is None else arrived, done)


class CommandTest(unittest.TestCase):
    def test_information_lines_come_back_and_ok_ends_the_command(self):
        async def scene(r):
            return await r.at.command(b"AT+CSQ", 1000, b"+CSQ:")

        for chunk in CHUNKS:
            peer = Peer({b"AT+CSQ": [b"+CSQ:31,99", b"OK"]})
            self.assertEqual(rig.run(scene, peer, chunk), [b"+CSQ:31,99"])

    def test_each_error_form_raises_its_kind_and_code(self):
        for text, kind, code in (
            (b"ERROR", errors.ERROR, 0),
            (b"+CME ERROR: 50", errors.CME, 50),
            (b"+CME ERROR:524", errors.CME, 524),
            (b"+CIS ERROR: 601", errors.CIS, 601),
            (b"+CIS ERROR:602", errors.CIS, 602),
            (b"+CIS ERROR: what", errors.CIS, 0),
        ):

            async def scene(r):
                try:
                    await r.at.command(b"AT+X")
                except AtError as e:
                    return e.kind, e.code

            self.assertEqual(rig.run(scene, Peer({b"AT+X": text})), (kind, code))

    def test_bare_lines_belong_to_the_command_that_declared_them(self):
        async def scene(r):
            return await r.at.command(b"AT+CIMI", 1000, bare=lambda line: line.isdigit())

        peer = Peer({b"AT+CIMI": [b"460040000000001", b"OK"]})
        self.assertEqual(rig.run(scene, peer), [b"460040000000001"])

    def test_the_engine_probes_until_the_module_answers(self):
        async def scene():
            uart = FakeUart(0, peer := Peer())
            peer.deaf = True
            at = ModuleClient(uart, vtime.clock)
            task = asyncio.create_task(at.run())
            await vtime.clock.sleep_ms(20000)
            silent = at.silent
            try:
                await at.command(b"AT+CSQ")
                kind = 0
            except AtError as e:
                kind = e.kind
            peer.deaf = False
            await at.sync(10000)
            await at.command(b"AT+CSQ")
            task.cancel()
            return silent, kind, at.silent, uart.lines[-1]

        self.assertEqual(vtime.run(scene()), (True, errors.SILENT, False, b"AT+CSQ"))

    def test_pause_stands_between_commands(self):
        async def scene(r):
            start = r.clock.ticks_ms()
            for _ in range(3):
                await r.at.command(b"AT+X")
            return r.clock.ticks_ms() - start

        self.assertGreaterEqual(rig.run(scene, pause_ms=200), 400)
        self.assertLess(rig.run(scene, pause_ms=20), 200)

    def test_no_command_begins_while_a_line_is_coming_in(self):
        async def scene(r):
            await r.sleep(100)
            call = asyncio.create_task(r.kind_of(r.at.command(b"AT+CSQ")))
            for c in b"+MIPLREAD:0,1,3303,0,5700":
                r.uart.push(bytes([c]))
                await r.sleep(2)
            before = list(r.sent)
            r.uart.push(b"\r\n")
            return before, await call, r.sent

        self.assertEqual(rig.run(scene), ([], 0, [b"AT+CSQ"]))

    def test_a_line_that_stands_still_on_its_way_is_waited_for_a_moment(self):
        async def scene(r, pause):
            await r.sleep(100)
            r.uart.push(b"+MIPLREAD:0,1,")
            await r.sleep(30)
            call = asyncio.create_task(r.kind_of(r.at.command(b"AT+CSQ")))
            await r.sleep(pause)
            before = list(r.sent)
            r.uart.push(b"3303,0,5700\r\n")
            return before, await call

        self.assertEqual(rig.run(lambda r: scene(r, 15)), ([], 0))
        self.assertEqual(rig.run(lambda r: scene(r, 90)), ([b"AT+CSQ"], 0))

    def test_bytes_that_never_end_hold_a_command_for_a_while_only(self):
        async def scene(r):
            await r.at.command(b"AT+X")  # the line is free from now on
            before = len(r.sent)
            call = asyncio.create_task(r.kind_of(r.at.command(b"AT+CSQ", 100)))
            start = r.clock.ticks_ms()
            while len(r.sent) == before:
                r.uart.push(b"x")
                await r.sleep(2)
            call.cancel()
            took = r.clock.ticks_diff(r.clock.ticks_ms(), start)
            return 1000 < took < 1700 or took

        self.assertEqual(rig.run(scene), True)

    def test_no_rest_is_longer_than_the_shortest_operation_takes_on_the_line(self):
        async def scene(r):
            await r.sleep(500)
            return r.at.poll()

        shortest = len("\r\n+MIPLREAD:0,1,3303,0,5700\r")
        for baud in (4800, 9600, 19200, 38400, 57600):
            rest = rig.run(scene, baud=baud)
            self.assertTrue(3 < rest < shortest * 10000 / baud, "%d at %d" % (rest, baud))

    def test_a_full_queue_refuses_and_counts(self):
        async def scene(r):
            calls = [asyncio.create_task(r.kind_of(r.at.command(b"AT+%d" % i))) for i in range(12)]
            kinds = await rig.all_of(calls)
            return kinds, r.at.status()["refused"]

        kinds, refused = rig.run(scene)
        self.assertEqual(kinds, [0] * 8 + [errors.BUSY] * 4)
        self.assertEqual(refused, 4)

    def test_text_with_control_characters_never_reaches_the_uart(self):
        async def scene(r):
            bad = (b"AT+X\r\nAT+NRB", b"AT+X\n", b"AT\x00", b"AT\x7f")
            refused = 0
            for text in bad:
                try:
                    await r.at.command(text)
                except ValueError:
                    refused += 1
            return refused, r.sent

        self.assertEqual(rig.run(scene), (4, []))

    def test_a_cancelled_caller_leaves_the_line_in_order(self):
        async def scene(r):
            held = asyncio.create_task(r.at.command(b"AT+SLOW", 5000, b"+SLOW:"))
            waiting = asyncio.create_task(r.at.command(b"AT+NEVER"))
            await r.sleep(50)
            waiting.cancel()
            held.cancel()
            await r.sleep(50)
            r.urc(b"+SLOW:1", b"OK")
            out = await r.at.command(b"AT+CSQ", 1000, b"+CSQ:")
            return out, r.sent, r.at.status()["timeouts"]

        peer = Peer({b"AT+SLOW": None, b"AT+CSQ": [b"+CSQ:1,99", b"OK"]})
        self.assertEqual(rig.run(scene, peer), ([b"+CSQ:1,99"], [b"AT+SLOW", b"AT+CSQ"], 0))

    def test_a_uart_that_takes_nothing_ends_in_a_time_out(self):
        async def scene(r):
            r.uart.stuck = True
            return await r.kind_of(r.at.command(b"AT+CSQ"))

        self.assertEqual(rig.run(scene), errors.TIMEOUT)


class RaceTest(unittest.TestCase):
    """URC at every place x echo x line ending x chunk size (facts/anchors.md 9.2)."""

    URC = b"+CEREG:1,19E6,94,7"

    def exchange(self, where, echo, end, chunk):
        seen = []
        command = b"AT+CSQ"
        urc = end + self.URC + end

        def answer(line):
            if line == b"AT":
                return end + b"OK" + end
            head = line + b"\r" if echo else b""
            info = end + b"+CSQ:31,99" + end
            ok = end + b"OK" + end
            if where == "between echo and answer":
                return head + urc + info + ok
            if where == "inside echo":
                return (line[:4] + urc + line[4:] + b"\r" if echo else urc) + info + ok
            if where == "before OK":
                return head + info + urc + ok
            if where == "glued behind OK":
                return head + info + ok + urc
            if where == "two in a row":
                return head + urc + urc[len(end) :] + info + ok
            return head + info + ok

        async def main():
            uart = FakeUart(chunk, answer)
            at = ModuleClient(uart, vtime.clock)
            at.urc(b"+CEREG:", lambda line: seen.append(bytes(line)))
            task = asyncio.create_task(at.run())
            await at.sync(5000)
            if where == "before the command":
                uart.push(urc)
            got = await at.command(command, 1000, b"+CSQ:")
            await vtime.clock.sleep_ms(100)
            status = at.status()
            task.cancel()
            return got, status

        got, status = vtime.run(main())
        case = "%s echo=%s end=%r chunk=%d" % (where, echo, end, chunk)
        self.assertEqual(got, [b"+CSQ:31,99"], case)
        count = {"nowhere": 0, "two in a row": 2}.get(where, 1)
        self.assertEqual(seen, [self.URC] * count, case)
        split_echo = echo and where == "inside echo"
        self.assertEqual(status["unknown"], 1 if split_echo else 0, case)
        self.assertEqual(status["stray"], 0, case)

    def test_matrix(self):
        for where in (
            "nowhere",
            "before the command",
            "between echo and answer",
            "inside echo",
            "before OK",
            "glued behind OK",
            "two in a row",
        ):
            for echo in (False, True):
                for end in (b"\r\n", b"\r", b"\n"):
                    for chunk in CHUNKS:
                        self.exchange(where, echo, end, chunk)


class SamePrefixTest(unittest.TestCase):
    def ask(self, *lines):
        urcs = []

        async def scene(r):
            r.at.urc(b"+CEREG:", lambda line: urcs.append(bytes(line)))
            return await r.at.command(b"AT+CEREG?", 1000, b"+CEREG:", is_answer)

        peer = Peer({b"AT+CEREG?": list(lines) + [b"OK"]})
        return rig.run(scene, peer), urcs

    def test_a_urc_before_the_answer(self):
        self.assertEqual(
            self.ask(b"+CEREG:1,19E6,94,7", b"+CEREG:1,1"),
            ([b"+CEREG:1,1"], [b"+CEREG:1,19E6,94,7"]),
        )

    def test_a_urc_behind_the_answer(self):
        self.assertEqual(self.ask(b"+CEREG:1,5", b"+CEREG:2"), ([b"+CEREG:1,5"], [b"+CEREG:2"]))

    def test_every_form_of_the_answer(self):
        for line in (
            b"+CEREG:0,1",
            b"+CEREG: 1, 5",
            b"+CEREG:2,1,19E6,00000094,9",
            b"+CEREG:4,0,0000,00000000,9,,,,",
            b"+CEREG:5,1,0216,0153803F,9,,,,00100001,00000101",
        ):
            self.assertEqual(self.ask(line), ([line], []), line)

    def test_every_form_of_the_urc(self):
        for line in (
            b"+CEREG:1",
            b"+CEREG:1,19E6,94,7",
            b"+CEREG: 5, 0216, 0153803F, 9",
            b"+CEREG:2,0000,00000000,9,,,,",
            b"+CEREG:3,0216,0153803F,9,0,15",
        ):
            self.assertEqual(self.ask(line), ([], [line]), line)


class LateTest(unittest.TestCase):
    def test_a_late_answer_never_lands_on_the_next_command(self):
        async def scene(r):
            first = await r.kind_of(r.at.command(b"AT+SLOW", 300, b"+SLOW:"))
            r.urc(b"+SLOW:9", b"OK")
            second = await r.at.command(b"AT+CSQ", 1000, b"+CSQ:")
            return first, second, r.at.status()["late"]

        peer = Peer({b"AT+SLOW": None, b"AT+CSQ": [b"+CSQ:1,99", b"OK"]})
        self.assertEqual(rig.run(scene, peer), (errors.TIMEOUT, [b"+CSQ:1,99"], 1))

    def test_a_late_ok_behind_the_probe_is_not_the_probes(self):
        """The module prints the late OK only when the probe wakes it, then the probe's own."""

        async def scene(r):
            await r.kind_of(r.at.command(b"AT+SLOW", 300))
            await r.sleep(110)
            r.uart.push(b"\r\nOK\r\n")
            second = await r.at.command(b"AT+CSQ", 1000, b"+CSQ:")
            return second, r.at.status()["stray"], r.at.status()["late"]

        peer = Peer({b"AT+SLOW": None, b"AT+CSQ": [b"+CSQ:1,99", b"OK"]})
        self.assertEqual(rig.run(scene, peer), ([b"+CSQ:1,99"], 0, 1))

    def test_a_stray_ok_does_not_put_every_later_answer_one_command_behind(self):
        """What brought no line that was asked for may have had another's OK."""

        async def scene(r):
            def later(line):
                asyncio.create_task(answer(line))  # noqa: RUF006 - it ends with the scene

            async def answer(line):
                await r.sleep(60)  # later than the next command leaves
                r.urc(b"+" + line[3:6] + b":" + line[7:], b"OK")

            r.peer.answers = {b"AT+ONE=%d" % i: later for i in range(5)}
            waiting = asyncio.create_task(r.at.command(b"AT+ONE=0", 1000, b"+ONE:"))
            await r.sleep(30)
            r.urc(b"OK")
            got = [await waiting]
            for i in range(1, 5):
                got.append(await r.at.command(b"AT+ONE=%d" % i, 1000, b"+ONE:"))
            return got

        got = rig.run(scene)
        self.assertEqual(got, [[]] + [[b"+ONE:%d" % i] for i in range(1, 5)])

    def test_a_late_error_is_swallowed_too(self):
        async def scene(r):
            await r.kind_of(r.at.command(b"AT+SLOW", 300))
            r.urc(b"ERROR")
            return await r.kind_of(r.at.command(b"AT+X"))

        self.assertEqual(rig.run(scene, Peer({b"AT+SLOW": None})), 0)

    def test_time_limits_are_kept_without_a_byte_arriving(self):
        async def scene(r):
            r.peer.deaf = True
            start = r.clock.ticks_ms()
            kind = await r.kind_of(r.at.command(b"AT+X", 700))
            return kind, r.clock.ticks_ms() - start

        kind, took = rig.run(scene)
        self.assertEqual(kind, errors.TIMEOUT)
        self.assertTrue(700 <= took < 800, took)

    def test_a_silent_module_ends_everything_that_waits(self):
        async def scene(r):
            r.peer.deaf = True
            calls = [asyncio.create_task(r.kind_of(r.at.command(b"AT+%d" % i))) for i in range(3)]
            kinds = await rig.all_of(calls)
            return kinds, r.at.silent

        kinds, silent = rig.run(scene)
        self.assertEqual(kinds, [errors.TIMEOUT, errors.SILENT, errors.SILENT])
        self.assertTrue(silent)

    def test_a_reboot_in_mid_command_fails_it_with_reset(self):
        async def scene(r):
            r.at.urc(b"REBOOT", lambda line: r.at.restart())
            call = asyncio.create_task(r.kind_of(r.at.command(b"AT+SLOW", 60000)))
            await r.sleep(100)
            r.urc(b"REBOOT_CAUSE_APPLICATION_WATCHDOG", b"M5310", b"OK")
            kind = await call
            return kind, await r.kind_of(r.at.command(b"AT+CSQ"))

        self.assertEqual(rig.run(scene, Peer({b"AT+SLOW": None})), (errors.RESET, 0))

    def test_limits_hold_over_the_tick_wrap(self):
        async def scene(r):
            kind = await r.kind_of(r.at.command(b"AT+SLOW", 3000))
            return kind, await r.kind_of(r.at.command(b"AT+CSQ"))

        for start in ((1 << 30) - 1000, (1 << 30) - 4000, (1 << 29) - 1000):
            got = rig.run(scene, Peer({b"AT+SLOW": None}), start=start)
            self.assertEqual(got, (errors.TIMEOUT, 0))

    def test_nothing_that_waits_for_its_turn_waits_for_an_idle_engine(self):
        async def scene():
            uart = FakeUart(0, Peer())
            at = ModuleClient(uart, vtime.clock)
            for _ in range(1000):  # through the guard behind the first probe, where URCs may come
                if uart.lines and not uart.rx and not at.replies.queue:
                    at.reply(reply(at, [b"AT+RSP"]))
                self.assertTrue(at.poll() or not at.replies.queue)
                if b"AT+RSP" in uart.lines:
                    return True
                await vtime.clock.sleep_ms(1)
            return False

        self.assertTrue(vtime.run(scene()))

    def test_an_engine_idle_longer_than_half_the_tick_period_still_sends(self):
        async def scene(r):
            step = 30000  # run's own turns would take minutes: the clock is moved by hand
            for _ in range((1 << 29) // step + 10):
                r.clock.start += step
                r.at.poll()
            return await r.kind_of(r.at.command(b"AT+CSQ"))

        self.assertEqual(rig.run(scene), 0)


class ReplyTest(unittest.TestCase):
    def test_a_reply_goes_out_before_ten_waiting_commands(self):
        async def scene(r):
            calls = [asyncio.create_task(r.kind_of(r.at.command(b"AT+%d" % i))) for i in range(8)]
            while not r.sent:
                await r.sleep(1)
            r.at.reply(reply(r.at, [b"AT+RSP=1", b"AT+RSP=2"]))
            for call in calls:
                await call
            return r.sent

        sent = rig.run(scene)
        self.assertEqual(sent[:4], [b"AT+0", b"AT+RSP=1", b"AT+RSP=2", b"AT+1"])

    def test_a_reply_waits_no_longer_than_the_hold_time(self):
        async def scene(r):
            r.at.hold_ms = 500
            slow = asyncio.create_task(r.kind_of(r.at.command(b"AT+SLOW", 30000)))
            await r.sleep(100)
            ages = []
            r.at.reply(reply(r.at, [b"AT+RSP"], done=lambda error, age: ages.append((error, age))))
            kind = await slow
            await r.sleep(1500)
            return kind, ages

        kind, ages = rig.run(scene, Peer({b"AT+SLOW": None}))
        self.assertEqual(kind, errors.HELD)
        self.assertIsNone(ages[0][0])
        self.assertLess(ages[0][1], 1200)

    def test_a_slow_command_keeps_the_line(self):
        async def scene(r):
            r.at.hold_ms = 500
            call = asyncio.create_task(r.kind_of(r.at.command(b"AT+SLOW", 2000, slow=True)))
            await r.sleep(100)
            r.at.reply(reply(r.at, [b"AT+RSP"]))
            return await call

        self.assertEqual(rig.run(scene, Peer({b"AT+SLOW": None})), errors.TIMEOUT)

    def test_a_reply_that_would_miss_the_window_becomes_a_short_refusal(self):
        async def scene(r):
            old = r.clock.ticks_add(r.clock.ticks_ms(), -2800)
            r.at.reply(reply(r.at, [b"AT+RSP=%d" % i for i in range(12)], old))
            await r.sleep(500)
            return r.sent, r.at.status()["expired"]

        self.assertEqual(rig.run(scene), ([b"AT+LATE"], 1))

    def test_a_late_result_of_one_line_is_told_all_the_same_and_counted(self):
        """A write that was carried out is not called refused because the line was busy."""

        async def scene(r):
            old = r.clock.ticks_add(r.clock.ticks_ms(), -5000)
            r.at.reply(reply(r.at, [b"AT+RSP=1"], old))
            await r.sleep(500)
            return r.sent, r.at.status()["expired"]

        self.assertEqual(rig.run(scene), ([b"AT+RSP=1"], 1))

    def test_an_error_ends_a_reply_of_several_lines(self):
        async def scene(r):
            ends = []
            r.at.reply(
                reply(r.at, [b"AT+1", b"AT+2", b"AT+3"], done=lambda e, age: ends.append(e.code))
            )
            await r.sleep(500)
            return r.sent, ends

        peer = Peer({b"AT+2": b"+CIS ERROR: 602"})
        self.assertEqual(rig.run(scene, peer), ([b"AT+1", b"AT+2"], [602]))

    def test_a_line_whose_ok_was_lost_is_sent_once_more(self):
        async def scene(r):
            r.at.reply(reply(r.at, [b"AT+RSP"]))
            await r.sleep(6000)
            return r.sent

        self.assertEqual(rig.run(scene, Peer({b"AT+RSP": None})), [b"AT+RSP", b"AT+RSP"])

    def lost_ok(self, script):
        """Send three lines to a module that answers as in script: {line: [answers in turn]}."""

        async def scene(r):
            ends = []
            lines = [b"AT+1", b"AT+2", b"AT+3"]
            op = reply(r.at, lines, done=lambda e, age: ends.append(e and e.code))
            op.refusable = True
            r.at.reply(op)
            await r.sleep(6000)
            return r.sent, ends

        answers = {line: lambda _, t=told: t.pop(0) for line, told in script.items()}
        return rig.run(scene, Peer(answers))

    def test_a_line_that_is_refused_when_its_ok_was_lost_had_been_taken(self):
        """What comes behind it is sent; a refusal would end the answer with what was there."""
        sent, ends = self.lost_ok({b"AT+2": [None, b"+CIS ERROR: 601"]})
        self.assertEqual((sent, ends), ([b"AT+1", b"AT+2", b"AT+2", b"AT+3"], [None]))

    def test_a_line_lost_with_its_ok_is_told_the_second_time(self):
        sent, _ = self.lost_ok({b"AT+2": [None, b"OK"], b"AT+3": [b"+CIS ERROR: 601"]})
        self.assertEqual(sent, [b"AT+1", b"AT+2", b"AT+2", b"AT+3", b"AT+LATE"])

    def test_replies_beyond_the_bound_are_refused_and_counted(self):
        async def scene(r):
            taken = [r.at.reply(reply(r.at, [b"AT+%d" % i])) for i in range(18)]
            return taken.count(False), r.at.status()["refused"]

        self.assertEqual(rig.run(scene), (2, 2))

    def test_status_shows_the_latency_of_replies(self):
        async def scene(r):
            for age in (100, 300):
                r.at.reply(reply(r.at, [b"AT+A"], r.clock.ticks_add(r.clock.ticks_ms(), -age)))
                await r.sleep(200)
            return r.at.status()

        status = rig.run(scene)
        self.assertEqual(status["replies"], 2)
        self.assertTrue(300 <= status["latency_max"] < 340, status["latency_max"])
        self.assertTrue(200 <= status["latency_mean"] < 240, status["latency_mean"])


class UrcTest(unittest.TestCase):
    def test_a_handler_that_cannot_read_its_line_is_counted_and_the_next_line_arrives(self):
        seen = []

        def handler(line):
            seen.append(int(line[3:]))

        async def scene(r):
            r.at.urc(b"+X:", handler)
            r.urc(b"+X:junk", b"+X:5", b"what is this")
            await r.sleep(100)
            return r.at.status()

        status = rig.run(scene)
        self.assertEqual(seen, [5])
        self.assertEqual(status["malformed"], 1)
        self.assertEqual(status["unknown"], 1)

    def test_a_fault_in_a_handler_is_counted_and_shown_and_the_next_line_arrives(self):
        seen = []

        def handler(line):
            if not seen:
                seen.append(bytes(line))
                raise KeyError("fault")
            seen.append(bytes(line))

        async def scene(r):
            r.at.urc(b"+X:", handler)
            r.urc(b"+X:1", b"+X:2")
            await r.sleep(100)
            return r.at.status()

        status = rig.run(scene)
        self.assertEqual(seen, [b"+X:1", b"+X:2"])
        self.assertEqual((status["faults"], status["malformed"]), (1, 0))
        self.assertIn("KeyError", status["fault"])

    def test_noise_of_another_baud_rate_is_survived(self):
        async def scene(r):
            r.uart.push(bytes(range(256)) * 20)
            r.urc(b"")
            return await r.kind_of(r.at.command(b"AT+CSQ"))

        for chunk in CHUNKS:
            self.assertEqual(rig.run(scene, Peer(), chunk), 0)
