"""What each step of a bring-up takes for an answer, how long it waits, and what it tells."""

import asyncio
import unittest

from modem_rig import ATTACHED, module, play, sleep
from rig import Peer


def up(changes, look, during=None, **options):
    """Bring a module up whose answers have changes; return what look(node, log) does then."""

    async def scene(node):
        log = []
        node.modem.log = log.append
        task = asyncio.create_task(during(node)) if during else None
        await node.modem.attach(180000)
        if task:
            await task
        return look(node, log)

    answers = dict(ATTACHED)
    answers.update(changes)
    return play(scene, Peer(answers), **options)


class IdentityTest(unittest.TestCase):
    def test_an_imsi_has_6_to_15_digits(self):
        for line, imsi in (
            (b"12345", None),
            (b"123456", "123456"),
            (b"460040000000001", "460040000000001"),
            (b"4600400000000012", None),
            (b"46004000000000A", None),
            (b"ABCDEFGH", None),
        ):
            got = up({b"AT+CIMI": [line, b"OK"]}, lambda node, log: node.modem.network.imsi)
            self.assertEqual(got, imsi, line)

    def test_an_imei_with_its_software_version_and_no_more(self):
        refused = ["AT+CGSN=1: answer not understood"] * 3
        for line, imei, log in (
            (b"+CGSN:869976030000001", "869976030000001", []),
            (b'+CGSN: "869976030000001"', "869976030000001", []),
            (b"+CGSN:869976030000001,12", "869976030000001", []),
            (b"+CGSN:869976030000001,1,2", None, refused),
        ):
            got = up(
                {b"AT+CGSN=1": [line, b"OK"]}, lambda node, log: (node.modem.network.imei, log)
            )
            self.assertEqual(got, (imei, log), line)

    def test_an_apn_with_up_to_16_fields(self):
        for fields, apn in ((3, "nbiot"), (16, "nbiot"), (17, None)):
            line = b'+CGDCONT:0,"IP","nbiot"' + b"," * (fields - 3)
            got = up({b"AT+CGDCONT?": [line, b"OK"]}, lambda node, log: node.modem.network.apn)
            self.assertEqual(got, apn, line)

    def test_a_report_that_is_refused_is_told_and_passed_over(self):
        for text in (b"AT+CSCON=1", b"AT+CEREG=1"):

            def look(node, log, text=text):
                return node.sent.count(text), log

            log = ["+CME ERROR 4 (operation not supported): " + text.decode()]
            self.assertEqual(up({text: b"+CME ERROR: 4"}, look), (3, log))

    def test_a_line_that_is_nobodys_is_not_taken_for_an_answer(self):
        answer = [b"31", b"+CSQ:20,99", b"OK"]
        got = up({b"AT+CSQ": answer}, lambda node, log: node.modem.network.quality())
        self.assertEqual(got, "signal -73 dBm")


class OperatorTest(unittest.TestCase):
    COPS = b'AT+COPS=1,2,"46000"'

    def test_it_is_waited_for_over_half_a_minute(self):
        """The module looks for the network meanwhile."""

        async def late(node):
            while self.COPS not in node.sent:
                await sleep(50)
            await sleep(29_000)
            node.urc(b"OK")

        got = up({self.COPS: None}, lambda node, log: (node.sent[-1], log), late, operator="46000")
        self.assertEqual(got, (b"AT+CCLK?", []))

    def test_an_operation_meanwhile_does_not_end_it(self):
        async def scene(node):
            node.peer.answers.update(ATTACHED)
            node.peer.answers[self.COPS] = None
            task = asyncio.create_task(node.outcome(node.modem.attach(60000)))
            while self.COPS not in node.sent:
                await sleep(50)
            node.urc(b"+MIPLREAD:0,77,3303,0,5700")
            await sleep(3000)
            node.urc(b"OK")
            return await task

        got = play(scene, module(), opened=True, operator="46000")
        self.assertEqual(got, (0, ""))


class PowerTest(unittest.TestCase):
    ASKED = [b'AT+CPSMS=1,,,"00111000","00000101"', b"AT+CEDRXS=0,5", b"AT+NPSMR=1"]

    def test_it_is_asked_for_before_registration_is_waited_for(self):
        async def scene(node):
            log = []
            node.modem.log = log.append
            node.modem.network.power = [10, 86400, 0]
            await node.modem.attach(60000)
            at = node.sent.index(b"AT+CEREG?")
            return node.sent[at - 4 : at], log

        answers = dict(ATTACHED)
        expected = [b"AT+CEREG=1"] + self.ASKED
        self.assertEqual(play(scene, Peer(answers)), (expected, []))
        answers[b"AT+CEDRXS=0,5"] = b"+CME ERROR: 50"
        refused = "+CME ERROR 50 (incorrect parameters): AT+CEDRXS=0,5"
        self.assertEqual(play(scene, Peer(answers)), (expected, [refused]))


class WaitTest(unittest.TestCase):
    def test_the_seconds_it_tells_are_those_it_waited(self):
        async def attach(node):
            await sleep(65_000)
            node.urc(b"+CEREG:1")

        log = up({b"AT+CEREG?": [b"+CEREG:1,2", b"OK"]}, lambda node, log: log, attach)
        words = "waiting for the network: %d s, searching, signal -73 dBm"
        self.assertEqual(log, [words % seconds for seconds in (10, 20, 30, 40, 50, 60)])

    def test_a_time_out_has_no_number_of_the_modules(self):
        async def scene(node):
            node.peer.answers.update(ATTACHED)
            node.peer.answers[b"AT+CEREG?"] = [b"+CEREG:1,2", b"OK"]
            try:
                await node.modem.attach(20000)
            except Exception as e:
                return e.code, e.text

        self.assertEqual(play(scene, module()), (0, b"network registration, searching"))


if __name__ == "__main__":
    unittest.main()
