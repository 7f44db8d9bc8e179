"""Power saving of the module: PSM timers, eDRX, and their reports (facts/protocol.md 3.1)."""

from micropython import const

from m5310 import errors
from m5310.errors import AtError
from m5310.fields import body, split
from m5310.network import is_answer, is_mode_answer

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from collections.abc import Callable

    from at import AtClient
    from m5310.network import Network

# (unit in s, its three bits): the longest last, so that the shortest that reaches far enough wins.
_PERIODIC = ((2, 3), (30, 4), (60, 5), (600, 0), (3600, 1), (36000, 2), (1152000, 6))
_ACTIVE = ((2, 0), (60, 1), (360, 2))
_OFF = const(7)
# Cycle in ms and its four bits, NB-S1 (3GPP 24.008 table 10.5.5.32).
_CYCLES = (
    (20480, 2),
    (40960, 3),
    (81920, 5),
    (163840, 9),
    (327680, 10),
    (655360, 11),
    (1310720, 12),
    (2621440, 13),
    (5242880, 14),
    (10485760, 15),
)

RELEASE = b",0x400"  # Mipl.release: the network may let go of the radio behind the confirmation


def _encode(seconds: "float | None", units: tuple) -> str:
    """Return the shortest timer of at least seconds, else the longest, as eight bits in text.

    None: switched off.
    """
    if seconds is None:
        return "11100000"
    best = None
    for unit, bits in units:
        count = min(-(-seconds // unit), 31)
        exact = count * unit
        # One that is too short gives way to the next unit, which reaches further.
        if best is None or best[0] < seconds or 0 < exact <= best[0]:
            best = exact, bits, count
    text = ""
    value = best[1] << 5 | best[2]
    for i in range(7, -1, -1):
        text += "1" if value >> i & 1 else "0"
    return text


def _decode(text: str, units: tuple) -> "int | None":
    """Return the seconds of a timer, None for one that is off; raises ValueError for no timer."""
    if len(text) != 8 or text.strip("01"):
        raise ValueError("timer")
    value = int(text, 2)
    bits = value >> 5
    if bits == _OFF:
        return None
    for unit, known in units:
        if known == bits:
            return unit * (value & 31)
    return 60 * (value & 31)  # what is not defined counts minutes (3GPP 24.008 10.5.7.3)


def periodic(seconds: "float | None") -> str:
    """Return T3412, the seconds between two periodic network updates, as eight bits."""
    return _encode(seconds, _PERIODIC)


def periodic_s(text: str) -> "int | None":
    """Return the seconds of a T3412, None if it is off; raises ValueError."""
    return _decode(text, _PERIODIC)


def reached(seconds: "float | None") -> str:
    """Return T3324, the seconds reachable after a connection, as eight bits."""
    return _encode(seconds, _ACTIVE)


def reached_s(text: str) -> "int | None":
    """Return the seconds of a T3324, None if it is off; raises ValueError."""
    return _decode(text, _ACTIVE)


def cycle(seconds: float) -> str:
    """Return the shortest eDRX cycle of at least seconds as four bits; else the longest."""
    bits = _CYCLES[-1][1]
    for ms, known in _CYCLES:
        if ms >= seconds * 1000:
            bits = known
            break
    return "".join(["1" if bits >> i & 1 else "0" for i in (3, 2, 1, 0)])


def cycle_s(text: str) -> float:
    """Return the seconds of an eDRX cycle, as float; raises ValueError."""
    bits = int(text, 2) if len(text) == 4 and not text.strip("01") else 0
    for ms, known in _CYCLES:
        if known == bits:
            return ms / 1000
    raise ValueError("cycle")


async def set_up(network: "Network", log: "Callable[[str], object]", settings: tuple) -> None:
    """Ask the network for settings, (T3324 s or None, T3412 s, eDRX s or 0).

    What fails is logged and passed over: without it the module only takes more current. Raises
    AtError if the module does not answer, rebooted or writes its firmware.
    """
    awake, update, edrx = settings
    psm = b"AT+CPSMS=0"
    if awake is not None:
        psm = b'AT+CPSMS=1,,,"%s","%s"' % (periodic(update).encode(), reached(awake).encode())
    drx = b"AT+CEDRXS=0,5"
    if edrx:
        drx = b'AT+CEDRXS=1,5,"%s"' % cycle(edrx).encode()
    for text in (psm, drx, b"AT+NPSMR=1"):
        try:
            await network.at.command(text, 5000)
        except AtError as e:
            if e.kind in (errors.SILENT, errors.RESET, errors.UPDATING):
                raise
            log(str(e))


def watch(at: "AtClient") -> None:
    """Keep at.asleep current: the first bytes that wake a sleeping module are lost."""

    def report(line: bytearray) -> None:
        at.asleep = 1 if split(body(line), 4)[-1] == b"1" else 0

    at.urc(b"+NPSMR:", report, is_mode_answer)


async def granted(network: "Network") -> "tuple[int | None, int | None]":
    """Return (T3324 s, T3412 s) as granted by the network, None if off; raises AtError."""
    await network.at.command(b"AT+CEREG=5")
    try:
        lines = await network.at.command(b"AT+CEREG?", 2000, b"+CEREG:", _is_long)
    finally:
        await network.at.command(b"AT+CEREG=1")
    fields = split(body(lines[0]), 16) if lines else []
    try:
        return reached_s(str(fields[-2], "utf-8")), periodic_s(str(fields[-1], "utf-8"))
    except (ValueError, IndexError):
        return None, None


def _is_long(line: bytearray) -> bool:
    return is_answer(line) and len(split(body(line), 16)) > 5
