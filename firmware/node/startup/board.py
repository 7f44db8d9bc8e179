"""The board's devices that the node is wired to: UART and pins of the module, RTC, watchdog."""

import machine
from micropython import const

from node import REFUSALS, need, option

from .errors import ConfigError

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from node.app import Node
    from node.log import Log
    from node.watchdog import Watchdog


def open_uart(module: dict, board: object) -> machine.UART:
    """Return the UART of a checked configuration's module; raise ConfigError if it is refused.

    board: the board definition, or None.
    """
    options = dict(option(board, "UART_OPTIONS", {}))
    for name in ("tx", "rx"):
        if module[name] is not None:  # an STM32's UART has fixed pins
            try:
                need("Pin")
                options[name] = machine.Pin(module[name])
            except REFUSALS as e:
                raise ConfigError("module." + name, module[name], "is no pin: %s" % e)
    number = module["uart"]
    try:
        need("UART")
        return machine.UART(
            number, baudrate=module["baud"], rxbuf=module["rxbuf"], timeout=0, **options
        )
    except REFUSALS as e:
        raise ConfigError("module.uart", number, "cannot be opened: %s" % e)


def open_pins(module: dict) -> dict:
    """Return {"reset_pin": Pin, "power_pin": Pin} of those configured; raise ConfigError."""
    pins = {}
    for name in ("reset_pin", "power_pin"):
        if module[name] is not None:
            try:
                need("Pin")
                pins[name] = machine.Pin(module[name], machine.Pin.OUT, value=0)
            except REFUSALS as e:
                raise ConfigError("module." + name, module[name], "is no output pin: %s" % e)
    return pins


def open_rtc(log: "Log") -> "machine.RTC | None":
    """Return the machine.RTC that the network's clock sets; None, and a log line, without one."""
    rtc = None
    try:
        rtc = machine.RTC()
    except REFUSALS:
        pass
    if hasattr(rtc, "datetime"):
        return rtc
    log("this board has no RTC: after a restart the time is unknown until the network tells", 2)
    return None


def open_watchdog(node: "Node", timeout_s: int) -> "Watchdog":
    """Return a Watchdog for node; raise ConfigError if this MicroPython has none."""
    from node.watchdog import Watchdog

    try:
        need("WDT")
    except ValueError as e:
        raise ConfigError("safety.watchdog", timeout_s, "cannot be had: %s; give 0" % e)
    return Watchdog(node, timeout_s)
