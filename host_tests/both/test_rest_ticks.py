"""How long a turn rests, when the line counts as quiet, and when a module that sleeps is woken."""

import unittest

from tick_rig import Ticks

MUTE = {b"AT+ONE": None}


class RestTest(unittest.TestCase):
    """What `poll` returns: ms until the next turn."""

    def test_an_idle_line_is_looked_at_before_the_shortest_operation_is_over(self):
        for baud, rest in (
            (4800, 25),
            (9600, 25),
            (9800, 24),
            (19200, 12),
            (38400, 6),
            (57600, 4),
            (115200, 4),
        ):
            self.assertEqual(Ticks(baud=baud).tick(), rest, baud)

    def test_the_rest_of_a_line_is_waited_for_by_the_millisecond_for_50_ms(self):
        r = Ticks()
        r.uart.push(b"+X:")
        self.assertEqual([r.tick() for _ in range(50)], [1] * 50)
        self.assertEqual(r.tick(), 25)
        r.uart.push(b"1\r\n")
        self.assertEqual(r.tick(), 25)

    def test_a_command_is_not_looked_at_every_millisecond_before_it_has_arrived(self):
        """48 bytes take 50 ms at 9600 baud: no answer could have begun before."""
        for length, baud, rests in (
            (6, 9600, [7, 6, 5, 4, 3, 2, 1, 1, 1]),
            (10, 9600, [10, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1]),
            (46, 9600, [10] * 40 + [9, 8, 7, 6, 5, 4, 3, 2, 1, 1]),
            (46, 19200, [10] * 15 + [9, 8, 7, 6, 5, 4, 3, 2, 1, 1]),
            (22, 9600, [10] * 15 + [9, 8, 7, 6, 5, 4, 3, 2, 1, 1]),
        ):
            text = b"A" * length
            r = Ticks({text: None}, baud=baud)
            r.command(text)
            self.assertEqual(r.tick(), 1)
            self.assertEqual([r.tick() for _ in rests], rests, (length, baud))

    def test_what_is_due_soon_is_not_slept_through(self):
        r = Ticks(pause_ms=40)
        r.command(b"AT+ONE")
        r.command(b"AT+TWO")
        r.tick(1)
        self.assertEqual([r.tick() for _ in range(41)], [25] * 16 + list(range(24, 0, -1)) + [1])
        self.assertEqual(r.sent, [b"AT+ONE", b"AT+TWO"])

    def test_a_search_is_looked_at_every_10_ms_and_bytes_on_their_way_every_one(self):
        r = Ticks(fresh=True)
        self.assertEqual(r.tick(), 10)
        r = Ticks()
        r.uart.stuck = True
        r.command(b"AT+ONE")
        r.tick(1)
        self.assertEqual([r.tick() for _ in range(2000)], [1] * 2000)


class QuietTest(unittest.TestCase):
    def test_a_line_is_quiet_when_300_ms_have_brought_nothing(self):
        r = Ticks()
        r.print(b"+X:1")
        r.tick(1)
        self.assertEqual(r.until(r.at.quiet), 301)

    def test_it_is_not_before_it_has_been_for_so_long(self):
        r = Ticks(fresh=True)
        self.assertFalse(r.at.quiet())
        r.clock.advance(300)
        self.assertFalse(r.at.quiet())
        r.clock.advance(1)
        self.assertTrue(r.at.quiet())

    def test_the_tick_of_the_last_turn_is_known(self):
        for start in (0, 5000, (1 << 30) - 3):
            r = Ticks(fresh=True, start=start)
            self.assertEqual(r.at.alive, r.clock.now)
            r.tick(5)
            self.assertEqual(r.at.alive, r.clock.now)
            r.clock.advance(100)
            self.assertEqual(r.at.alive, (r.clock.now - 100) % (1 << 30))

    def test_it_is_not_while_something_waits_for_its_answer(self):
        r = Ticks(MUTE)
        self.assertTrue(r.at.quiet())
        r.command(b"AT+ONE")
        r.tick(1000)
        self.assertFalse(r.at.quiet())

    def test_it_is_not_while_a_reply_waits(self):
        r = Ticks()
        r.at.replies.waits = True
        r.reply(b"AT+RSP")
        r.tick(1000)
        self.assertFalse(r.at.quiet())

    def test_it_stays_quiet_however_long_nothing_comes(self):
        r = Ticks()
        for _ in range((1 << 30) // 40000):
            r.clock.advance(40000)
            r.at.poll()
            self.assertTrue(r.at.quiet())

    def test_a_command_leaves_at_once_however_long_nothing_was_sent(self):
        r = Ticks()
        for rest in (59999, 60000, 60001, 60002, 90000, 130000, 1 << 20, (1 << 29) - 1000) * 3:
            r.clock.advance(rest)
            r.at.poll()
            r.tick(1)
            for text in (b"AT+ONE", b"AT+TWO"):
                r.command(text)
            self.assertEqual(r.until_sent(b"AT+ONE"), 1)
            self.assertEqual(r.until_sent(b"AT+TWO"), 21)
            r.tick(10)
            r.clear()


class DozeTest(unittest.TestCase):
    def woken(self, rest, begin):
        """Return what is sent when begin(r) comes rest ms behind the last answer."""
        r = Ticks()
        r.at.asleep = 1
        r.command(b"AT+ONE")
        r.until_sent(b"AT+ONE")
        r.tick(1)
        self.assertEqual(r.trace[-1], ("f", b"OK"))
        r.clear()
        r.tick(rest - 1)
        begin(r)
        r.tick(1)
        first = list(r.sent)
        r.tick(1000)
        return first, r.sent

    def test_a_sleeping_module_is_woken_when_its_last_answer_is_older_than_2_s(self):
        for begin, text in (
            (lambda r: r.command(b"AT+TWO"), b"AT+TWO"),
            (lambda r: r.reply(b"AT+RSP"), b"AT+RSP"),
        ):
            # The probe woke it for AT+ONE, so that it is awake for 2 s behind the OK of that.
            self.assertEqual(self.woken(2000, begin), ([text], [text]))
            self.assertEqual(self.woken(2001, begin), ([], [b"AT", text]))

    def test_it_is_woken_whenever_it_has_slept(self):
        r = Ticks()
        r.at.asleep = 1
        for text in (b"AT+ONE", b"AT+TWO", b"AT+THREE"):
            r.tick(3000)
            r.clear()
            r.command(text)
            r.tick(1000)
            self.assertEqual(r.sent, [b"AT", text])

    def test_it_is_not_woken_while_nothing_waits(self):
        r = Ticks()
        r.at.asleep = 1
        r.tick(10000)
        self.assertEqual(r.sent, [])

    def test_replies_that_have_to_wait_wake_it_once(self):
        r = Ticks()
        r.at.asleep = 1
        r.at.replies.waits = True
        r.reply(b"AT+RSP")
        r.tick(10000)
        self.assertEqual(r.sent, [b"AT"])

    def test_a_module_that_is_awake_is_not_probed(self):
        r = Ticks()
        r.tick(5000)
        r.command(b"AT+ONE")
        r.tick(100)
        self.assertEqual((r.sent, r.at.asleep), ([b"AT+ONE"], 0))
