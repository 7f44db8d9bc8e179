"""Board definition of the computer: the same pins as an ESP32, so one configuration suits both.

What a boards/<NAME>/pins.py may have: the constants below (left out or None: this board has none),
UART_OPTIONS (more for machine.UART), DATA (what stands before names of files the node writes),
RESET and POWER (what "board" stands for in module.reset_pin and power_pin), REPL_UART, WATCHDOG
(the most seconds that safety.watchdog may have), SLEEPS and, where MicroPython has no common way
to it, mcu_temperature. What its pins can do is either in the tables node/pin_rules.py explains,
or, as here, in uart_problem(uart) and pin_problem(pin, output); these two may come from a module
pin_rules: node.config forgets that one behind the check.
"""

import os

NAME = "PC"
# A wrong configuration ends the program and there is no chip to restart, unless our starter does.
HOSTED = not os.getenv("RESTARTS")
CONFIG = os.getenv("CONFIG") or "config.json"
CHECKED = os.getenv("CHECKED")
DATA = os.getenv("DATA") or ""  # a folder with its slash; the program's own is made anew
UART, UART_TX, UART_RX = 2, 17, 16
ONEWIRE = 4
ADC = 34
I2C, I2C_SCL, I2C_SDA = 0, 22, 21
SWITCH = 26
DIMMER = 25


def mcu_temperature():
    """Return °C of the virtual chip; raises OSError(ENODEV) while its sensor is disconnected."""
    from machine import call

    return call(0, "mcu_temperature")


def __getattr__(name):
    """Return a function of pin_rules, loading it."""
    if name not in ("uart_problem", "pin_problem"):
        raise AttributeError(name)
    import pin_rules

    return getattr(pin_rules, name)
