"""What numbers of the module are called: states of the network, events, errors, and the names in
a status."""

import unittest

from modem_rig import OBJECTS, module, play, sleep
from rig import Peer

from at.errors import printable
from m5310 import errors, network


class StateTest(unittest.TestCase):
    def test_each_state_of_the_registration(self):
        async def scene(node):
            out = []
            for state in range(9):
                node.urc(b"+CEREG:%d" % state)
                await sleep(100)
                out.append(node.modem.network.words())
            node.urc(b"+CEREG:10")
            await sleep(100)
            return out + [node.modem.network.words()]

        self.assertEqual(
            play(scene),
            [
                "not searching",
                "registered",
                "searching",
                "denied: is the SIM activated for NB-IoT?",
                "out of coverage",
                "registered, roaming",
                "state 6",
                "state 7",
                "state 8",
                "state 10",
            ],
        )

    def test_signals_at_their_limits(self):
        for rssi, text in (
            (0, "no signal"),
            (1, "signal -111 dBm"),
            (31, "signal -51 dBm"),
            (32, "no signal"),
            (99, "no signal"),
        ):
            self.assertEqual(network.signal(rssi), text)

    def test_events_known_and_unknown(self):
        for number, text in (
            (0, "event 0"),
            (1, "bootstrap started"),
            (9, "lifetime ran out"),
            (10, "halted"),
            (15, "de-registered"),
            (16, "event 16"),
            (33, "a downlink message was too long for the module"),
            (46, "firmware update over"),
            (47, "event 47"),
            (255, "event 255"),
        ):
            self.assertEqual(errors.event(number), text)


class StatusTest(unittest.TestCase):
    """What is shown of a module goes by these names, in the console and on the platform."""

    LINE = (
        "commands errors expired fault faults held late latency_last latency_max latency_mean "
        "lines malformed overlong probes queue_max received refused replies resets silent stray "
        "timeouts unknown urcs waiting"
    )

    def test_names_of_the_line_and_the_session(self):
        async def scene(node):
            await node.mipl.open(OBJECTS, 3600, 30)
            return node.modem.status()

        status = play(scene)
        line = status["at"]
        self.assertEqual((line["fault"], line["replies"]), (None, 0))
        for name in ("latency_mean", "latency_max", "latency_last"):
            self.assertEqual(line[name], 0)
        self.assertEqual(sorted(status), ["at", "boots", "network", "session"])
        self.assertEqual(" ".join(sorted(status["at"])), self.LINE)
        self.assertEqual(
            status["session"],
            {
                "state": "registered",
                "cause": "",
                "version": "2.2.0",
                "notified": 0,
                "updates": 0,
                "operations": 0,
                "repeats": 0,
                "refused": 0,
            },
        )

    def test_what_the_line_took(self):
        async def scene(node):
            node.urc(b"+CEREG:1")
            node.uart.push(b"\r\n" + b"x" * 4000 + b"\r\n")
            await sleep(6000)
            status = node.at.status()
            return status["overlong"], status["lines"], status["received"]

        overlong, lines, received = play(scene)
        self.assertEqual((overlong, lines), (1, 2))  # OK to the first probe, and the report
        self.assertTrue(received >= 4000, received)

    def test_the_mean_of_latencies_is_in_whole_milliseconds(self):
        async def scene(node):
            node.at.replies.ages[:] = [3, 100, 50, 20]
            return repr(node.at.status()["latency_mean"])

        self.assertEqual(play(scene), "33")

    def test_the_network_after_a_bring_up(self):
        async def scene(node):
            await node.modem.attach(60000)
            node.urc(b"+CSCON:1")
            await sleep(100)
            return node.modem.network.status(), node.modem.status()["network"]

        peer = Peer(
            {
                b"AT+CGSN=1": [b"+CGSN:869976030000001", b"OK"],
                b"AT+CIMI": [b"460040000000001", b"OK"],
                b"AT+CEREG?": [b"+CEREG:1,1,19E6,94,9", b"OK"],
                b"AT+CGDCONT?": [b'+CGDCONT:0,"IP","nbiot",,0,0', b"OK"],
                b"AT+CSQ": [b"+CSQ:31,99", b"OK"],
                b"AT+CCLK?": [b"+CCLK:26/11/28,02:00:00+32", b"OK"],
            }
        )
        alone, part = play(scene, peer)
        self.assertEqual(
            alone,
            {
                "imei": "869976030000001",
                "imsi": "460040000000001",
                "cell": ("19E6", "94", "9"),
                "apn": "nbiot",
                "time": (2026, 11, 28, 2, 0, 0),
                "connected": True,
                "network": "registered",
                "signal": "signal -51 dBm",
            },
        )
        self.assertEqual(part, alone)

    def test_an_opened_session_has_no_cause_and_a_lost_one_has(self):
        async def scene(node):
            node.urc(b"+MIPLEVENT: 0,15")
            await sleep(100)
            status = node.mipl.status()
            return status["state"], status["cause"]

        self.assertEqual(play(scene, module(), opened=True), ("closed", "de-registered"))


class PrintableTest(unittest.TestCase):
    def test_ascii_stays_and_all_else_is_escaped(self):
        self.assertEqual(printable(b""), "")
        self.assertEqual(printable(b" AT+X~"), " AT+X~")
        self.assertEqual(printable(b"\x1f \x7e\x7f"), "\\x1f ~\\x7f")
        self.assertEqual(printable(b"\x00"), "\\x00")
        self.assertEqual(printable("开".encode()), "\\xe5\\xbc\\x80")
        self.assertEqual(printable(bytearray(b"a\rb")), "a\\x0db")

    def test_what_is_longer_than_80_bytes_is_cut(self):
        self.assertEqual(printable(b"x" * 80), "x" * 80)
        self.assertEqual(printable(b"x" * 81), "x" * 80 + "...")
        self.assertEqual(printable(b"\xff" * 81), "\\xff" * 80 + "...")
        self.assertEqual(printable(b"abc", 2), "ab...")
        self.assertEqual(printable(b"a\n", 2), "a\\x0a")


if __name__ == "__main__":
    unittest.main()
