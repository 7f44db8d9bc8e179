"""Board definition: ESP32-S3 (modules WROOM-1 and MINI-1, ESP32-S3-DevKitC-1).

Sources, of micropython/micropython: ports/esp32/machine_pin.h (pins there are; 19 and 20 are
USB, 26 PSRAM, 33 to 37 octal PSRAM), boards/ESP32_GENERIC_S3/mpconfigboard.h (REPL on UART 0 as
well as on USB; I2C 0 is 9 and 8), machine_uart.c (UARTs, txbuf, any pin). Strapping pins, UART 0
and ADC1: Espressif's ESP32-S3 data sheet.
"""

NAME = "ESP32_GENERIC_S3"
UART, UART_TX, UART_RX = 1, 17, 18
UART_OPTIONS = {"txbuf": 1024}
ONEWIRE = 4
ADC = 1
I2C, I2C_SCL, I2C_SDA = 0, 9, 8
SWITCH = 5
DIMMER = 6
RESET = 7
POWER = 15
REPL_UART = 0
SLEEPS = (
    "Nothing sleeps: the module may speak at any time. machine.lightsleep() stops the UART, "
    "machine.deepsleep() ends the program. The module's own power saving is its network's."
)

# What a configuration may name; the words are explained in node/startup/pin_rules.py.
PINS = "0-21 26-48"
PIN_HELP = "a GPIO number: 1, 2, 4 to 18, 21, 38 to 42, 47, 48"
REFUSED = (
    ("19 20", "belongs to USB"),
    ("26-32", "is wired to the flash memory or the PSRAM"),
    ("33-37", "is wired to the octal flash or PSRAM of many modules"),
    ("43 44", "belongs to the REPL (UART 0)"),
    ("0 3 45 46", "decides how the chip starts"),
)
INPUTS = ""
PULLED_UP = ""
ADC_PINS = "1-10"  # ADC1, without the strapping pin 3; ADC2 is shared with Wi-Fi
PWM_PINS = ""
UARTS = {1: ("", ""), 2: ("", "")}
BUSES = {0: ("", ""), 1: ("", "")}
FIXED = False
ALIASES = ""
