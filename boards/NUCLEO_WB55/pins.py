"""Board definition: NUCLEO-WB55 (the larger board of the P-NUCLEO-WB55 pack, STM32WB55RG).

Sources, of micropython/micropython: ports/stm32/boards/NUCLEO_WB55/pins.csv (pins), make-pins.py
(a pin of the chip is named without the P: "C10"), mpconfigboard.h (UART 1 is the REPL's; LPUART1
on A2 and A3; I2C 1 and 3), uart.h and uart.c (LPUART1 is UART 2, at 9600 baud as well since 1.17),
stm32wb55_af.csv (ADC inputs, timers), machine_uart.c, machine_i2c.c, machine_pwm.c.
"""

NAME = "NUCLEO_WB55"
UART, UART_TX, UART_RX = 2, None, None  # LPUART1, always A2 and A3
UART_OPTIONS = {}
ONEWIRE = "C6"
ADC = "C3"
I2C, I2C_SCL, I2C_SDA = 1, None, None  # always B8 and B9
SWITCH = "C10"
DIMMER = "A8"
RESET = "C12"
POWER = "A9"
REPL_UART = 1
WATCHDOG = 30  # seconds; machine_wdt.c: 32 s of a clock that may run half as fast again
SLEEPS = (
    "Nothing sleeps: the module may speak at any time. machine.lightsleep() stops UARTs, clock "
    "and USB, machine.deepsleep() ends the program. The module's power saving is its network's."
)

# What a configuration may name; the words are explained in node/startup/pin_rules.py. A0 to A5
# are left out: the Arduino header prints these names at other pins.
PINS = "A6-A15 B0-B15 C0-C6 C10-C13 D0 D1"
PIN_HELP = "a name of the chip without its P, as C10: A6 to A10, A15, B2 to B15, C0 to C13"
REFUSED = (
    ("B6 B7", "belongs to the REPL (UART 1, by the ST-Link)"),
    ("A11 A12", "belongs to USB"),
    ("A13 A14", "belongs to the debugger"),
    ("C4 D0 D1", "is a button of the board"),
    ("B0 B1 B5", "drives an LED of the board"),
)
INPUTS = ""
PULLED_UP = ""
ADC_PINS = "A6-A9 C0-C3 C5"
PWM_PINS = {
    "A6": (16, 1),
    "A7": (17, 1),
    "A8": (1, 1),
    "A9": (1, 2),
    "A10": (1, 3),
    "A15": (2, 1),
    "B3": (2, 2),
    "B8": (16, 1),
    "B9": (17, 1),
    "B10": (2, 3),
    "B11": (2, 4),
}
UARTS = {2: ("A2", "A3")}
BUSES = {1: ("B8", "B9"), 3: ("C0", "C1")}
FIXED = True
ALIASES = ""
