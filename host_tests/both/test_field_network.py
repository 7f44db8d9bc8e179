"""What modules of this family printed in the field: clock, start, registration, sockets.

Each test is a public bug report, log or driver, named in its docstring; the bytes are theirs, the
right value is what the module meant.
"""

import unittest

from field_rig import play


def clock(text, **options):
    """Return the time known after bring-up on a module whose clock prints text."""

    async def scene(node):
        await node.attached()
        return node.network.time

    return play(scene, {b"AT+CCLK?": (text, b"OK")}, **options)


class ClockTest(unittest.TestCase):
    def test_the_clock_is_utc_with_the_zone_beside_it(self):
        """Log of a BC28 product that prints its own UNIX time beside it."""
        self.assertEqual(clock(b"+CCLK:20/08/07,06:16:37+32"), (2020, 8, 7, 6, 16, 37))

    def test_a_clock_that_no_network_has_set_is_no_time(self):
        """arduino-libraries/MKRNB#22, u-blox/ubxlib#244: the epoch, 1980, read as 2080."""
        self.assertEqual(clock(b'+CCLK: "80/01/06,00:00:13"'), None)
        self.assertEqual(clock(b"+CCLK:70/01/01,00:00:13+00"), None)
        self.assertEqual(clock(b"+CCLK:00/01/01,00:01:02"), None)

    def test_four_digits_of_the_year(self):
        """Driver of China Mobile's MN316."""
        time = clock(b'+CCLK: "2026/02/09,08:51:58+32"')
        self.assertIn(time, (None, (2026, 2, 9, 8, 51, 58)))

    def test_echo_in_lower_case_and_a_blank_behind_the_colon(self):
        """ghubcoder/PicoSleepDemo#2."""

        async def scene(node):
            await node.attached()
            return node.network.rssi, node.modem.at.status()["unknown"]

        raw = (("raw", b"at+csq\r\r\n+CSQ: 22,99\r\n\r\nOK\r\n"),)
        self.assertEqual(play(scene, {b"AT+CSQ": raw}), (22, 0))


BOOT = (
    b"\r\nBoot: Unsigned\r\nSecurity B.. Verified\r\nProtocol A.. Verified\r\n"
    b"Apps A...... Verified\r\n\r\nREBOOT_CAUSE_SECURITY_PMU_POWER_ON_RESET\r\nNeul \r\nOK\r\n"
)


class StartTest(unittest.TestCase):
    def test_the_text_of_a_boot_loader_ends_the_session_once(self):
        """Log of a BC28 product."""

        async def scene(node):
            await node.online()
            await node.hear(("raw", BOOT))
            return len(node.losses), node.registered, node.modem.boots

        self.assertEqual(play(scene), (1, False, 1))

    def test_rdy_is_a_start(self):
        """BC28 driver with notes from hardware: after AT+NRB it says RDY some seconds later."""

        async def scene(node):
            await node.online()
            await node.hear(b"RDY")
            return len(node.losses), node.registered

        self.assertEqual(play(scene), (1, False))

    def test_noise_in_front_of_the_first_ok(self):
        """lancaster-university/codal-microbit-v2#55."""

        async def scene(node):
            noise = b"\x03\xfd\x03\xf5\x21\x02\x00\x47\x89\xe0\x00"
            node.module.say([("raw", noise + b"\r\nOK\r\n")])
            await node.online()
            return node.registered

        self.assertTrue(play(scene))

    def test_a_line_of_the_sim_in_the_middle_of_an_answer(self):
        """LilyGO/LilyGo-T-SIM7080G#17: SMS Ready between +CSQ and OK."""

        async def scene(node):
            await node.linked()
            await node.network.signal()
            return node.network.rssi, node.modem.boots

        answer = (b"+CSQ:20,99", b"SMS Ready", b"OK")
        self.assertEqual(play(scene, {b"AT+CSQ": answer}), (20, 0))

    def test_a_byte_every_40_ms(self):
        """micropython/micropython#5442, pycom/pycom-micropython-sigfox#84."""

        async def scene(node):
            await node.online()
            items = []
            for c in b"\r\n+MIPLREAD:0,107,3303,0,5700\r\n":
                items += [("raw", bytes([c])), 40]
            await node.hear(*items, wait_s=5)
            return node.results(107)

        self.assertEqual(play(scene), [1])


def asked(*lines):
    """Return the state after AT+CEREG? was answered by lines, and the cell."""

    async def scene(node):
        await node.linked()
        await node.network.ask()
        await node.sleep(5)
        return node.network.state, node.network.registered, node.network.cell[0]

    return play(scene, {b"AT+CEREG?": lines})


class RegistrationTest(unittest.TestCase):
    def test_forms_of_the_answer(self):
        """Logs of M5310 and BC95-G; vshymanskyy/TinyGSM#503, espressif/esp-protocols#826."""
        self.assertEqual(asked(b"+CEREG: 1, 1", b"OK")[0], 1)
        self.assertEqual(asked(b"+CEREG:5,3,213D,0318886E,9,,,,", b"OK")[0], 3)
        self.assertEqual(asked(b'+CEREG: 2,1,"3982","00DF3B03",7', b"OK"), (1, True, "3982"))
        self.assertEqual(asked(b"+CEREG: 0,5", b"OK")[0], 5)

    def test_the_answer_that_comes_when_it_was_given_up_is_still_the_answer(self):
        """QuickSpot/walter-esp-idf#132: 1,2 is searching, with reports on; not registered."""
        self.assertEqual(asked(2500, b"+CEREG: 1,2", b"OK")[:2], (2, False))

    def test_the_answer_behind_its_ok_is_still_the_answer(self):
        """QuickSpot/walter-esp-idf#125."""
        self.assertEqual(asked(b"OK", 1000, b"+CEREG: 1,2")[:2], (2, False))

    def test_a_report_with_quotes(self):
        """FactbirdHQ/ublox-cellular-rs#41."""

        async def scene(node):
            await node.online()
            await node.hear(b'+CEREG: 5,"07D0","009D4564",7')
            return node.network.state

        self.assertEqual(play(scene), 5)

    def test_reports_that_are_printed_twice_are_told_once(self):
        """zephyrproject-rtos/zephyr#98478."""

        async def scene(node):
            await node.online()
            for state in (b"1", b"0", b"1"):
                await node.hear(b"+CEREG:" + state, b"+CEREG:" + state, wait_s=0.2)
            return node.changes

        self.assertEqual(play(scene), [True, False, True])


class SocketTest(unittest.TestCase):
    def test_received_data_without_a_prefix(self):
        """BC28 driver: AT+NSORF answers a bare line."""

        async def scene(node):
            await node.linked()
            socket = await node.modem.udp(9101).open()
            await node.hear(b"+NSONMI:2,8", wait_s=0.2)
            return await socket.recvfrom(timeout_ms=3000)

        answers = {
            b"AT+NSOCR=": (b"2", b"OK"),
            b"AT+NSORF=": (b"2,203.0.113.7,9101,8,41555448204F4B0A,0", b"OK"),
        }
        self.assertEqual(play(scene, answers), (b"AUTH OK\n", ("203.0.113.7", 9101)))

    def test_reports_of_other_firmware_do_no_harm(self):
        """M5310A driver: +NSODROP, +NSOCLI, +POWERDOWN."""

        async def scene(node):
            await node.online()
            lines = (b"+NSODROP: 1,2", b"+NSOCLI: 1", b"+POWERDOWN: 1")
            await node.hear(*lines, b"+MIPLREAD:0,901,3303,0,5700")
            return node.results(901), node.losses

        self.assertEqual(play(scene), ([1], []))
