"""Board definition of the computer: the same pins as an ESP32, so one configuration suits both.

What a boards/<NAME>/pins.py may have: the constants here and in pin_rules (left out or None: this
board has none), UART_OPTIONS (more for machine.UART), DATA (what stands before names of files the
node writes), RESET and POWER (what "board" stands for in module.reset_pin and power_pin),
REPL_UART, WATCHDOG (the most seconds that safety.watchdog may have), SLEEPS and, where MicroPython
has no common way to it, mcu_temperature. What its pins can do is either in tables, which
node/startup/pin_rules.py explains, or, as here, in uart_problem(uart) and
pin_problem(pin, output).

What only a check asks for may come from a module pin_rules. The node unloads both when it runs.
"""

import os

# A wrong configuration ends the program and there is no chip to restart, unless our starter does.
HOSTED = not os.getenv("RESTARTS")
CONFIG = os.getenv("CONFIG") or "config.json"
CHECKED = os.getenv("CHECKED")
DATA = os.getenv("DATA") or ""  # a folder with its slash; the program's own is made anew
UART_OPTIONS = {}  # type: dict


def __getattr__(name):
    """Return what is in pin_rules, loading it."""
    import pin_rules

    return getattr(pin_rules, name)
