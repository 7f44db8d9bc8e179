"""How long the driver waits for what no command answers, and how often it looks: to the ms."""

import unittest

from modem_rig import CREATE, OBJECTS, OPEN, UPDATE, VERSION, module
from rig import Peer
from steps import Steps

from m5310 import errors

CEREG = b"AT+CEREG?"
CSQ = b"AT+CSQ"
CIMI = b"AT+CIMI"
READ = b"AT+NSORF=0,512"


class Pin:
    def value(self, level):
        pass


def gaps(s, *texts):
    """Return the ms between the lines sent that begin with one of texts."""
    ticks = [tick for tick, line in s.sent if line.startswith(texts)]
    return [ticks[i + 1] - ticks[i] for i in range(len(ticks) - 1)]


def opening(answers=None):
    """Return a Steps whose module accepts OPEN, without the event, and the tick of that."""
    answers = dict(answers or {})
    answers[OPEN] = b"OK"
    s = Steps(module(answers))
    s.reach(s.mipl.open(OBJECTS, 3600, 30), OPEN)
    s.run(lambda: s.waits)
    return s, s.woken


def opened(answers=None):
    """Return a Steps with an open session, and the tick of its registration."""
    s, _ = opening(answers)
    tick = s.now
    s.hear(b"+MIPLEVENT: 0,6")
    s.run(lambda: s.ended)
    return s, tick


class SessionTest(unittest.TestCase):
    def test_the_event_of_open_is_given_a_minute_more_than_the_module_takes(self):
        s, begun = opening()
        self.assertFalse(s.wake_at(s.clock.ticks_add(begun, 89_999)))
        self.assertEqual(s.mipl.status()["state"], "opening")
        self.assertTrue(s.wake_at(s.clock.ticks_add(begun, 90_000)))
        self.assertEqual(str(s.error), "failed: no event after OPEN")

    def test_the_event_is_noticed_at_once(self):
        s, begun = opening()
        s.leap(500 - s.since(begun))
        s.hear(b"+MIPLEVENT: 0,6")
        self.assertTrue(s.wake_at(begun + 500))

    def test_the_event_of_an_update_is_given_a_minute(self):
        s, _ = opened({UPDATE: b"OK"})
        s.reach(s.mipl.update(), UPDATE)
        s.run(lambda: s.waits)
        begun = s.woken
        self.assertFalse(s.wake_at(begun + 59_999))
        self.assertTrue(s.wake_at(begun + 60_000))
        self.assertEqual(s.error.kind, errors.TIMEOUT)

    def test_an_update_is_due_when_exactly_half_the_lifetime_has_passed(self):
        s, tick = opened()
        s.leap(1_799_999 - s.since(tick))
        self.assertFalse(s.mipl.update_due())
        s.leap(1)
        self.assertTrue(s.mipl.update_due())

    def held(self, s):
        """Return at how many ms a command gives way to an operation."""
        s.peer.answers[b"AT+SLOW"] = None
        s.reach(s.at.command(b"AT+SLOW", 10_000), b"AT+SLOW")
        sent = s.sent[-1][0]
        s.hear(b"+MIPLREAD:0,77,3303,0,5700")
        s.leap(450 - s.since(sent))
        while not s.at.status()["held"]:
            s.leap(1)
            s.at.poll()
        return s.since(sent)

    def test_a_command_gives_way_to_an_operation_at_500_ms(self):
        self.assertEqual(self.held(opened()[0]), 500)
        s = Steps(module({UPDATE.replace(b",0,0", b",3600,0"): [b"OK", b"+MIPLEVENT: 0,11"]}))
        s.finish(s.mipl.resume(0, "seed", 3600))
        self.assertEqual(self.held(s), 500)

    def test_the_module_is_given_100_ms_between_what_makes_a_session(self):
        s, _ = opening()
        # The OK comes a ms behind the command.
        self.assertEqual(gaps(s, VERSION, CREATE, b"AT+MIPLADDOBJ"), [101] * 3)


class StartTest(unittest.TestCase):
    def test_the_module_is_waited_for_over_30_s(self):
        s = Steps(Peer({b"AT+NRB": b"REBOOTING"}))
        s.reach(s.modem.reboot(), b"AT+NRB")
        s.run(lambda: s.nap == 25)
        self.given_up_at_30_s(s)
        s = Steps(Peer())
        s.begin(s.modem.pulse(Pin(), 300))
        self.assertFalse(s.wake_at(s.now + 300))
        self.given_up_at_30_s(s)

    def given_up_at_30_s(self, s):
        begun = s.woken
        self.assertFalse(s.wake_at(begun + 29_999))
        self.assertTrue(s.wake_at(begun + 30_000))
        self.assertEqual(s.error.kind, errors.SILENT)

    def test_rdy_within_30_s_of_a_start_is_part_of_it(self):
        for ms, losses in ((0, 1), (1, 1), (29_999, 1), (30_000, 2)):
            for start in (0, (1 << 30) - 20_000):
                s = Steps(Peer(), start)
                s.mipl.state = 2
                s.hear(b"Neul")
                s.mipl.state = 2
                s.leap(ms)
                s.hear(b"RDY")
                self.assertEqual(s.losses, ["the module rebooted"] * losses, ms)

    def test_a_module_that_writes_its_firmware_is_listened_to_for_15_minutes(self):
        s = Steps(Peer())
        for word, ms in ((b"UPDATING", 900_000), (b"UPDATE SUCCESS", 30_000)):
            s.hear(b"FIRMWARE UPDATING", b"FIRMWARE " + word)
            s.leap(ms - 1)
            self.assertTrue(s.modem.firmware.writing, word)
            s.leap(1)
            self.assertFalse(s.modem.firmware.writing, word)

    def test_one_that_downloads_it_is_not_reset_for_15_minutes(self):
        s = Steps(Peer())
        s.hear(b"FIRMWARE DOWNLOADING")
        self.assertTrue(s.modem.firmware.busy)
        s.leap(899_999)
        self.assertTrue(s.modem.firmware.busy)
        s.leap(1)
        self.assertFalse(s.modem.firmware.busy)


class BringUpTest(unittest.TestCase):
    ANSWERS = {CIMI: [b"460040000000001", b"OK"], CEREG: [b"+CEREG:1,2", b"OK"]}

    def waiting(self, *before):
        """Return a Steps that waits for registration, and the ticks of its start and question.

        before is what the module printed before that.
        """
        s = Steps(Peer(dict(self.ANSWERS)), start=1000)
        s.hear(*before)
        s.finish(s.at.sync(5000))
        start = s.now
        s.begin(s.modem.attach(60_000))
        s.run(lambda: s.queued(CEREG))
        asked = s.woken
        s.run(lambda: s.waits)
        return s, start, asked

    def test_registration_is_asked_for_every_5_s(self):
        s, _, asked = self.waiting()
        s.wake_at(asked + 4999)
        self.assertFalse(s.queued(CEREG))
        s.wake_at(asked + 5000)
        self.assertTrue(s.queued(CEREG))

    def test_it_is_told_every_10_s(self):
        s, start, _ = self.waiting()
        s.wake_at(start + 9000)
        s.run(lambda: s.waits)  # it was asked for meanwhile
        s.wake_at(start + 9999)
        self.assertFalse(s.queued(CSQ))
        s.wake_at(start + 10_000)
        self.assertTrue(s.queued(CSQ))
        s.run(lambda: s.log)
        self.assertEqual(s.log, ["waiting for the network: 10 s, searching, no signal"])

    def test_a_reboot_between_two_commands_ends_it(self):
        start = b"REBOOT_CAUSE_APPLICATION_WATCHDOG", b"Neul"
        for before in ((), start):
            s, _, _ = self.waiting(*before)
            s.hear(*start)
            s.run(lambda s=s: s.ended, 50)
            self.assertEqual((s.error.kind, s.error.code, s.error.text), (errors.RESET, 0, b""))

    def test_its_time_is_over_to_the_ms(self):
        s, start, _ = self.waiting()
        self.assertFalse(s.wake_at(start + 59_999))
        s, start, _ = self.waiting()
        self.assertTrue(s.wake_at(start + 60_000))
        self.assertEqual(str(s.error), "no answer in time: network registration, searching")

    def test_a_sim_is_tried_again_after_a_second(self):
        s = Steps(Peer({CIMI: b"ERROR"}))
        s.reach(s.modem.attach(60_000), CIMI)
        s.run(lambda: s.nap > 50)
        refused = s.woken
        s.run(lambda: s.queued(CIMI))
        self.assertEqual(s.woken - refused, 1000)

    def test_a_starting_module_is_given_100_ms_between_commands(self):
        s, _, _ = self.waiting()
        self.assertEqual(gaps(s, b"AT+CSCON", b"AT+CEREG"), [101] * 2)


class SocketTest(unittest.TestCase):
    def waiting(self, timeout):
        """Return a Steps that waits for a datagram, and the tick of its start."""
        s = Steps(Peer({b'AT+NSOCR="DGRAM",17,2334,1': [b"0", b"OK"]}))
        sock = s.finish(s.modem.udp(2334).open())
        begun = s.now
        s.begin(sock.recvfrom(timeout_ms=timeout))
        return s, begun

    def test_a_datagram_is_waited_for_to_the_ms(self):
        s, begun = self.waiting(500)
        self.assertFalse(s.wake_at(begun + 499))
        self.assertTrue(s.wake_at(begun + 500))
        self.assertEqual((s.result, s.error, s.last), (None, None, b'AT+NSOCR="DGRAM",17,2334,1'))

    def test_an_announcement_is_noticed_at_once(self):
        s, begun = self.waiting(None)
        s.hear(b"+NSONMI:0,30")
        s.wake_at(begun)
        self.assertTrue(s.queued(b"AT+NSORF=0,30"))

    def test_without_one_the_module_is_asked_every_10_s(self):
        s, begun = self.waiting(None)
        for _ in range(2):
            s.wake_at(begun + 9999)
            self.assertFalse(s.queued(READ))
            s.wake_at(begun + 10_000)
            self.assertTrue(s.queued(READ))
            begun = s.woken
            s.run(lambda: s.waits)


if __name__ == "__main__":
    unittest.main()
