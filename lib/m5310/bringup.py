"""Bring-up and network registration (guide 1): the steps are data, one loop walks them."""

from micropython import const

from m5310 import borrow, errors
from m5310.errors import AtError
from m5310.fields import body, is_digits, num, split

_POLL_MS = const(5000)  # CEREG? besides the URC, which is not reliable (facts/protocol.md 9.11)
_REPORT_MS = const(10000)
_PAUSE_MS = const(100)  # a module that starts loses what comes too fast (facts/protocol.md 1)
_KNOWN_YEAR = const(2024)  # a clock in an earlier year was never set, or runs on without a network


def _is_imsi(line):
    return is_digits(line) and 6 <= len(line) <= 15


def _imei(line):
    imei = split(body(line), 2)[0]
    num(imei[:10])
    return str(imei, "utf-8")


def _apn(line):
    return str(split(body(line), 16)[2], "utf-8")


# Text, what begins its answer, a bare answer, tries, where the answer goes and how it is read.
# A step that keeps failing is reported and passed over: what it is for shows later on.
_BEFORE = (
    (b"AT+CMEE=1", None, None, 1, None, None),
    (b"AT+CGSN=1", b"+CGSN:", None, 3, "imei", _imei),
    (b"AT+CIMI", b"+CIMI:", _is_imsi, 8, "imsi", lambda line: str(body(line).strip(), "utf-8")),
)
_REPORTS = (
    (b"AT+CSCON=1", None, None, 3, None, None),
    (b"AT+CEREG=1", None, None, 3, None, None),
)
_AFTER = (
    (b"AT+CGDCONT?", b"+CGDCONT:", None, 1, "apn", _apn),
    (b"AT+CSQ", b"+CSQ:", None, 1, "rssi", lambda line: num(split(body(line), 4)[0])),
)


async def bring_up(network, log, timeout, operator=None, earfcn=None):
    """Walk the steps of guide 1 and wait for registration, timeout ms for all of it.

    operator (digits) and earfcn (a number) are sent where given; both must succeed. Raises
    AtError; its text tells what was waited for. log(text) hears what is going on.
    """
    at = network.at
    pause = at.pause
    at.pause = max(pause, _PAUSE_MS)
    try:
        await _walk(network, log, timeout, operator, earfcn)
    finally:
        at.pause = pause


async def _walk(network, log, timeout, operator, earfcn):
    start = network.clock.ticks_ms()
    boots = network.boots
    for step in _BEFORE:
        await _step(network, log, step)
    if operator:
        await network.at.command(b'AT+COPS=1,2,"%s"' % operator.encode(), 30000, slow=True)
    if earfcn:
        await network.at.command(b"AT+NEARFCN=0,%d" % earfcn, 5000)
    for step in _REPORTS:
        await _step(network, log, step)
    if network.power:
        await borrow("m5310.power").set_up(network, log, network.power)
    await _wait(network, log, start, timeout, boots)
    for step in _AFTER:
        await _step(network, log, step)
    await ask_time(network, log)


async def ask_time(network, log):
    """Ask for the network's clock, which is not set at first, and hand it on; raises AtError."""

    def read(line):
        return borrow("m5310.nitz").parse_clock(body(line), network.local_clock)

    network.time = None
    await _step(network, log, (b"AT+CCLK?", b"+CCLK:", None, 1, "time", read))
    network.clock_known = bool(network.time) and network.time[0] >= _KNOWN_YEAR
    if network.clock_known and network.on_time:
        network.on_time(network.time)


async def _step(network, log, step):
    text, prefix, bare, tries, name, read = step
    for left in range(tries - 1, -1, -1):
        try:
            lines = await network.at.command(text, 5000, prefix, None, bare)
            if name and lines:
                setattr(network, name, read(lines[0]))
            return
        except (ValueError, IndexError):
            log("%s: answer not understood" % str(text, "utf-8"))
        except AtError as e:
            if e.kind in (errors.SILENT, errors.RESET, errors.UPDATING):
                raise
            if not left:
                log(str(e))
        if left:
            await network.clock.sleep_ms(1000)  # the SIM is not readable in the first seconds


async def _wait(network, log, start, timeout, boots):
    clock = network.clock
    said = start
    asked = None
    while True:
        if network.boots != boots:  # between two commands, so that none of them told
            raise AtError(errors.RESET)
        if network.registered:
            return
        now = clock.ticks_ms()
        waited = clock.ticks_diff(now, start)
        if waited >= timeout:
            raise AtError(errors.TIMEOUT, 0, b"network registration, " + network.words().encode())
        if asked is None or clock.ticks_diff(now, asked) >= _POLL_MS:
            asked = now
            await network.ask()
        elif clock.ticks_diff(now, said) >= _REPORT_MS:
            said = now
            await _step(network, log, _AFTER[1])
            log(
                "waiting for the network: %d s, %s, %s"
                % (waited // 1000, network.words(), network.quality())
            )
        else:
            await clock.sleep_ms(50)
