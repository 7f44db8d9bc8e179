"""The wires to the module: does anything come, at which rate, and if not, why."""

import re

from deploy.doctor.report import fail, ok, skipped, warn
from deploy.errors import BoardError

USABLE = (4800, 9600, 57600, 115200)  # for module.baud
_RATES = (9600, 115200, 57600, 38400, 19200, 4800, 230400)
_TRIES, _TRY_MS = 4, 500  # a module that sleeps loses what wakes it
_ANSWER = re.compile(rb"(?:^|[\r\n])(?:OK|ERROR|\+CM[ES] ERROR:[^\r\n]*)[\r\n]")
_ECHO = re.compile(rb"(?:AT\r\n)+")
_PATTERN = bytes(range(32, 127)) + b"\r\n"
_HIGH, _LOW = 18, 2  # samples of 20: the line is high, or low


def port(case):
    """Can the UART be opened with these pins?"""
    try:
        case.open(case.plan.module["baud"])
    except BoardError as e:
        if not e.trace.startswith(("OSError", "TypeError", "ValueError")):
            raise  # it says nothing of the pins
        yield fail(
            f"{case.plan.where} cannot be opened: {e.trace}",
            "this MicroPython does not have it there",
            f"other module.uart, tx, rx: see boards/{case.board.name}/README.md",
        )
        return
    yield ok(f"{case.plan.where} opens; it is not the REPL's")


def loopback(case):
    """With TX and RX joined: does everything that is sent come back?"""
    if not case.order.loopback:
        return
    tx, rx = _names(case)
    for baud in (9600, 115200):
        case.open(baud)
        heard = case.talk.raw(_PATTERN, 1000)
        if heard != _PATTERN:
            yield fail(
                f"{len(heard)} of {len(_PATTERN)} bytes came back at {baud} baud"
                + ("" if heard == _PATTERN[: len(heard)] else ", and not those that were sent"),
                f"no wire from {tx} to {rx}, or it is at other pins",
                "join just these two with a wire, nothing else on them, and run it again",
            )
            return
    yield ok(f"{len(_PATTERN)} bytes came back at 9600 and at 115200 baud: the board's side works")


def _names(case):
    tx, rx = case.plan.lines
    return ("TX", "RX") if tx is None else (f"TX ({tx})", f"RX ({rx})")


def module(case):
    """Does the module answer AT, and at which rate?"""
    if case.order.loopback:
        yield skipped("a loopback test has no module: leave LOOPBACK=1 out for it")
        return
    own = case.plan.module["baud"]
    heard = {}
    for baud in (own, *(rate for rate in _RATES if rate != own)):
        case.open(baud)
        kind, data = _try(case, _TRIES if baud == own else 2)
        if kind == "answer":
            case.baud = baud if baud == own else _again(case, own, baud)
            baud = case.baud
            case.talk.wait(" ", 100)  # what is still on its way
            yield ok(f"answers AT at {baud} baud")
            return
        if kind == "echo":
            yield _echo(case)
            return
        if kind == "garbage":
            heard[baud] = data
    yield _garbage(case, heard) if heard else _silence(case)
    case.link.run("doctor_line.stop()")


def _again(case, own, baud):
    """Return at which rate the module is, that has answered at baud and not at own before.

    It may have been about to start, or asleep.
    """
    case.open(own)
    if _try(case, 2)[0] == "answer":
        return own
    case.open(baud)
    _try(case, 2)  # what it has heard meanwhile was no command
    return baud


def _try(case, tries):
    """Send AT; return ("answer", "echo", "garbage" or "silent", what came)."""
    heard = b""
    for _ in range(tries):
        heard += case.talk.raw(b"AT\r\n", _TRY_MS)
        if _ANSWER.search(heard):
            return "answer", heard
    if _ECHO.fullmatch(heard):
        return "echo", heard
    return "garbage" if heard else "silent", heard


def _own_side(case):
    tx, rx = _names(case)
    return (
        f"to check the board alone, take both wires off, join {tx} and {rx} with a wire, and "
        f"{case.make('doctor')} LOOPBACK=1"
    )


def _echo(case):
    tx, rx = _names(case)
    return fail(
        "what is sent comes back, and nothing else",
        f"{tx} and {rx} are joined",
        "take the wire of a loopback test off, look for a short circuit, and wire the module",
    )


def _garbage(case, heard):
    some = ", ".join(f"{data[:8].hex(' ')} at {baud}" for baud, data in sorted(heard.items())[:2])
    if not any(b"".join(heard.values())):
        return fail(
            "RX receives nothing but zeros: the line is low",
            "the module is off, or the level of its TXD is too low for this board",
            "check the module's supply and the level shifter; " + _own_side(case),
        )
    return fail(
        f"bytes come, but no OK at any rate: {some} baud",
        "another rate or parity, a level that is too low, or grounds that are not joined",
        "join GND, check the levels (3.3 V, or a level shifter), take power from the module for "
        "ten seconds, and run it again",
    )


def _silence(case):
    said = "no byte at " + ", ".join(str(rate) for rate in _RATES) + " baud"
    if case.hosted:
        return fail(
            said,
            "nothing is at the other end of this board's UART",
            "start make bench in another terminal; make pcboard UART=HOST:PORT takes another one",
        )
    tx, rx = _names(case)
    down, up = _level(case, 1)
    driven = _level(case, 0)[0]
    high = down is not None and down >= _HIGH
    if not high and driven is not None and driven >= _HIGH:
        return _swapped(case, said)
    if high:
        return fail(
            f"{said}, but {rx} is high: the module's TXD is there and idle",
            f"what the board sends does not arrive ({tx} to RXD), or the module does not run",
            f"check the wire from {tx} to RXD and the joined GND, reset the module and wait ten "
            "seconds; " + _own_side(case),
        )
    if up is not None and up <= _LOW:
        return fail(
            f"{said}, and {rx} is held low",
            "the module is off, or its TXD is shorted to ground",
            "check its supply (with 470 µF or more), and its power key if it has one; "
            + _own_side(case),
        )
    floats = down is not None and down <= _LOW and up is not None and up >= _HIGH
    return fail(
        f"{said}, and nothing drives {rx}" if floats else said,
        f"no wire from TXD of the module to {rx}, TX and RX not crossed, or the module is off",
        f"check {tx} to RXD, {rx} to TXD, GND to GND and the module's supply; " + _own_side(case),
    )


def _level(case, which):
    """Return how often of 20 times TX (0) or RX (1) is high, pulled down and up; None: unknown."""
    pin = case.plan.lines[which]
    case.link.run("doctor_line.stop()")
    if pin is None:
        return None, None
    said = case.link.run("doctor_line.level(%r)" % pin).split()
    return [int(word) if word.isdigit() else None for word in said]


def _swapped(case, said):
    """Tell that TX and RX are swapped; where any pin can be either, make sure."""
    tx, rx = _names(case)
    sure = False
    if case.plan.anywhere:
        case.open(case.plan.module["baud"], swapped=True)
        sure = _try(case, _TRIES)[0] == "answer"
    change = "swap the two wires"
    if case.plan.anywhere:
        now = case.plan.module
        change += f', or write "tx": {now["rx"]}, "rx": {now["tx"]} in config.json'
    return fail(
        f"{said} on {rx}; the module answers on {tx}" if sure else f"{said}, and {tx} is driven",
        "TX and RX are swapped: TX of the board goes to RXD of the module, RX to TXD",
        f"{change}, and run it again",
    )


def rate(case):
    """Is the rate the one that is configured, and one that the node can use?"""
    own = case.plan.module["baud"]
    if case.baud == own:
        yield ok(f"{own}, as configured")
    elif case.baud in USABLE:
        yield fail(
            f"the module answers at {case.baud}, module.baud is {own}",
            "somebody changed the module's rate, or this firmware starts at another one",
            f'"baud": {case.baud} in config.json: make config; the checks go on at {case.baud}',
        )
    else:
        yield fail(
            f"the module answers at {case.baud}, which the node cannot use",
            "somebody changed the module's rate",
            f"AT+NATSPEED=9600,30,1,2 or AT+IPR=9600 in {case.make('passthrough')} "
            f"BAUD={case.baud}; then run it again",
        )


def supply(case):
    """Did the module restart while it was looked at?"""
    answer = case.talk.ask("AT+CMEE?")
    banner = [line for line in case.talk.heard if line.startswith("REBOOT")]
    mode = answer.find(r"\+CMEE: ?(\d)")
    if banner or (mode and case.errors_numbered and mode[1] == "0"):
        yield fail(
            f"the module restarted during these checks{': ' + banner[0] if banner else ''}",
            "its supply sags when it transmits (peaks of 300 mA and more), or its watchdog",
            "a supply of its own for 1 A, 470 µF or more close to it, short and thick wires",
        )
    elif mode or answer.ok:
        yield ok("the module did not restart during these checks")
    else:
        yield warn(f"the module fell silent: {answer.said}", "loose wires, or its supply", None)
