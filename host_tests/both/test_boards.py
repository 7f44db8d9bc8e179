"""Each board definition: complete, about pins that exist, and its defaults are usable."""

import unittest

import portmachine
from boardcase import ALL, NAMES, REFUSALS, config, load, refused, use, with_module

from node.startup.check import validate
from node.startup.pin_rules import Rules, has

DEFAULTS = "UART_TX UART_RX ONEWIRE ADC I2C_SCL I2C_SDA SWITCH DIMMER RESET POWER".split()
CONSTANTS = (
    "NAME UART UART_OPTIONS I2C REPL_UART SLEEPS PINS PIN_HELP REFUSED INPUTS PULLED_UP ADC_PINS "
    "PWM_PINS UARTS BUSES FIXED ALIASES"
)


class TableTest(unittest.TestCase):
    def test_the_definition_is_complete(self):
        for name in NAMES:
            board = load(name)
            missing = [key for key in CONSTANTS.split() + DEFAULTS if not hasattr(board, key)]
            self.assertEqual(missing, [], name)
            self.assertEqual(board.NAME, name)
            self.assertTrue(len(board.SLEEPS) > 40, name)

    def test_txbuf_where_the_port_has_one(self):
        for name in NAMES:
            stm32 = portmachine.BOARDS[name][0] == "stm32"
            self.assertEqual(load(name).UART_OPTIONS, {} if stm32 else {"txbuf": 1024}, name)

    def test_what_may_be_named_exists(self):
        for name in NAMES:
            board = load(name)
            pins, uarts, repl, buses, analog = portmachine.BOARDS[name][1:]
            rules = Rules(board)
            usable = []
            for pin in list(range(64)) + pins:
                if not rules.pin_problem(pin, ""):
                    usable.append(pin)
                    self.assertTrue(pin in pins, "%s %s" % (name, pin))
                if not rules.pin_problem(pin, "ADC"):
                    one = rules.same(pin)
                    self.assertTrue(one in analog, "%s measures at %s" % (name, pin))
            self.assertTrue(len(usable) >= 8, name)
            self.assertEqual(board.REPL_UART, repl, name)
            self.assertEqual([u for u in board.UARTS if u not in uarts or u == repl], [], name)
            self.assertEqual([b for b in board.BUSES if b not in buses], [], name)

    def test_words(self):
        self.assertTrue(has("4 6-11", 8))
        self.assertTrue(has("X1 Y1-Y12", "Y10"))
        for pin in (5, 12, "8", "X2", "Y13", "Y", "Y01", "PY1", ""):
            words = "4 6-11" if isinstance(pin, int) else "X1 Y1-Y12"
            self.assertFalse(has(words, pin), pin)


class DefaultsTest(unittest.TestCase):
    def test_all_defaults_together(self):
        for name in NAMES:
            board = load(name)
            done = validate(ALL, board)
            self.assertEqual(done["module"]["reset_pin"], board.RESET, name)
            self.assertEqual(done["module"]["power_pin"], board.POWER, name)
            self.assertEqual(done["sensors"][0]["pin"], board.ONEWIRE, name)
            self.assertEqual(done["actuators"][0]["dimmer"]["pin"], board.DIMMER, name)
            given = [getattr(board, key) for key in DEFAULTS]
            pins = [pin for pin in given if pin is not None]
            self.assertEqual(len(set(pins)), 6 if board.FIXED else 10, name)

    def test_null_is_no_reset_pin(self):
        for name in NAMES:
            done = validate(with_module(), load(name))["module"]
            self.assertIsNone(done["reset_pin"])
            self.assertIsNone(done["power_pin"])

    def test_no_reset_pin_to_ask_for(self):
        board = load("PYBV11")
        board.RESET = None
        self.assertTrue("has no such pin" in refused(with_module(reset_pin="board"), board))

    def test_its_configuration(self):
        for name in NAMES:
            done = validate(config(name), load(name))
            self.assertEqual([s["type"] for s in done["sensors"]], ["ds18x20", "mcu"], name)
            self.assertTrue(done["module"]["rxbuf"] >= 1024, name)
            again = validate(done, load(name))
            self.assertEqual(again, done, name)


class RefusalTest(unittest.TestCase):
    def test_pins(self):
        for name in NAMES:
            board = load(name)
            for pin, kind, reason in REFUSALS[name]:
                text = refused(use(kind, pin), board)
                self.assertTrue(reason in text, "%s: %s" % (name, text))
                self.assertTrue("give" in text or "used" in text or "only for" in text, text)

    def test_uarts(self):
        for name in NAMES:
            board = load(name)
            for uart in range(10):
                if uart in board.UARTS:
                    continue
                text = refused(with_module(uart=uart), board)
                word = "REPL's UART" if uart == board.REPL_UART else "no UART of this board"
                self.assertTrue(word in text and "give" in text, "%s: %s" % (name, text))

    def test_buses(self):
        for name in NAMES:
            sensor = {"instance": 0, "type": "sht3x", "bus": 5}
            self.assertTrue("no I2C of this board" in refused({"sensors": [sensor]}, load(name)))

    def test_an_stm32_uart_has_its_pins(self):
        for name in ("PYBV11", "NUCLEO_F446RE", "NUCLEO_WB55"):
            board = load(name)
            text = refused(with_module(tx=board.SWITCH), board)
            self.assertTrue("leave the field out" in text, text)

    def test_a_pico_s_uart_and_bus_have_their_pins(self):
        board = load("RPI_PICO")
        self.assertTrue("TX of UART 1: give one of 4 8" in refused(with_module(tx=12), board))
        self.assertTrue("RX of UART 0" in refused(with_module(uart=0, tx=0, rx=5), board))
        validate(with_module(uart=0, tx=12, rx=13), board)
        sensor = {"instance": 0, "type": "sht3x", "bus": 1}
        self.assertTrue("SCL of I2C 1" in refused({"sensors": [sensor]}, board))

    def test_two_names_of_one_pin(self):
        board = load("NUCLEO_F446RE")
        actuators = [
            {"instance": 0, "switch": {"pin": "D4"}},
            {"instance": 1, "switch": {"pin": "PB5"}},
        ]
        what = {"sensors": [{"instance": 0, "type": "mcu"}], "actuators": actuators}
        self.assertTrue("is used by actuators[0].switch.pin already" in refused(what, board))

    def test_the_pins_of_a_bus_are_taken(self):
        board = load("PYBV11")
        sensors = [
            {"instance": 0, "type": "ds18x20", "pin": "X9"},
            {"instance": 1, "type": "sht3x"},
        ]
        self.assertTrue("X9" in refused({"sensors": sensors}, board))
        validate({"sensors": sensors[1:]}, board)
        text = refused({"sensors": sensors[1:], "module": {"uart": 1}}, board)
        self.assertTrue("is used by module.uart already" in text, text)


if __name__ == "__main__":
    unittest.main()
