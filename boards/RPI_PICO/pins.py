"""Board definition: Raspberry Pi Pico and Pico H (RP2040); Pico W as well.

Sources, of micropython/micropython: ports/rp2/machine_uart.c (UART pins by their number, txbuf),
machine_i2c.c (SCL and SDA by their number), machine_adc.c (26 to 28), docs/rp2/quickref.rst (PWM
on every pin, REPL on USB). Which pins are on the header: Raspberry Pi's Pico data sheet.
"""

NAME = "RPI_PICO"
UART, UART_TX, UART_RX = 1, 4, 5
UART_OPTIONS = {"txbuf": 1024}
ONEWIRE = 22
ADC = 26
I2C, I2C_SCL, I2C_SDA = 0, 9, 8
SWITCH = 14
DIMMER = 15
RESET = 6
POWER = 7
REPL_UART = None  # USB
WATCHDOG = 8  # seconds; machine_wdt.c: 8388 ms at most
SLEEPS = (
    "Nothing sleeps: the module may speak at any time. machine.lightsleep() stops the UART and "
    "the USB, machine.deepsleep() ends the program. The module's power saving is its network's."
)

# What a configuration may name; the words are explained in node/startup/pin_rules.py.
PINS = "0-22 26-28"
PIN_HELP = "a GP number of the header: 0 to 22, 26 to 28"
REFUSED = ()
INPUTS = ""
PULLED_UP = ""
ADC_PINS = "26-28"
PWM_PINS = ""
UARTS = {0: ("0 12 16", "1 13 17"), 1: ("4 8 20", "5 9 21")}
BUSES = {0: ("1 5 9 13 17 21", "0 4 8 12 16 20"), 1: ("3 7 11 15 19 27", "2 6 10 14 18 22 26")}
FIXED = False
ALIASES = ""
