"""The way to the network: registration, signal, address."""

from deploy.doctor.report import fail, ok, warn
from deploy.doctor.words import registration as in_words
from deploy.doctor.words import result, signal

_POLL_MS = 3000
_SAY_MS = 15000
_GIVE_UP_MS = 12000  # on a network that denies, or a module that does not even search
_CAUSES = {
    0: ("the module does not look for a network: it was told so, or its SIM is of no use", None),
    2: (
        "no NB-IoT cell was found yet; a first search takes up to two minutes",
        "outdoors, with the antenna on; then run it again",
    ),
    3: (
        "the SIM is not activated for NB-IoT, out of money, or bound to another IMEI",
        "ask the operator whether this IMSI may use NB-IoT with this IMEI",
    ),
    4: (
        "out of coverage, no antenna, or locked to another frequency",
        "antenna on? another place? run it again after two minutes",
    ),
}


def _state(case):
    """Return the state that AT+CEREG? tells; None if it is not told."""
    answer = case.talk.ask("AT+CEREG?")
    for line in answer.lines:
        fields = [part.strip() for part in line.partition(":")[2].split(",")]
        told = line.startswith("+CEREG:") and (len(fields) == 2 or len(fields) >= 5)
        if told and fields[1].isdigit() and len(fields[1]) <= 2:  # else it is the URC
            return int(fields[1])
    return None


def registration(case):
    """Is the module registered? A search is waited for."""
    limit = 1000 * min(case.order.search_s, case.plan.config["network"]["register_timeout"])
    waited = said = 0
    while (state := _state(case)) not in (1, 5):
        if waited >= limit or (state in (0, 3) and waited >= _GIVE_UP_MS):
            break
        if waited >= said:
            said += _SAY_MS
            case.report.note(f"{in_words(4 if state is None else state)}, {waited // 1000} s …")
        case.talk.wait(r"\+CEREG: ?[15]\b", _POLL_MS)
        waited += _POLL_MS
    if state in (1, 5):
        yield ok(f"{in_words(state)}{f', after {waited // 1000} s' if waited else ''}")
        return
    cause, step = _CAUSES.get(state, _CAUSES[4])
    if state == 0:
        step = _switched_off(case)
    locked = [name for name in ("cops", "earfcn") if case.plan.config["network"][name]]
    if locked:
        step = f"take network.{' and network.'.join(locked)} out of config.json; {step}"
    words = "AT+CEREG? is not answered" if state is None else in_words(state).partition(":")[0]
    yield fail(f"{words}, after {waited // 1000} s", cause, step)


def _switched_off(case):
    ask = case.talk.ask
    if ask("AT+CFUN?").find(r"\+CFUN: ?0"):
        return "AT+CFUN=1 in make passthrough, then run it again"
    if ask("AT+COPS?").find(r"\+COPS: ?2"):
        return "AT+COPS=0 in make passthrough, then run it again"
    if ask("AT+CGATT?").find(r"\+CGATT: ?0"):
        return "AT+CGATT=1 in make passthrough, then run it again"
    return "AT+NRB in make passthrough restarts the module; then run it again"


def quality(case):
    """How strong is the signal?"""
    answer = case.talk.ask("AT+CSQ")
    found = answer.find(r"\+CSQ: ?(\d+)")
    if not found:
        yield warn(f"AT+CSQ is answered with {result(answer)}")
        return
    dbm, word = signal(int(found[1]))
    if dbm is None:
        yield fail(
            f"no signal (CSQ {found[1]})",
            "no antenna, no NB-IoT cell in reach, or the module sleeps",
            "antenna on its connector? a window, outdoors; run it again after two minutes",
        )
    elif dbm < -105:
        yield warn(f"{dbm} dBm, {word}", "answers take long here, some get lost", "move antenna")
    else:
        yield ok(f"{dbm} dBm, {word}")


def address(case):
    """Has it an IP address?"""
    attached = case.talk.ask("AT+CGATT?").find(r"\+CGATT: ?(\d)")
    if attached and attached[1] == "0":
        yield fail(
            "registered, but not attached",
            "the network gives it no data service: the SIM's plan or its APN",
            "AT+CGATT=1 in make passthrough; if it stays so, ask the operator",
        )
        return
    answer = case.talk.ask("AT+CGPADDR")
    found = answer.find(r'\+CGPADDR: ?\d+,"?([0-9A-Fa-f.:]{3,})')
    if found:
        yield ok(found[1])
    else:
        yield fail(
            f"no IP address: AT+CGPADDR is answered with {' '.join(answer.lines) or answer.said}",
            "the APN of this SIM is not the module's",
            "AT+CGDCONT? in make passthrough shows the APN; the operator knows the right one",
        )
