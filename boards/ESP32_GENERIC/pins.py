"""Board definition: ESP32 (WROOM modules; ESP32-DevKitC and its many relatives).

Sources, of micropython/micropython: ports/esp32/machine_pin.h (pins there are), machine_pin.c
(34 to 39 are inputs), machine_uart.c (UARTs, txbuf, any pin), machine_adc.c (ADC1),
docs/esp32/quickref.rst (REPL, flash). Strapping pins: Espressif's ESP32 data sheet.
"""

NAME = "ESP32_GENERIC"
UART, UART_TX, UART_RX = 2, 17, 16
UART_OPTIONS = {"txbuf": 1024}
ONEWIRE = 4
ADC = 34
I2C, I2C_SCL, I2C_SDA = 0, 22, 21
SWITCH = 26
DIMMER = 25
RESET = 27
POWER = 14
REPL_UART = 0
SLEEPS = (
    "Nothing sleeps: the module may speak at any time. machine.lightsleep() stops the UART, "
    "machine.deepsleep() ends the program. The module's own power saving is its network's."
)

# What a configuration may name; the words are explained in node/startup/pin_rules.py.
PINS = "0-19 21-23 25-27 32-39"
PIN_HELP = "a GPIO number: 4, 13, 14, 16 to 19, 21 to 23, 25 to 27, 32, 33, inputs 34 to 39"
REFUSED = (
    ("6-11", "is wired to the flash memory"),
    ("1 3", "belongs to the REPL (UART 0)"),
    ("0 2 5 12 15", "decides how the chip starts"),
)
INPUTS = "34-39"
PULLED_UP = ""
ADC_PINS = "32-39"  # ADC1; ADC2 is shared with Wi-Fi
PWM_PINS = ""
UARTS = {1: ("", ""), 2: ("", "")}
BUSES = {0: ("", ""), 1: ("", "")}
FIXED = False
ALIASES = ""
