"""How long each command of the driver waits for its answer, to the millisecond.

A module that is slow is not to be taken for one that is silent: OneNET, the network and the SIM
are asked behind some of them. What waits too long keeps operations from their answers.
"""

import unittest

from modem_rig import ADD, ATTACHED, CREATE, OBJECTS, OPEN, UPDATE, VERSION, module
from rig import Peer
from steps import Steps

from m5310 import power

MODEL = b"AT+CGMM"
PACK = b"AT+CMVER"
SOCKET = b'AT+NSOCR="DGRAM",17,2334,1'
SEND = b"AT+NSOST=0,1.2.3.4,80,2,4142"
READ = b"AT+NSORF=0,512"
WITH_SOCKET = dict(ATTACHED)
WITH_SOCKET[SOCKET] = [b"0", b"OK"]


class LimitTest(unittest.TestCase):
    def each(self, rows, call, answers=WITH_SOCKET, opened=False, **options):
        """Check that text is given up ms behind it, for each (text, ms), in what call(s) does."""
        for text, ms in rows:
            changed = dict(answers)
            if opened:
                s = Steps(module(answers), **options)
                s.finish(s.mipl.open(OBJECTS, 3600, 30))
                s.peer.answers[text] = None
            else:
                changed[text] = None
                s = Steps(Peer(changed), **options)
            s.reach(call(s), text)
            self.assertTrue(s.gives_up(ms), (text, ms))

    def test_bring_up(self):
        """Five seconds each: the module is starting. An operator may have to be looked for."""
        rows = (
            (b"AT+CMEE=1", 5000),
            (b"AT+CGSN=1", 5000),
            (b"AT+CIMI", 5000),
            (b'AT+COPS=1,2,"46000"', 30000),
            (b"AT+NEARFCN=0,3555", 5000),
            (b"AT+CSCON=1", 5000),
            (b"AT+CEREG=1", 5000),
            (b'AT+CPSMS=1,,,"00111000","00000101"', 5000),
            (b"AT+CEDRXS=0,5", 5000),
            (b"AT+NPSMR=1", 5000),
            (b"AT+CEREG?", 2000),
            (b"AT+CGDCONT?", 5000),
            (b"AT+CSQ", 5000),
            (b"AT+CCLK?", 5000),
        )

        def call(s):
            s.network.power = (10, 86400, 0)
            return s.modem.attach(60000)

        self.each(rows, call, operator="46000", earfcn=3555)

    def test_questions_about_the_network(self):
        self.each([(b"AT+CEREG?", 2000)], lambda s: s.network.ask())
        self.each([(b"AT+CSQ", 2000)], lambda s: s.network.signal())

    def test_what_the_network_gave_for_the_timers(self):
        s = Steps(Peer({b"AT+CEREG?": None}))
        s.reach(power.granted(s.network), b"AT+CEREG?")
        self.assertTrue(s.gives_up(2000))
        s.run(lambda: s.ended)
        self.assertEqual(s.last, b"AT+CEREG=1")

    def test_opening(self):
        rows = (
            (VERSION, 2000),
            (MODEL, 2000),
            (PACK, 2000),
            (CREATE, 10000),
            (ADD[0], 2000),
            (OPEN, 10000),
        )
        answers = {MODEL: [b"M5310", b"OK"], PACK: [b"SP2", b"OK"]}
        self.each(rows, lambda s: s.mipl.open(OBJECTS, 3600, 30), answers, dialect="auto")
        answers = {b'AT+MIPLCREATEEX="nbiotbt.heclouds.com:5683",1': [b"+MIPLCREATEEX:0", b"OK"]}
        rows = [(b'AT+MIPLDISCOVERRSP=0,3306,1,24,"5850;5851;5852;5853;5750"', 2000)]
        self.each(rows, lambda s: s.mipl.open(OBJECTS, 3600, 30), answers, dialect="m5310a")

    def test_a_session_of_before_is_deleted_within_two_seconds(self):
        answers = {CREATE: b"ERROR"}
        self.each([(b"AT+MIPLDELETE=0", 2000)], lambda s: s.mipl.open((), 3600, 30), answers)

    def test_a_session(self):
        notify = b"AT+MIPLNOTIFY=0,9,3303,0,5700,4,4,98,0,0"
        for text, ms, call in (
            (UPDATE, 2000, lambda s: s.mipl.update()),
            (notify, 2000, lambda s: s.mipl.notify(9, 3303, 0, 5700, 4, 98)),
            (notify, 2000, lambda s: s.mipl.notify_values(9, 3303, 0, ((5700, 4, 98),))),
            (b"AT+MIPLCLOSE=0", 10000, lambda s: s.mipl.close()),
            (b"AT+MIPLDELETE=0", 10000, lambda s: s.mipl.close()),
            (b"AT+MIPLDELOBJ=0,3306", 2000, lambda s: s.mipl.remove(3306)),
        ):
            self.each([(text, ms)], call, {}, True)

    def test_each_line_of_a_group(self):
        first = b"AT+MIPLNOTIFY=0,9,3303,0,5518,3,4,1795831200,1,0"
        values = ((5518, 3, 1795831200), (5700, 4, 98))
        self.each([(first, 2000)], lambda s: s.mipl.notify_values(9, 3303, 0, values), {}, True)

    def test_sockets(self):
        async def use(s):
            sock = await s.modem.udp(2334).open()
            await sock.sendto(b"AB", ("1.2.3.4", 80))
            await sock.check()
            await sock.close()

        rows = ((SOCKET, 5000), (SEND, 5000), (READ, 5000), (b"AT+NSOCL=0", 2000))
        self.each(rows, use)

    def test_a_reboot(self):
        self.each([(b"AT+NRB", 5000)], lambda s: s.modem.reboot())


if __name__ == "__main__":
    unittest.main()
