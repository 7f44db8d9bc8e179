"""What is concluded from sockets that fail: pauses, words, and when the module is rebooted."""

import unittest

from m5310.errors import FAILED, HELD, TIMEOUT, AtError
from node.uplink.health import OPEN, READ, SEND, SocketHealth

FAULT = AtError(TIMEOUT, 0, b"AT+NSOST")
WORDS = str(FAULT)


class Clock:
    now = 0

    def ticks_ms(self):
        return self.now

    def ticks_diff(self, a, b):
        return a - b


class Case(unittest.TestCase):
    def setUp(self):
        self.clock = Clock()
        self.said = []
        self.health = SocketHealth(
            self.clock, lambda text, level=1: self.said.append((text, level))
        )

    def fail_at(self, *seconds):
        for at in seconds:
            self.clock.now = at * 1000
            self.health.failed(SEND, FAULT)

    def pause(self):
        """Return the ms until it is ready again."""
        start = self.clock.now
        while not self.health.ready(self.clock.now):
            self.clock.now += 500
        return self.clock.now - start

    def until_wedged(self):
        """Fail each second; return s until a reboot is asked for."""
        start = self.clock.now
        while not self.health.wedged:
            self.health.failed(SEND, FAULT)
            del self.said[:]
            self.clock.now += 1000
        return (self.clock.now - start) // 1000 - 1


class PauseTest(Case):
    def test_it_is_ready_until_something_fails(self):
        self.assertTrue(self.health.ready(0))
        self.assertEqual(self.health.words, "opening the UDP socket")
        self.assertEqual((self.health.row, self.health.fault, self.health.wedged), (0, "", False))

    def test_pauses_double_from_a_second_to_a_minute(self):
        pauses = []
        for _ in range(9):
            self.health.failed(SEND, FAULT)
            pauses.append(self.pause())
        self.assertEqual(pauses, [1000, 2000, 4000, 8000, 16000, 32000, 60000, 60000, 60000])

    def test_a_pause_ends_at_its_last_millisecond(self):
        self.health.failed(SEND, FAULT)
        self.assertEqual([self.health.ready(now) for now in (0, 999, 1000)], [False, False, True])

    def test_what_says_nothing_of_the_sockets_has_a_short_pause_and_is_not_counted(self):
        for _ in range(5):
            self.health.failed(SEND, AtError(HELD))
            self.assertEqual(self.pause(), 1000)
        self.assertEqual((self.health.row, self.health.fault), (0, ""))


class WordsTest(Case):
    def test_the_third_failure_in_a_row_is_told_once(self):
        for count in range(1, 6):
            self.fail_at(count)
            self.assertEqual(self.health.fault, WORDS if count >= 3 else "")
        told = [each for each in self.said if each[1] == 0]
        self.assertEqual(told, [("uplink: %s; UDP is down, readings are kept" % WORDS, 0)])
        self.assertEqual(self.said[0], ("uplink: %s" % WORDS, 2))
        self.assertEqual(self.health.words, "UDP is down")

    def test_that_they_work_again_is_told_once(self):
        self.fail_at(1, 2, 3)
        del self.said[:]
        for _ in range(2):
            self.health.worked(SEND)
        self.assertEqual(self.said, [("uplink: the module's sockets work again", 0)])
        self.assertEqual((self.health.fault, self.health.row, self.health.words), ("", 0, ""))

    def test_two_failures_that_were_not_told_end_in_silence(self):
        self.fail_at(1, 2)
        del self.said[:]
        self.health.worked(SEND)
        self.assertEqual((self.said, self.health.row), ([], 0))

    def test_a_long_fault_is_cut_at_60_characters(self):
        for _ in range(3):
            self.health.failed(SEND, AtError(FAILED, 0, b"x" * 70))
        self.assertEqual(len(self.health.fault), 60)

    def test_what_comes_before_the_failure_does_not_show_that_it_is_over(self):
        for failed, worked, over in (
            (OPEN, OPEN, True),
            (SEND, OPEN, False),
            (SEND, SEND, True),
            (READ, SEND, False),
            (READ, READ, True),
            (OPEN, READ, True),
        ):
            self.setUp()
            self.health.failed(failed, FAULT)
            self.health.worked(worked)
            self.assertEqual(self.health.row == 0, over)

    def test_of_several_failures_the_furthest_counts(self):
        for stages in ((READ, OPEN), (OPEN, READ)):
            self.setUp()
            for stage in stages:
                self.health.failed(stage, FAULT)
            self.health.worked(SEND)
            self.assertEqual(self.health.row, 2)
            self.health.worked(READ)
            self.assertEqual(self.health.row, 0)


class RebootTest(Case):
    def test_after_two_minutes_of_failures_and_not_before(self):
        self.fail_at(10, 20, 129)
        self.assertFalse(self.health.wedged)
        self.fail_at(130)
        self.assertTrue(self.health.wedged)

    def test_not_at_the_second_failure_however_late_it_is(self):
        self.fail_at(0, 500)
        self.assertFalse(self.health.wedged)

    def test_time_without_a_network_is_not_counted(self):
        self.fail_at(0, 10, 20)
        self.health.offline()
        self.fail_at(500, 619)
        self.assertFalse(self.health.wedged)
        self.fail_at(620)
        self.assertTrue(self.health.wedged)

    def test_each_reboot_that_does_not_help_doubles_the_time_to_the_next_up_to_an_hour(self):
        times = []
        for _ in range(7):
            times.append(self.until_wedged())
            self.health.treated()
            self.assertFalse(self.health.wedged)
            self.assertTrue(self.health.ready(self.clock.now))  # it is tried at once
        self.assertEqual(times, [120, 240, 480, 960, 1920, 3600, 3600])

    def test_once_they_worked_it_is_two_minutes_again(self):
        self.until_wedged()
        self.health.treated()
        self.health.worked(READ)
        self.assertEqual(self.until_wedged(), 120)

    def test_sockets_that_work_again_need_no_reboot(self):
        self.until_wedged()
        self.health.worked(READ)
        self.assertFalse(self.health.wedged)


if __name__ == "__main__":
    unittest.main()
