"""A simulated module in virtual time, with helpers to talk to it line by line."""

import re

from clock import FakeClock

from bench.module import Module
from bench.platform import Platform

IDS_3303 = '34,"5700;5701;5601;5602;5603;5604;5605"'
IDS_3306 = '24,"5850;5851;5852;5853;5750"'


class Rig:
    """Module and platform on a FakeClock; raw: every byte the module printed."""

    def __init__(self, start=0, platform=None, **options):
        self.clock = FakeClock(start)
        self.platform = Platform(self.clock, **(platform or {}))
        self.module = Module(self.clock, self.platform, **options)
        self.raw = b""
        self.records = []
        self.module.on_operation = self.records.append

    def run(self, ms):
        """Let ms pass; return the lines printed meanwhile."""
        out = b""
        left = ms
        while True:
            self.module.poll()
            out += self.module.take()
            wait = self.module.next_ms()
            if wait is not None and wait <= 0:
                continue
            step = left if wait is None else min(wait, left)
            if left <= 0:
                break
            self.clock.advance(step)
            left -= step
        self.raw += out
        return [line.decode("latin-1") for line in out.split(b"\r\n") if line]

    def send(self, *lines, ms=50):
        """Send command lines one after the other; return all lines printed."""
        out = []
        for line in lines:
            self.module.feed(line.encode("latin-1") + b"\r\n")
            out += self.run(ms)
        return out

    def boot(self):
        """Power on until registered, errors in numbers."""
        self.run(4000)
        assert self.send("AT+CMEE=1") == ["OK"]
        return self

    def create(self):
        """Boot, create the suite and declare the guide's objects."""
        self.boot()
        declare = ['AT+MIPLADDOBJ=0,3303,2,"11",6,1', 'AT+MIPLADDOBJ=0,3306,1,"1",5,0']
        assert self.send("AT+MIPLCREATE", *declare) == ["+MIPLCREATE:0", "OK", "OK", "OK"]
        return self

    def register(self, lifetime=3600, answer=True):
        """Create, open, and answer what the platform asks first."""
        self.create()
        assert self.send("AT+MIPLOPEN=0,%d,30" % lifetime, ms=20) == ["OK"]
        lines = self.run(300)
        if answer:
            while lines:
                lines = self.send(*(self.answer(line) for line in lines if ":0," in line))
                lines = [line for line in lines if line != "OK"] + self.run(300)
        return self

    @staticmethod
    def answer(urc):
        """Return the good answer of a node to a DISCOVER or OBSERVE line."""
        name, msgid, rest = re.match(r"\+MIPL([A-Z]+):0,(\d+),(.*)", urc).groups()
        if name == "DISCOVER":
            return "AT+MIPLDISCOVERRSP=0,%s,1,%s" % (
                msgid,
                {"3303": IDS_3303, "3306": IDS_3306}[rest],
            )
        return "AT+MIPLOBSERVERSP=0,%s,1" % msgid

    @property
    def imei(self):
        return self.module.imei

    @property
    def device(self):
        return self.platform.device(self.imei)

    def observed(self, path):
        """Return the msgid under which path is observed."""
        return self.module.session.observations[path]

    def announce(self, operation, ms=200):
        """Return the lines the module prints for an operation just asked."""
        lines = self.run(ms)
        assert operation.msgid is not None, operation.reason
        return lines


def error(code):
    return ["+CIS ERROR: %d" % code]


WRONG, STATE = error(601), error(602)
