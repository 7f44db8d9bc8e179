"""Whose a line is: answers of commands that declare nothing, late answers, start lines."""

import asyncio
import unittest

import rig
from modem_rig import module, play, sleep
from rig import CHUNKS, Peer

from m5310 import errors, power
from m5310.network import Network
from m5310.udp import Udp


def asked(text, *lines, **options):
    """Return what command(text) brings when the module answers with lines, and the status."""

    async def scene(r):
        got = await r.at.command(text, **options)
        return got, r.at.status()

    return rig.run(scene, Peer({text: list(lines)}))


class UndeclaredTest(unittest.TestCase):
    """command(text) alone."""

    def test_information_lines_of_the_commands_name_come_back(self):
        for text, line in (
            (b"AT+CSQ", b"+CSQ:31,99"),
            (b"at+csq", b"+CSQ: 31,99"),
            (b"AT+CEREG?", b"+CEREG:1,2"),
            (b"AT+CEREG=?", b"+CEREG:(0-5)"),
            (b"AT+CGSN=1", b"+CGSN:490154203237518"),
            (b"AT+MIPLVER?", b"+MIPLVER: 2.2.0"),
            (b"AT+MIPLCREATE", b"+MIPLCREATE:0"),
            (b"AT*SLEEP?", b"*SLEEP: 1"),
        ):
            got, status = asked(text, line, b"OK")
            self.assertEqual((got, status["unknown"], status["stray"]), ([line], 0, 0), text)

    def test_lines_without_a_name_come_back(self):
        for text, lines in (
            (b"AT+CIMI", [b"460040000000001"]),
            (b"AT+NSOCR=DGRAM,17,2334,1", [b"0"]),
            (b"AT+NUESTATS", [b"Signal power:-663", b"ECL:0"]),
            (b"AT+CGMR", [b"SSB,V150R100C10B300", b"APPLICATION_A,M5310-A-MONH0S00"]),
        ):
            self.assertEqual(asked(text, *(lines + [b"OK"]))[0], lines, text)

    def test_several_lines_of_one_answer_come_back_in_their_order(self):
        lines = [b"+NCONFIG:AUTOCONNECT,TRUE", b"+NCONFIG:COMBINE_ATTACH,FALSE"]
        self.assertEqual(asked(b"AT+NCONFIG?", *(lines + [b"OK"]))[0], lines)

    def test_a_report_is_never_taken_for_the_answer(self):
        """What the module reports in the middle of a command goes to whoever listens for it."""
        for text, report in (
            (b"AT+CEREG=1", b"+CEREG:5"),
            (b"AT+CEREG?", b"+CEREG:1,19E6,94,7"),
            (b"AT+CSCON=1", b"+CSCON:1"),
            (b"AT+CSCON?", b"+CSCON:1"),
            (b"AT+MIPLOPEN=0,3600,30", b"+MIPLEVENT:0,6"),
            (b"AT+MIPLOBSERVERSP=0,1,1", b"+MIPLOBSERVE:0,2,1,3303,0,-1"),
            (b"AT+MIPLREAD=0,1,1", b"+MIPLREAD:0,2,3303,0,5700"),
            (b"AT+NSOST=0,1.2.3.4,5,1,41", b"+NSONMI:0,30"),
            (b"AT+CGMM", b"+CEREG:1"),
        ):

            async def scene(node, text=text, report=report):
                before = node.at.status()["urcs"]
                node.peer.answers[text] = [report, b"OK"]
                got = await node.at.command(text)
                return got, node.at.status()["urcs"] - before, node.at.status()["unknown"]

            node_udp = play(scene)
            if b"NSO" in text:
                continue  # without a socket nobody listens: told below
            self.assertEqual(node_udp, ([], 1, 0), text)

    def test_a_datagram_is_announced_in_the_middle_of_any_command(self):
        async def scene(r):
            udp = Udp(r.at, r.clock)
            sock = await udp.socket(2334)
            got = await r.at.command(b"AT+NSOST=0,1.2.3.4,5,1,41")
            return got, sock.waiting

        peer = Peer({b'AT+NSOCR="DGRAM",17,2334,1': [b"0", b"OK"]})
        peer.answers[b"AT+NSOST=0,1.2.3.4,5,1,41"] = [b"+NSONMI:0,30", b"0,1", b"OK"]
        self.assertEqual(rig.run(scene, peer), ([b"0,1"], 30))

    def test_another_commands_name_is_not_its_own(self):
        got, status = asked(b"AT+CGMM", b"+IP: 10.0.0.1", b"M5311", b"OK")
        self.assertEqual((got, status["unknown"]), ([b"M5311"], 1))

    def test_the_echo_is_none_of_its_lines(self):
        async def scene(r):
            return await r.at.command(b"ATI")

        for chunk in CHUNKS:
            peer = Peer({b"ATI": [b"China Mobile", b"M5310-A", b"OK"]}, echo=True)
            self.assertEqual(rig.run(scene, peer, chunk), [b"China Mobile", b"M5310-A"])

    def test_a_command_that_declares_none_has_none(self):
        self.assertEqual(asked(b"AT+X=1", b"7", b"+X:1", b"OK", prefix=b"")[0], [])


class StartTest(unittest.TestCase):
    """Which lines tell of a restart of the module (facts/protocol.md 2.1)."""

    def started(self, *lines, command=None, answer=None):
        """Return (losses, boots, outcome of command) in a session when lines come."""

        async def scene(node):
            outcome = None
            if command:
                node.peer.answers[command] = answer
                try:
                    outcome = await node.at.command(command)
                except errors.AtError as e:
                    outcome = e.kind
            node.urc(*lines)
            await sleep(3000)
            return len(node.losses), node.modem.boots, outcome

        return play(scene, module(), opened=True)

    def test_start_lines_end_the_session_once(self):
        for lines in (
            (b"REBOOT_CAUSE_APPLICATION_AT",),
            (b"M5310-A", b"OK"),
            (b"M5310", b"OK"),
            (b"Neul ", b"OK"),
            (b"*ATREADY: 1", b"+CFUN: 1", b"+CPIN: READY"),
            (b"*MATREADY: 1",),
            (b"+MATREADY",),
            (b"MATREADY",),
            (b"RDY",),
            (b" RDY ",),
            (b"RDY", b"+CFUN: 1", b"+CPIN: READY", b"Call Ready", b"SMS Ready"),
            (b"REBOOT_CAUSE_SECURITY_PMU_POWER_ON_RESET", b"Neul ", b"OK", b"RDY"),
        ):
            self.assertEqual(self.started(*lines)[:2], (1, 1), lines)

    def test_what_comes_without_a_restart_too_leaves_the_session_alone(self):
        """SIM and services come up when the radio is switched on as well."""
        for line in (
            b"+CPIN: READY",
            b"+CFUN: 1",
            b"+IP: 10.0.0.1",
            b"SMS Ready",
            b"Call Ready",
            b"PB DONE",
            b"RDYX",
            b"+POWERDOWN: 1",
            b"*GOTOSLEEP",
        ):
            self.assertEqual(self.started(line)[:2], (0, 0), line)

    def test_the_name_of_the_module_is_the_answer_to_who_asks_for_it(self):
        for text in (b"AT+CGMM", b"ATI", b"AT+CGMM?"):
            got = self.started(command=text, answer=[b"M5310-A", b"OK"])
            self.assertEqual(got, (0, 0, [b"M5310-A"]), text)

    def test_the_name_is_a_restart_in_the_middle_of_a_command_that_asks_for_nothing(self):
        for text in (b"AT+MIPLUPDATE=0,0,0", b"AT+NRB", b"at+nrb", b"AT+NSOCL=0"):
            got = self.started(command=text, answer=[b"M5310-A", b"OK"])
            self.assertEqual(got, (1, 1, errors.RESET), text)

    def test_a_restart_cause_is_never_an_answer(self):
        got = self.started(command=b"ATI", answer=[b"REBOOT_CAUSE_APPLICATION_AT", b"OK"])
        self.assertEqual(got, (1, 1, errors.RESET))

    def test_a_late_name_is_no_restart(self):
        """AT+CGMM was given up when its answer came."""

        async def scene(node):
            node.peer.answers[b"AT+CGMM"] = None
            kind = (await node.outcome(node.at.command(b"AT+CGMM")))[0]
            await sleep(500)
            node.urc(b"M5310-A", b"OK")
            await sleep(3000)
            return kind, node.losses, node.modem.boots

        self.assertEqual(play(scene, opened=True), (errors.TIMEOUT, [], 0))

    def test_a_name_behind_a_restart_is_the_name_though_it_was_asked_for_before(self):
        """What the module was called before it started over says nothing any more."""

        async def scene(node):
            node.peer.answers[b"AT+CGMM"] = None
            await node.outcome(node.at.command(b"AT+CGMM"))
            node.urc(b"REBOOT_CAUSE_APPLICATION_WATCHDOG", b"M5310-A", b"OK")
            await sleep(1000)
            first = node.mipl.model
            node.urc(b"MATREADY")
            await sleep(1000)
            return first, node.mipl.model

        self.assertEqual(play(scene, opened=True), (b"M5310-A", b"M5310-A"))

    def test_ready_seconds_behind_a_start_is_part_of_it(self):
        async def scene(node):
            node.urc(b"REBOOT_CAUSE_APPLICATION_AT", b"Neul ", b"OK")
            await sleep(5000)
            node.peer.answers[b"AT+CSQ"] = [b"RDY", b"+CSQ:20,99", b"OK"]
            got = await node.at.command(b"AT+CSQ")
            first = node.modem.boots
            await sleep(60000)
            node.urc(b"RDY")
            await sleep(1000)
            return got, first, node.modem.boots

        self.assertEqual(play(scene, opened=True), ([b"+CSQ:20,99"], 1, 2))

    def test_what_is_told_of_services_belongs_to_no_command(self):
        for line in (b"SMS Ready", b"Call Ready", b"PB DONE", b"RDY"):
            got = self.started(command=b"AT+CSQ", answer=[b"+CSQ:20,99", line, b"OK"])
            self.assertEqual(got, (0, 0, [b"+CSQ:20,99"]), line)


class LateAnswerTest(unittest.TestCase):
    """An answer late, or behind its OK, is known by its form (facts/protocol.md 3)."""

    ANSWERS = (
        (b"+CEREG:1,2", 2),
        (b"+CEREG: 1, 2", 2),
        (b"+CEREG:1,0", 0),
        (b"+CEREG:0,2", 2),
        (b"+CEREG:5,3,213D,0318886E,9,,,,", 3),
        (b'+CEREG: 1,2,"3982","00DF3B03",7', 2),
        (b'+CEREG:1,2,"3982","00DF3B03"', 2),
        (b"+CEREG:1,4,,,", 4),
        (b"+CEREG:1,2,,", 2),
        (b"+CEREG:5,2,9129,0AAE9CA1,9,,,,00100001,00000101", 2),
        (b"+CEREG:1,1", 1),
        (b"+CEREG: 0,5", 5),
    )
    REPORTS = (
        (b'+CEREG: 5,"07D0","009D4564",7', 5),
        (b'+CEREG: 1,"2","94",7', 1),
        (b"+CEREG:1,2,94,7", 1),  # an area of one digit, as the guide prints them
        (b'+CEREG:1,"2","94",7,,,"00100001","00000101"', 1),
        (b"+CEREG:1,2,94,7,,,00100001,00000101", 1),
        (b"+CEREG:5,0216,0153803F,9,,,11100000,11100000", 5),
        (b"+CEREG:1,,,", 1),
        (b"+CEREG:2,0000,00000000,9,,,,", 2),
        (b"+CEREG:3,9129,0AAE9CA1,9,0,15", 3),
    )

    def test_an_answer_nobody_waits_for_tells_its_state_and_a_report_its_own(self):
        for line, state in self.ANSWERS + self.REPORTS:

            async def scene(r, line=line):
                network = Network(r.at, r.clock)
                r.urc(line)
                await r.sleep(100)
                return network.state, r.at.status()["malformed"]

            self.assertEqual(rig.run(scene), (state, 0), line)

    def test_an_answer_behind_its_time_or_its_ok_is_no_report(self):
        for late in (False, True):

            async def scene(r, late=late):
                network = Network(r.at, r.clock)
                changes = []
                network.on_change = changes.append
                r.peer.answers[b"AT+CEREG?"] = None if late else b"OK"
                ask = asyncio.create_task(network.ask())
                await r.sleep(2500 if late else 1000)
                r.urc(b"+CEREG: 1,2", b"OK" if late else b"")
                await ask
                await r.sleep(3000)
                return network.state, changes

            self.assertEqual(rig.run(scene), (2, []), late)

    def test_it_is_known_in_the_middle_of_another_command_too(self):
        async def scene(r):
            network = Network(r.at, r.clock)
            r.peer.answers[b"AT+CSQ"] = [b"+CEREG:1,2", b"+CSCON:1,1", b"+CSQ:20,99", b"OK"]
            await network.signal()
            return network.state, network.connected, network.rssi

        self.assertEqual(rig.run(scene), (2, True, 20))

    def test_the_mode_of_a_connection_is_the_last_field(self):
        for line, connected in ((b"+CSCON:1,0", False), (b"+CSCON: 0,1", True)):

            async def scene(r, line=line):
                network = Network(r.at, r.clock)
                r.urc(line)
                await r.sleep(100)
                return network.connected, r.at.status()["malformed"]

            self.assertEqual(rig.run(scene), (connected, 0), line)

    def test_lines_of_other_commands_are_no_socket_and_no_datagram(self):
        """A late IMSI, count or datagram stands before what was asked for."""

        async def scene(r):
            udp = Udp(r.at, r.clock)
            sock = await udp.socket(2334)
            sent = await sock.sendto(b"0123456789", ("1.2.3.4", 5))
            got = await sock.check()
            return sock.ref, sent, got

        read = b"3,1.2.3.4,5,2,4142,0"
        peer = Peer(
            {
                b'AT+NSOCR="DGRAM",17,2334,1': [b"460040000000001", b"3", b"OK"],
                b"AT+NSOST=3,1.2.3.4,5,10,30313233343536373839": [read, b"3,10", b"OK"],
                b"AT+NSORF=3,512": [b"3,10", read, b"OK"],
            }
        )
        self.assertEqual(rig.run(scene, peer), (3, 10, (b"AB", ("1.2.3.4", 5))))

    def test_a_bare_number_is_not_the_id_of_a_session_that_has_one(self):
        async def scene(node):
            node.peer.answers[b"AT+MIPLCREATE"] = [b"3", b"+MIPLCREATE: 0", b"OK"]
            await node.mipl.open(((3303, "1", 6, 1, "5700"),), 3600, 30)
            return node.mipl.requests.ref

        self.assertEqual(play(scene, module()), 0)

    def test_a_long_report_is_not_the_answer_with_the_timers(self):
        async def scene(r):
            network = Network(r.at, r.clock)
            network.state = 1
            return await power.granted(network), network.state

        report = b"+CEREG:2,9129,0AAE9CA1,9,,,00000001,00000010"
        answer = b"+CEREG:5,1,9129,0AAE9CA1,9,,,,00100001,00000101"
        peer = Peer({b"AT+CEREG?": [report, answer, b"OK"]})
        granted, state = rig.run(scene, peer)
        self.assertEqual(granted, (60, 3000))
        self.assertEqual(state, 2)


class ArgumentsTest(unittest.TestCase):
    def raised(self, *args, **options):
        """Return the name of what command(*args) raises, and whether the engine goes on."""

        async def scene(r):
            name = None
            try:
                await r.at.command(*args, **options)
            except (TypeError, ValueError) as e:
                name = type(e).__name__
            return name, r.sent, await r.at.command(b"AT+CSQ", 1000)

        return rig.run(scene, Peer({b"AT+CSQ": [b"+CSQ:1,99", b"OK"]}))

    def test_what_cannot_be_a_command_raises_at_the_call_and_sends_nothing(self):
        for name, args in (
            ("ValueError", (b"",)),
            ("ValueError", (b"AT\x1b",)),
            ("ValueError", (b"A" * 5000,)),
            ("ValueError", (b"AT", 0)),
            ("ValueError", (b"AT", -1)),
            ("ValueError", (b"AT", 1 << 30)),
            ("TypeError", ("AT+CSQ",)),
            ("TypeError", (None,)),
            ("TypeError", (7,)),
            ("TypeError", ([65, 84],)),
            ("TypeError", (b"AT", 1.5)),
            ("TypeError", (b"AT", None)),
            ("TypeError", (b"AT", "9")),
            ("TypeError", (b"AT", 9, "+X:")),
            ("TypeError", (b"AT", 9, b"+X:", b"+X")),
            ("TypeError", (b"AT", 9, b"+X:", None, 5)),
        ):
            self.assertEqual(self.raised(*args), (name, [], [b"+CSQ:1,99"]), args)

    def test_a_reply_that_is_none_raises_at_the_call(self):
        async def scene(r):
            try:
                r.at.reply(None)
            except AttributeError:
                return await r.at.command(b"AT+CSQ", 1000)

        self.assertEqual(rig.run(scene), [])


class Fault(Exception):
    """What no code is ready for."""


def fail(*args):
    raise Fault("broken")


class SurvivesTest(unittest.TestCase):
    """No exception from outside ends the engine or leaves a caller waiting."""

    PEER = {b"AT+CSQ": [b"+CSQ:1,99", b"OK"]}

    def works(self, break_it, limit=20000):
        """Return the faults counted, and what the next command brings; fails after limit ms."""

        async def scene(r):
            start = r.clock.ticks_ms()
            await break_it(r)
            got = await r.at.command(b"AT+CSQ", 1000)
            self.assertTrue(r.clock.ticks_diff(r.clock.ticks_ms(), start) < limit)
            status = r.at.status()
            return status["faults"], status["fault"], got

        faults, text, got = rig.run(scene, Peer(dict(self.PEER)))
        self.assertEqual(got, [b"+CSQ:1,99"])
        self.assertTrue(faults > 0, faults)
        return text

    def test_functions_of_the_caller_that_fail(self):
        for options in ({"shape": fail}, {"prefix": b"+X:", "shape": fail}, {"bare": fail}):

            async def break_it(r, options=options):
                r.peer.answers[b"AT+X"] = [b"+X:1", b"1", b"OK"]
                await r.at.command(b"AT+X", 1000, **options)

            self.assertIn("broken", self.works(break_it))

    def test_a_listener_that_fails(self):
        async def break_it(r):
            r.at.on_line = fail
            await r.at.command(b"AT+CSQ", 1000)

        self.assertIn("broken", self.works(break_it))

    def test_a_handler_of_start_lines_or_of_urcs_that_fails(self):
        async def others(r):
            r.at.urcs.on_other = fail
            r.urc(b"hello")
            await r.sleep(50)

        async def urcs(r):
            r.at.urc(b"+X:", fail, fail)
            r.peer.answers[b"AT+X?"] = [b"+X:1", b"OK"]
            await r.at.command(b"AT+X?", 1000)

        for break_it in (others, urcs):
            self.assertIn("broken", self.works(break_it))

    def test_a_reply_that_fails_where_it_can(self):
        for names in (("line",), ("late",), ("line", "late"), ("done",)):
            ends = []

            class Reply:
                refusable = False
                next = again = 0
                count = 1
                stopped = False

                def line(self, i, out, names=names):
                    out.extend(b"AT+RSP")
                    if "line" in names:
                        fail()

                def late(self, out, names=names):
                    out.extend(b"AT+LATE")
                    if "late" in names:
                        fail()

                def done(self, error, age, names=names, ends=ends):
                    ends.append(error and error.kind)
                    if "done" in names:
                        fail()

            async def break_it(r, names=names, reply=Reply):
                one = reply()
                one.arrived = r.clock.ticks_ms()
                if names == ("late",):
                    one.count = 0
                r.at.reply(one)
                await r.sleep(2000)
                self.assertEqual(r.at.replies.queue, [], names)

            self.assertIn("broken", self.works(break_it))
            self.assertEqual(len(ends), 1, names)

    def test_a_uart_that_fails_for_a_while(self):
        for name in ("any", "readinto", "write"):

            async def break_it(r, name=name):
                def broken(*args):
                    raise OSError(5)

                good = getattr(r.uart, name)
                setattr(r.uart, name, broken)
                kind = await r.kind_of(r.at.command(b"AT+CSQ", 500))
                setattr(r.uart, name, good)
                self.assertEqual(kind, errors.TIMEOUT, name)
                await r.at.sync(10000)

            self.assertIn("OSError", self.works(break_it))


class OrderTest(unittest.TestCase):
    def test_a_line_that_is_never_quiet_is_probed_all_the_same(self):
        async def scene(r):
            r.peer.answers[b"AT+X"] = None
            await r.kind_of(r.at.command(b"AT+X", 300))
            start = r.clock.ticks_ms()
            before = len(r.uart.lines)
            while len(r.uart.lines) == before:
                r.uart.push(b"\r\n+HUM:1\r\n")
                await r.sleep(20)
                if r.clock.ticks_diff(r.clock.ticks_ms(), start) > 5000:
                    return "never"
            return r.uart.lines[-1]

        self.assertEqual(rig.run(scene), b"AT")

    def test_the_line_is_not_quiet_while_a_command_is_in_flight(self):
        """What is done while it is quiet would hold the answer up."""

        async def scene(r):
            await r.sleep(1000)
            before = r.at.quiet()
            call = asyncio.create_task(r.kind_of(r.at.command(b"AT+X", 5000)))
            await r.sleep(2000)
            during = r.at.quiet()
            r.urc(b"OK")
            await call
            await r.sleep(1000)
            return before, during, r.at.quiet()

        self.assertEqual(rig.run(scene, Peer({b"AT+X": None})), (True, False, True))

    def test_a_module_asleep_hears_what_comes_soon_and_is_woken_behind_that(self):
        """Two seconds behind its last answer it sleeps: the first bytes are lost then."""
        for pause, probes in ((1500, 0), (2500, 1)):

            async def scene(r, pause=pause):
                r.at.asleep = 1
                await r.at.command(b"AT+ONE")  # wakes it
                before = len(r.uart.lines)
                await r.sleep(pause)
                await r.at.command(b"AT+TWO")
                return r.uart.lines[before:]

            self.assertEqual(rig.run(scene), [b"AT"] * probes + [b"AT+TWO"], pause)

    def test_a_final_result_is_no_answer_to_a_command_that_is_still_being_sent(self):
        async def scene(r):
            taken = r.uart.write
            r.uart.write = lambda data: None
            call = asyncio.create_task(r.at.command(b"AT+CSQ", 1000, b"+CSQ:"))
            await r.sleep(100)
            r.urc(b"OK", b"ERROR")
            await r.sleep(100)
            pending = not call.done()
            r.uart.write = taken
            return pending, await call, r.at.status()["stray"]

        peer = Peer({b"AT+CSQ": [b"+CSQ:1,99", b"OK"]})
        self.assertEqual(rig.run(scene, peer), (True, [b"+CSQ:1,99"], 2))

    def test_a_command_cut_off_or_unanswered_has_an_unknown_fate(self):
        for kind, unknown in (
            (errors.TIMEOUT, True),
            (errors.HELD, True),
            (errors.ERROR, False),
            (errors.CIS, False),
            (errors.BUSY, False),
            (errors.SILENT, False),
        ):
            self.assertEqual(errors.AtError(kind).unknown, unknown, kind)
