"""The supervisor: how a node goes online, what it watches there, what it says when that ends."""

import os
import sys
import unittest

import vtime
from field_rig import play

from m5310.errors import TIMEOUT, AtError
from node.uplink.health import OPEN, SocketHealth

START = [
    "looking for the module",
    "registering with the network",
    "IMEI 490154203237518, IMSI 001010123456789, signal -73 dBm",
    "opening the OneNET session",
    "online",
]
RESTARTS = "restarts.txt"
SEARCHING = (b"+CEREG:1,2", b"OK")
HOME = (b"+CEREG:1,1", b"OK")
LOOK = [b"AT+CEREG?", b"AT+CSQ"]
UPDATE = b"AT+MIPLUPDATE=0,0,0"


def supervised(scene, answers=None, **options):
    """Run scene(node, supervisor) on a node that is online for 20 s; return what it returns."""

    async def whole(node):
        node.supervise(**options)
        await node.sleep(20)
        return await scene(node, node.supervisor)

    return play(whole, answers)


def said_after(node):
    """Return what was said since the last call."""
    out = list(node.said)
    del node.said[:]
    return out


def read(name):
    """Return the text of a file, None if there is none."""
    try:
        with open(name) as f:
            return f.read()
    except OSError:
        return None


def tick_of(node, text):
    """Return the tick at which text was logged first."""
    return next(at for at, logged, _ in node.log.all if logged == text)


class StartTest(unittest.TestCase):
    def test_a_node_that_has_not_begun_tells_that_it_starts(self):
        async def scene(node):
            node.supervise()
            s = node.supervisor
            late_ms = vtime.clock.ticks_diff(vtime.clock.ticks_ms(), s.alive)
            self.assertTrue(0 <= late_ms < 100, late_ms)  # on MicroPython time goes on as well
            return s.state, s.cause, s.next_try, s.sessions, s.recoveries, s.stopping

        self.assertEqual(play(scene), ("starting", "", "", 0, 0, False))

    def test_it_says_each_step_on_the_way_online(self):
        async def scene(node, supervisor):
            return node.said, supervisor.state, supervisor.sessions, supervisor.recoveries

        self.assertEqual(supervised(scene), (START, "online", 1, 0))

    def test_the_session_is_opened_with_the_lifetime_and_the_timeout_of_the_settings(self):
        async def scene(node, supervisor):
            return [line for line in node.sent if line.startswith(b"AT+MIPLOPEN")]

        for session, line in (
            ((3600, 30, None, True), b"AT+MIPLOPEN=0,3600,30"),
            ((900, 40, None, True), b"AT+MIPLOPEN=0,900,40"),
        ):
            self.assertEqual(supervised(scene, session=session), [line])

    def test_without_objects_no_session_is_opened(self):
        async def scene(node, supervisor):
            sessions = [line for line in node.sent if b"MIPL" in line]
            return node.said, sessions, supervisor.state, supervisor.sessions

        self.assertEqual(supervised(scene, objects=()), (START[:3] + START[4:], [], "online", 1))

    def test_a_module_that_answers_nothing_for_ten_seconds_is_told_with_what_to_check(self):
        async def scene(node):
            node.module.deaf = True
            node.supervise()
            await node.sleep(20)
            return [each for each in node.log.all if each[1].startswith("no OK from the module")]

        text = (
            "no OK from the module on UART 1 at 9600 baud: check that TX and RX are crossed, "
            "ground, supply and baud rate; on a board, make doctor tells which"
        )
        at, said, level = play(scene)[0]
        self.assertEqual((said, level), (text, 0))
        self.assertTrue(10000 <= at <= 10050, at)


class StayTest(unittest.TestCase):
    def test_every_30_s_it_asks_for_registration_and_signal_and_nothing_else(self):
        async def scene(node, supervisor):
            node.network.on_time = lambda time: None
            online = tick_of(node, "online")
            del node.module.log[:]
            await node.sleep(105)
            looks = [at - online for at, line in node.module.log if line == LOOK[0]]
            return node.sent, looks, said_after(node) == START

        sent, looks, quiet = supervised(scene)
        self.assertEqual((sent, quiet), (LOOK * 4, True))
        for i in range(4):
            self.assertTrue(30000 <= looks[i] - (looks[i - 1] if i else 0) < 30150, looks)

    def test_each_look_lets_the_log_count_its_ticks_without_a_text(self):
        async def scene(node, supervisor):
            await node.sleep(50)
            return [each[1:] for each in node.log.all if not each[1]]

        self.assertEqual(supervised(scene), [("", 9)] * 2)

    def test_alive_is_the_tick_of_the_last_turn(self):
        async def scene(node, supervisor):
            ages = []
            for _ in range(3):
                await node.sleep(2)
                ages.append(node.clock.ticks_ms() - supervisor.alive)
            return ages

        for age in supervised(scene):
            self.assertTrue(0 <= age <= 200, age)

    def test_a_signal_that_is_refused_decides_nothing(self):
        async def scene(node, supervisor):
            del node.said[:]
            await node.sleep(70)
            return node.said, supervisor.state, supervisor.sessions

        self.assertEqual(supervised(scene, {b"AT+CSQ": (b"ERROR",)}), ([], "online", 1))

    def test_a_reboot_while_it_looks_ends_the_session_at_once(self):
        async def scene(node, supervisor):
            del node.said[:]
            node.module.answers[LOOK[1]] = (b"REBOOT_CAUSE_SECURITY_RESET_PIN",)
            await node.sleep(14)
            return node.said

        self.assertEqual(
            supervised(scene), ["offline", "the module rebooted: AT+CSQ; next: session in 5 s"]
        )

    def test_a_reboot_without_a_session_sets_the_module_up_again(self):
        async def scene(node, supervisor):
            del node.said[:]
            await node.hear(b"REBOOT_CAUSE_SECURITY_RESET_PIN", wait_s=20)
            return node.said, supervisor.sessions

        said = ["offline", "the module rebooted; next: session in 5 s"] + START[:3] + START[4:]
        self.assertEqual(supervised(scene, objects=()), (said, 2))

    def test_a_renewal_the_platform_asks_for_is_sent_once(self):
        async def scene(node, supervisor):
            del node.module.log[:]
            await node.hear(b"+MIPLEVENT:0,14", wait_s=5)
            return node.sent

        self.assertEqual(supervised(scene), [UPDATE])

    def test_five_refused_notifications_in_a_row_have_the_registration_renewed(self):
        async def scene(node, supervisor, row):
            del node.module.log[:]
            node.notifier.row = row
            await node.sleep(5)
            return node.sent, node.notifier.row

        for row, expected in ((4, ([], 4)), (5, ([UPDATE], 0)), (6, ([UPDATE], 0))):
            got = supervised(lambda node, supervisor, row=row: scene(node, supervisor, row))
            self.assertEqual(got, expected)

    def test_a_clock_that_is_not_known_is_asked_for_again_and_told(self):
        async def scene(node, supervisor, hears):
            times = []
            node.network.on_time = times.append if hears else None
            node.network.clock_known = False
            del node.module.log[:]
            await node.sleep(45)
            return [line for line in node.sent if line not in LOOK], times

        got = supervised(lambda node, supervisor: scene(node, supervisor, True))
        self.assertEqual(got, ([b"AT+CCLK?"], [(2026, 11, 28, 2, 0, 0)]))
        got = supervised(lambda node, supervisor: scene(node, supervisor, False))
        self.assertEqual(got, ([], []))

    def test_a_clock_that_is_refused_is_told_and_decides_nothing(self):
        async def scene(node, supervisor):
            node.network.on_time = lambda time: None
            node.network.clock_known = False
            node.module.answers[b"AT+CCLK?"] = (b"ERROR",)
            del node.said[:]
            await node.sleep(35)
            return node.said, supervisor.state

        self.assertEqual(supervised(scene), (["ERROR: AT+CCLK?"], "online"))


class NetworkTest(unittest.TestCase):
    def test_a_network_that_stays_away_is_told_each_30_s_and_given_up_after_300_s(self):
        async def scene(node, supervisor):
            del node.said[:]
            node.module.answers[LOOK[0]] = SEARCHING
            await node.sleep(270)
            before = said_after(node)
            state = supervisor.state, supervisor.cause
            await node.sleep(20)
            return before, state, node.said[:3], supervisor.recoveries

        before, state, then, recoveries = supervised(scene)
        self.assertEqual(before, ["network lost for %d s" % s for s in range(30, 300, 30)])
        self.assertEqual((state, recoveries), (("online", ""), 1))
        self.assertEqual(
            then,
            ["network lost for 300 s", "offline", "failed: network lost; next: session in 5 s"],
        )

    def test_when_it_is_back_the_registration_is_renewed_once_and_the_count_begins_anew(self):
        async def scene(node, supervisor):
            del node.said[:]
            del node.module.log[:]
            counts = []
            for answer in (SEARCHING, SEARCHING, HOME, HOME, SEARCHING):
                node.module.answers[LOOK[0]] = answer
                await node.sleep(30.2)
                counts.append(node.sent.count(UPDATE))
            return counts, node.said

        said = ["network lost for %d s" % s for s in (30, 60, 30)]
        self.assertEqual(supervised(scene), ([0, 0, 1, 1, 1], said))

    def test_a_silence_meanwhile_does_not_begin_the_count_anew(self):
        async def scene(node, supervisor):
            del node.said[:]
            node.module.answers[LOOK[0]] = SEARCHING
            await node.sleep(30)
            node.module.deaf = True
            await node.sleep(40)
            node.module.deaf = False
            await node.sleep(60)
            lost = [text for text in node.said if "lost" in text]
            return lost, supervisor.sessions, supervisor.recoveries

        said = ["network lost for %d s" % s for s in (30, 60, 90, 120)]
        self.assertEqual(supervised(scene), (said, 1, 0))


class SilenceTest(unittest.TestCase):
    def test_a_module_that_comes_back_within_a_minute_keeps_its_session(self):
        async def scene(node, supervisor):
            del node.said[:]
            node.module.deaf = True
            await node.sleep(45)
            silent = supervisor.state
            node.module.deaf = False
            del node.module.log[:]
            await node.sleep(20)
            return silent, node.said, node.sent.count(UPDATE), supervisor.sessions

        said = ["the module is silent", "online"]
        self.assertEqual(supervised(scene), ("the module is silent", said, 1, 1))

    def test_one_that_does_not_is_waited_for_on_the_ladder(self):
        async def scene(node, supervisor):
            del node.said[:]
            node.module.deaf = True
            await node.sleep(110)
            return node.said[:3]

        self.assertEqual(
            supervised(scene),
            ["the module is silent", "offline", "the module is silent; next: wait in 5 s"],
        )


class RecoveryTest(unittest.TestCase):
    def test_a_lost_session_is_told_with_its_cause_and_opened_again(self):
        async def scene(node, supervisor):
            node.notifier.row = 3
            del node.said[:]
            await node.hear(b"+MIPLEVENT: 0,15", wait_s=2)
            down = supervisor.state, supervisor.cause, supervisor.next_try
            await node.sleep(15)
            up = supervisor.state, supervisor.cause, supervisor.next_try
            return down, node.said, up, supervisor.sessions, node.notifier.row

        said = ["offline", "failed: de-registered; next: session in 5 s"] + START
        down = ("offline", "failed: de-registered", "session in 5 s")
        self.assertEqual(supervised(scene), (down, said, ("online", "", ""), 2, 0))

    def test_entering_a_state_is_a_sign_of_life(self):
        async def scene(node, supervisor):
            await node.hear(b"+MIPLEVENT: 0,15", wait_s=2)
            return supervisor.alive - tick_of(node, "offline")

        self.assertEqual(supervised(scene), 0)

    def test_pauses_grow_until_a_session_has_stood_for_a_minute(self):
        async def scene(node, supervisor):
            tries = []
            for stood_s in (5, 50, 70, 5):
                await node.hear(b"+MIPLEVENT: 0,15", wait_s=2)
                tries.append(supervisor.next_try)
                while supervisor.state != "online":
                    await node.sleep(0.2)
                await node.sleep(stood_s)
            return tries

        # Once it has stood that long, the first failure begins at the lowest rung again.
        pauses = ["session in %d s" % s for s in (5, 10, 20, 5)]
        self.assertEqual(supervised(scene), pauses)

    def test_a_fault_of_our_own_is_told_and_the_ladder_is_climbed(self):
        def broken(*args):
            raise RuntimeError("a fault")

        async def scene(node):
            node.modem.mipl.open = broken
            node.supervise()
            await node.sleep(10)
            return node.log.all, node.supervisor.cause, node.supervisor.recoveries

        added = not hasattr(sys, "print_exception")
        if added:  # MicroPython has it, CPython does not
            sys.print_exception = lambda error, file: file.write(
                "%s: %s\n" % (type(error).__name__, error)
            )
        try:
            logged, cause, recoveries = play(scene)
        finally:
            if added:
                del sys.print_exception
        texts = [(text, level) for _, text, level in logged]
        self.assertIn(("RuntimeError: a fault", 0), texts)
        self.assertIn(("a fault; next: session in 5 s", 0), texts)
        self.assertEqual((cause, recoveries), ("a fault", 2))

    def test_a_board_that_can_be_restarted_is_at_the_last(self):
        restarts = []

        async def scene(node):
            node.module.deaf = True
            node.supervise(restart=lambda: restarts.append(node.clock.ticks_ms()))
            while not restarts and node.clock.ticks_ms() < 1200000:
                await node.sleep(5)
            return node.supervisor.recoveries

        kept = read(RESTARTS)
        try:
            self.assertEqual((play(scene), len(restarts)), (10, 1))
            self.assertNotEqual(read(RESTARTS), kept)  # the cause, for the next start
        finally:
            os.remove(RESTARTS)
            if kept is not None:
                with open(RESTARTS, "w") as f:
                    f.write(kept)


class ShutdownTest(unittest.TestCase):
    def test_it_de_registers_in_order_and_does_not_come_back(self):
        async def scene(node, supervisor):
            del node.said[:]
            del node.module.log[:]
            await supervisor.shutdown()
            sent = list(node.sent)
            await node.sleep(60)
            return sent, node.said, node.sent == sent, supervisor.sessions, supervisor.recoveries

        sent = [
            b"AT+MIPLCLOSE=0",
            b"AT+MIPLDELETE=0",
            b"AT+MIPLDELOBJ=0,3303",
            b"AT+MIPLDELOBJ=0,3306",
        ]
        said = ["shutting down", "de-registered"]
        self.assertEqual(supervised(scene), (sent, said, True, 1, 0))


class SocketsTest(unittest.TestCase):
    """An uplink's sockets beside the session."""

    def test_the_state_follows_the_sockets(self):
        async def scene(node, supervisor):
            supervisor.sockets = health = SocketHealth(node.clock, node.log)
            states = []
            for work in (None, "worked", "failed", "worked"):
                if work == "worked":
                    health.worked(OPEN)
                elif work:
                    for _ in range(3):
                        health.failed(OPEN, AtError(TIMEOUT))
                await node.sleep(1)
                states.append(supervisor.state)
            return states, supervisor.recoveries

        states = ["opening the UDP socket", "online", "UDP is down", "online"]
        self.assertEqual(supervised(scene), (states, 0))

    def test_sockets_stuck_for_two_minutes_have_the_module_rebooted(self):
        async def scene(node, supervisor):
            supervisor.sockets = health = SocketHealth(node.clock, node.log)
            while supervisor.state != "offline":
                health.failed(OPEN, AtError(TIMEOUT, 0, b"AT+NSOCR"))
                await node.sleep(1)
                assert node.clock.ticks_ms() < 300000
            text, fault = node.said[-1], health.fault
            await node.sleep(8)
            return text, fault, node.sent.count(b"AT+NRB"), node.clock.ticks_ms() // 1000

        text, fault, reboots, seconds = supervised(scene)
        expected = "failed: UDP sockets: %s; next: reboot in 5 s" % fault
        self.assertEqual((text, reboots), (expected, 1))
        self.assertTrue(140 <= seconds - 8 <= 143, seconds)

    def test_while_they_fail_a_session_that_stands_does_not_start_the_ladder_anew(self):
        async def scene(node, supervisor, failing):
            supervisor.sockets = health = SocketHealth(node.clock, node.log)
            health.worked(OPEN)
            for _ in range(3 if failing else 0):
                health.failed(OPEN, AtError(TIMEOUT))
            tries = []
            for _ in range(2):
                await node.hear(b"+MIPLEVENT: 0,15", wait_s=2)
                tries.append(supervisor.next_try)
                await node.sleep(90)
            return tries

        for failing, second in ((True, 10), (False, 5)):
            got = supervised(
                lambda node, supervisor, failing=failing: scene(node, supervisor, failing)
            )
            self.assertEqual(got, ["session in 5 s", "session in %d s" % second])


if __name__ == "__main__":
    unittest.main()
