"""The virtual board and the device classes over it: as strict as stock MicroPython on an ESP32."""

import unittest
from errno import EIO, ENODEV

import fakeboard
import onewire
import vbus
from clock import FakeClock
from machine import ADC, I2C, PWM, Pin

ROM_0, ROM_1 = onewire.ROMS


class BoardCase(unittest.TestCase):
    def setUp(self):
        self.clock = FakeClock((1 << 30) - 300)  # ticks wrap in the middle of things
        self.board = fakeboard.fresh(self.clock)

    def assertErrno(self, number, call, *args):
        with self.assertRaises(OSError) as caught:
            call(*args)
        self.assertEqual(caught.exception.args[0], number)


class ModelTest(BoardCase):
    def test_a_change_is_told_once_and_only_if_it_is_one(self):
        seen = []
        self.board.on_change(lambda *what: seen.append(what))
        self.board.set_pin(2, True)
        self.board.set_pin(2, 1)
        self.board.set_duty(4, 100)
        self.board.set_temp("mcu", 50)
        self.assertEqual(seen, [("pin", 2, 1), ("pwm", 4, 100), ("temp", "mcu", 50.0)])

    def test_unusable_temperatures_are_refused_and_change_nothing(self):
        before = self.board.state()
        for name, value in (
            ("nosuch", 20),
            ("mcu", "20"),
            ("mcu", True),
            ("mcu", -273.2),
            ("mcu", 1001),
            ("mcu", float("nan")),
            (None, 20),
        ):
            self.assertRaises(ValueError, self.board.set_temp, name, value)
        self.assertEqual(self.board.state(), before)
        self.assertEqual(self.board.driven, set())

    def test_an_image_follows_but_a_sensor_held_here_stays(self):
        self.board.set_temp("ntc-0", 5)
        self.board.follow_temp("ntc-0", 22)
        self.board.follow_temp("mcu", 44)
        self.assertEqual(self.board.temps["ntc-0"], 5.0)
        self.assertEqual(self.board.temps["mcu"], 44.0)
        self.assertEqual(self.board.driven, {"ntc-0"})
        self.assertRaises(ValueError, self.board.follow_temp, "nosuch", 5)
        self.assertRaises(ValueError, self.board.follow_temp, "mcu", "hot")

    def test_drift_is_slow_stays_near_and_leaves_driven_sensors_alone(self):
        self.board.set_temp("ntc-0", 5)
        last = low = high = self.board.temps["ds18x20-0"]
        for _ in range(900):
            self.board.drift(1000)
            now = self.board.temps["ds18x20-0"]
            self.assertLess(abs(now - last), 0.1)
            last = now
            low, high = min(low, now), max(high, now)
        self.assertGreater(high - low, 1.0)
        self.assertTrue(19 < low and high < 24)
        self.assertEqual(self.board.temps["ntc-0"], 5.0)

    def test_state_is_ready_for_json(self):
        import json

        self.board.set_pin(26, 1)
        self.board.set_duty(25, 7)
        state = json.loads(json.dumps(self.board.state()))
        self.assertEqual(state["pins"], {"26": 1})
        self.assertEqual(state["pwm"], {"25": 7})
        self.assertEqual(state["temps"]["mcu"], 41.0)

    def test_every_sensor_drifts_in_a_time_of_its_own(self):
        first = dict(self.board.temps)
        seen = set()
        for _ in range(20):
            self.board.drift(5000)
            seen.add(tuple([round(self.board.temps[name] - first[name], 3) for name in first]))
        moves = list(zip(*seen))
        self.assertEqual(len(moves), 5)
        for i in range(5):
            for j in range(i):
                self.assertTrue(moves[i] != moves[j])

    def test_a_broken_pin_refuses_every_device_on_it(self):
        pwm, adc = PWM(25), ADC(34)
        self.board.broken.update((25, 34))
        for use in (pwm.duty_u16, adc.read_u16, adc.read_uv):
            self.assertErrno(EIO, use)


class PinTest(BoardCase):
    def test_an_output_drives_the_board_from_its_first_moment(self):
        pin = Pin(26, Pin.OUT, value=1)
        self.assertEqual(self.board.pins, {26: 1})
        pin.off()
        self.assertEqual(pin(), 0)
        pin.toggle()
        self.assertEqual(pin.value(), 1)
        pin(0)
        self.assertEqual(self.board.pins[26], 0)

    def test_an_input_drives_nothing_and_shows_its_pull(self):
        pin = Pin(5, Pin.IN, Pin.PULL_UP)
        pin.value(0)
        self.assertEqual(pin.value(), 1)
        self.assertEqual(Pin(5, Pin.IN).value(), 0)
        self.assertEqual(self.board.pins, {})

    def test_a_pin_that_does_not_exist_is_a_value_error(self):
        for bad in (-1, 40, "A0", 1.0, None, True):
            self.assertRaises(ValueError, Pin, bad)
        self.assertRaises(ValueError, Pin, 34, Pin.OUT)
        self.assertRaises(ValueError, Pin, 5, 9)

    def test_a_broken_pin_is_an_os_error(self):
        pin = Pin(26, Pin.OUT)
        self.board.broken.add(26)
        self.assertErrno(EIO, pin.value, 1)


class PwmAdcTest(BoardCase):
    def test_duty_goes_to_the_board_and_stops_at_deinit(self):
        pwm = PWM(Pin(25), freq=1000, duty_u16=65535)
        self.assertEqual((pwm.freq(), pwm.duty_u16(), self.board.pwm), (1000, 65535, {25: 65535}))
        pwm.deinit()
        self.assertEqual(self.board.pwm, {25: 0})

    def test_values_out_of_range_are_refused(self):
        pwm = PWM(25)
        for bad in (-1, 65536, 1.5):
            self.assertRaises(ValueError, pwm.duty_u16, bad)
        for bad in (0, 40_000_001):
            self.assertRaises(ValueError, pwm.freq, bad)
        self.assertRaises(ValueError, PWM, 34)

    def test_without_attenuation_the_converter_ends_at_1_v(self):
        self.board.set_temp("ntc-0", 25)
        self.assertEqual(ADC(34).read_u16(), 65535)
        adc = ADC(34, atten=ADC.ATTN_11DB)
        self.assertEqual(adc.read_uv(), 1_650_000)
        self.assertAlmostEqual(adc.read_u16(), 32768, delta=16)

    def test_only_converter_pins_convert(self):
        self.assertRaises(ValueError, ADC, 4)
        self.assertRaises(ValueError, ADC, 40)
        self.assertEqual(ADC(35).read_u16(), 0)


class I2cTest(BoardCase):
    def test_only_the_wired_bus_and_address_answer(self):
        self.assertEqual(I2C(0).scan(), [0x44, 0x76])
        self.assertEqual(I2C(1).scan(), [])
        self.assertEqual(I2C(0, scl=5, sda=18).scan(), [])
        self.assertErrno(ENODEV, I2C(0).writeto, 0x45, b"\x24\x00")
        self.assertRaises(ValueError, I2C, 2)

    def test_a_measurement_is_there_after_15_ms_and_once(self):
        self.board.set_temp("sht3x-0", 20)
        bus = I2C(0)
        self.assertErrno(ENODEV, bus.readfrom, 0x44, 6)
        self.assertEqual(bus.writeto(0x44, b"\x24\x00"), 2)
        self.clock.advance(14)
        self.assertErrno(ENODEV, bus.readfrom, 0x44, 6)
        self.clock.advance(1)
        data = bus.readfrom(0x44, 6)
        self.assertAlmostEqual(-45 + 175 * (data[0] << 8 | data[1]) / 65535, 20, places=2)
        self.assertErrno(ENODEV, bus.readfrom, 0x44, 6)

    def test_checksums_are_the_data_sheet_s(self):
        self.assertEqual(vbus.crc8_sensirion(b"\xbe\xef"), 0x92)  # SHT3x data sheet table 20
        # Maxim application note 27: the ROM 02 1C B8 01 00 00 00 has the CRC A2
        self.assertEqual(onewire.OneWire(4).crc8(b"\x02\x1c\xb8\x01\x00\x00\x00"), 0xA2)

    def test_other_commands_and_a_missing_sensor_are_not_acknowledged(self):
        bus = I2C(0)
        self.assertErrno(ENODEV, bus.writeto, 0x44, b"\x2c\x06")
        self.board.set_temp("sht3x-0", None)
        self.assertErrno(ENODEV, bus.writeto, 0x44, b"\x24\x00")
        self.board.pressure = None
        self.assertErrno(ENODEV, bus.writeto, 0x76, b"\x88")
        self.assertErrno(ENODEV, bus.readfrom, 0x76, 24)
        self.assertEqual(bus.scan(), [])


class OneWireTest(BoardCase):
    def read(self, wire, rom):
        wire.select_rom(rom)
        wire.writebyte(0xBE)
        data = bytearray(9)
        wire.readinto(data)
        self.assertEqual(wire.crc8(data), 0)
        return (data[0] | data[1] << 8) / 16

    def test_scan_finds_both_in_order_with_good_checksums(self):
        wire = onewire.OneWire(Pin(4))
        self.assertEqual(wire.scan(), [ROM_0, ROM_1])
        self.assertEqual([wire.crc8(rom) for rom in wire.scan()], [0, 0])

    def test_85_until_the_first_conversion_is_over_750_ms_later(self):
        self.board.set_temp("ds18x20-0", 20.5)
        wire = onewire.OneWire(Pin(4))
        self.assertEqual(self.read(wire, ROM_0), 85)
        wire.select_rom(ROM_0)
        wire.writebyte(0x44)
        self.clock.advance(749)
        self.assertEqual(wire.readbit(), 0)
        self.assertEqual(self.read(wire, ROM_0), 85)
        self.clock.advance(1)
        self.assertEqual(wire.readbit(), 1)
        self.assertEqual(self.read(wire, ROM_0), 20.5)
        self.assertEqual(self.read(wire, ROM_1), 85)

    def test_skip_rom_converts_all(self):
        wire = onewire.OneWire(Pin(4))
        wire.reset()
        wire.write(b"\xcc\x44")
        self.clock.advance(750)
        self.assertEqual([self.read(wire, ROM_0), self.read(wire, ROM_1)], [21.5, 23.0])

    def test_read_rom_with_two_devices_gives_both_at_once(self):
        wire = onewire.OneWire(Pin(4))
        wire.reset()
        wire.writebyte(0x33)
        both = bytearray(8)
        wire.readinto(both)
        self.assertEqual(bytes(both), bytes([a & b for a, b in zip(ROM_0, ROM_1)]))
        self.board.set_temp("ds18x20-1", None)
        wire.reset()
        wire.writebyte(0x33)
        wire.readinto(both)
        self.assertEqual(bytes(both), ROM_0)

    def test_bits_and_bytes_are_the_same_thing(self):
        wire = onewire.OneWire(Pin(4))
        self.board.set_temp("ds18x20-1", None)
        wire.reset()
        for n in range(8):
            wire.writebit(0x33 >> n & 1)
        self.assertEqual(sum(wire.readbit() << n for n in range(8)), ROM_0[0])
        self.assertEqual(wire.readbyte(), ROM_0[1])

    def test_nothing_answers_on_a_pin_with_nothing_on_it(self):
        wire = onewire.OneWire(Pin(5))
        self.assertFalse(wire.reset())
        self.assertEqual(wire.scan(), [])
        self.assertEqual(wire.readbyte(), 0xFF)
        self.assertRaises(onewire.OneWireError, wire.reset, True)

    def test_a_device_taken_off_behind_its_address_answers_nothing(self):
        wire = onewire.OneWire(Pin(4))
        for command in (0x44, 0xBE):
            self.board.set_temp("ds18x20-0", 20.5)
            wire.select_rom(ROM_0)
            self.board.set_temp("ds18x20-0", None)
            wire.writebyte(command)
            self.assertEqual(wire.readbyte(), 0xFF)

    def test_a_device_taken_off_and_put_back_starts_at_85_again(self):
        wire = onewire.OneWire(Pin(4))
        wire.select_rom(ROM_0)
        wire.writebyte(0x44)
        self.clock.advance(750)
        self.assertEqual(self.read(wire, ROM_0), 21.5)
        self.board.set_temp("ds18x20-0", None)
        self.assertEqual(wire.scan(), [ROM_1])
        self.board.set_temp("ds18x20-0", 30)
        self.assertEqual(self.read(wire, ROM_0), 85)

    def test_a_rom_that_is_not_there_leaves_the_bus_silent(self):
        wire = onewire.OneWire(Pin(4))
        wire.select_rom(b"\x28" + bytes(7))
        wire.writebyte(0xBE)
        data = bytearray(9)
        wire.readinto(data)
        self.assertEqual(data, b"\xff" * 9)


if __name__ == "__main__":
    unittest.main()
