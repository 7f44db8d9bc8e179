"""Board definition: NUCLEO-F446RE (STM32F446RE).

Sources, of micropython/micropython: ports/stm32/boards/NUCLEO_F446RE/pins.csv (names),
mpconfigboard.h (UARTs, REPL on UART 2 by the ST-Link, I2C), stm32f446_af.csv (ADC inputs,
timers), machine_uart.c (no tx, rx or txbuf), machine_i2c.c (no scl or sda), machine_pwm.c.
"""

NAME = "NUCLEO_F446RE"
UART, UART_TX, UART_RX = 6, None, None  # always PC6 and PC7
UART_OPTIONS = {}
ONEWIRE = "D2"
ADC = "A1"
I2C, I2C_SCL, I2C_SDA = 1, None, None  # always PB6 and PB7
SWITCH = "D4"
DIMMER = "D6"
RESET = "D7"
POWER = "D8"
REPL_UART = 2
WATCHDOG = 30  # seconds; machine_wdt.c: 32 s of a clock that may run half as fast again
SLEEPS = (
    "Nothing sleeps: the module may speak at any time. machine.lightsleep() stops UARTs and "
    "clock, machine.deepsleep() ends the program. The module's power saving is its network's."
)

# What a configuration may name; the words are explained in node/startup/pin_rules.py.
PINS = "PA0-PA12 PA15 PB0-PB10 PB12-PB15 PC0-PC15 PD2 PH0 PH1"
PIN_HELP = "a name of the chip, as PB5, or of the Arduino header, D2 to D15 or A0 to A5"
REFUSED = (
    ("PA2 PA3", "belongs to the REPL (UART 2, by the ST-Link)"),
    ("PC13", "is the button of the board"),
    ("PC14 PC15 PH0 PH1", "belongs to the clock"),
)
INPUTS = ""
PULLED_UP = ""
ADC_PINS = "PA1 PA4-PA7 PB0 PB1 PC0-PC5"  # PA0 as well, but not in every version
PWM_PINS = {
    "PA0": (5, 1),
    "PA1": (5, 2),
    "PA5": (2, 1),
    "PA6": (13, 1),
    "PA7": (14, 1),
    "PA8": (1, 1),
    "PA9": (1, 2),
    "PA10": (1, 3),
    "PA11": (1, 4),
    "PA15": (2, 1),
    "PB0": (3, 3),
    "PB1": (3, 4),
    "PB3": (2, 2),
    "PB4": (3, 1),
    "PB5": (3, 2),
    "PB6": (4, 1),
    "PB7": (4, 2),
    "PB8": (4, 3),
    "PB9": (4, 4),
    "PB10": (2, 3),
    "PB14": (12, 1),
    "PB15": (12, 2),
    "PC6": (8, 1),
    "PC7": (8, 2),
    "PC8": (8, 3),
    "PC9": (8, 4),
}
UARTS = {6: ("PC6", "PC7")}
BUSES = {1: ("PB6", "PB7"), 2: ("PB10", "PB3"), 3: ("PA8", "PC9")}
FIXED = True
ALIASES = (
    "D0=PA3 D1=PA2 D2=PA10 D3=PB3 D4=PB5 D5=PB4 D6=PB10 D7=PA8 D8=PA9 D9=PC7 D10=PB6 D11=PA7 "
    "D12=PA6 D13=PA5 D14=PB9 D15=PB8 A0=PA0 A1=PA1 A2=PA4 A3=PB0 A4=PC1 A5=PC0"
)
