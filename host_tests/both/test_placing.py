"""What a line is, and for whom: the letters that on_line hears, and the counters (design 4).

f: a final result, a: an answer to the command in flight, u: unsolicited, e: an echo, l: late,
x: nobody's, c: the beginning of one that was too long.
"""

import unittest

from tick_rig import Ticks, digits, in_flight, kind_of, listening, no, yes

from m5310 import errors


def long(line):
    return len(line) > 6


def broken(*args):
    raise KeyError("broken")


class InFlightTest(unittest.TestCase):
    def check(self, text, table, *urcs, **options):
        for line, kind in table:
            r, call = in_flight(text, *urcs, **options)
            self.assertEqual(kind_of(r, line), kind, (text, line))
            self.assertEqual(r.status("unknown"), 1 if kind in "xl" else 0, line)
            self.assertEqual(r.status("urcs"), 1 if kind == "u" else 0, line)
            self.assertEqual(r.at.half_answered, kind == "a", line)
            r.print(b"OK")
            r.tick(20)
            self.assertEqual(call.result, [line] if kind == "a" else [], line)
            self.assertFalse(r.at.half_answered)
            self.assertEqual(r.status("faults"), 0)

    def test_a_command_that_declares_nothing_has_what_has_its_name_or_none(self):
        for text in (b"AT+ONE", b"AT+ONE?", b"AT+ONE=?", b"AT+ONE=1", b"at+one;+TWO", b"AT+One"):
            self.check(
                text,
                (
                    (b"+ONE:1", "a"),
                    (b"+ONE: 1", "a"),
                    (b"hello", "a"),
                    (b"X: 1", "a"),
                    (b"7", "a"),
                    (b"+ONE", "a"),
                    (b"*READY", "a"),
                    (b"^", "a"),
                    (b"+ONETWO:1", "x"),
                    (b"+one:1", "x"),
                    (b"+TWO:1", "x"),
                    (b"+:", "x"),
                    (b"*X: 1", "x"),
                    (b"^X:1", "x"),
                    (b"AT+ONE", "e"),
                    (b"at+anything", "e"),
                    (b"At", "e"),
                    (b"A", "a"),
                    (b"OKAY", "a"),
                    (b"ERRORS", "a"),
                    (b"+ABC ERROR: 5", "x"),
                    (b"ABCD ERROR: 5", "a"),
                    (b"x+CME ERROR: 5", "a"),
                ),
            )

    def test_other_signs_lead_a_name_too(self):
        self.check(b"AT*ONE?", ((b"*ONE:1", "a"), (b"+ONE:1", "x")))
        self.check(b"AT^ONE=1", ((b"^ONE:1", "a"), (b"+ONE:1", "x")))
        self.check(b"ATI", ((b"+I:1", "x"), (b"I:1", "a"), (b":1", "a")))
        self.check(b"ATI", ((b"I:1", "x"), (b"7", "a")), bare=digits)
        self.check(b"AT+NXT", ((b"+NXT:1", "a"), (b"+N:1", "x")))
        self.check(b"AT&W", ((b"&W:1", "a"), (b"+W:1", "x")))

    def test_the_restart_command_has_no_lines(self):
        for text in (b"AT+NRB", b"at+nrb"):
            self.check(text, ((b"hello", "x"), (b"+NRB:1", "a")))
        self.check(b"AT+NRB=1", ((b"hello", "a"),))

    def test_a_declared_prefix_is_the_only_one(self):
        table = ((b"+X:1", "a"), (b"+ONE:1", "x"), (b"hello", "x"), (b"AT+ONE", "e"))
        self.check(b"AT+ONE", table, prefix=b"+X:")
        self.check(b"AT+ONE", table, prefix=bytearray(b"+X:"))
        self.check(b"AT+ONE", ((b"+X:1", "x"), (b"+ONE:1", "x"), (b"hello", "x")), prefix=b"")

    def test_a_declared_prefix_goes_before_a_report_and_a_taken_one_does_not(self):
        urc = (b"+ONE:", None)
        self.check(b"AT+ONE?", ((b"+ONE:1", "a"),), urc, prefix=b"+ONE:")
        self.check(b"AT+ONE?", ((b"+ONE:1", "u"), (b"hello", "a")), urc)

    def test_a_shape_tells_an_answer_from_a_report(self):
        urc = (b"+ONE:", None)
        self.check(b"AT+ONE?", ((b"+ONE:1", "a"),), urc, prefix=b"+ONE:", shape=yes)
        self.check(b"AT+ONE?", ((b"+ONE:1", "u"),), urc, prefix=b"+ONE:", shape=no)
        self.check(b"AT+ONE?", ((b"+ONE:1", "a"), (b"+TWO:1", "x")), urc, shape=yes)
        self.check(b"AT+ONE?", ((b"+ONE:1", "x"),), shape=no)
        self.check(b"AT+ONE?", ((b"+ONE:1", "x"), (b"+ONE:12", "a")), shape=long)

    def test_the_form_of_an_answer_tells_it_where_nothing_is_declared(self):
        """A command that sets something has none, unless the report is named less exactly."""
        for text, prefix, answer, kind in (
            (b"AT+ONE?", b"+ONE:", yes, "a"),
            (b"AT+ONE=?", b"+ONE:", yes, "a"),
            (b"AT+ONE?", b"+ONE:", no, "u"),
            (b"AT+ONE=1", b"+ONE:", yes, "u"),
            (b"AT+ONE=1", b"+ONE", yes, "a"),
            (b"AT+ONE=1", b"+ON", yes, "a"),
            (b"AT+ONE=1", b"+ON", no, "u"),
            (b"AT+ONE=1", b"+ONE:1", yes, "u"),
            (b"AT+ONE?", b"+ONE:1", yes, "a"),
            (b"AT+ONE=1", b"+TWO", yes, "a"),
        ):
            self.check(text, ((b"+ONE:1", kind),), (prefix, answer))

    def test_the_form_is_that_of_the_line(self):
        self.check(b"AT+ONE?", ((b"+ONE:1", "u"), (b"+ONE:12", "a")), (b"+ONE:", long))

    def test_the_first_report_that_fits_decides(self):
        for first, second, kind in ((yes, no, "a"), (no, yes, "u"), (None, yes, "u")):
            self.check(b"AT+ONE?", ((b"+ONE:1", kind),), (b"+ONE", first), (b"+ONE:", second))
        r, _ = in_flight(b"AT+X", (b"+ONE", None), (b"+ONE:", None))
        kind_of(r, b"+ONE:1")
        self.assertEqual(r.seen, [(b"+ONE", b"+ONE:1")])

    def test_a_report_goes_before_lines_without_a_prefix(self):
        self.check(b"AT+ONE", ((b"7", "u"), (b"8", "a")), (b"7", None), bare=digits)
        self.check(b"AT+ONE", ((b"7", "u"), (b"8", "a")), (b"7", None))

    def test_bare_lines_go_before_an_echo(self):
        self.check(b"AT+ONE", ((b"AT+X", "a"), (b"+ONE:1", "a")), bare=yes)
        self.check(b"AT+ONE", ((b"AT+X", "e"), (b"x", "x"), (b"7", "a")), bare=digits)

    def test_a_bare_declaration_leaves_the_name_as_it_is(self):
        self.check(b"AT+ONE", ((b"+ONE:1", "a"), (b"+TWO:1", "x")), bare=digits)
        self.check(b"AT+ONE", ((b"+ONE:1", "x"), (b"7", "a")), prefix=b"", bare=digits)

    def test_a_function_that_fails_says_no(self):
        for options, urcs in (
            ({"shape": broken}, ()),
            ({"prefix": b"", "bare": broken}, ()),
            ({}, ((b"+ONE:", broken),)),
        ):
            r, _ = in_flight(b"AT+ONE?", *urcs, **options)
            self.assertEqual(kind_of(r, b"+ONE:1"), "u" if urcs else "x")
            self.assertTrue("KeyError" in r.status("fault"))
            self.assertTrue(r.status("faults") > 0)

    def test_sixteen_lines_of_an_answer_are_kept(self):
        r, call = in_flight(b"AT+ONE?")
        lines = [b"+ONE:%d" % i for i in range(17)]
        self.assertEqual([kind_of(r, line) for line in lines], ["a"] * 17)
        self.assertEqual(r.status("unknown"), 1)
        r.print(b"OK")
        r.tick(20)
        self.assertEqual(call.result, lines[:16])

    def test_a_final_result_ends_it_with_its_kind_and_number(self):
        for line, kind, code in (
            (b"OK", 0, 0),
            (b"ERROR", errors.ERROR, 0),
            (b"+CME ERROR: 50", errors.CME, 50),
            (b"+CME ERROR:50", errors.CME, 50),
            (b"+CME ERROR:  50 ", errors.CME, 50),
            (b"+CME ERROR: no SIM", errors.CME, 0),
            (b"+CME ERROR: SIM ERROR: 50", errors.CME, 0),
            (b"+CIS ERROR: 601", errors.CIS, 601),
            (b"+CIS ERROR:", errors.CIS, 0),
            (b"+CMS ERROR: 512", errors.ERROR, 512),
        ):
            r, call = in_flight(b"AT+ONE=1")
            self.assertEqual(kind_of(r, line), "f", line)
            r.tick(10)
            self.assertEqual((call.done, call.kind), (True, kind), line)
            if kind:
                self.assertEqual((call.error.code, call.error.text), (code, b"AT+ONE=1"))
            self.assertEqual(r.status("errors"), 1 if kind else 0)


class IdleTest(unittest.TestCase):
    def test_a_line_that_nobody_waits_for_is_counted(self):
        for line in (b"hello", b"+X:1", b"AT+CSQ", b"at", b"+ABC ERROR: 5", b"ok"):
            r = Ticks()
            self.assertEqual((kind_of(r, line), r.status("unknown")), ("x", 1), line)
            self.assertEqual((r.status("stray"), r.status("urcs")), (0, 0))

    def test_a_result_that_nobody_waits_for_is_counted_as_another_thing(self):
        for line in (b"OK", b"ERROR", b"+CME ERROR: 50"):
            r = Ticks()
            self.assertEqual((kind_of(r, line), r.status("unknown")), ("x", 0), line)
            self.assertEqual((r.status("stray"), r.status("late")), (1, 0))

    def test_the_echo_of_a_probe_is_known_while_it_has_no_answer(self):
        r = Ticks(fresh=True)
        r.peer.deaf = True
        r.tick(50)
        self.assertEqual(kind_of(r, b"AT"), "x")
        r.until_sent(b"AT")
        self.assertEqual(kind_of(r, b"AT"), "e")
        r.print(b"OK")
        r.tick(1)
        self.assertEqual(kind_of(r, b"AT"), "x")

    def test_another_listener_takes_what_no_handler_does(self):
        heard = []

        def other(line):
            heard.append(bytes(line))
            return line == b"RDY"

        r = listening((b"+X:", None))
        r.at.urcs.on_other = broken
        self.assertEqual(kind_of(r, b"hello"), "x")
        self.assertTrue("KeyError" in r.status("fault"))
        r = listening((b"+X:", None))
        r.at.urcs.on_other = other
        kinds = [kind_of(r, line) for line in (b"RDY", b"+X:1", b"hello")]
        self.assertEqual((kinds, heard), (["u", "u", "x"], [b"RDY", b"hello"]))
        self.assertEqual((r.status("urcs"), r.status("unknown")), (2, 1))

    def test_a_handler_that_cannot_read_its_line_is_counted(self):
        for error, counter in (
            (ValueError, "malformed"),
            (IndexError, "malformed"),
            (TypeError, "faults"),
        ):

            def handler(line, error=error):
                raise error("it")

            r = Ticks()
            r.at.urc(b"+X:", handler)
            self.assertEqual(kind_of(r, b"+X:1"), "u")
            counters = [r.status(name) for name in ("urcs", "malformed", "faults")]
            self.assertEqual(counters, [1, counter == "malformed", counter == "faults"])
            if counter == "faults":
                self.assertTrue("TypeError" in r.status("fault"))

    def test_a_listener_of_lines_that_fails_is_counted(self):
        r = Ticks(on_line=broken)
        self.assertTrue(r.status("faults") > 0)
        before = r.status("faults")
        r.print(b"hello")
        r.tick(1)
        self.assertEqual(r.status("faults"), before + 1)
        self.assertTrue("KeyError" in r.status("fault"))

    def test_nobody_has_to_listen_to_lines(self):
        r = Ticks(on_line=None)
        r.print(b"hello")
        r.tick(1)
        self.assertEqual((r.status("faults"), r.status("unknown")), (0, 1))


class LongTest(unittest.TestCase):
    """Lines of up to 1200 bytes are kept."""

    def test_a_line_of_1200_bytes_is_whole_and_a_longer_one_is_cut(self):
        for length, kind in ((1199, "u"), (1200, "u"), (1201, "c"), (2400, "c")):
            line = b"+MIPL:" + b"x" * (length - 6)
            r, seen = listening(), []
            r.at.urc(b"+MIPL", lambda line, seen=seen: seen.append(bytes(line)), cut=True)
            r.print(line)
            r.tick(4)
            self.assertEqual(r.trace, [(kind, line[:1200])])
            self.assertEqual(seen, [line[:1200]])
            self.assertEqual(r.status("overlong"), 1 if kind == "c" else 0)
            self.assertEqual((r.status("urcs"), r.status("unknown")), (1, 0))

    def test_only_the_beginning_of_an_operation_is_of_use(self):
        r = listening((b"+X:", None))
        r.at.urcs.on_other = yes
        r.command(b"AT+ONE")
        for head in (b"+X:", b"+mipl", b"OK", b"+MIP", b"+CME ERROR: 5"):
            r.print(head + b"y" * 1300)
            r.tick(4)
            self.assertEqual(r.trace[-1][0], "c")
        self.assertEqual((r.seen, r.status("urcs"), r.status("stray")), ([], 0, 0))

    def test_the_line_behind_it_arrives_whole(self):
        r = listening((b"+X:", None))
        r.uart.push(b"y" * 5000 + b"\r\n+X:1\r\n")
        r.tick(10)
        self.assertEqual(r.seen, [(b"+X:", b"+X:1")])

    def test_a_turn_reads_about_a_kilobyte(self):
        """A flood leaves the other tasks their time."""
        for chunk, read in ((0, 1024), (256, 1024), (7, 1029), (1, 1024)):
            r = Ticks(chunk=chunk)
            r.uart.push(b"x" * 3000)
            r.tick(1)
            self.assertEqual(len(r.uart.rx), 3000 - read, chunk)

    def test_a_uart_that_has_bytes_and_gives_none_is_asked_once_a_turn(self):
        for nothing in (None, 0):
            r = Ticks()
            asked = []

            def readinto(buf, n, asked=asked, nothing=nothing):
                asked.append(n)
                return nothing

            r.uart.readinto = readinto
            r.uart.push(b"x")
            r.tick(1)
            self.assertEqual(asked, [256])
