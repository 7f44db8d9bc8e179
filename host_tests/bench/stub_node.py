"""The least program that answers the bench rightly: a stand-in for the node in tests of bench.run.

Its model is a dict; it shares nothing with the firmware. --refuse: answers every write with 4.05.
"""

import argparse
import contextlib
import json
import re
import select
import signal
import socket
import sys
import time

READABLE = [5700, 5701, 5601, 5602, 5603, 5604]
TEMPS = {5601: 21.0, 5602: 21.0, 5603: -55.0, 5604: 125.0}
WRITABLE = [5850, 5851, 5852, 5853, 5750]
STATES = {"off": (0, 0), "low": (1, 0), "high": (0, 1)}


class Stub:
    def __init__(self, uart, board, refuse):
        self.uart = self.connect(uart)
        self.board = self.connect(board)
        self.refuse = refuse
        self.text = self.link = ""
        self.celsius = 21.0
        self.values = {5850: 0, 5851: 0, 5852: 0, 5853: "off", 5750: ""}
        self.stopping = False
        signal.signal(signal.SIGINT, self.stop)

    @staticmethod
    def connect(address):
        host, port = address.split(":")
        return socket.create_connection((host, int(port)))

    def stop(self, *_):
        self.stopping = True

    def lines(self, wait=0.05):
        for ready in select.select([self.uart, self.board], [], [], wait)[0]:
            data = ready.recv(4096).decode()
            if ready is self.uart:
                self.text += data
            else:
                self.link += data
        *done, self.text = self.text.split("\r\n")
        *temps, self.link = self.link.split("\n")
        for line in temps:
            self.celsius = json.loads(line)["temp"].get("ds18x20-0", self.celsius)
        return [line for line in done if line]

    def command(self, line, final="OK"):
        """Send and wait for the final result; URCs that come meanwhile are kept."""
        self.uart.sendall(line.encode() + b"\r\n")
        end = time.monotonic() + 3
        kept = []
        while time.monotonic() < end:
            got = self.lines()
            kept += [one for one in got if one.startswith("+MIPL")]
            if final in got or any("ERROR" in one for one in got):
                break
        return kept

    def main(self):
        while not self.command("AT+CGATT?") == self.command("AT+CMEE=1") == []:
            time.sleep(0.1)
        time.sleep(2.5)
        for line in (
            "AT+MIPLCREATE",
            'AT+MIPLADDOBJ=0,3303,2,"11",6,1',
            'AT+MIPLADDOBJ=0,3306,1,"1",5,0',
        ):
            self.command(line)
        todo = self.command("AT+MIPLOPEN=0,3600,30")
        while not self.stopping:
            todo += [line for line in self.lines() if line.startswith("+MIPL")]
            while todo:
                todo += self.handle(todo.pop(0))
        for line in ("AT+MIPLCLOSE=0", "AT+MIPLDELETE=0"):
            self.command(line)
        print("left")

    def handle(self, urc):
        kind, rest = re.match(r"\+MIPL([A-Z]+):(.*)", urc).groups()
        if kind == "EVENT":
            return []
        _, msgid, *args = [part.strip() for part in rest.split(",")]
        out = []
        for line in getattr(self, kind.lower())(msgid, *args):
            out += self.command("AT+MIPL%sRSP=0,%s,%s" % (kind, msgid, line))
        return out

    def discover(self, msgid, oid):
        if oid == "3303":
            return ['1,34,"5700;5701;5601;5602;5603;5604;5605"']
        return ['1,24,"5850;5851;5852;5853;5750"']

    def known(self, oid, iid, rid="-1"):
        limit = {"3303": 2, "3306": 1}.get(oid, 0)
        ids = [*READABLE, 5605] if oid == "3303" else WRITABLE
        return limit > 0 and int(iid) < limit and (rid == "-1" or int(rid) in ids)

    def observe(self, msgid, flag, oid, iid, rid="-1"):
        return ["1" if self.known(oid, iid, rid) else "13"]

    def parameter(self, msgid, oid, iid, rid, *_):
        return ["2" if self.known(oid, iid, rid) else "13"]

    def execute(self, msgid, oid, iid, rid, *_):
        if not self.known(oid, iid, rid):
            return ["13"]
        if rid == "5605":
            TEMPS[5601] = TEMPS[5602] = self.celsius
        return ["2" if rid == "5605" else "14"]

    def read(self, msgid, oid, iid, rid):
        if not self.known(oid, iid, rid):
            return ["13"]
        if rid == "5605":
            return ["14"]
        iids = [int(iid)] if iid != "-1" else [0, 1] if oid == "3303" else [0]
        rids = [int(rid)] if rid != "-1" else READABLE if oid == "3303" else WRITABLE
        todo = [(i, r) for i in iids for r in rids]
        left = len(todo)
        return [
            "1,%s,%d,%d,%s,%d,0" % (oid, i, r, self.value(r), left - 1 - n)
            for n, (i, r) in enumerate(todo)
        ]

    def value(self, rid):
        if rid == 5701:
            return '1,3,"Cel"'
        if rid in (5853, 5750):
            return '1,%d,"%s"' % (len(self.values[rid]), self.values[rid])
        if rid == 5850:
            return "5,1,%d" % self.values[rid]
        if rid in WRITABLE:
            return "3,4,%d" % self.values[rid]
        return "4,4,%s" % (self.celsius if rid == 5700 else TEMPS[rid])

    def write(self, msgid, oid, iid, rid, kind, size, raw, flag, index):
        data = bytes.fromhex(raw)
        if self.refuse or oid == "3303":
            return ["14"] if index == "0" else []
        if not self.known(oid, iid, rid):
            return ["13"]
        if b'"' in data or (rid == "5851" and data[0] > 100):
            return ["11"]
        rid = int(rid)
        self.values[rid] = data.decode() if rid in (5853, 5750) else int.from_bytes(data, "big")
        if rid == 5850:
            self.tell({"pin": 26, "value": self.values[rid]})
        elif rid == 5851:
            self.tell({"pwm": 25, "duty_u16": self.values[rid] * 65535 // 100})
        elif rid == 5853:
            for pin, level in zip((32, 33), STATES[self.values[rid]], strict=True):
                self.tell({"pin": pin, "value": level})
        return ["2"] if index == "0" else []

    def tell(self, message):
        self.board.sendall(json.dumps(message).encode() + b"\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--uart")
    parser.add_argument("--board")
    parser.add_argument("--refuse", action="store_true")
    options = parser.parse_args()
    print("stub", " ".join(sys.argv[1:]), flush=True)
    with contextlib.suppress(ConnectionError):
        Stub(options.uart, options.board, options.refuse).main()
