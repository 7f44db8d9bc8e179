"""What the pins and UARTs of an ESP32 can do; needed only while a configuration is checked."""


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
