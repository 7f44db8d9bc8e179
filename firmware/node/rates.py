"""What is done about a module that answers nothing: is it at another baud rate?

Loaded for that alone. A brown-out can bring a module back at another rate (facts: AT+NATSPEED).
"""

from micropython import const

from m5310.errors import UPDATING, AtError

from . import definition, option

_RATES = (9600, 115200, 57600, 4800, 38400, 19200)
_TRY_MS = const(2400)  # two probes, and their answers
_HINT = (
    "no OK from the module on UART %s at %d baud: check that TX and RX are crossed, ground, "
    "supply and baud rate; on a board, make doctor tells which"
)


async def find(supervisor, error):
    """Find the module at another baud rate than it was just asked at, and stay there.

    Every other try is at the rate it had: mostly it was just silent, and operations wait. A rate
    that the UART refuses is left out. Raises error if the module answers at none; then the
    configured rate is set again. A module that writes its own firmware is not looked for.
    """
    if error.kind == UPDATING:
        raise error
    at = supervisor.modem.at
    number, baud, rxbuf = supervisor.uart
    supervisor.log(_HINT % (number, baud), 0)
    rates = [baud]
    rates.extend([rate for rate in _RATES if rate != baud])
    had = [rate for rate in rates if _line_ms(rate) == at.replies.line_ms]
    tried = []
    for other in rates:
        if other in had or not _set(at, other, rxbuf):
            continue
        tried.append(other)
        for rate in [other] + had:
            if rate != other and not _set(at, rate, rxbuf):
                continue
            supervisor.alive = supervisor.clock.ticks_ms()
            try:
                await at.sync(_TRY_MS)
            except AtError as e:
                if e.kind == UPDATING:
                    raise
                continue
            if rate == other:
                text = "the module answers at %d baud: the node goes on at that rate" % rate
                if rate != baud:
                    text += "; module.baud is %d" % baud
                supervisor.log(text, 0)
            return
    if tried:
        _set(at, baud, rxbuf)
        supervisor.log("nor at %s baud" % ", ".join([str(rate) for rate in tried]))
    raise error


def _line_ms(rate):
    return 25 + 480000 // rate  # as in At


def _set(at, rate, rxbuf):
    """Set the rate of the line and have the module looked for; return whether that can be done."""
    options = option(definition(), "UART_OPTIONS", {})  # some ports reset what is left out
    try:
        at.port.uart.init(baudrate=rate, rxbuf=rxbuf, timeout=0, **options)
    except (AttributeError, OSError, ValueError):  # a UART that is no UART, as over TCP
        return False
    at.replies.line_ms = _line_ms(rate)
    at.port.stop()
    at.resync.start(at.clock.ticks_ms())
    return True
