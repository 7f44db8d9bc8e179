"""Commands about the module itself: AT, ATE, CMEE, identity, reboot, power saving."""

import re

from bench.module.syntax import Refused, cme

WRONG = 50  # incorrect parameters


def _single(args, low, high):
    if len(args) != 1:
        raise cme(WRONG)
    return args[0].number(low, high, cme(WRONG))


def _ok(module, args):
    return []


def _echo_off(module, args):
    module.echo = False


def _echo_on(module, args):
    module.echo = True


def _set_cmee(module, args):
    module.cmee = _single(args, 0, 1)


def _cmee(module, args):
    return ["+CMEE:%d" % module.cmee]


def _serial(module, args):
    return [module.imei]


def _set_cgsn(module, args):
    kind = _single(args, 0, 3)
    imei = module.imei
    return [(imei, "+CGSN:" + imei, "+CGSN:" + imei[:14] + "01", "+CGSN:01")[kind]]


def _cgsn_test(module, args):
    return ["+CGSN:(0,1,2,3)"]


def _cimi(module, args):
    ready = module.timers.now() - module.booted_ms >= module.options.sim_ms
    if not module.radio.cfun or not ready:
        raise cme(524)
    return [module.imsi]


def _ati(module, args):
    return ["CMCC", module.profile.model, "Revision:%s-SIM" % module.profile.model]


def _cgmi(module, args):
    return ["CMCC"]


def _cgmm(module, args):
    return [module.profile.model]


def _cgmr(module, args):
    return list(module.profile.firmware)


def _cmver(module, args):
    if module.profile.pack is None:
        raise Refused
    return [module.profile.pack]


def _nrb(module, args):
    module.restart()


def _set_npsmr(module, args):
    module.psm_report = _single(args, 0, 1)


def _npsmr(module, args):
    return ["+NPSMR:%d%s" % (module.psm_report, ",0" if module.psm_report else "")]


def _set_cpsms(module, args):
    if not 1 <= len(args) <= 5:
        raise cme(WRONG)
    mode = args[0].number(0, 2, cme(WRONG))
    timers = [field.text for field in args[3:]]
    if any(field.text for field in args[1:3]):
        raise cme(WRONG)
    if not all(re.fullmatch(r"[01]{8}|", text) for text in timers):
        raise cme(WRONG)
    module.psm = ",,,%s" % ",".join(timers) if mode == 1 and timers else ""
    module.psm_mode = mode


def _cpsms(module, args):
    on = module.psm_mode == 1
    return ["+CPSMS:%d%s" % (on, module.psm)]


def _natspeed(module, args):
    return ["+NATSPEED:9600,2,1"]


COMMANDS = {
    ("", "run"): _ok,
    ("E", "run"): _echo_off,
    ("E0", "run"): _echo_off,
    ("E1", "run"): _echo_on,
    ("I", "run"): _ati,
    ("+CMEE", "set"): _set_cmee,
    ("+CMEE", "read"): _cmee,
    ("+CGSN", "run"): _serial,
    ("+CGSN", "set"): _set_cgsn,
    ("+CGSN", "test"): _cgsn_test,
    ("+CIMI", "run"): _cimi,
    ("+CGMI", "run"): _cgmi,
    ("+CGMM", "run"): _cgmm,
    ("+CGMR", "run"): _cgmr,
    ("+CMVER", "run"): _cmver,
    ("+NRB", "run"): _nrb,
    ("+NPSMR", "set"): _set_npsmr,
    ("+NPSMR", "read"): _npsmr,
    ("+CPSMS", "set"): _set_cpsms,
    ("+CPSMS", "read"): _cpsms,
    ("+NATSPEED", "read"): _natspeed,
}
