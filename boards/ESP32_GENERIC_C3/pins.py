"""Board definition: ESP32-C3 (modules WROOM-02 and MINI-1, ESP32-C3-DevKit, "Super Mini").

Sources, of micropython/micropython: ports/esp32/machine_pin.h (pins there are; 18 and 19 are
USB), boards/ESP32_GENERIC_C3/mpconfigboard.h (REPL on UART 0 as well as on USB), machine_uart.c
(two UARTs, txbuf, any pin). Strapping pins 2, 8 and 9: Espressif's ESP32-C3 book, 5.2.6 (2 must
be high, 8 as well for flashing). ADC1 and the flash pins 11 to 17: its data sheet.
"""

NAME = "ESP32_GENERIC_C3"
UART, UART_TX, UART_RX = 1, 7, 6
UART_OPTIONS = {"txbuf": 1024}
ONEWIRE = 4
ADC = 3
I2C, I2C_SCL, I2C_SDA = 0, 2, 8
SWITCH = 10
DIMMER = 5
RESET = 1
POWER = 0
REPL_UART = 0
SLEEPS = (
    "Nothing sleeps: the module may speak at any time. machine.lightsleep() stops the UART and "
    "the USB, machine.deepsleep() ends the program. The module's power saving is its network's."
)

# What a configuration may name; the words are explained in node/startup/pin_rules.py.
PINS = "0-21"
PIN_HELP = "a GPIO number: 0, 1, 3 to 7, 10; 2 and 8 for 1-wire and I2C"
REFUSED = (
    ("11-17", "is wired to the flash memory or its supply"),
    ("18 19", "belongs to USB"),
    ("20 21", "belongs to the REPL (UART 0)"),
    ("9", "decides how the chip starts"),
)
INPUTS = ""
PULLED_UP = "2 8"
ADC_PINS = "0-4"  # ADC1, without the strapping pin 2; ADC2 (5) is unreliable
PWM_PINS = ""
UARTS = {1: ("", "")}
BUSES = {0: ("", "")}
FIXED = False
ALIASES = ""
