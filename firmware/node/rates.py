"""Search for a silent module at other baud rates.

A brown-out can bring a module back at another rate, and AT+NATSPEED stores one.
"""

from micropython import const

from m5310.errors import UPDATING, AtError

from . import definition, option

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from at import AtClient

    from .supervisor import Supervisor

_RATES = (9600, 115200, 57600, 4800, 38400, 19200)
_TRY_MS = const(2400)  # two probes and their answers
_HINT = (
    "no OK from the module on UART %s at %d baud: check that TX and RX are crossed, ground, "
    "supply and baud rate; on a board, make doctor tells which"
)


async def find(supervisor: "Supervisor", error: AtError) -> None:
    """Find the module at another baud rate, and stay there.

    Every other try is at the present rate again: most silent modules come back there, while
    operations wait. A rate that the UART refuses is skipped. Raise error if the module answers at
    none; the configured rate is set again then. Raise it at once if the module writes its
    firmware.
    """
    if error.kind == UPDATING:
        raise error
    at = supervisor.modem.at
    number, baud, rxbuf = supervisor.uart
    supervisor.log(_HINT % (number, baud), 0)
    present = at.baud
    tried = []
    for other in [baud] + [rate for rate in _RATES if rate != baud]:
        if other == present or not _set_rate(at, other, rxbuf):
            continue
        tried.append(other)
        if await _answers(supervisor):
            text = "the module answers at %d baud: the node goes on at that rate" % other
            if other != baud:
                text += "; module.baud is %d" % baud
            supervisor.log(text, 0)
            return
        if _set_rate(at, present, rxbuf) and await _answers(supervisor):
            return
    if tried:
        _set_rate(at, baud, rxbuf)
        supervisor.log("nor at %s baud" % ", ".join([str(rate) for rate in tried]))
    raise error


async def _answers(supervisor: "Supervisor") -> bool:
    """Return True if the module answers at this rate; raise AtError if it writes its firmware."""
    supervisor.alive = supervisor.clock.ticks_ms()
    try:
        await supervisor.modem.at.sync(_TRY_MS)
        return True
    except AtError as e:
        if e.kind == UPDATING:
            raise
        return False


def _set_rate(at: "AtClient", baud: int, rxbuf: int) -> bool:
    """Set the rate of the UART; return False if it refuses, as one over TCP does."""
    options = option(definition(), "UART_OPTIONS", {})  # some ports reset what is left out
    try:
        at.port.uart.init(baudrate=baud, rxbuf=rxbuf, timeout=0, **options)
    except (AttributeError, OSError, ValueError):
        return False
    at.baud_changed(baud)
    return True
