"""Board definition: Pyboard v1.1 (STM32F405RG).

Sources, of micropython/micropython: ports/stm32/boards/PYBV11/pins.csv (names), mpconfigboard.h
(UARTs, I2C, USB, SD, switch and LEDs), stm32f405_af.csv (ADC inputs, timers), machine_uart.c (no
tx, rx or txbuf), machine_i2c.c (no scl or sda), machine_pwm.c (which timer a pin gets),
docs/pyboard/general.rst (SD card).
"""

NAME = "PYBV11"
UART, UART_TX, UART_RX = 6, None, None  # always Y1 and Y2
UART_OPTIONS = {}
ONEWIRE = "Y12"
ADC = "X11"
I2C, I2C_SCL, I2C_SDA = 1, None, None  # always X9 and X10
SWITCH = "Y5"
DIMMER = "Y3"
RESET = "Y6"
POWER = "Y7"
REPL_UART = None  # USB
WATCHDOG = 30  # seconds; machine_wdt.c: 32 s of a clock that may run half as fast again
SLEEPS = (
    "Nothing sleeps: the module may speak at any time. machine.lightsleep() stops UARTs, clock "
    "and USB, machine.deepsleep() ends the program. The module's power saving is its network's."
)

# What a configuration may name; the words are explained in node/startup/pin_rules.py.
PINS = "X1-X12 X17-X22 Y1-Y12"
PIN_HELP = "a name printed on the board: X1 to X12, X18 to X22, Y1 to Y12"
REFUSED = (("X17", "is the switch USR"),)
INPUTS = ""
PULLED_UP = ""
ADC_PINS = "X1-X8 X11 X12 X19-X22 Y11 Y12"
PWM_PINS = {
    "X1": (5, 1),
    "X2": (5, 2),
    "X3": (5, 3),
    "X4": (5, 4),
    "X6": (2, 1),
    "X7": (13, 1),
    "X8": (14, 1),
    "X9": (4, 1),
    "X10": (4, 2),
    "Y1": (8, 1),
    "Y2": (8, 2),
    "Y3": (10, 1),
    "Y4": (11, 1),
    "Y7": (12, 1),
    "Y8": (12, 2),
    "Y9": (2, 3),
    "Y10": (2, 4),
    "Y11": (3, 3),
    "Y12": (3, 4),
}
UARTS = {
    1: ("X9", "X10"),
    2: ("X3", "X4"),
    3: ("Y9", "Y10"),
    4: ("X1", "X2"),
    6: ("Y1", "Y2"),
}
BUSES = {1: ("X9", "X10"), 2: ("Y9", "Y10")}
FIXED = True
ALIASES = ""
