"""The ring of lines on the node: what stays in it, what it costs, what is masked."""

import unittest

import micropython
import rig
from clock import FakeClock
from rig import Peer

from m5310.dialects import get
from node.app import Log
from node.trace import LineLog, Trace, masked, shown

SENT, FINAL, ANSWER, URC, STRAY = ord(">"), ord("f"), ord("a"), ord("u"), ord("x")


class Session:
    dialect = get("seed")


class Ring:
    """A Trace of size bytes with its clock; note() records a line ms after the one before."""

    def __init__(self, size=1024, start=0):
        self.clock = FakeClock(start)
        self.log = Log(self.clock)
        self.trace = Trace(size, self.clock, self.log, Session())

    def note(self, ms, kind, line):
        self.clock.advance(ms)
        self.trace.record(kind, line)

    @property
    def texts(self):
        head = "# trace of m5310-node, dialect seed"
        out = list(self.trace.lines())
        assert out[0] == head, out[0]
        return out[1:]


class RingTest(unittest.TestCase):
    def test_lines_come_back_with_time_direction_and_decision(self):
        ring = Ring()
        ring.note(12345, SENT, b"AT+CSQ")
        ring.note(26, ANSWER, b"+CSQ:23,0")
        ring.note(2, FINAL, b"OK")
        self.clock_goes_on(ring)
        self.assertEqual(
            ring.texts, ["   12.345 > AT+CSQ", "   12.371 <a +CSQ:23,0", "   12.373 <f OK"]
        )

    def clock_goes_on(self, ring):
        ring.clock.advance(5000)  # it is read later, and that changes nothing

    def test_an_empty_ring(self):
        self.assertEqual(Ring().texts, [])

    def test_times_are_those_of_the_log(self):
        ring = Ring(start=(1 << 30) - 1000)
        ring.log("a text", 5)
        ring.note(3000, URC, b"+CEREG:1")
        ring.log("another", 5)
        ring.note(600000, URC, b"+CEREG:2")
        times = [float(text.split()[0]) for text in ring.texts]
        self.assertTrue(abs(times[1] - 603) < 0.1, times)
        self.assertTrue(abs(times[0] - 3) < 0.1, times)

    def test_pauses_of_any_length(self):
        for ms, error in ((32767, 0), (32768, 63), (600000, 63), (2000000, 63)):
            ring = Ring()
            ring.note(0, URC, b"A")
            ring.note(ms, URC, b"B")
            first, second = [float(text.split()[0]) for text in ring.texts]
            off = ms - round((second - first) * 1000)
            self.assertTrue(0 <= off <= error, (ms, off))

    def test_after_a_pause_of_days_it_goes_on(self):
        ring = Ring()
        ring.log.ms = 1 << 31
        ring.note(0, URC, b"A")
        for ms in (1 << 29, 5, 7):  # half the period of the ticks: no difference is told rightly
            ring.note(ms, URC, b"B")
        times = [float(text.split()[0]) for text in ring.texts]
        self.assertTrue(abs(times[3] - times[1] - 0.012) < 0.0015, times)

    def test_the_newest_lines_stay_whole_whatever_their_lengths(self):
        for size in (0, 128, 131, 200, 1024):
            ring = Ring(size)
            wanted = []
            seed = 1
            for i in range(400):
                seed = seed * 1103515245 + 12345 & 0x7FFFFFFF
                line = (b"%d" % i + b"=" * 150)[: seed >> 8 & 0x7F or 1]
                ring.note(1, URC, line)
                wanted.append(shown(URC, line[:120], len(line) > 120))
                got = [text[10:] for text in ring.texts]
                self.assertTrue(got, i)
                self.assertEqual(got, wanted[-len(got) :], "size %d, line %d" % (size, i))
            kept = sum([min(len(text), 123) + 1 for text in got])
            self.assertTrue(kept >= len(ring.trace.ring) - 250, (size, kept))

    def test_a_long_line_is_kept_up_to_120_bytes_and_says_so(self):
        ring = Ring()
        ring.note(0, URC, b"x" * 120)
        ring.note(0, URC, b"y" * 1200)
        self.assertEqual(
            [text[10:] for text in ring.texts], ["<u " + "x" * 120, "<u " + "y" * 120 + "\\..."]
        )

    def test_recording_allocates_nothing(self):
        ring = Ring(256)
        lines = (b"AT+CSQ", b"+CSQ:23,99", b"z" * 300, b"")
        error = None
        record = ring.trace.record
        micropython.heap_lock()
        try:
            for i in range(40):
                record(URC, lines[i & 3])
        except MemoryError as e:
            error = e
        finally:
            micropython.heap_unlock()
        self.assertIsNone(error)
        self.assertTrue(ring.texts)

    def test_what_is_no_text_is_escaped(self):
        ring = Ring()
        ring.note(0, STRAY, b"\xff\x00a\\b\x7f")
        self.assertEqual(ring.texts[0][10:], "<x \\xff\\x00a\\x5cb\\x7f")


class MaskTest(unittest.TestCase):
    def each(self, *pairs):
        for line, expected in pairs:
            self.assertEqual(bytes(masked(line)), expected)
            self.assertEqual(len(line), len(expected))

    def test_identities_keep_their_ends(self):
        self.each(
            (b"+CGSN:867725030001234", b"+CGSN:860000000001234"),
            (b"460041234561234", b"460000000001234"),
            (b"+CGSN:86772503000123,1", b"+CGSN:86000000000123,1"),
            (b"+NCCID:89860412345678901234", b"+NCCID:89000000000000001234"),
            (b"867725030001234;460041234561234", b"860000000001234;460000000001234"),
        )

    def test_what_is_shorter_or_longer_is_no_identity(self):
        for line in (
            b"+X:1234567890123",
            b"+X:123456789012345678901",
            b"+MIPLREAD:0,1008,3303,0,5700",
        ):
            self.each((line, line))

    def test_an_identity_cut_by_the_end_of_what_was_kept_is_masked(self):
        self.assertEqual(bytes(masked(b"+CGSN:8677250", True)), b"+CGSN:8600000")
        self.assertEqual(bytes(masked(b"+CGSN:8677250", False)), b"+CGSN:8677250")

    def test_credentials_are_masked_whatever_they_hold(self):
        self.each(
            (b'AT+MIPLCREATEEX="a.b:5683",1,s3cret,k', b'AT+MIPLCREATEEX="00000000",1,000000,k'),
            (b'AT+MIPLCREATEEX="h",1,"a,b""', b'AT+MIPLCREATEEX="0",1,"000""'),
            (b"AT+MIPLCREATE=49,130031F1,0,49,0", b"AT+MIPLCREATE=00,00000000,0,00,0"),
            (b"at+miplconfig=4,code", b"at+miplconfig=4,0000"),
            (b'AT+CGAUTH=1,1,"user","p w"', b'AT+CGAUTH=1,1,"0000","000"'),
            (b"+QPSK: abcdef", b"+QPSK: 000000"),
            (b'AT*MCGDEFCONT="IP","apn","u","p"', b'AT*MCGDEFCONT="00","000","0","0"'),
        )

    def test_answers_and_strings_of_the_platform_stay(self):
        for line in (
            b"+MIPLCREATE:0",
            b"+MIPLCREATEEX: 0",
            b"AT+MIPLCREATE",
            b'+MIPLWRITE:0,9,3306,0,5750,1,4,"AUTH",0,0',
        ):
            self.each((line, line))


class WiredTest(unittest.TestCase):
    """The letters, as the engine gives them."""

    def letters(self, peer, scene, **options):
        seen = []

        async def play(r):
            await scene(r)
            seen.extend(r.trace)

        rig.run(play, peer, **options)
        return seen[seen.index((">", b"AT+CSQ")) :]

    def test_each_decision_has_its_letter(self):
        async def scene(r):
            r.at.urc(b"+CEREG:", lambda line: None)
            await r.at.command(b"AT+CSQ", 1000, b"+CSQ:")
            r.urc(b"+CEREG:1", b"who", b"OK", b"+MIPL" + b"x" * 1300)
            await r.sleep(100)
            await r.kind_of(r.at.command(b"AT+SLOW", 300))
            r.urc(b"OK")
            await r.sleep(1000)

        peer = Peer({b"AT+CSQ": [b"+CSQ:1,99", b"OK"], b"AT+SLOW": None}, echo=True)
        got = [(kind, line[:8]) for kind, line in self.letters(peer, scene)]
        expected = [
            (">", b"AT+CSQ"),
            ("e", b"AT+CSQ"),
            ("a", b"+CSQ:1,9"),
            ("f", b"OK"),
            ("u", b"+CEREG:1"),
            ("x", b"who"),
            ("x", b"OK"),
            ("c", b"+MIPLxxx"),
            (">", b"AT+SLOW"),
            ("l", b"OK"),
            (">", b"AT"),
            ("e", b"AT"),
            ("f", b"OK"),
        ]
        self.assertEqual(got, expected)

    def test_spoken_lines_are_masked_logged_and_recorded(self):
        said = []
        recorded = []
        spoken = LineLog(
            lambda text, level: said.append((text, level)), lambda *e: recorded.append(e)
        )
        spoken.line(ANSWER, b"+CGSN:867725030001234")
        spoken.line(SENT, b"y" * 300)
        self.assertEqual(said[0], ("<a +CGSN:860000000001234", 3))
        self.assertEqual(said[1], ("> " + "y" * 200 + "\\...", 3))
        self.assertEqual(recorded[0], (ANSWER, b"+CGSN:867725030001234"))
        LineLog(lambda text, level: said.append(text), None).line(FINAL, b"OK")
        self.assertEqual(said[2], "<f OK")
