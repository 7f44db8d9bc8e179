"""When a command leaves and when it is given up, to the millisecond."""

import unittest

from tick_rig import Ticks

from m5310 import errors

MUTE = {b"AT+ONE": None, b"AT+TWO": None}


class BeginTest(unittest.TestCase):
    def between(self, **options):
        """Return the ms from the OK of one command to the next one."""
        r = Ticks(**options)
        r.command(b"AT+ONE")
        r.command(b"AT+TWO")
        r.until_sent(b"AT+ONE")
        r.tick(1)  # its OK
        self.assertEqual(r.trace[-1], ("f", b"OK"))
        return r.until_sent(b"AT+TWO")

    def test_the_pause_stands_between_an_ok_and_the_next_command(self):
        self.assertEqual(self.between(), 20)
        for pause in (6, 20, 21, 100, 200):
            self.assertEqual(self.between(pause_ms=pause), pause)

    def test_a_line_that_has_just_come_is_followed_by_5_ms_without_a_byte(self):
        for pause in (0, 1, 4, 5):
            self.assertEqual(self.between(pause_ms=pause), 5, pause)
        r = Ticks()
        r.print(b"+X:1")
        r.tick(1)
        r.command(b"AT+ONE")
        self.assertEqual(r.until_sent(b"AT+ONE"), 5)

    def test_the_beginning_of_a_line_is_waited_for_50_ms(self):
        r = Ticks()
        r.uart.push(b"+X")
        r.tick(1)
        r.command(b"AT+ONE")
        self.assertEqual(r.until_sent(b"AT+ONE"), 50)

    def test_bytes_that_never_end_hold_a_command_for_1500_ms_behind_the_last(self):
        r = Ticks()
        r.command(b"AT+ONE")
        r.command(b"AT+TWO")
        r.until_sent(b"AT+ONE")
        r.tick(1)
        passed = 0
        while b"AT+TWO" not in r.sent:
            r.uart.push(b"x")
            r.tick(1)
            passed += 1
        self.assertEqual(passed, 1500)

    def test_a_reply_begins_2_ms_behind_an_ok(self):
        for pause, options in ((2, {}), (1, {"reply_pause_ms": 1}), (7, {"reply_pause_ms": 7})):
            r = Ticks(**options)
            r.command(b"AT+ONE")
            r.command(b"AT+TWO")
            r.until_sent(b"AT+ONE")
            r.reply(b"AT+RSP=1", b"AT+RSP=2")
            r.tick(1)
            for text in (b"AT+RSP=1", b"AT+RSP=2"):
                self.assertEqual(r.until_sent(text), pause, text)
                r.tick(1)
            self.assertEqual(r.until_sent(b"AT+TWO"), 20)

    def test_a_reply_does_not_wait_for_what_is_coming_in(self):
        r = Ticks()
        r.uart.push(b"+X")
        r.tick(1)
        r.reply(b"AT+RSP")
        self.assertEqual(r.until_sent(b"AT+RSP"), 1)

    def test_replies_that_have_to_wait_hold_no_command_up(self):
        r = Ticks()
        r.at.replies.waits = True
        one = r.reply(b"AT+RSP")
        r.command(b"AT+ONE")
        r.until_sent(b"AT+ONE")
        r.tick(100)
        self.assertEqual((r.sent, one.ends), ([b"AT+ONE"], []))
        r.at.replies.waits = False
        self.assertEqual(r.until_sent(b"AT+RSP"), 1)

    def test_eight_commands_may_wait(self):
        r = Ticks()
        calls = [r.command(b"AT+%d" % i) for i in range(10)]
        self.assertEqual([call.kind for call in calls], [0] * 8 + [errors.BUSY] * 2)
        self.assertEqual((calls[8].error.code, calls[8].error.text), (0, b"AT+8"))
        self.assertEqual(r.status("queue_max"), 8)
        self.assertEqual(r.status("refused"), 2)
        r.until(lambda: calls[7].done)
        self.assertEqual(r.sent, [b"AT+%d" % i for i in range(8)])
        self.assertEqual(r.status("queue_max"), 8)

    def test_sixteen_replies_may_wait(self):
        r = Ticks()
        r.at.replies.waits = True
        replies = [r.reply(b"AT+%d" % i) for i in range(17)]
        self.assertEqual(r.status("waiting"), 16)
        self.assertEqual(r.status("refused"), 1)
        r.command(b"AT+ONE")
        self.assertEqual(r.status("waiting"), 17)
        r.at.replies.waits = False
        r.until(lambda: replies[15].ends)
        r.tick(100)
        self.assertEqual(replies[16].ends, [])

    def test_a_caller_is_told_at_once(self):
        r = Ticks()
        call = r.command(b"AT+ONE")
        self.assertEqual(r.until(lambda: r.trace and r.trace[-1][0] == "f"), 2)
        self.assertTrue(call.done)


class TimeTest(unittest.TestCase):
    def test_a_command_is_given_up_when_its_time_is_over_and_no_tick_before(self):
        for timeout in (1, 2, 300, 2000):
            for start in (0, (1 << 30) - 1100, (1 << 29) - 1100):
                r = Ticks(MUTE, start=start)
                r.command(b"AT+ONE", timeout)
                r.until_sent(b"AT+ONE")
                self.assertEqual(r.until_counted("timeouts"), timeout)

    def test_two_seconds_are_the_time_of_a_command_that_names_none(self):
        r = Ticks(MUTE)
        call = r.command(b"AT+ONE")
        r.until_sent(b"AT+ONE")
        self.assertEqual(r.until_counted("timeouts"), 2000)
        r.tick(10)
        self.assertEqual((call.kind, call.error.code, call.error.text), (1, 0, b"AT+ONE"))
        self.assertEqual(r.status("errors"), 1)

    def test_the_time_runs_from_the_last_byte_that_went(self):
        """128 bytes and the line ending go in three pieces, one a turn."""
        text = b"AT+" + b"x" * 125
        r = Ticks({text: None})
        r.command(text, 300)
        r.tick(1)
        self.assertEqual(r.uart.tx[-64:], text[:64])
        r.tick(1)
        self.assertEqual(r.uart.tx[-64:], text[64:])
        r.tick(1)
        self.assertEqual(r.sent, [text])
        self.assertEqual(r.until_counted("timeouts"), 300)

    def test_a_line_of_64_bytes_with_its_ending_goes_in_one_piece(self):
        for length, pieces in ((61, 1), (62, 1), (63, 2), (64, 2), (126, 2), (127, 3)):
            text = b"A" * length
            r = Ticks()
            r.command(text)
            self.assertEqual(r.until_sent(text), pieces, length)

    def test_a_uart_that_takes_part_of_a_piece_gets_the_rest_of_it_in_the_same_turn(self):
        for chunk in (1, 2, 7, 63):
            r = Ticks(chunk=chunk)
            text = b"AT+" + b"y" * 90
            r.command(text)
            r.tick(1)
            self.assertEqual(r.uart.tx[-64:], text[:64])
            r.tick(1)
            self.assertEqual(r.sent, [text])

    def test_a_uart_that_takes_nothing_is_given_up_on_after_2000_ms(self):
        r = Ticks()
        r.uart.stuck = True
        call = r.command(b"AT+ONE", 60000)
        self.assertEqual(r.until_counted("timeouts"), 2001)
        r.uart.stuck = False
        r.until(lambda: call.done)
        self.assertEqual(call.kind, errors.TIMEOUT)
        r.until_sent(b"AT")
        self.assertEqual(r.sent, [b"AT"])

    def test_a_uart_that_fails_is_given_the_same_bytes_again(self):
        for text in (b"AT+ONE", b"AT+" + b"z" * 100):
            r = Ticks()
            good = r.uart.write
            left = [OSError(5), None, OSError(5), None]

            def write(data, good=good, left=left):
                assert data
                error = left.pop(0) if left else None
                if error:
                    raise error
                return good(data)

            r.uart.write = write
            r.command(text)
            self.assertTrue(r.until_sent(text) > 1)
            self.assertTrue(r.status("faults") > 0)
            self.assertTrue("OSError" in r.status("fault"))

    def test_a_uart_that_takes_a_byte_now_and_then_is_waited_for(self):
        r = Ticks()
        good = r.uart.write
        r.command(b"AT+ONE", 60000)
        for _ in range(8):
            r.uart.write = lambda data: None
            r.tick(1999)
            r.uart.write = good
            r.uart.chunk = 1
            rest = len(r.uart.tx)
            r.uart.write = lambda data, rest=rest: good(data) if len(r.uart.tx) == rest else None
            r.tick(1)
            self.assertEqual(len(r.uart.tx), rest + 1)
        self.assertEqual(r.sent, [b"AT+ONE"])
        self.assertEqual(r.status("timeouts"), 0)

    def test_a_reply_line_is_waited_for_1500_ms(self):
        r = Ticks({b"AT+RSP": None})
        r.reply(b"AT+RSP")
        r.until_sent(b"AT+RSP")
        self.assertEqual(r.until_counted("timeouts"), 1500)


class HoldTest(unittest.TestCase):
    def held(self, hold=500, slow=False, before=0, timeout=2000):
        r = Ticks(MUTE)
        r.at.hold_ms = hold
        call = r.command(b"AT+ONE", timeout, slow=slow)
        r.until_sent(b"AT+ONE")
        r.tick(before)
        r.reply(b"AT+RSP")
        passed = r.until_counted("held", "timeouts")
        r.tick(10)
        return before + passed, call.kind

    def test_a_command_gives_way_when_the_hold_time_is_over(self):
        self.assertEqual(self.held(), (500, errors.HELD))
        self.assertEqual(self.held(501), (501, errors.HELD))
        self.assertEqual(self.held(1), (1, errors.HELD))
        self.assertEqual(self.held(before=499), (500, errors.HELD))

    def test_an_operation_behind_the_hold_time_ends_the_command_at_once(self):
        self.assertEqual(self.held(before=700), (701, errors.HELD))

    def test_without_a_hold_time_a_command_has_all_of_its_own(self):
        r = Ticks(MUTE)
        r.command(b"AT+ONE")
        r.until_sent(b"AT+ONE")
        r.reply(b"AT+RSP")
        self.assertEqual(r.until_counted("timeouts", "held"), 2000)
        self.assertEqual(r.status("held"), 0)

    def test_a_slow_one_does_not_and_none_does_without_a_hold_time(self):
        self.assertEqual(self.held(slow=True), (2000, errors.TIMEOUT))
        self.assertEqual(self.held(0), (2000, errors.TIMEOUT))

    def test_a_time_limit_that_is_no_longer_is_a_time_out(self):
        self.assertEqual(self.held(timeout=500), (500, errors.TIMEOUT))
        self.assertEqual(self.held(timeout=501), (500, errors.HELD))

    def test_nothing_waits_nothing_gives_way(self):
        r = Ticks(MUTE)
        r.at.hold_ms = 500
        r.command(b"AT+ONE")
        r.command(b"AT+TWO")
        r.until_sent(b"AT+ONE")
        self.assertEqual(r.until_counted("timeouts"), 2000)
        self.assertEqual(r.status("held"), 0)

    def test_a_line_of_a_reply_does_not_give_way_to_the_next_reply(self):
        r = Ticks({b"AT+RSP": None})
        r.at.hold_ms = 500
        r.reply(b"AT+RSP")
        r.reply(b"AT+OTHER")
        r.until_sent(b"AT+RSP")
        self.assertEqual(r.until_counted("timeouts"), 1500)
        self.assertEqual(r.status("held"), 0)

    def test_an_answer_that_is_coming_in_is_not_cut_off_until_50_ms_have_brought_nothing(self):
        r = Ticks(MUTE)
        r.at.hold_ms = 500
        r.command(b"AT+ONE")
        r.until_sent(b"AT+ONE")
        r.reply(b"AT+RSP")
        r.tick(498)
        r.print(b"+ONE:1")
        r.tick(1)
        self.assertEqual(r.until_counted("held"), 50)


class CancelTest(unittest.TestCase):
    def test_a_command_whose_caller_is_gone_before_it_left_is_never_sent(self):
        r = Ticks(MUTE)
        r.command(b"AT+ONE")
        gone = r.command(b"AT+TWO")
        r.tick(1)
        gone.coro.close()
        self.assertEqual(r.status("waiting"), 0)
        r.calls.remove(gone)
        r.tick(4000)
        self.assertFalse(b"AT+TWO" in r.sent)
