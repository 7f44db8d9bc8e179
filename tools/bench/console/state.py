"""What the module, the platform and the board are doing, in a few words each."""

from dataclasses import dataclass
from datetime import timedelta

NONE = "—"
FULL_DUTY = 65535  # VBoard.pwm
RSSI = 23  # what the simulated module's AT+CSQ says on the network


@dataclass(frozen=True)
class Status:
    """A word, how good that is (good, busy, bad, idle), and facts (name, text) beside it."""

    word: str
    tone: str
    facts: tuple = ()


def module_status(station):
    """Return the Status of a station's module: power, network, session."""
    module, radio, session = station.module, station.module.radio, station.module.session
    if not module.booted:
        word, tone = "booting", "busy"
    elif not radio.cfun:
        word, tone = "radio off", "idle"
    elif radio.registered:
        word, tone = "registered", "good"
    elif radio.stat == 2:
        word, tone = "searching", "busy"
    else:
        word, tone = "no network", "bad"
    facts = (
        ("signal", "%d dBm" % dbm(RSSI) if radio.registered else "none"),
        ("connection", "connected" if radio.connected else "idle"),
        ("session", session.state if session.created else "not created"),
        ("IMEI", module.imei),
        ("AT port", station.at or NONE),
    )
    return Status(word, tone, facts)


def dbm(rssi):
    """Return the dBm an rssi of AT+CSQ stands for: 0 is -113, and 2 more a step (27.007)."""
    return 2 * rssi - 113


def platform_status(device, now_ms):
    """Return the Status of a platform's Device, None for one it does not know."""
    names = "lifetime left", "registrations", "notifications", "observations", "device id"
    if device is None:
        return Status("unknown", "idle", tuple((name, NONE) for name in names))
    word, tone, left = "offline", "bad", NONE
    if device.online:
        word, tone = "online", "good"
        left = str(timedelta(seconds=max(0, round((device.expires_ms - now_ms) / 1000))))
    numbers = device.registrations, device.notifications, len(device.observed), device.id
    return Status(word, tone, tuple(zip(names, (left, *map(str, numbers)), strict=True)))


def counters(station):
    """Return (name, number) of what went wrong, or may have, at a station."""
    counts, air, faults = station.module.counters, station.module.air, station.faults
    return (
        ("lines in", counts.lines_in),
        ("lines out", counts.lines_out),
        ("commands refused", counts.refused),
        ("bytes lost", counts.lost_bytes),
        ("lines lost", counts.lost_lines),
        ("printed again", counts.repeated),
        ("answered late", counts.late_answers),
        ("not answered", counts.silent),
        ("messages lost", air.lost),
        ("sent again", air.repeated),
        ("noise bursts", faults.bursts),
        ("reboots", faults.reboots),
    )


# -- board ---------------------------------------------------------------------------------------


def relay(wiring, board):
    """Return whether the switch is on, None where there is none or it was never driven."""
    level = board.pins.get(wiring.switch)
    return None if level is None else level == wiring.active


def dimmer(wiring, board):
    """Return the dimmer's percentage, None where there is none or it was never driven."""
    duty = board.pwm.get(wiring.dimmer)
    return None if duty is None else round(100 * duty / FULL_DUTY)


def state_names(wiring):
    """Return the names of the multi-state output in the order of their levels, 1 0 before 0 1."""
    return sorted(wiring.states, key=lambda name: (tuple(reversed(wiring.states[name])), name))


def multistate(wiring, board):
    """Return (name or None, levels) of the multi-state output; a pin never driven counts as 0."""
    levels = tuple(board.pins.get(pin, 0) for pin in wiring.pins)
    names = [name for name in state_names(wiring) if tuple(wiring.states[name]) == levels]
    return (names[0] if names else None), levels
