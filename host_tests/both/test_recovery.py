"""The ladder back to a session, and the two ways to restart the module."""

import asyncio
import unittest

import rig
import vtime
from fakeuart import FakeUart
from modem_rig import OBJECTS, play, sleep

from m5310 import errors
from m5310.errors import AtError
from m5310.modem import Modem
from node.ladder import Ladder


def rungs(ladder, count, silent=False):
    return [ladder.next(silent)[0] for _ in range(count)]


class LadderTest(unittest.TestCase):
    def test_without_pins_session_and_reboot_take_turns(self):
        expected = ["session"] * 3 + ["reboot"] * 2
        self.assertEqual(rungs(Ladder(), 12), expected * 2 + ["session"] * 2)

    def test_behind_a_wait_for_a_silent_module_it_starts_from_the_lowest(self):
        """It answers again: that it was silent says nothing against its session."""
        for beyond, lowest in ((False, "session"), (True, "reboot")):
            for waits in (1, 2, 3, 4):
                ladder = Ladder()
                for _ in range(waits):
                    self.assertEqual(ladder.next(True)[0], "wait")
                self.assertEqual(ladder.next(False, beyond)[0], lowest, waits)
        ladder = Ladder()
        self.assertEqual(rungs(ladder, 4), ["session"] * 3 + ["reboot"])
        self.assertEqual(rungs(ladder, 1, True), ["wait"])
        self.assertEqual(rungs(ladder, 4), ["session"] * 3 + ["reboot"])

    def test_every_rung_configured(self):
        expected = (
            ["session"] * 3 + ["reboot"] * 2 + ["reset pin"] * 2 + ["power pin"] * 2 + ["restart"]
        )
        ladder = Ladder(("restart", "power pin", "reset pin"))
        self.assertEqual(rungs(ladder, 11), expected + ["session"])

    def test_pauses_grow_and_are_bounded(self):
        ladder = Ladder()
        pauses = [ladder.next(False)[1] for _ in range(40)]
        self.assertEqual(pauses[:8], [5, 10, 20, 40, 80, 160, 320, 600])
        self.assertEqual(set(pauses[8:]), {600})

    def test_a_silent_module_is_only_waited_for_where_there_is_no_pin(self):
        ladder = Ladder()
        got = [ladder.next(True) for _ in range(10)]
        self.assertEqual({name for name, _ in got}, {"wait"})
        self.assertEqual([pause for _, pause in got][:5], [5, 10, 20, 30, 30])
        self.assertEqual(max([pause for _, pause in got]), 30)

    def test_a_silent_module_goes_to_the_pins_at_once(self):
        ladder = Ladder(("reset pin", "power pin", "restart"))
        pins = ["reset pin", "reset pin", "power pin", "power pin"]
        self.assertEqual(rungs(ladder, 13, silent=True), pins * 3 + ["restart"])

    def test_the_mcu_is_not_restarted_before_the_tenth_failure(self):
        silent = rungs(Ladder(("restart",)), 10, silent=True)
        self.assertEqual(silent, ["wait"] * 9 + ["restart"])
        heard = rungs(Ladder(("restart",)), 12, silent=False)
        self.assertEqual(heard.count("restart"), 1)
        self.assertEqual(heard.index("restart"), 10)

    def test_only_a_power_pin(self):
        ladder = Ladder(("power pin",))
        self.assertEqual(rungs(ladder, 3, silent=True), ["power pin"] * 3)

    def test_a_module_that_speaks_again_is_spoken_to(self):
        ladder = Ladder()
        rungs(ladder, 2, silent=True)
        self.assertEqual(ladder.next(False)[0], "session")
        ladder = Ladder(("reset pin",))
        self.assertEqual(rungs(ladder, 1, silent=True), ["reset pin"])
        self.assertEqual(rungs(ladder, 3), ["reset pin", "session", "session"])


class Module:
    """A module that can be rebooted: `boot_ms` after NRB or a reset it prints `banner`."""

    def __init__(self, banner, nrb=(b"REBOOTING",), boot_ms=5000):
        self.banner = banner
        self.nrb = nrb
        self.boot_ms = boot_ms
        self.down = False
        self.uart = None
        self.log = []
        self.booting = None

    def __call__(self, line):
        if self.down:
            return b""
        if line == b"AT+NRB":
            self.boot()
            return b"".join([b"\r\n" + text + b"\r\n" for text in self.nrb])
        if line != b"AT":
            self.log.append(line)
        return b"\r\nOK\r\n"

    def boot(self):
        self.down = True
        self.booting = asyncio.create_task(self._boot())

    async def _boot(self):
        await vtime.clock.sleep_ms(self.boot_ms)
        self.down = False
        for line in self.banner:
            self.uart.push(b"\r\n" + line + b"\r\n")


class Pin:
    def __init__(self, module=None):
        self.module = module
        self.seen = []

    def value(self, value):
        self.seen.append((value, vtime.clock.ticks_ms()))
        if not value and self.module:
            self.module.boot()


def with_modem(scene, module, **options):
    async def main():
        module.uart = FakeUart(7, module)
        modem = Modem(module.uart, vtime.clock, print, None, **options)
        task = asyncio.create_task(modem.at.run())
        try:
            await modem.at.sync(10000)
            return await scene(modem)
        finally:
            task.cancel()

    return vtime.run(main())


async def outcome(call):
    """Await call; return (kind of its AtError or 0, ms it took)."""
    start = vtime.clock.ticks_ms()
    kind = 0
    try:
        await call
    except AtError as e:
        kind = e.kind
    return kind, vtime.clock.ticks_diff(vtime.clock.ticks_ms(), start)


BANNER = (b"REBOOT_CAUSE_APPLICATION_AT", b"M5310-A", b"OK")


class RebootTest(unittest.TestCase):
    def test_reboot_waits_for_the_module_whatever_it_prints(self):
        for nrb, banner in (
            ((b"REBOOTING",), BANNER),
            ((b"REBOOTING",), (b"REBOOT_CAUSE_APPLICATION_AT", b"Neul", b"OK")),
            ((b"REBOOTING",), (b"Boot: Unsigned", b"Security B.. Verified", b"Neul", b"OK")),
            ((b"OK",), BANNER),
            ((), BANNER),
            ((), (b"OK",)),
        ):

            async def scene(modem):
                kind, took = await outcome(modem.reboot())
                await modem.at.command(b"AT+CSQ")
                return kind, took

            module = Module(banner, nrb, 4000)
            kind, took = with_modem(scene, module)
            self.assertEqual(kind, 0, (nrb, banner))
            self.assertTrue(4000 <= took < 13000, (took, nrb, banner))
            self.assertEqual(module.log, [b"AT+CSQ"])

    def test_a_module_that_does_not_come_back_is_given_up_on(self):
        async def scene(modem):
            return await outcome(modem.reboot())

        kind, took = with_modem(scene, Module((), boot_ms=10**7))
        self.assertEqual(kind, errors.SILENT)
        self.assertTrue(30000 <= took < 36000, took)

    def test_reboot_forgets_network_session_and_sockets(self):
        async def scene(modem):
            udp = modem.sockets
            module.log = []
            lost = []
            modem.mipl.on_lost = lost.append
            modem.mipl.state = 2
            modem.network.state = 1
            udp.sockets[0] = sock = modem.udp(2334)
            sock.is_open = True
            await modem.reboot()
            state = modem.mipl.state, modem.network.registered, udp.sockets, sock.is_open
            return state, len(lost), modem.boots

        module = Module(BANNER)
        self.assertEqual(with_modem(scene, module), ((0, False, {}, False), 1, 1))

    def test_a_reboot_nobody_asked_for_ends_everything_that_waits(self):
        for banner in (
            b"REBOOT_CAUSE_SECURITY_WATCHDOG",
            b"M5310-A",
            b"Neul",
            b"*ATREADY",
            b"*MATREADY: 1",
            b"+MATREADY",
            b"auto-reboot",
        ):
            module = Module((), (), 10**6)

            async def scene(modem, banner=banner, module=module):
                calls = [
                    asyncio.create_task(outcome(modem.at.command(b"AT+NRB", 60000))),
                    asyncio.create_task(outcome(modem.at.command(b"AT+WAITS"))),
                ]
                await vtime.clock.sleep_ms(100)
                module.uart.push(b"\r\n" + banner + b"\r\n")
                return [kind for kind, _ in await rig.all_of(calls)]

            self.assertEqual(with_modem(scene, module), [errors.RESET] * 2, banner)

    def test_in_the_middle_of_the_wait_for_the_network(self):
        """What bring-up set is gone: it has to start over, not to wait on."""

        async def scene(modem):
            task = asyncio.create_task(outcome(modem.attach(60000)))
            await vtime.clock.sleep_ms(22000)
            module.uart.push(b"\r\nREBOOT_CAUSE_PROTOCOL_WATCHDOG\r\n\r\nNeul\r\n\r\nOK\r\n")
            return await task

        module = Module(BANNER)
        kind, took = with_modem(scene, module)
        self.assertEqual(kind, errors.RESET)
        self.assertLess(took, 23000)

    def test_a_session_ends_for_the_cause_that_is_told(self):
        class Silent:
            def value(self, level):
                pass

        async def scene(node):
            await node.modem.reboot()
            await node.mipl.open(OBJECTS, 3600, 30)
            await node.modem.pulse(Silent(), 300)
            return node.losses

        causes = [("rebooted by us", 0), ("restarted by pin", 0)]
        self.assertEqual(play(scene, opened=True), causes)

    def test_an_operation_does_not_end_the_wait_for_the_answer_to_it(self):
        """It would be given up, and the module taken for one that goes on."""

        async def scene(node):
            node.peer.answers[b"AT+NRB"] = None
            task = asyncio.create_task(node.outcome(node.modem.reboot()))
            await sleep(100)
            node.urc(b"+MIPLREAD:0,77,3303,0,5700")
            await sleep(3000)
            node.urc(*BANNER)
            result = await task
            return result, [line for line in node.sent if not line.startswith(b"AT+MIPLREADRSP")]

        self.assertEqual(play(scene, opened=True), ((0, ""), [b"AT+NRB"]))


class BannerTest(unittest.TestCase):
    def test_each_line_of_a_start_is_known_as_that(self):
        """None is a line of the command that is in flight, and none is unknown."""
        lines = (
            b"REBOOT_CAUSE_APPLICATION_AT",
            b"Neul ",
            b"*ATREADY: 1",
            b"*MATREADY: 1",
            b"+MATREADY",
            b"MATREADY",
            b"auto-reboot",
            b"RDY",
            b"SMS Ready",
            b"Call Ready",
            b"PB DONE",
        )

        async def scene(node):
            node.urc(*lines)
            await sleep(3000)
            node.urc(b"M5310-A")
            await sleep(3000)
            status = node.at.status()
            return status["unknown"], status["urcs"]

        self.assertEqual(play(scene), (0, len(lines) + 1))


class PulseTest(unittest.TestCase):
    def test_the_pin_is_asserted_for_its_time_then_the_module_waited_for(self):
        async def scene(modem):
            pin = Pin(module)
            result = await outcome(modem.pulse(pin, 300))
            (on, from_ms), (off, to_ms) = pin.seen
            return result, (on, off), to_ms - from_ms

        module = Module(BANNER)
        (kind, took), values, length = with_modem(scene, module)
        self.assertEqual((kind, values), (0, (1, 0)))
        self.assertTrue(300 <= length < 330, length)
        self.assertTrue(5300 <= took < 12000, took)

    def test_a_module_that_stays_silent(self):
        async def scene(modem):
            pin = Pin()
            module.down = True
            return (await outcome(modem.pulse(pin, 300)))[0], [v for v, _ in pin.seen]

        module = Module(())
        self.assertEqual(with_modem(scene, module), (errors.SILENT, [1, 0]))

    def test_a_cancelled_pulse_lets_go_of_the_pin(self):
        async def scene(modem):
            pin = Pin()
            task = asyncio.create_task(modem.pulse(pin, 300))
            await vtime.clock.sleep_ms(100)
            task.cancel()
            await vtime.clock.sleep_ms(100)
            return [v for v, _ in pin.seen]

        self.assertEqual(with_modem(scene, Module(BANNER)), [1, 0])


class StatusTest(unittest.TestCase):
    def test_status_of_the_whole_modem(self):
        async def scene(modem):
            await modem.reboot()
            return modem.status()

        status = with_modem(scene, Module(BANNER))
        self.assertEqual(status["boots"], 1)
        self.assertEqual(status["session"]["state"], "closed")
        self.assertEqual(status["network"]["network"], "out of coverage")
        self.assertGreaterEqual(status["at"]["resets"], 1)
