"""What can be a command, what is said of one that cannot, and what is said of one that failed."""

import unittest

from tick_rig import Ticks

from m5310 import errors
from m5310.errors import AtError


class CheckTest(unittest.TestCase):
    def refused(self, *args):
        """Return the name and the words of what command(*args) raises; nothing is sent."""
        r = Ticks()
        try:
            r.command(*args)
        except (TypeError, ValueError) as e:
            self.assertEqual(r.status("waiting"), 0)
            r.tick(100)
            self.assertEqual(r.sent, [])
            return type(e).__name__, str(e)

    def test_what_is_no_text_of_bytes(self):
        for text in ("AT", 7, None):
            words = "command %r: bytes without line ending" % (text,)
            self.assertEqual(self.refused(text), ("TypeError", words))

    def test_a_text_of_1_to_3072_bytes_is_sent(self):
        for length in (1, 2, 3072):
            r = Ticks()
            text = b"A" * length
            r.command(text)
            r.tick(100)
            self.assertEqual(r.sent, [text])
        self.assertEqual(self.refused(b""), ("ValueError", "command of 0 bytes: 1 to 3072"))
        self.assertEqual(
            self.refused(b"A" * 3073), ("ValueError", "command of 3073 bytes: 1 to 3072")
        )

    def test_printable_characters_and_those_of_other_languages_are_sent(self):
        for c in (32, 33, 126, 128, 255):
            r = Ticks()
            r.command(b"AT+X=" + bytes([c]))
            r.tick(10)
            self.assertEqual(r.sent, [b"AT+X=" + bytes([c])])
        for c in (0, 10, 13, 26, 27, 31, 127):
            for text in (b"AT" + bytes([c]), bytes([c]) + b"AT"):
                words = "command %r: no control characters" % (text,)
                self.assertEqual(self.refused(text), ("ValueError", words))

    def test_forty_bytes_of_a_refused_text_are_shown(self):
        text = b"A" * 50 + b"\n"
        words = "command %r: no control characters" % (b"A" * 40,)
        self.assertEqual(self.refused(text), ("ValueError", words))

    def test_a_time_limit_is_1_ms_to_a_day(self):
        for limit in (1, 2, 86400000):
            r = Ticks()
            r.command(b"AT+X", limit)
            r.tick(10)
            self.assertEqual(r.sent, [b"AT+X"])
        for limit in (0, -1, 86400001, 1 << 30):
            words = "timeout %d: 1 to 86400000 ms" % limit
            self.assertEqual(self.refused(b"AT", limit), ("ValueError", words))
        for limit in (None, "9", 1.5):
            words = "timeout %r: whole milliseconds" % (limit,)
            self.assertEqual(self.refused(b"AT", limit), ("TypeError", words))

    def test_a_prefix_is_bytes_and_a_test_can_be_called(self):
        for prefix in ("+X:", 5, [43]):
            words = "prefix %r: bytes" % (prefix,)
            self.assertEqual(self.refused(b"AT", 9, prefix), ("TypeError", words))
        for test in (b"+X", 5):
            words = "%r: a function of the line" % (test,)
            self.assertEqual(self.refused(b"AT", 9, b"", test), ("TypeError", words))
            self.assertEqual(self.refused(b"AT", 9, b"", None, test), ("TypeError", words))

    def test_bytearrays_are_as_good_as_bytes(self):
        r = Ticks({b"AT+X?": [b"+X:1", b"OK"]})
        call = r.command(bytearray(b"AT+X?"), 1000, bytearray(b"+X:"))
        r.tick(20)
        self.assertEqual((call.result, r.status("faults")), ([b"+X:1"], 0))


class NamesTest(unittest.TestCase):
    def test_the_name_ends_at_what_is_asked_or_set(self):
        for text, line in (
            (b"AT+CSQ", b"+CSQ:1"),
            (b"AT+CSQ?", b"+CSQ:1"),
            (b"AT+CSQ=?", b"+CSQ:1"),
            (b"AT+CSQ=1,2", b"+CSQ:1"),
            (b"AT+CSQ;+CREG?", b"+CSQ:1"),
            (b"at+csq", b"+CSQ:1"),
            (b"AT*MCGDEFCONT=1", b"*MCGDEFCONT:1"),
            (b"AT^SYS?", b"^SYS:1"),
            (b"AT+=1", b"+:1"),
        ):
            for said, own in ((line, True), (line[:-2] + b"X" + line[-2:], False)):
                r = Ticks({text: [said, b"OK"]})
                call = r.command(text)
                r.tick(20)
                self.assertEqual(call.result, [said] if own else [], (text, said))


class ErrorTest(unittest.TestCase):
    def test_what_is_said_of_each_kind(self):
        for kind, words in (
            (errors.TIMEOUT, "no answer in time"),
            (errors.ERROR, "ERROR"),
            (errors.CME, "+CME ERROR"),
            (errors.CIS, "+CIS ERROR"),
            (errors.BUSY, "too many commands wait"),
            (errors.SILENT, "the module is silent"),
            (errors.RESET, "the module rebooted"),
            (errors.HELD, "gave way to a platform operation"),
            (errors.REFUSED, "not fit for the UART"),
            (errors.FAILED, "failed"),
            (errors.UPDATING, "the module writes its own firmware"),
            (errors.AGAIN, "asked again before all of the answer was sent"),
        ):
            self.assertEqual(str(AtError(kind)), words)
            self.assertEqual(str(AtError(kind, 0, b"AT+X")), words + ": AT+X")
            self.assertEqual(str(AtError(kind, 7, b"AT+X")), words + " 7: AT+X")

    def test_it_keeps_what_it_was_made_of(self):
        error = AtError(errors.CME, 50, b"AT+X")
        self.assertEqual((error.kind, error.code, error.text), (errors.CME, 50, b"AT+X"))
        self.assertEqual(error.args, (errors.CME, 50, b"AT+X"))
        error = AtError(errors.CME)
        self.assertEqual((error.kind, error.code, error.text), (errors.CME, 0, b""))

    def test_only_what_the_module_says_is_a_refusal_and_only_silence_leaves_it_open(self):
        for kind in range(1, 13):
            error = AtError(kind)
            refused = kind in (errors.ERROR, errors.CME, errors.CIS)
            self.assertEqual(error.refused, refused, kind)
            self.assertEqual(error.unknown, kind in (errors.TIMEOUT, errors.HELD), kind)
