"""Every line of the guide, in both directions, exactly as printed there (message ids apart).

`>` is what the driver has to write, `<` what the module prints. Marked `+` are lines that the
driver writes and the guide does not print: identity, and the answers to its OBSERVEs.
"""

import asyncio
import unittest

import vtime
from fakeuart import FakeUart
from rig import CHUNKS

from m5310.codes import DISCOVER, EXECUTE, OBSERVE, PARAMETER, READ, WRITE
from m5310.modem import Modem
from m5310.operations import KINDS

NETWORK = b"""
< OK
> AT
< OK
+ AT+CMEE=1
< OK
+ AT+CGSN=1
< +CGSN:869976030000001
< OK
+ AT+CIMI
< 460040000000001
< OK
> AT+COPS=1,2,"46000"
< OK
> AT+NEARFCN=0,3555
< OK
> AT+CSCON=1
< OK
> AT+CEREG=1
< OK
< +CSCON:1
< +CEREG:1,19E6,94,7
> AT+CGDCONT?
< +CGDCONT:0,"IP","nbiot.MNC002.MCC460.GPRS",,0,0
< OK
+ AT+CSQ
< +CSQ:31,99
< OK
+ AT+CCLK?
< OK
"""

UDP = b"""
> AT
< OK
> AT+NSOCR="DGRAM",17,2334,1
< 0
< OK
> AT+NSOST=0,183.230.40.150,36000,10,30313233343536373839
< 0,10
< OK
< +NSONMI:0,30
> AT+NSORF=0,30
< 0,183.230.40.150,36000,30,5B3131372E3136392E33362E31353A323137395D30313233343536373839,0
< OK
> AT+NSOCL=0
< OK
"""

OPEN = b"""
> AT
< OK
> AT+MIPLVER?
< +MIPLVER: 2.2.0
< OK
> AT+MIPLCREATE
< +MIPLCREATE:0
< OK
> AT+MIPLADDOBJ=0,3303,2,"11",6,1
< OK
> AT+MIPLADDOBJ=0,3306,1,"1",5,0
< OK
> AT+MIPLOPEN=0,3600,30
< OK
"""

REGISTERED = b"""
< +MIPLEVENT: 0,6
< +MIPLDISCOVER:0,101,3303
< +MIPLDISCOVER:0,102,3306
< +MIPLOBSERVE:0,103,1,3303,0,-1
< +MIPLOBSERVE:0,104,1,3303,1,-1
< +MIPLOBSERVE:0,105,1,3306,0,-1
> AT+MIPLDISCOVERRSP=0,101,1,34,"5700;5701;5601;5602;5603;5604;5605"
< OK
> AT+MIPLDISCOVERRSP=0,102,1,24,"5850;5851;5852;5853;5750"
< OK
+ AT+MIPLOBSERVERSP=0,103,1
< OK
+ AT+MIPLOBSERVERSP=0,104,1
< OK
+ AT+MIPLOBSERVERSP=0,105,1
< OK
"""

UPDATES = b"""
> AT+MIPLUPDATE=0,0,0
< OK
< +MIPLEVENT:0,11
> AT+MIPLUPDATE=0,3600,1
< OK
< +MIPLEVENT:0,11
"""

OPERATIONS = b"""
> AT+MIPLNOTIFY=0,103,3303,0,5700,4,4,98,0,0
< OK
> AT+MIPLNOTIFY=0,103,3303,0,5601,4,4,88,0,0
< OK
< +MIPLREAD:0,106,3303,0,5700
> AT+MIPLREADRSP=0,106,1,3303,0,5700,4,4,20.123,0,0
< OK
< +MIPLREAD:0,107,3303,0,-1
> AT+MIPLREADRSP=0,107,1,3303,0,5700,4,4,20.123,5,0
< OK
> AT+MIPLREADRSP=0,107,1,3303,0,5701,1,3, "Cel",4,0
< OK
> AT+MIPLREADRSP=0,107,1,3303,0,5601,4,4,10.123,3,0
< OK
> AT+MIPLREADRSP=0,107,1,3303,0,5602,4,4,60.2,2,0
< OK
> AT+MIPLREADRSP=0,107,1,3303,0,5603,4,4,0.0,1,0
< OK
> AT+MIPLREADRSP=0,107,1,3303,0,5604,4,4,99.0,0,0
< OK
< +MIPLREAD:0,108,3303,-1,-1
> AT+MIPLREADRSP=0,108,1,3303,0,5701,1,3, "Cel",3,0
< OK
> AT+MIPLREADRSP=0,108,1,3303,0,5602,4,4,50.123,2,0
< OK
> AT+MIPLREADRSP=0,108,1,3303,1,5701,1,3, "Cel",1,0
< OK
> AT+MIPLREADRSP=0,108,1,3303,1,5602,4,4,55.123,0,0
< OK
< +MIPLWRITE:0,109,3306,0,5850,2,1,01,0,0
> AT+MIPLWRITERSP=0,109,2
< OK
< +MIPLWRITE:0,110,3306,0,5850,2,1,01,0,1
< +MIPLWRITE:0,110,3306,0,5851,2,1,16,0,0
> AT+MIPLWRITERSP=0,110,2
< OK
< +MIPLEXECUTE:0,111,3303,0,5605,5, "reset"
> AT+MIPLEXECUTERSP=0,111,2
< OK
< +MIPLPARAMETER:0,112,3303,0,5700,37,"pmin=15;pmax=60;lt=0.0;gt=50.0;st=2.0"
< +MIPLPARAMETER:0,113,3303,0,5601,37,"pmin=18;pmax=90;lt=0.0;gt=60.0;st=2.0"
> AT+MIPLPARAMETERRSP=0,112,2
< OK
> AT+MIPLPARAMETERRSP=0,113,2
< OK
< +MIPLOBSERVE:0,114,1,3303,0,5700
< +MIPLOBSERVE:0,115,1,3303,0,5601
> AT+MIPLOBSERVERSP=0,114,1
< OK
> AT+MIPLOBSERVERSP=0,115,1
< OK
< +MIPLOBSERVE:0,116,1,3303,0,-1
> AT+MIPLOBSERVERSP=0,116,1
< OK
< +MIPLOBSERVE:0,117,1,3303,-1,-1
> AT+MIPLOBSERVERSP=0,117,1
< OK
< +MIPLOBSERVE:0,118,0,3303,0,5700
> AT+MIPLOBSERVERSP=0,118,1
< OK
< +MIPLOBSERVE:0,119,0,3303,0,-1
> AT+MIPLOBSERVERSP=0,119,1
< OK
< +MIPLOBSERVE:0,120,0,3303,-1,-1
> AT+MIPLOBSERVERSP=0,120,1
< OK
"""

DOWN = b"""
> AT+MIPLCLOSE=0
< OK
> AT+MIPLDELETE=0
< OK
> AT+MIPLDELOBJ=0,3306
< OK
"""

BOOTSTRAP = b"""
< +MIPLEVENT: 0,1
< +MIPLEVENT: 0,2
"""

OBJECTS = (
    (3303, "11", 6, 1, "5700;5701;5601;5602;5603;5604;5605"),
    (3306, "1", 5, 0, "5850;5851;5852;5853;5750"),
)

STRING, FLOAT = 1, 4

# What the application answers: msgid -> code, values of a read, resources of a discover.
ANSWERS = {
    101: (205, (), OBJECTS[0][4]),
    102: (205, (), OBJECTS[1][4]),
    106: (205, [(0, 5700, FLOAT, 20.123)], ""),
    107: (
        205,
        [
            (0, 5700, FLOAT, 20.123),
            (0, 5701, STRING, "Cel"),
            (0, 5601, FLOAT, 10.123),
            (0, 5602, FLOAT, 60.2),
            (0, 5603, FLOAT, 0.0),
            (0, 5604, FLOAT, 99.0),
        ],
        "",
    ),
    108: (
        205,
        [
            (0, 5701, STRING, "Cel"),
            (0, 5602, FLOAT, 50.123),
            (1, 5701, STRING, "Cel"),
            (1, 5602, FLOAT, 55.123),
        ],
        "",
    ),
}

# What the application has to be asked for: kind, path, and what the kind brings along.
ASKED = {
    101: (DISCOVER, 3303, -1, -1, None),
    102: (DISCOVER, 3306, -1, -1, None),
    103: (OBSERVE, 3303, 0, -1, False),
    104: (OBSERVE, 3303, 1, -1, False),
    105: (OBSERVE, 3306, 0, -1, False),
    106: (READ, 3303, 0, 5700, None),
    107: (READ, 3303, 0, -1, None),
    108: (READ, 3303, -1, -1, None),
    109: (WRITE, 3306, 0, 5850, [(5850, 2, b"\x01")]),
    110: (WRITE, 3306, 0, -1, [(5850, 2, b"\x01"), (5851, 2, b"\x16")]),
    111: (EXECUTE, 3303, 0, 5605, b"reset"),
    112: (PARAMETER, 3303, 0, 5700, b"pmin=15;pmax=60;lt=0.0;gt=50.0;st=2.0"),
    113: (PARAMETER, 3303, 0, 5601, b"pmin=18;pmax=90;lt=0.0;gt=60.0;st=2.0"),
    114: (OBSERVE, 3303, 0, 5700, False),
    115: (OBSERVE, 3303, 0, 5601, False),
    116: (OBSERVE, 3303, 0, -1, False),
    117: (OBSERVE, 3303, -1, -1, False),
    118: (OBSERVE, 3303, 0, 5700, True),
    119: (OBSERVE, 3303, 0, -1, True),
    120: (OBSERVE, 3303, -1, -1, True),
}


class Script:
    """A module that knows one transcript: any line out of order is kept in `wrong`."""

    def __init__(self, text, chunk):
        self.steps = [(line[:1], line[2:]) for line in text.split(b"\n") if line]
        self.at = 0
        self.wrong = []
        self.uart = FakeUart(chunk, self.hear)

    @property
    def next(self):
        """The line to be written next, None at the end."""
        return self.steps[self.at][1] if self.at < len(self.steps) else None

    def hear(self, line):
        if line != self.next:
            self.wrong.append((line, self.next))
            return b"\r\nERROR\r\n"
        self.at += 1
        return self.say()

    def say(self):
        """Return what the module prints up to the next line to be written."""
        out = b""
        while self.at < len(self.steps) and self.steps[self.at][0] == b"<":
            out += b"\r\n" + self.steps[self.at][1] + b"\r\n"
            self.at += 1
        return out

    async def until(self, line):
        """Wait until line is the next to be written; 10 s at most."""
        for _ in range(500):
            if self.next == line or self.wrong:
                return
            await vtime.clock.sleep_ms(20)
        self.wrong.append((b"nothing", self.next))


class Application:
    """Answers every operation by its table and keeps what it was asked."""

    def __init__(self):
        self.modem = None
        self.asked = {}

    def __call__(self, op):
        detail = None
        if op.kind == OBSERVE:
            detail = op.cancel
        elif op.kind == WRITE:
            detail = op.values
        elif op.kind == EXECUTE:
            detail = op.args
        elif op.kind == PARAMETER:
            detail = op.attributes
        self.asked[op.msgid] = (op.kind, op.oid, op.iid, op.rid, detail)
        changes = op.kind in (WRITE, EXECUTE, PARAMETER)
        default = (204 if changes else 205, (), "")
        self.modem.mipl.requests.reply(op, *ANSWERS.get(op.msgid, default))


def play(text, scene, chunk):
    """Run scene(modem, script) against the transcript; return (script, application, status)."""

    async def main():
        script = Script(text, chunk)
        application = Application()
        modem = Modem(script.uart, vtime.clock, print, application, **options)
        application.modem = modem
        script.uart.push(script.say())
        task = asyncio.create_task(modem.at.run())
        try:
            await modem.at.sync(10000)
            await scene(modem, script)
            await script.until(None)
        finally:
            task.cancel()
        return script, application, modem.status()

    options = {"operator": "46000", "earfcn": 3555}
    return vtime.run(main())


class GuideLinesTest(unittest.TestCase):
    def plays(self, text, scene, banner=0):
        for chunk in CHUNKS:
            script, application, status = play(text, scene, chunk)
            self.assertEqual(script.wrong, [], "chunk %d" % chunk)
            self.assertIsNone(script.next)
            for counter in ("unknown", "malformed", "stray", "errors", "timeouts", "expired"):
                self.assertEqual(status["at"][counter], 0, counter)
            self.assertEqual(status["at"]["late"], banner)
        return application, status

    def test_network(self):
        async def scene(modem, script):
            await modem.attach(60000)

        status = self.plays(NETWORK, scene, banner=1)[1]["network"]
        self.assertEqual(status["network"], "registered")
        self.assertEqual(status["cell"], ("19E6", "94", "7"))
        self.assertEqual(status["apn"], "nbiot.MNC002.MCC460.GPRS")
        self.assertTrue(status["connected"])

    def test_udp(self):
        got = []

        async def scene(modem, script):
            sock = await modem.udp(2334).open()
            await sock.sendto(b"0123456789", ("183.230.40.150", 36000))
            got.append(await sock.recvfrom(timeout_ms=3000))
            await sock.close()

        self.plays(UDP, scene)
        expected = (b"[117.169.36.15:2179]0123456789", ("183.230.40.150", 36000))
        self.assertEqual(got, [expected] * len(CHUNKS))

    def test_the_whole_of_chapter_3(self):
        states = []

        async def scene(modem, script):
            mipl = modem.mipl
            await mipl.open(OBJECTS, 3600, 30)
            await script.until(b"AT+MIPLUPDATE=0,0,0")
            await mipl.update()
            await mipl.update(3600, True)
            await mipl.notify(103, 3303, 0, 5700, FLOAT, 98)
            await mipl.notify(103, 3303, 0, 5601, FLOAT, 88)
            await script.until(b"AT+MIPLCLOSE=0")
            states.append(mipl.registered)
            await mipl.close()
            await mipl.remove(3306)

        application, status = self.plays(OPEN + REGISTERED + UPDATES + OPERATIONS + DOWN, scene)
        self.assertEqual(application.asked, ASKED)
        self.assertEqual(states, [True] * len(CHUNKS))
        self.assertEqual(status["session"]["version"], "2.2.0")
        self.assertEqual(status["session"]["notified"], 2)
        self.assertEqual(status["session"]["updates"], 2)
        self.assertEqual(status["session"]["operations"], len(ASKED))
        self.assertEqual(status["at"]["replies"], len(ASKED))
        self.assertLess(status["at"]["latency_max"], 1000)

    def test_with_bootstrap(self):
        async def scene(modem, script):
            await modem.mipl.open(OBJECTS, 3600, 30)
            await script.until(b"AT+MIPLCLOSE=0")
            await modem.mipl.close()
            await modem.mipl.remove(3306)

        self.plays(OPEN + BOOTSTRAP + REGISTERED + DOWN, scene)

    def test_the_script_does_notice_what_is_wrong(self):
        """A test that cannot fail is none: one character changed, and it does."""

        async def scene(modem, script):
            await modem.mipl.open(OBJECTS, 3600, 30)

        text = OPEN + REGISTERED
        changed = 0
        for line in text.split(b"\n"):
            if line[:1] in (b">", b"+") and len(line) > 20:
                wrong = text.replace(line, line[:-1] + b"?")
                script = play(wrong, scene_or_error(scene), 0)[0]
                self.assertTrue(script.wrong, line)
                changed += 1
        self.assertEqual(changed, 8)

    def test_every_kind_of_operation_is_asked(self):
        self.assertEqual(sorted({asked[0] for asked in ASKED.values()}), list(range(len(KINDS))))


def scene_or_error(scene):
    from m5310.errors import AtError

    async def wrapped(modem, script):
        try:
            await scene(modem, script)
        except AtError:
            return

    return wrapped
