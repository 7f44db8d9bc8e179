"""The search for a module, the quarantine of the line, and the time in which nothing is sent."""

import unittest

from tick_rig import Ticks

from m5310 import errors

MUTE = {b"AT+ONE": None, b"AT+RSP": None}


def probed(r, limit):
    """Return the ticks within limit ms at which a probe was written."""
    seen = []
    count = 0
    for passed in range(1, limit + 1):
        r.tick()
        if len(r.sent) > count:
            count = len(r.sent)
            seen.append(passed)
    return seen


class SearchTest(unittest.TestCase):
    def test_a_module_is_found_by_one_probe_behind_100_ms_and_watched_for_250(self):
        for start in (0, (1 << 30) - 120, (1 << 29) - 120):
            r = Ticks(start=start, fresh=True)
            r.reply(b"AT+RSP")
            self.assertEqual(r.until_sent(b"AT"), 100)
            r.tick(1)
            self.assertEqual(r.trace[-1], ("f", b"OK"))
            self.assertEqual(r.until_sent(b"AT+RSP"), 252)  # 2 of them its pause
            self.assertEqual(r.status("probes"), 1)

    def test_the_first_command_waits_for_its_pause_too(self):
        r = Ticks(fresh=True)
        r.command(b"AT+ONE")
        self.assertEqual(r.until_sent(b"AT+ONE"), 100 + 1 + 250 + 20)

    def test_every_byte_puts_the_probe_off(self):
        r = Ticks(fresh=True)
        r.tick(99)
        r.uart.push(b"\n")
        r.tick(1)
        self.assertEqual(r.until_sent(b"AT"), 100)

    def test_a_line_that_is_never_quiet_is_probed_after_1000_ms(self):
        r = Ticks(fresh=True)
        passed = 0
        while not r.sent:
            r.uart.push(b"\n")
            r.tick(1)
            passed += 1
        self.assertEqual(passed, 1000)

    def test_a_silent_module_is_probed_ever_more_slowly(self):
        r = Ticks(fresh=True)
        r.peer.deaf = True
        self.assertEqual(
            probed(r, 25000), [100, 1101, 2102, 3103, 5104, 9105, 14106, 19107, 24108]
        )
        self.assertEqual(r.status("probes"), 9)

    def test_it_is_silent_when_the_third_probe_is_over(self):
        r = Ticks(fresh=True)
        r.peer.deaf = True
        waiting = r.command(b"AT+ONE")
        reply = r.reply(b"AT+RSP")
        self.assertFalse(r.at.silent)
        self.assertEqual(r.until(lambda: r.at.silent), 3102)
        self.assertEqual(reply.ends, [(errors.SILENT, 0, 3102)])
        r.tick(10)
        late = r.command(b"AT+TWO")
        for call, text in ((waiting, b"AT+ONE"), (late, b"AT+TWO")):
            self.assertTrue(call.done)
            self.assertEqual(call.error.args, (errors.SILENT, 0, text))
        self.assertEqual(r.status("silent"), True)
        self.assertEqual(r.status("waiting"), 0)

    def test_what_is_answered_while_it_is_silent_is_kept_for_its_return(self):
        r = Ticks(fresh=True)
        r.peer.deaf = True
        r.tick(4000)
        reply = r.reply(b"AT+RSP")
        r.tick(20000)
        self.assertEqual(reply.ends, [])
        r.peer.deaf = False
        r.until_sent(b"AT+RSP")
        self.assertFalse(r.at.silent)

    def test_it_is_silent_until_the_line_is_free(self):
        r = Ticks(fresh=True)
        r.peer.deaf = True
        r.tick(3500)
        r.uart.push(b"\r\nOK\r\n")
        r.tick(1)
        self.assertEqual(r.until(lambda: not r.at.silent), 250)
        self.assertEqual(r.status("silent"), False)

    def test_a_byte_of_a_silent_module_brings_the_next_probe_sooner(self):
        r = Ticks(fresh=True)
        r.peer.deaf = True
        r.tick(9200)  # probed at 9105: 5000 ms
        r.clear()
        r.uart.push(b"\n")
        self.assertEqual(probed(r, 4000), [906, 2907])

    def test_once_it_has_answered_three_probes_count_again(self):
        r = Ticks(fresh=True)
        r.peer.deaf = True
        r.tick(4000)
        r.peer.deaf = False
        r.until(lambda: not r.at.silent)
        r.tick(100)
        r.peer.deaf = True
        r.at.restart()
        self.assertEqual(r.until(lambda: r.at.silent), 3102)

    def test_a_restart_begins_the_search_anew(self):
        r = Ticks(fresh=True)
        r.peer.deaf = True
        r.tick(10000)
        r.clear()
        r.at.restart()
        self.assertEqual(probed(r, 6000), [100, 1101, 2102, 3103, 5104])
        self.assertTrue(r.at.silent)

    def test_a_probe_that_the_uart_does_not_take_is_given_up_on_after_2000_ms(self):
        r = Ticks(fresh=True)
        self.assertEqual(r.status("silent"), False)
        r.uart.stuck = True
        r.tick(100 + 2000)
        r.uart.stuck = False
        self.assertEqual(r.until_sent(b"AT"), 2)
        self.assertEqual(r.status("probes"), 2)

    def test_sync_looks_every_25_ms(self):
        r = Ticks(fresh=True)
        call = r.begin(r.at.sync(10000))
        self.assertEqual(r.until(lambda: call.done), 375)
        self.assertEqual(call.error, None)
        call = r.begin(r.at.sync(0))
        self.assertEqual((call.done, call.error), (True, None))

    def test_sync_fails_when_its_time_is_over(self):
        for limit, taken in ((0, 0), (1, 25), (25, 25), (26, 50), (1000, 1000), (1001, 1025)):
            r = Ticks(fresh=True)
            r.peer.deaf = True
            call = r.begin(r.at.sync(limit))
            self.assertEqual(r.until(lambda c=call: c.done), taken, limit)
            self.assertEqual(
                (call.kind, call.error.code, call.error.text), (errors.SILENT, 0, b"")
            )


class QuarantineTest(unittest.TestCase):
    def given_up(self):
        """Return a line on which a command was given up in the turn before."""
        r = Ticks(MUTE)
        r.command(b"AT+ONE", 300)
        r.until_sent(b"AT+ONE")
        r.tick(300)
        r.clear()
        return r

    def test_a_time_out_is_followed_by_a_probe_behind_100_ms(self):
        self.assertEqual(probed(self.given_up(), 1000), [100])

    def test_a_late_result_before_the_probe_puts_it_off(self):
        for line in (b"OK", b"ERROR", b"+CIS ERROR: 601"):
            r = self.given_up()
            r.tick(50)
            r.print(line)
            self.assertEqual(probed(r, 1000), [101])
            self.assertEqual((r.trace[0], r.status("late")), (("l", line), 1))
            self.assertEqual(r.status("stray"), 0)

    def test_a_second_result_behind_the_probe_is_the_late_one_and_is_watched_as_long(self):
        r = self.given_up()
        r.until_sent(b"AT")
        r.command(b"AT+TWO")
        r.tick(1)  # the OK of the probe
        r.tick(249)
        r.print(b"OK")
        r.tick(1)
        self.assertEqual([kind for kind, _ in r.trace], [">", "f", "l"])
        self.assertEqual(r.until_sent(b"AT+TWO"), 250 + 20)
        self.assertEqual(r.status("late"), 1)

    def test_one_behind_that_time_is_stray(self):
        r = self.given_up()
        r.until_sent(b"AT")
        r.tick(1 + 250)
        r.print(b"OK")
        r.tick(1)
        self.assertEqual(r.trace[-1], ("x", b"OK"))
        self.assertEqual((r.status("late"), r.status("stray")), (0, 1))

    def test_an_error_answers_a_probe_as_well(self):
        r = self.given_up()
        r.peer.deaf = True
        r.until_sent(b"AT")
        r.print(b"ERROR")
        r.tick(1)
        self.assertEqual(r.trace[-1], ("f", b"ERROR"))
        r.tick(250)
        r.peer.deaf = False
        r.command(b"AT+TWO")
        self.assertEqual(r.until_sent(b"AT+TWO"), 20)


class ListenTest(unittest.TestCase):
    def test_what_waits_and_what_is_in_flight_fails_at_once(self):
        r = Ticks(MUTE)
        calls = [r.command(b"AT+ONE"), r.command(b"AT+TWO")]
        r.tick(5)
        reply = r.reply(b"AT+RSP")
        r.at.listen(60000)
        self.assertEqual(reply.ends, [(errors.UPDATING, 0, 5 - 5)])
        self.assertEqual(r.status("waiting"), 0)
        r.tick(10)
        for call, text in zip(calls, (b"AT+ONE", b"AT+TWO")):
            self.assertEqual(call.error.args, (errors.UPDATING, 0, text))

    def test_nothing_is_sent_and_nothing_is_taken_until_its_time_is_over(self):
        for limit in (100, 1000):
            r = Ticks()
            r.at.listen(limit)
            call = r.command(b"AT+ONE")
            self.assertEqual((call.kind, call.error.code), (errors.UPDATING, 0))
            self.assertEqual(call.error.text, b"AT+ONE")
            self.assertFalse(r.at.reply(r.reply(b"AT+RSP")))
            self.assertEqual(r.status("refused"), 2)
            self.assertEqual(r.tick(limit - 1), 25)
            self.assertTrue(r.at.listening)
            r.tick(1)
            self.assertFalse(r.at.listening)
            self.assertEqual(probed(r, 500), [100])

    def test_it_lasts_over_the_wrap_of_the_ticks(self):
        r = Ticks(start=(1 << 30) - 1500)
        r.at.listen(1000)
        r.tick(999)
        self.assertTrue(r.at.listening)
        r.tick(1)
        self.assertFalse(r.at.listening)

    def test_zero_ends_it_and_the_module_is_looked_for(self):
        r = Ticks()
        r.at.listen(60000)
        r.tick(500)
        r.at.listen(0)
        self.assertFalse(r.at.listening)
        self.assertEqual(probed(r, 500), [100])

    def test_sync_does_not_wait_for_it(self):
        r = Ticks()
        r.at.listen(60000)
        call = r.begin(r.at.sync(5000))
        self.assertEqual((call.done, call.kind), (True, errors.UPDATING))

    def test_the_rest_of_a_command_is_not_sent(self):
        for stop in (lambda at: at.listen(1000), lambda at: at.restart()):
            r = Ticks()
            r.command(b"AT+" + b"x" * 200)
            r.tick(1)
            stop(r.at)
            before = len(r.uart.tx)
            r.tick(1050)
            self.assertEqual(bytes(r.uart.tx[before:]).strip(b"AT\r\n"), b"")

    def test_what_comes_meanwhile_is_heard(self):
        heard = []
        r = Ticks()
        r.at.urc(b"+X:", lambda line: heard.append(bytes(line)))
        r.at.listen(1000)
        r.print(b"+X:1")
        r.tick(1)
        self.assertEqual(heard, [b"+X:1"])


class RestartTest(unittest.TestCase):
    def test_everything_fails_with_reset_or_the_kind_that_is_given(self):
        for args, kind in (((), errors.RESET), ((errors.FAILED,), errors.FAILED)):
            r = Ticks(MUTE)
            calls = [r.command(b"AT+ONE"), r.command(b"AT+TWO")]
            r.tick(5)
            replies = [r.reply(b"AT+RSP", age=7), r.reply(b"AT+RSP", age=8)]
            r.at.restart(*args)
            r.tick(5)
            self.assertEqual([call.kind for call in calls], [kind] * 2)
            self.assertEqual([one.ends for one in replies], [[(kind, 0, 7)], [(kind, 0, 8)]])
            self.assertEqual(r.status("resets"), 1)

    def test_a_reply_of_several_lines_is_ended_by_it_too(self):
        r = Ticks(MUTE)
        reply = r.reply(b"AT+RSP", b"AT+MORE", refusable=True)
        r.tick(5)
        r.at.restart()
        self.assertEqual(reply.ends, [(errors.RESET, 0, 5)])
        r.tick(1000)
        self.assertEqual(r.sent, [b"AT+RSP", b"AT"])
