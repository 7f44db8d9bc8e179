"""Registration, signal and connection, in every form in which they are reported and answered."""

import unittest

import rig
from rig import CHUNKS, Peer

from m5310.network import Network


class CeregTest(unittest.TestCase):
    URCS = (
        (b"+CEREG:1", 1, None),
        (b"+CEREG: 5", 5, None),
        (b"+CEREG:2", 2, None),
        (b"+CEREG:3", 3, None),
        (b"+CEREG:1,19E6,94,7", 1, ("19E6", "94", "7")),
        (b"+CEREG:5,0216,0153803F,9", 5, ("0216", "0153803F", "9")),
        (b"+CEREG: 1, 9129, 0AAE9CA1, 9", 1, ("9129", "0AAE9CA1", "9")),
        (b'+CEREG:1,"19E6","94",7', 1, ("19E6", "94", "7")),
        (b"+CEREG:2,0000,00000000,9,,,,", 2, ("0000", "00000000", "9")),
        (b"+CEREG:0,0000,00000000,9", 0, ("0000", "00000000", "9")),
        (b"+CEREG:2,,,9", 2, ("", "", "9")),
        (b'+CEREG:5,"1","94"', 5, None),
        (b'+CEREG:5, "1", "94"', 5, None),
        (b'+CEREG:5,"1"', 5, None),
        (b"+CEREG:2,0000,00000000,9" + b"," * 12, 2, ("0000", "00000000", "9")),
        (b"+CEREG:3,9129,0AAE9CA1,9,0,15", 3, ("9129", "0AAE9CA1", "9")),
        (b'+CEREG:1,9129,0AAE9CA1,9,,,"00100001","00000101"', 1, ("9129", "0AAE9CA1", "9")),
    )
    ANSWERS = (
        (b"+CEREG:1,1", 1, None),
        (b"+CEREG:1,5", 5, None),
        (b"+CEREG: 0, 2", 2, None),
        (b"+CEREG:2,1,19E6,94,7", 1, ("19E6", "94", "7")),
        (b"+CEREG:4,0,0000,00000000,9,,,,", 0, ("0000", "00000000", "9")),
        (b"+CEREG:5,1,9129,0AAE9CA1,9,,,,00100001,00000101", 1, ("9129", "0AAE9CA1", "9")),
    )

    def test_as_a_urc(self):
        for line, state, cell in self.URCS:

            async def scene(r, line=line):
                network = Network(r.at, r.clock)
                r.urc(line)
                await r.sleep(100)
                return network.state, network.cell, network.registered

            for chunk in (1, 7, 0):
                got = rig.run(scene, Peer(), chunk)
                expected = (state, cell or (None, None, None), state in (1, 5))
                self.assertEqual(got, expected, line)

    def test_a_report_is_told_from_an_answer_by_its_form(self):
        """The same digits: what is the state, the first or the second field?"""
        report = (
            (b"6,1", 6),  # an <n> goes up to 5
            (b"9,1", 9),
            (b"1,11", 1),  # a state has one digit, or is 10
            (b"1,3,94,7", 1),  # areas of one digit
            (b"1,3,94,7,0,15", 1),
            (b'1,3,94,7,,,"00100001","00000101"', 1),
            (b'1,"3"', 1),
        )
        answer = (
            (b"0,1", 1),
            (b"5,1", 1),
            (b"1,10", 10),
            (b"2,1,19E6,9,7", 1),  # cells of one digit
            (b"5,1,9129,9,7,0,15", 1),
            (b"5,1,9129,9,9,,,,", 1),
            (b"2,1,19E6,94", 1),
            (b"2,1,19E6", 1),
            (b"5,3,213D,94,9,,,,,,,,,,,", 3),  # sixteen fields
        )

        async def scene(r, line):
            network = Network(r.at, r.clock)
            r.urc(line)
            await r.sleep(100)
            return network.state

        for text, state in report + answer:
            line = b"+CEREG:" + text
            self.assertEqual(rig.run(lambda r, line=line: scene(r, line)), state, line)

    def test_as_an_answer(self):
        for line, state, cell in self.ANSWERS:

            async def scene(r):
                network = Network(r.at, r.clock)
                await network.ask()
                return network.state, network.cell

            for chunk in CHUNKS:
                got = rig.run(scene, Peer({b"AT+CEREG?": [line, b"OK"]}), chunk)
                self.assertEqual(got, (state, cell or (None, None, None)), line)

    def test_an_answer_with_a_urc_before_and_behind_it(self):
        for lines, states in (
            ([b"+CEREG:2,19E6,94,7", b"+CEREG:1,1", b"OK"], [False, True]),
            ([b"+CEREG:1,1", b"+CEREG:5,19E6,94,7", b"OK"], [True]),
            ([b"+CEREG:1", b"+CEREG:1,3", b"OK"], [True, False]),
        ):

            async def scene(r):
                network = Network(r.at, r.clock)
                changes = []
                network.on_change = changes.append
                await network.ask()
                return changes, r.at.status()["unknown"]

            changes, unknown = rig.run(scene, Peer({b"AT+CEREG?": lines}))
            self.assertEqual(changes[-1], states[-1], lines)
            self.assertEqual(unknown, 0)

    def test_what_cannot_be_read_changes_nothing_and_raises_nothing(self):
        junk = (
            b"+CEREG:",
            b"+CEREG:x",
            b"+CEREG:-1",
            b"+CEREG:1,19E6,\xff\xfe,7",
            b'+CEREG:1,"19E6',
            b"+CEREG:1" + b"," * 40,
            b"+CEREG:1,19E6,94,7" + b"," * 13,
            b"+CEREG:99999999999",
            b"+CEREG:-,1",
            b"+CEREG:,1",
            b"+CEREG:x,1",
        )
        for line in junk:

            async def scene(r, line=line):
                network = Network(r.at, r.clock)
                r.urc(line)
                await r.sleep(100)
                return network.state, network.cell, r.at.status()["malformed"]

            self.assertEqual(rig.run(scene), (4, (None, None, None), 1), line)

    def test_an_answer_that_cannot_be_read_changes_nothing_and_raises_nothing(self):
        for line in (b"+CEREG:1,1,\xff,\xfe,7", b"+CEREG:,", b'+CEREG:"1,1'):

            async def scene(r):
                network = Network(r.at, r.clock)
                await network.ask()
                return network.state, network.cell

            got = rig.run(scene, Peer({b"AT+CEREG?": [line, b"OK"]}))
            self.assertEqual(got, (4, (None, None, None)), line)

    def test_a_signal_that_cannot_be_read_keeps_the_last_one(self):
        async def scene(r):
            network = Network(r.at, r.clock)
            await network.signal()
            first = network.quality()
            r.peer.answers[b"AT+CSQ"] = [b"+CSQ:what", b"OK"]
            await network.signal()
            return first, network.quality()

        peer = Peer({b"AT+CSQ": [b"+CSQ:20,99", b"OK"]})
        self.assertEqual(rig.run(scene, peer), ("signal -73 dBm",) * 2)

    def test_connection_reports(self):
        async def scene(r):
            network = Network(r.at, r.clock)
            seen = []
            for line in (b"+CSCON:1", b"+CSCON: 0", b"+CSCON:1", b"+CSCON:?", b"+CSCON:1,1,1,1,0"):
                r.urc(line)
                await r.sleep(50)
                seen.append(network.connected)
            network.reset()
            return seen, network.connected, network.registered

        self.assertEqual(rig.run(scene), ([True, False, True, True, True], False, False))


class QuestionTest(unittest.TestCase):
    def asked(self, call, answers):
        """Return (what call(network) returned, the network, malformed, the lines sent)."""

        async def scene(r):
            network = Network(r.at, r.clock)
            got = await call(network)
            await r.sleep(1000)
            return got, network, r.at.status()["malformed"], r.uart.lines[1:]

        return rig.run(scene, Peer(answers))

    def test_the_answer_ends_the_question(self):
        """Nothing is asked behind it: the line is in step."""
        for name, line in ((b"CEREG?", b"+CEREG:1,1"), (b"CSQ", b"+CSQ:20,99")):
            text = b"AT+" + name

            def call(network, text=text):
                return network.ask() if text == b"AT+CEREG?" else network.signal()

            _, _, _, sent = self.asked(call, {text: [line, b"OK"]})
            self.assertEqual(sent, [text])
            _, _, _, sent = self.asked(call, {text: [b"OK"]})
            self.assertEqual(sent, [text, b"AT"], "an OK alone may be another's")
            _, _, _, sent = self.asked(call, {text: [b"20,99", b"1,1", b"OK"]})
            self.assertEqual(sent, [text, b"AT"], "a line without the name is none of it")

    def test_a_line_with_more_than_16_fields_is_malformed(self):
        line = b"+CEREG:5,1,19E6,94,9" + b"," * 12
        _, network, malformed, _ = self.asked(
            lambda network: network.ask(), {b"AT+CEREG?": [line, b"OK"]}
        )
        self.assertEqual((network.state, malformed), (4, 1))

    def test_a_signal_with_up_to_four_fields(self):
        for line, words in (
            (b"+CSQ:20", "signal -73 dBm"),
            (b"+CSQ:20,99,0,0", "signal -73 dBm"),
            (b"+CSQ:20,99,0,0,0", "no signal"),
        ):
            _, network, _, _ = self.asked(
                lambda network: network.signal(), {b"AT+CSQ": [line, b"OK"]}
            )
            self.assertEqual(network.quality(), words, line)

    def test_who_asks_without_these_gets_the_answer_and_not_a_report(self):
        for text, answer, report in (
            (b"AT+CEREG?", b"+CEREG:1,1", b"+CEREG:2"),
            (b"AT+CSCON?", b"+CSCON:1,1", b"+CSCON:0"),
        ):

            async def call(network, text=text):
                return await network.at.command(text)

            for lines in ([answer, report], [report, answer]):
                got, network, _, _ = self.asked(call, {text: lines + [b"OK"]})
                self.assertEqual(got, [answer], text)
                self.assertEqual((network.state in (2, 4), network.connected), (True, False))

    def test_a_clock_is_not_known_before_it_was_asked_for(self):
        async def call(network):
            return network.clock_known

        self.assertFalse(self.asked(call, {})[0])


if __name__ == "__main__":
    unittest.main()
