"""Answers to the platform: in time or refused, line after line, once more where one was lost."""

import unittest

from tick_rig import Ticks

from m5310 import errors

LINES = [b"AT+RSP=%d" % i for i in range(12)]


def fail():
    raise ValueError("broken")


def starve():
    raise MemoryError


class WindowTest(unittest.TestCase):
    """3 s from what is answered; a line takes 75 ms at 9600 baud (guide 3.5)."""

    def first(self, count, age, window=None, **options):
        """Return (what is sent for an answer of count lines, times it was counted as late).

        Its first line leaves in the next millisecond.
        """
        r = Ticks(**options)
        if window:
            r.at.replies.window_ms = window
        one = r.reply(*LINES[:count], age=age - 1)
        r.until(lambda: one.ends)
        self.assertEqual(one.ends[0][:2], (0, 0))
        return r.sent, r.status("expired")

    def test_an_answer_that_would_end_behind_the_window_is_refused_before_its_first_line(self):
        for count in (2, 3, 12):
            last = 3000 - 75 * count
            self.assertEqual(self.first(count, last), (LINES[:count], 0), count)
            self.assertEqual(self.first(count, last + 1), ([b"AT+LATE"], 1), count)

    def test_a_single_line_is_told_late_or_not(self):
        self.assertEqual(self.first(1, 3000 - 75), (LINES[:1], 0))
        self.assertEqual(self.first(1, 3000 - 74), (LINES[:1], 1))
        self.assertEqual(self.first(1, 60000), (LINES[:1], 1))

    def test_the_window_can_be_another_one(self):
        self.assertEqual(self.first(2, 5000 - 150, 5000), (LINES[:2], 0))
        self.assertEqual(self.first(2, 5000 - 149, 5000), ([b"AT+LATE"], 1))

    def test_a_line_takes_as_long_as_its_rate_needs(self):
        for baud, line_ms in ((4800, 125), (9600, 75), (19200, 50), (57600, 33), (115200, 29)):
            last = 3000 - 10 * line_ms
            self.assertEqual(self.first(10, last, baud=baud), (LINES[:10], 0), baud)
            self.assertEqual(self.first(10, last + 1, baud=baud), ([b"AT+LATE"], 1), baud)

    def test_an_answer_that_has_begun_goes_on(self):
        r = Ticks()
        one = r.reply(*LINES[:2])
        r.until_sent(LINES[0])
        r.at.replies.window_ms = 1
        r.until(lambda: one.ends)
        self.assertEqual((r.sent, r.status("expired")), (LINES[:2], 0))

    def test_a_refusal_is_no_late_answer(self):
        r = Ticks()
        one = r.reply(age=5000)
        r.until(lambda: one.ends)
        self.assertEqual((r.sent, r.status("expired")), ([b"AT+LATE"], 0))


class AgainTest(unittest.TestCase):
    """What the module did not take is sent once more, if there is time for it."""

    def told(self, script, count=3, age=0, refusable=False, stop=0):
        """Return (what is sent, (kind, code) of the end) when lines have the answers of script."""
        answers = {
            line: lambda _, told=told: told.pop(0) if told else b"OK"
            for line, told in script.items()
        }
        r = Ticks(answers)
        one = r.reply(*LINES[:count], age=age, refusable=refusable)
        if stop:
            r.until_sent(LINES[0], stop)
            one.stopped = True
        r.until(lambda: one.ends)
        r.tick(3000)
        self.assertEqual(len(one.ends), 1)
        self.assertEqual(r.status("replies"), 0 if one.ends[0][0] else 1)
        return [line for line in r.sent if line != b"AT"], one.ends[0][:2]

    def test_a_refused_line_is_sent_again_and_the_rest_behind_it(self):
        for said in (b"ERROR", b"+CME ERROR: 50", b"+CIS ERROR: 601", b"+CIS ERROR: 603"):
            for n in range(3):
                sent, end = self.told({LINES[n]: [said]})
                self.assertEqual((sent, end), (LINES[: n + 1] + LINES[n:3], (0, 0)), said)

    def test_a_line_that_is_refused_twice_ends_the_answer(self):
        sent, end = self.told({LINES[1]: [b"+CIS ERROR: 601", b"+CIS ERROR: 603"]})
        self.assertEqual((sent, end), (LINES[:2] + LINES[1:2], (errors.CIS, 603)))

    def test_two_lines_that_are_refused_once_end_it_too(self):
        sent, end = self.told({LINES[0]: [b"ERROR"], LINES[2]: [b"+CIS ERROR: 601"]})
        self.assertEqual((sent, end), (LINES[:1] + LINES[:3], (errors.CIS, 601)))

    def test_a_refusal_takes_the_place_of_what_is_refused_twice(self):
        sent, end = self.told({LINES[0]: [b"ERROR"] * 2}, refusable=True)
        self.assertEqual((sent, end), (LINES[:1] * 2 + [b"AT+LATE"], (0, 0)))

    def test_a_refusal_that_is_refused_is_no_more_replaced(self):
        script = {LINES[0]: [b"ERROR"] * 2, b"AT+LATE": [b"+CIS ERROR: 601"]}
        sent, end = self.told(script, refusable=True)
        self.assertEqual((sent, end), (LINES[:1] * 2 + [b"AT+LATE"], (errors.CIS, 601)))

    def test_a_module_that_waits_for_no_answer_is_told_none_again(self):
        sent, end = self.told({LINES[0]: [b"+CIS ERROR: 602"]}, refusable=True)
        self.assertEqual((sent, end), (LINES[:1], (errors.CIS, 602)))

    def test_without_the_time_for_the_rest_no_line_is_sent_again(self):
        """The first ERROR is here 2 ms behind the call, and the next line may leave 2 ms later."""
        late = b"AT+LATE"
        for count, age, refusable, sent, kind in (
            (1, 2922, False, LINES[:1] * 2, 0),
            (1, 2923, False, LINES[:1], errors.ERROR),
            (1, 2923, True, [LINES[0], late], 0),
            (3, 2771, False, LINES[:1] + LINES[:3], 0),
            (3, 2772, False, [LINES[0], late], 0),
            (3, 2773, False, LINES[:1], errors.ERROR),
            (3, 2773, True, [LINES[0], late], 0),
        ):
            got = self.told({LINES[0]: [b"ERROR"]}, count, age, refusable)
            self.assertEqual(got, (sent, (kind, 0)), (count, age))

    def test_the_lines_that_were_taken_need_no_time_any_more(self):
        for spare, kind in ((1, 0), (0, errors.ERROR)):
            r = Ticks({LINES[1]: lambda _, told=[b"ERROR", b"OK"]: told.pop(0)})
            one = r.reply(*LINES[:3])
            r.until_sent(LINES[1])
            r.at.replies.window_ms = 5 + 2 * 75 + spare  # the ERROR is here 5 ms behind the call
            r.until(lambda one=one: one.ends)
            self.assertEqual(one.ends[0][0], kind)

    def test_a_line_without_an_ok_is_sent_again_behind_a_probe(self):
        sent, end = self.told({LINES[0]: [None]}, 2)
        self.assertEqual((sent, end), (LINES[:1] + LINES[:2], (0, 0)))
        sent, end = self.told({LINES[0]: [None, None]}, 2, refusable=True)
        self.assertEqual((sent, end), (LINES[:1] * 2, (errors.TIMEOUT, 0)))
        sent, end = self.told({LINES[0]: [None]}, 2, 1500)
        self.assertEqual((sent, end), (LINES[:1], (errors.TIMEOUT, 0)))

    def test_a_line_refused_behind_a_lost_ok_had_been_taken(self):
        sent, end = self.told({LINES[0]: [None, b"ERROR"]})
        self.assertEqual((sent, end), (LINES[:1] + LINES[:3], (0, 0)))

    def test_the_last_line_refused_behind_a_lost_ok_ends_it_with_the_error(self):
        sent, end = self.told({LINES[2]: [None, b"ERROR"]})
        self.assertEqual((sent, end), (LINES[:3] + LINES[2:3], (errors.ERROR, 0)))

    def test_only_the_line_whose_ok_was_lost_had_been_taken(self):
        sent, end = self.told({LINES[0]: [None, b"OK"], LINES[1]: [b"ERROR"]})
        self.assertEqual((sent, end), (LINES[:1] + LINES[:2], (errors.ERROR, 0)))

    def test_an_answer_that_is_stopped_ends_with_the_line_in_flight(self):
        for said, end in (
            (b"OK", (errors.AGAIN, 0)),
            (b"ERROR", (errors.ERROR, 0)),
            (b"+CIS ERROR: 601", (errors.CIS, 601)),
            (None, (errors.TIMEOUT, 0)),
        ):
            self.assertEqual(self.told({LINES[0]: [said]}, stop=1), (LINES[:1], end), said)


class MadeTest(unittest.TestCase):
    """What becomes of an answer whose text cannot be made."""

    def made(self, broken, count=2):
        """Return (sent, (kind, code), faults) for a reply changed by broken(reply)."""
        r = Ticks()
        one = r.reply(*LINES[:count])
        broken(one)
        r.until(lambda: one.ends)
        r.tick(100)
        self.assertEqual(r.status("waiting"), 0)
        if r.status("faults"):
            self.assertTrue("broken" in r.status("fault"))
        return r.sent, one.ends[0][:2], r.status("faults")

    def at_line(self, n, what):
        """Return a change that has line n begin its text and then call what."""

        def change(one):
            def line(i, out):
                out.extend(LINES[i])
                if i == n:
                    what()

            one.line = line

        return change

    def test_a_refusal_is_sent_in_its_place(self):
        for what, faults in ((fail, 1), (starve, 0)):
            got = self.made(self.at_line(0, what))
            self.assertEqual(got, ([b"AT+LATE"], (0, 0), faults))

    def test_behind_lines_that_were_sent_nothing_is(self):
        for what, faults in ((fail, 1), (starve, 0)):
            got = self.made(self.at_line(1, what))
            self.assertEqual(got, (LINES[:1], (errors.REFUSED, 0), faults))

    def test_without_a_refusal_either_the_answer_ends(self):
        for what, faults in ((fail, 1), (starve, 0)):

            def broken(one, what=what):
                one.line = lambda i, out: starve()
                one.late = lambda out: what()

            self.assertEqual(self.made(broken), ([], (errors.REFUSED, 0), faults))

    def test_a_text_with_a_control_character_is_not_sent(self):
        r = Ticks()
        one = r.reply(b"AT+A\nB")
        r.tick(5)
        self.assertEqual((r.sent, one.ends), ([], [(errors.REFUSED, 0, 1)]))
        self.assertEqual(one.heard[0].text, b"AT+A\nB")
        self.assertEqual((r.status("refused"), r.status("errors")), (1, 1))
        self.assertEqual(r.status("commands"), 0)

    def test_what_is_no_reply_raises_at_the_call(self):
        names = ("arrived", "count", "next", "again", "refusable", "stopped")
        for missing in names:

            class Part:
                pass

            part = Part()
            for name in names:
                if name != missing:
                    setattr(part, name, 0)
            r = Ticks()
            try:
                r.at.reply(part)
            except AttributeError:
                self.assertEqual(r.status("waiting"), 0)
            else:
                self.fail(missing)

    def test_a_reply_is_told_whether_it_is_taken(self):
        r = Ticks()
        r.at.replies.waits = True
        one = r.reply(b"AT+RSP")
        self.assertEqual([r.at.reply(one) for _ in range(16)], [True] * 15 + [False])

    def test_a_reply_that_fails_while_its_line_is_taken_is_counted_and_goes_on(self):
        r = Ticks()
        one = r.reply(*LINES[:2])
        r.until_sent(LINES[0])
        del one.stopped
        r.tick(1)
        self.assertEqual(r.status("faults"), 1)
        self.assertTrue("AttributeError" in r.status("fault"))
        one.stopped = False
        r.until(lambda: one.ends)
        self.assertEqual((r.sent, one.ends[0][:2]), (LINES[:1] + LINES[:2], (0, 0)))

    def test_the_next_reply_follows_one_that_could_not_be_made(self):
        r = Ticks()
        r.reply(b"")
        r.reply(b"AT+RSP")
        r.tick(20)
        self.assertEqual(r.sent, [b"AT+RSP"])


class CountTest(unittest.TestCase):
    def test_latency_is_the_age_of_what_was_answered_well(self):
        r = Ticks({b"AT+BAD": b"+CIS ERROR: 602"})
        self.assertEqual(
            [r.status("latency_" + name) for name in ("mean", "max", "last")], [0, 0, 0]
        )
        for text, age in ((b"AT+A", 501), (b"AT+B", 100), (b"AT+BAD", 900), (b"AT+C", 202)):
            one = r.reply(text, age=age)
            r.until(lambda one=one: one.ends)
            self.assertEqual(one.ends[0][2], age + 2)
            r.tick(10)
        self.assertEqual(
            [r.status("latency_" + name) for name in ("mean", "max", "last")], [269, 503, 204]
        )
        self.assertEqual(r.status("replies"), 3)
        self.assertEqual(r.status("commands"), 4)

    def test_an_error_names_the_line_that_was_sent(self):
        r = Ticks({LINES[1]: b"+CIS ERROR: 602"})
        one = r.reply(*LINES[:3])
        r.until(lambda: one.ends)
        self.assertEqual((one.heard[0].text, one.heard[0].code), (LINES[1], 602))
        self.assertEqual(r.status("errors"), 1)
