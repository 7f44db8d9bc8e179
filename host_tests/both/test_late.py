"""Lines that come late, or behind an OK that may be another's, and who claims them."""

import unittest

from tick_rig import Ticks, digits, in_flight, kind_of, no, yes

from m5310 import errors


def broken(*args):
    raise KeyError("broken")


class LateTest(unittest.TestCase):
    """The lines of a command that was given up are known when they come."""

    def check(self, text, table, *urcs, **options):
        for line, late in table:
            r, call = in_flight(text, *urcs, **options)
            self.assertEqual(r.at.claimed(bytearray(line)), late, (text, line))
            r.at.hold_ms = 1
            r.at.reply(r.reply(b"AT+RSP"))
            r.until(lambda c=call: c.done)
            self.assertEqual(call.kind, errors.HELD)
            self.assertEqual(r.at.claimed(bytearray(line)), late, (text, line))
            self.assertEqual(kind_of(r, line), "l" if late else "x", (text, line))
            self.assertEqual(r.status("unknown"), 1)

    def test_by_its_prefix(self):
        self.check(b"AT+ONE?", ((b"+ONE:1", True), (b"+TWO:1", False)), prefix=b"+ONE:")
        self.check(b"AT+ONE?", ((b"7", False), (b"hello", False)), prefix=b"+ONE:")
        self.check(b"AT+ONE=1", ((b"+ONE:1", True), (b"+TWO:1", False)))

    def test_by_its_shape(self):
        self.check(b"AT+ONE?", ((b"+ONE:1", False),), prefix=b"+ONE:", shape=no)
        self.check(b"AT+ONE?", ((b"+ONE:1", True),), prefix=b"+ONE:", shape=yes)

    def test_by_its_bare_lines(self):
        self.check(b"AT+ONE?", ((b"7", True), (b"hello", False), (b"+ONE:1", True)), bare=digits)
        self.check(b"AT+ONE=1", ((b"7", True), (b"+X", False)), prefix=b"", bare=digits)

    def test_a_question_that_declares_nothing_has_lines_without_a_name(self):
        table = ((b"hello", True), (b"X: 1", True), (b"+X", True), (b"+X:1", False))
        for text in (b"AT+ONE", b"AT+ONE?", b"AT+ONE=?", b"ATI"):
            self.check(text, table)

    def test_a_command_that_sets_something_has_none(self):
        table = ((b"hello", False), (b"X: 1", False), (b"+X", False), (b"+X:1", False))
        for text in (b"AT+ONE=1", b"AT+ONE=1?", b"AT+NRB", b"AT+ONE="):
            self.check(text, table)

    def test_a_function_that_fails_says_no(self):
        for options in ({"bare": broken}, {"shape": broken}):
            r, _ = in_flight(b"AT+ONE=1", **options)
            self.assertEqual(r.at.claimed(b"+ONE:1"), "bare" in options)
            self.assertEqual(r.at.claimed(b"7"), False)
            self.assertTrue("KeyError" in r.status("fault"))

    def test_the_line_of_a_reply_has_no_lines(self):
        r = Ticks({b"AT+RSP": None})
        r.reply(b"AT+RSP")
        r.until_sent(b"AT+RSP")
        for line in (b"hello", b"+RSP:1", b"7"):
            self.assertFalse(r.at.claimed(line))
            self.assertEqual(kind_of(r, line), "x")

    def test_a_declared_question_has_none(self):
        self.check(b"AT+ONE?", ((b"hello", False),), prefix=b"")
        self.check(b"AT+ONE?", ((b"hello", False),), prefix=b"", bare=digits)

    def test_what_was_asked_before_and_what_is_asked_now_are_both_claimed(self):
        r, call = in_flight(b"AT+ONE?", prefix=b"+ONE:")
        r.at.hold_ms = 1
        r.reply(b"AT+RSP")
        r.until(lambda: call.done)
        r.peer.answers[b"AT+TWO?"] = None
        r.command(b"AT+TWO?", 60000, b"+TWO:")
        r.until_sent(b"AT+TWO?")
        for line, claimed in ((b"+ONE:1", True), (b"+TWO:1", True), (b"+X:1", False)):
            self.assertEqual(r.at.claimed(line), claimed, line)
        self.assertEqual([kind_of(r, b"+ONE:1"), kind_of(r, b"+TWO:1")], ["l", "a"])

    def test_nothing_is_claimed_where_nothing_was_asked(self):
        self.assertFalse(Ticks().at.claimed(b"hello"))

    def abandoned(self):
        """Return a line on which AT+ONE? was given up in the turn before."""
        r, _ = in_flight(b"AT+ONE?", prefix=b"+ONE:")
        r.at.hold_ms = 1
        r.at.reply_pause_ms = 0
        r.at.reply(r.reply(b"AT+RSP"))
        r.until_counted("held")
        return r

    def test_for_ten_seconds_when_a_command_follows(self):
        for passed, kind in ((10000, "l"), (10001, "x")):
            r = self.abandoned()
            r.tick(passed - 1)
            r.command(b"AT+TWO", 100, b"")
            r.tick(1)
            self.assertEqual(r.sent[-1], b"AT+TWO")
            r.tick(1)
            self.assertEqual(kind_of(r, b"+ONE:1"), kind)

    def test_until_the_next_command_when_none_follows(self):
        r = self.abandoned()
        r.tick(30000)
        self.assertEqual(kind_of(r, b"+ONE:1"), "l")

    def test_not_behind_a_restart(self):
        r = self.abandoned()
        r.tick(1000)
        r.at.restart()
        self.assertEqual(kind_of(r, b"+ONE:1"), "x")


class OkAloneTest(unittest.TestCase):
    """An OK before the lines that were asked for may be another's."""

    def ended(self, text, said, line=b"+ONE:1", **options):
        """Return what follows said within a second, and what line is then."""
        r = Ticks({text: said})
        r.command(text, 1000, **options)
        r.until_sent(text)
        r.clear()
        r.tick(1000)
        sent = list(r.sent)
        return sent, kind_of(r, line)

    def test_the_line_is_probed_when_its_prefix_was_declared(self):
        self.assertEqual(self.ended(b"AT+ONE?", b"OK", prefix=b"+ONE:"), ([b"AT"], "l"))

    def test_its_lines_are_known_where_only_the_name_tells_them(self):
        self.assertEqual(self.ended(b"AT+ONE?", b"OK"), ([], "l"))
        self.assertEqual(self.ended(b"AT+ONE=1", b"OK"), ([], "l"))

    def test_nothing_is_missing_where_lines_came_or_none_were_wanted(self):
        both = [b"+ONE:1", b"OK"]
        self.assertEqual(self.ended(b"AT+ONE?", both, prefix=b"+ONE:"), ([], "x"))
        self.assertEqual(self.ended(b"AT+ONE=1", b"OK", prefix=b""), ([], "x"))
        for line in (b"+ONE:1", b"I:1", b"hello"):
            self.assertEqual(self.ended(b"ATI", b"OK", line), ([], "x"))

    def test_an_error_is_the_whole_answer(self):
        self.assertEqual(self.ended(b"AT+ONE?", b"ERROR", prefix=b"+ONE:"), ([], "x"))
