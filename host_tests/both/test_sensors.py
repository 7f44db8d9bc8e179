"""Sensor drivers: right values, and an error instead of every value that cannot be true."""

import unittest
from errno import EIO, ENODEV

import fakeboard
from clock import FakeClock
from onewire import ROMS
from vbus import crc8_maxim, crc8_sensirion

from node import sensors
from node.sensors.bmp280 import pressure
from node.sensors.ds18x20 import Ds18x20
from node.sensors.mcu import Mcu
from node.sensors.ntc import Ntc
from node.sensors.sht3x import Sht3x


def spec(kind, **fields):
    base = {
        "ds18x20": {"pin": 4, "rom": None, "index": 0},
        "ntc": {"pin": 34, "r25": 10000, "b": 3950, "series": 10000, "side": "low"},
        "sht3x": {"bus": 0, "scl": 22, "sda": 21, "address": 0x44, "object": 3303},
        "bmp280": {"bus": 0, "scl": 22, "sda": 21, "address": 0x76, "object": 3315},
        "pin": {"pin": 13, "pull": "up", "active": "low"},
        "mcu": {},
    }[kind]
    base["type"] = kind
    base.update(fields)
    return base


class SensorCase(unittest.TestCase):
    def setUp(self):
        self.clock = FakeClock((1 << 30) - 300)
        self.board = fakeboard.fresh(self.clock)
        self.shared = {}

    def make(self, kind, **fields):
        return sensors.make(spec(kind, **fields), self.shared)

    def sample(self, driver):
        self.clock.advance(driver.start())
        return driver.read()

    def assertErrno(self, number, call, *args):
        with self.assertRaises(OSError) as caught:
            call(*args)
        self.assertEqual(caught.exception.args[0], number)


class WireWith:
    """A 1-wire bus whose one device has this scratchpad (its checksum is added)."""

    def __init__(self, scratchpad, present=True):
        self.data = scratchpad + bytes((crc8_maxim(scratchpad),))
        self.present = present

    def reset(self):
        return self.present

    def select_rom(self, rom):
        pass

    def writebyte(self, byte):
        pass

    def readinto(self, buf):
        buf[:] = self.data

    def crc8(self, data):
        return crc8_maxim(data)


def ds(raw, config=0x7F, rom="28" + "00" * 7, remain=12, per=16):
    data = bytes((raw & 0xFF, raw >> 8 & 0xFF, 0, 0, config, 0xFF, remain, per))
    return Ds18x20(WireWith(data), [], rom)


class Ds18x20Test(SensorCase):
    def test_every_temperature_of_the_range_is_read_to_a_sixteenth(self):
        driver = self.make("ds18x20")
        for celsius in (-55, -10.125, -0.5, -0.0625, 0, 0.0625, 25.0625, 84.9375, 85.0625, 125):
            self.board.set_temp("ds18x20-0", celsius)
            self.assertEqual(self.sample(driver), celsius)

    def test_two_on_one_pin_share_the_bus_and_convert_side_by_side(self):
        first, second = self.make("ds18x20"), self.make("ds18x20", index=1)
        self.assertEqual(len(self.shared), 1)
        self.board.set_temp("ds18x20-0", 10)
        self.board.set_temp("ds18x20-1", 20)
        self.assertEqual(first.start(), 760)
        self.clock.advance(400)
        second.start()
        self.clock.advance(360)
        self.assertEqual(first.read(), 10)
        self.assertRaises(ValueError, second.read)  # still at 85
        self.clock.advance(400)
        self.assertEqual(second.read(), 20)

    def test_a_rom_finds_its_device_whatever_the_case_of_its_digits(self):
        rom = "".join(["%02X" % byte for byte in ROMS[1]])
        self.board.set_temp("ds18x20-1", 33)
        self.assertEqual(self.sample(self.make("ds18x20", rom=rom)), 33)
        self.assertEqual(self.sample(self.make("ds18x20", rom=rom.lower())), 33)

    def test_the_power_on_value_is_refused_unless_it_is_that_hot(self):
        self.board.set_temp("ds18x20-0", 20)
        driver = self.make("ds18x20")
        driver.start()
        self.clock.advance(10)
        self.assertRaises(ValueError, driver.read)
        self.board.set_temp("ds18x20-0", 84.5)
        self.assertEqual(self.sample(driver), 84.5)
        self.board.set_temp("ds18x20-0", 85)
        self.assertEqual(self.sample(driver), 85)

    def test_an_unplugged_sensor_is_an_os_error_and_comes_back(self):
        self.board.set_temp("ds18x20-0", 20)
        self.board.set_temp("ds18x20-1", None)
        driver = self.make("ds18x20")
        self.assertEqual(self.sample(driver), 20)
        self.board.set_temp("ds18x20-0", None)
        self.assertErrno(ENODEV, driver.start)
        self.assertErrno(ENODEV, driver.read)
        self.board.set_temp("ds18x20-0", 21)
        self.assertEqual(self.sample(driver), 21)

    def test_a_sensor_missing_beside_another_one_is_a_checksum_error(self):
        driver = self.make("ds18x20", rom="28" + "00" * 7)
        self.clock.advance(driver.start())
        self.assertRaises(ValueError, driver.read)

    def test_one_found_later_never_takes_the_place_of_another(self):
        self.board.set_temp("ds18x20-0", None)
        self.board.set_temp("ds18x20-1", 11)
        first, second = self.make("ds18x20"), self.make("ds18x20", index=1)
        self.assertEqual(self.sample(first), 11)
        self.assertErrno(ENODEV, second.start)
        self.board.set_temp("ds18x20-0", 22)
        self.assertEqual(self.sample(first), 11)
        self.assertEqual(self.sample(second), 22)

    def test_a_wrong_checksum_is_refused(self):
        driver = ds(0x0191)
        self.assertEqual(driver.read(), 25.0625)
        good = driver.wire.data
        for i in range(9):
            for bit in range(8):
                bad = bytearray(good)
                bad[i] ^= 1 << bit
                driver.wire.data = bad
                self.assertRaises(ValueError, driver.read)

    def test_a_wire_held_low_is_no_temperature_of_zero(self):
        driver = ds(0)
        driver.wire.data = bytes(9)
        self.assertErrno(EIO, driver.read)

    def test_values_the_part_cannot_measure_are_refused(self):
        self.assertEqual(ds(125 * 16).read(), 125)
        self.assertRaises(ValueError, ds(125 * 16 + 1).read)
        self.assertEqual(ds(-55 * 16).read(), -55)
        self.assertRaises(ValueError, ds(-55 * 16 - 1).read)

    def test_bits_below_the_resolution_are_ignored(self):
        self.assertEqual(ds(0x0197, 0x1F).read(), 25.0)  # 9 bits
        self.assertEqual(ds(0x0197, 0x3F).read(), 25.25)
        self.assertEqual(ds(0x0197, 0x5F).read(), 25.375)

    def test_a_ds18s20_counts_in_its_own_way(self):
        rom = "10" + "00" * 7
        self.assertEqual(ds(50, 0xFF, rom, 12, 16).read(), 25.0)  # DS18S20 data sheet, page 6
        self.assertEqual(ds(0xFFCE, 0xFF, rom, 12, 16).read(), -25.0)
        self.assertRaises(ValueError, ds(50, 0xFF, rom, 12, 0).read)

    def test_a_silent_bus_is_an_os_error(self):
        driver = Ds18x20(WireWith(bytes(8), present=False), [], "28" + "00" * 7)
        self.assertErrno(ENODEV, driver.start)

    def test_scanning_skips_other_families_and_broken_roms(self):
        class Wire(WireWith):
            def scan(self):
                good = ROMS[0]
                return [b"\x01" + bytes(6) + b"\x15", good[:7] + b"\x00", bytearray(good)]

        wire, roms = Wire(bytes((0x90, 1, 0, 0, 0x7F, 0, 0, 0))), []
        self.assertEqual(self.sample(Ds18x20(wire, roms)), 25)
        self.assertEqual(roms, [ROMS[0]])
        self.assertErrno(ENODEV, Ds18x20(wire, roms, None, 1).start)


class Adc:
    def __init__(self, u16):
        self.u16 = u16

    def read_u16(self):
        return self.u16


class NtcTest(SensorCase):
    def test_it_follows_the_b_equation_over_its_range(self):
        driver = self.make("ntc")
        for celsius in (-20, 0, 25, 60, 100):
            self.board.set_temp("ntc-0", celsius)
            self.assertAlmostEqual(self.sample(driver), celsius, delta=0.05)

    def test_half_of_full_scale_is_25_degrees_on_either_side(self):
        self.assertAlmostEqual(Ntc(Adc(32767), low=True).read(), 25, delta=0.01)
        self.assertAlmostEqual(Ntc(Adc(32767), low=False).read(), 25, delta=0.01)

    def test_the_side_turns_the_slope_around(self):
        self.assertLess(Ntc(Adc(50000), low=True).read(), 25)
        self.assertGreater(Ntc(Adc(50000), low=False).read(), 25)

    def test_open_and_short_are_told_apart(self):
        for u16, low, word in (
            (65535, True, "not connected"),
            (0, True, "shorted"),
            (65535, False, "shorted"),
            (0, False, "not connected"),
        ):
            with self.assertRaises(ValueError) as caught:
                Ntc(Adc(u16), low=low).read()
            self.assertIn(word, str(caught.exception))

    def test_an_open_divider_is_found_even_where_the_converter_ends_below_the_supply(self):
        class Esp32(Adc):
            def read_uv(self):
                return 3_130_000  # 0.95 of the supply: taken at its word, that would be -32 °C

        self.assertRaises(ValueError, Ntc(Esp32(65535)).read)

    def test_disconnecting_the_virtual_sensor_is_an_error(self):
        driver = self.make("ntc")
        self.board.set_temp("ntc-0", None)
        self.assertRaises(ValueError, self.sample, driver)

    def test_out_of_its_physical_range_is_an_error(self):
        driver = self.make("ntc")
        for celsius in (-41, 126):
            self.board.set_temp("ntc-0", celsius)
            self.assertRaises(ValueError, self.sample, driver)


class Sht3xTest(SensorCase):
    def test_temperatures_are_read_to_a_hundredth(self):
        driver = self.make("sht3x")
        for celsius in (-40, 0, 21.37, 125):
            self.board.set_temp("sht3x-0", celsius)
            self.assertAlmostEqual(self.sample(driver), celsius, delta=0.01)

    def test_reading_too_early_is_an_os_error(self):
        driver = self.make("sht3x")
        driver.start()
        self.clock.advance(10)
        self.assertErrno(ENODEV, driver.read)

    def test_an_absent_sensor_is_an_os_error(self):
        self.board.set_temp("sht3x-0", None)
        self.assertErrno(ENODEV, self.make("sht3x").start)
        self.assertErrno(ENODEV, self.make("sht3x", address=0x45).start)

    def test_two_addresses_share_one_bus(self):
        self.make("sht3x")
        self.make("sht3x", address=0x45)
        self.assertEqual(len([key for key in self.shared if key[0] == "i2c"]), 1)

    def test_every_wrong_bit_of_the_temperature_is_found(self):
        class Bus:
            def writeto(self, address, data):
                return len(data)

            def readfrom_into(self, address, buf):
                buf[:] = self.data

        bus = Bus()
        bus.data = b"\x66\x66" + bytes((crc8_sensirion(b"\x66\x66"),)) + b"\x00\x00\x81"
        driver = Sht3x(bus)
        driver.start()
        self.assertAlmostEqual(driver.read(), 25, delta=0.01)
        good = bus.data
        for i in range(6):
            for bit in range(8):
                bad = bytearray(good)
                bad[i] ^= 1 << bit
                bus.data = bad
                driver.start()
                self.assertRaises(ValueError, driver.read)
                self.assertRaises(ValueError, driver.read)  # nor is the measurement before it

    def test_one_chip_measures_for_two_objects(self):
        warm = self.make("sht3x")
        damp = self.make("sht3x", object=3304)
        self.board.set_temp("sht3x-0", 21.5)
        self.board.humidity = 61.5
        self.clock.advance(warm.start())
        self.clock.advance(damp.start())  # under way already
        self.assertAlmostEqual(warm.read(), 21.5, delta=0.01)
        self.assertAlmostEqual(damp.read(), 61.5, delta=0.01)
        self.board.humidity = 12
        self.assertAlmostEqual(self.sample(damp), 12, delta=0.01)  # and alone

    def test_humidity_of_an_absent_sensor(self):
        self.board.set_temp("sht3x-0", None)
        self.assertErrno(ENODEV, self.make("sht3x", object=3304).start)


class Bmp280Test(SensorCase):
    def test_the_data_sheets_example(self):
        factors = (27504, 26435, -1000, 36477, -10685, 3024, 2855, 140, -7, 15500, -14600, 6000)
        self.assertAlmostEqual(pressure(factors, 415148, 519888), 1006.53, delta=0.03)

    def test_it_follows_the_air(self):
        driver = self.make("bmp280")
        for hectopascals in (301, 870.5, 1013.25, 1099):
            self.board.pressure = hectopascals
            self.assertAlmostEqual(self.sample(driver), hectopascals, delta=0.05)

    def test_what_cannot_be_and_an_absent_one(self):
        driver = self.make("bmp280")
        self.board.pressure = 200
        self.assertRaises(ValueError, self.sample, driver)
        self.board.pressure = None
        self.assertErrno(ENODEV, driver.start)
        self.assertErrno(ENODEV, self.make("bmp280", address=0x77).start)
        zeros = (0,) * 12
        self.assertRaises(ValueError, pressure, zeros, 0, 0)


class PinTest(SensorCase):
    def test_active_low_and_high(self):
        low, high = self.make("pin"), self.make("pin", active="high")
        for level, states in ((0, (True, False)), (1, (False, True))):
            self.board.set_pin(13, level)
            self.assertEqual((self.sample(low), self.sample(high)), states)

    def test_an_open_contact_is_off(self):
        self.assertEqual(self.sample(self.make("pin")), False)

    def test_a_broken_pin_is_an_os_error(self):
        self.board.broken.add(13)
        self.assertErrno(EIO, self.make("pin").read)


class McuTest(SensorCase):
    def test_the_board_definition_comes_first(self):
        self.board.set_temp("mcu", 47.5)
        self.assertEqual(self.sample(self.make("mcu")), 47.5)
        self.board.set_temp("mcu", None)
        self.assertErrno(ENODEV, self.sample, self.make("mcu"))

    def test_an_impossible_value_is_refused(self):
        for value in (-41, 151, float("nan")):
            self.assertRaises(ValueError, Mcu(lambda v=value: v).read)
        self.assertEqual(Mcu(lambda: 36).read(), 36.0)


class FactoryTest(SensorCase):
    def test_a_driver_that_is_not_there_is_an_import_error(self):
        self.assertRaises(ImportError, sensors.make, {"type": "dht22"}, {})

    def test_a_pin_this_board_has_not_is_a_value_error(self):
        for kind, pin in (("ds18x20", 77), ("ntc", 4), ("pin", 77)):
            with self.assertRaises(ValueError):
                self.make(kind, pin=pin)

    def test_nothing_starts_before_start(self):
        for kind in ("ds18x20", "ntc", "sht3x", "bmp280", "pin", "mcu"):
            for name in self.board.temps:
                self.board.set_temp(name, None)
            self.make(kind)  # an absent sensor must not keep the node from booting


if __name__ == "__main__":
    unittest.main()
