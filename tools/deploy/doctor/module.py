"""The module itself: who it says it is, and its SIM."""

from deploy.doctor.report import fail, ok, warn
from deploy.doctor.words import STEPS, result

_SIM_TRIES = 8  # the SIM cannot be read in the first seconds


def identity(case):
    """Maker, model, firmware, IMEI; does the dialect of the configuration fit?"""
    ask = case.talk.ask
    case.errors_numbered = ask("AT+CMEE=1").ok
    maker, model = [" ".join(ask(text).lines) for text in ("AT+CGMI", "AT+CGMM")]
    if not model:
        maker, model = "", " ".join(ask("ATI").lines)
    version = ask("AT+CGMR").lines
    imei = ask("AT+CGSN=1").find(r"\+CGSN: ?(\d{15})$")
    said = " ".join(word for word in (maker, model) if word) or "says nothing of itself"
    if version:
        said += f", firmware {version[-1].rpartition(',')[2]}"
    if not imei:
        yield fail(
            f"{said}, and no IMEI",
            "OneNET knows a device by its IMEI and IMSI; this module has lost its IMEI",
            STEPS[512],
        )
        return
    yield ok(f"{said}, IMEI {imei[1]}")
    if "M53" not in model.upper():
        yield warn(
            f"it does not call itself an M5310 but {model or 'nothing'}",
            "another module: its commands may differ",
            "compare them in make passthrough with the guide's",
        )
    yield from _dialect(case, model)


def _dialect(case, model):
    dialect = case.plan.module["dialect"]
    known = case.talk.ask("AT+MIPLVER?")
    if dialect != "auto":
        case.dialect = dialect
    elif "M5310-A" in model.upper() or (not known.ok and _later(case)):
        case.dialect = "m5310a"
    if dialect == "seed" and "M5310-A" in model.upper():
        yield warn(
            "module.dialect is seed, and this is an M5310-A",
            "the M5310-A has OneNET commands of its own",
            'if the OneNET check fails: "dialect": "auto" in config.json: make config',
        )
    if not known.ok and case.dialect == "seed":
        yield warn(
            f"AT+MIPLVER? is answered with {result(known)}",
            "firmware before SP3, which makes sessions by AT+MIPLCONF",
            "if the OneNET check fails, ask who sold the module for newer firmware",
        )


def _later(case):
    """Whether the firmware, by AT+CMVER, has the M5310-A's commands: from SP3 on."""
    pack = case.talk.ask("AT+CMVER").find(r".*SP(\d+)")
    return bool(pack) and int(pack[1]) >= 3


def sim(case):
    """Can the SIM be read?"""
    answer = None
    for left in range(_SIM_TRIES - 1, -1, -1):
        answer = case.talk.ask("AT+CIMI")
        imsi = answer.find(r"(?:\+CIMI: ?)?(\d{6,15})$")
        if imsi:
            break
        if answer.code in (310, 311, 316):
            break
        if left:
            case.talk.wait("$^", 1000)
    if imsi:
        iccid = case.talk.ask("AT+NCCID").find(r"\+NCCID: ?(\w+)")
        yield ok(f"IMSI {imsi[1]}" + (f", ICCID {iccid[1]}" if iccid else ""))
        return
    pin = case.talk.ask("AT+CPIN?")
    state = pin.find(r"\+CPIN: ?(.+)")
    code = pin.code if pin.code in STEPS else answer.code
    said = f"AT+CIMI is answered with {result(answer)}"
    if state and state[1] != "READY":
        code = 316 if "PUK" in state[1] else 311
        said += f", AT+CPIN? with {state[1]}"
    off = case.talk.ask("AT+CFUN?").find(r"\+CFUN: ?0")
    if off:
        yield fail(f"{said}; CFUN is 0", "the module's radio is switched off", STEPS[524])
        return
    cause = "no SIM, or badly seated, or it does not work"
    yield fail(said, cause, STEPS[310] if code == 524 else STEPS.get(code, STEPS[310]))
