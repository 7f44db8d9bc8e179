"""The pins and UARTs of this board, an ESP32's, and what they can do; seldom needed, see pins."""

NAME = "PC"
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


def uart_problem(uart):
    """Return why the module cannot be on this UART, or None when it can."""
    if uart == 0:
        return "is the REPL's UART: give 1 or 2"
    if uart not in (1, 2):
        return "is no UART of this board: give 1 or 2"
    return None


def pin_problem(pin, output):
    """Return why pin cannot be used (output: driven), or None when it can."""
    if type(pin) is not int or not 0 <= pin <= 39:
        return "is no pin of this board: give a GPIO number from 0 to 39"
    if 6 <= pin <= 11:
        return "is wired to the flash memory: give another GPIO"
    if pin in (1, 3):
        return "belongs to the REPL (UART 0): give another GPIO"
    if pin in (20, 24) or 28 <= pin <= 31:
        return "does not exist on this chip: give another GPIO"
    if output and pin >= 34:
        return "can only be an input: give a GPIO up to 33"
    return None
