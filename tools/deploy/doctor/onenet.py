"""The OneNET session: made as the node makes it, and taken down again."""

from deploy.doctor.report import fail, ok
from deploy.doctor.words import event, result

_LIFETIME_S = 120
_GRACE_MS = 10000  # behind the time that the module itself gives the registration
_BAD = (3, 5, 7, 8, 9, 10, 12, 13, 15)
_IDENTITY = (
    "create the device on OneNET with exactly the IMEI and IMSI above, in a product for LwM2M "
    "(NB-IoT), without an authentication code"
)
_CAUSES = {
    3: ("the bootstrap server refuses, or is not reached", "run it again; then ask the operator"),
    5: ("the platform is not reached: no way from this APN to OneNET", "ask the operator"),
    7: ("the platform refuses this device: IMEI or IMSI is not the one it has", _IDENTITY),
    8: ("the platform does not answer for this device, or the air is bad", _IDENTITY),
}


def session(case):
    """Register at the platform, see what it says, and de-register."""
    ask = case.talk.ask
    ask("AT+MIPLDELETE=0")  # one from before; without one it is refused, and that is well
    ref, finding = _create(case)
    if not finding:
        finding = _open(case, ref)
        ask(f"AT+MIPLCLOSE={ref}", 10000)
    ask(f"AT+MIPLDELETE={ref}", 10000)
    yield finding


def _create(case):
    """Make the session as the node does; return (its reference, the Finding if it failed)."""
    ref = "0"
    for text in case.plan.creates[case.dialect]:
        answer = case.talk.ask(text, 10000)
        if answer.ok:
            break
    else:
        return ref, _refused(case, text, answer)
    made = answer.find(r"(?:\+MIPLCREATE\w*: ?)?(\d{1,4})$")
    ref = made[1] if made else ref
    for text in case.plan.declares[case.dialect]:
        answer = case.talk.ask(text.replace("=0,", f"={ref},", 1), 10000)
        if not answer.ok:
            return ref, _refused(case, text, answer)
    return ref, None


def _open(case, ref):
    timeout = case.plan.config["onenet"]["open_timeout"]
    text = f"AT+MIPLOPEN={ref},{_LIFETIME_S},{timeout}"
    since = len(case.talk.heard)
    answer = case.talk.ask(text, 10000)
    if not answer.ok and not _events(case, since):
        return _refused(case, text, answer)
    return _outcome(case, since, timeout * 1000 + _GRACE_MS)


def _events(case, since):
    """Return the numbers of the events heard so far."""
    found = []
    for line in case.talk.heard[since:]:
        name, _, rest = line.partition(":")
        fields = [part.strip() for part in rest.split(",")]
        if name == "+MIPLEVENT" and len(fields) > 1 and fields[1].isdigit():
            found.append(int(fields[1]))
    return found


def _outcome(case, since, limit):
    waited = 0
    while True:
        events = _events(case, since)
        if 6 in events:
            return ok("registered (event 6), and de-registered again")
        for number in events:
            if number in _BAD:
                cause, step = _CAUSES.get(number, (event(number), "run it again"))
                return fail(f"event {number}: {event(number).partition(':')[0]}", cause, step)
        if waited >= limit:
            break
        case.talk.wait(r"\+MIPLEVENT", 1000)
        waited += 1000
    heard = f"only event {', '.join(map(str, events))}" if events else "no event"
    return fail(f"{heard} within {limit // 1000} s after AT+MIPLOPEN", *_CAUSES[8])


def _refused(case, text, answer):
    other = "m5310a" if case.dialect == "seed" else "seed"
    if answer.result:
        cause = "the module's firmware has other OneNET commands, or is in a wrong state"
        step = f'AT+NRB in make passthrough, and again; else "dialect": "{other}" in config.json'
    else:
        cause = "the module hangs, or restarted"
        step = "take power from the module for ten seconds, and run it again"
    return fail(f"{text} is answered with {result(answer)}", cause, step)
