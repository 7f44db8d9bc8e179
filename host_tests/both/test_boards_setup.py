"""What a board's configuration describes, made on a machine as strict as the real one."""

import sys
import unittest

import portmachine
from boardcase import ALL, NAMES, config, load

from node.startup.check import validate
from node.startup.pin_rules import Rules


class SetUpTest(unittest.TestCase):
    def setUp(self):
        self.before = {key: sys.modules.get(key) for key in self.touched()}

    def touched(self):
        return (
            "machine",
            "pyb",
            "onewire",
            "pins",
            "node.startup.board",
            "node.actuators.timer_pwm",
        )

    def tearDown(self):
        for key, module in self.before.items():
            sys.modules.pop(key, None)
            if module is not None:
                sys.modules[key] = module

    def make(self, name, what, pwm=True):
        """Open the UART and the pins and make all drivers; return (machine, pyb, drivers)."""
        board = load(name)
        machine, pyb = portmachine.Machine(name, pwm), portmachine.Pyb()
        for key in self.touched():
            sys.modules.pop(key, None)
        sys.modules["machine"] = machine
        if machine.port == "stm32":
            sys.modules["pyb"] = pyb
        sys.modules["pins"] = board
        sys.modules["onewire"] = portmachine.OneWireModule
        from node import actuators, sensors
        from node.startup import board as devices

        devices.machine = machine
        done = validate(what, board)
        devices.open_uart(done["module"], board)
        devices.open_pins(done["module"])
        shared = {}
        made = []
        for spec in done["sensors"]:
            if spec["type"] != "mcu":
                made.append(sensors.make(spec, shared))
        for spec in done["actuators"]:
            made.append(actuators.make(spec))
        return machine, pyb, made

    def test_its_configuration(self):
        for name in NAMES:
            machine, _, made = self.make(name, config(name))
            uarts = [entry for entry in machine.log if entry[0] == "UART"]
            self.assertEqual(len(uarts), 1, name)
            self.assertEqual(uarts[0][1], load(name).UART)
            self.assertTrue(uarts[0][2]["rxbuf"] >= 1024)
            self.assertEqual("tx" in uarts[0][2], not load(name).FIXED, name)
            self.assertEqual(len(made), 2)
            made[1]["on_off"](True)
            made[1]["dimmer"](50)

    def test_all_defaults(self):
        for name in NAMES:
            machine, _, made = self.make(name, ALL)
            kinds = [entry[0] for entry in machine.log]
            self.assertEqual([kinds.count(k) for k in ("UART", "ADC", "I2C", "PWM")], [1] * 4)
            self.assertEqual(len(made), 5)

    def test_a_dimmer_without_machine_pwm(self):
        for name in NAMES:
            board = load(name)
            if not board.FIXED:
                continue
            pyb, made = self.make(name, config(name), False)[1:]
            timer = pyb.timers[0]
            one = Rules(board).same(board.DIMMER)
            self.assertEqual((timer.number, timer.out.number), board.PWM_PINS[one], name)
            self.assertEqual((timer.freq, timer.out.width), (1000, 0))
            made[1]["dimmer"](50)
            self.assertEqual(timer.out.width, 10500)
            made[1]["dimmer"](100)
            self.assertEqual(timer.out.width, 21000)

    def test_neither_machine_pwm_nor_pyb(self):
        with self.assertRaises(ValueError):
            self.make("ESP32_GENERIC", config("ESP32_GENERIC"), False)


if __name__ == "__main__":
    unittest.main()
