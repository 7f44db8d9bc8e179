"""Commands about the module itself: AT, ATE, CMEE, identity, reboot, power saving."""

import re

from bench.module.sleep import CYCLES
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
    module.sleep.report = _single(args, 0, 1)


def _npsmr(module, args):
    sleep = module.sleep
    return ["+NPSMR:%d%s" % (sleep.report, ",%d" % sleep.deaf if sleep.report else "")]


def _set_cpsms(module, args):
    if not 1 <= len(args) <= 5:
        raise cme(WRONG)
    mode = args[0].number(0, 2, cme(WRONG))
    timers = [field.text for field in args[3:]]
    if any(field.text for field in args[1:3]):
        raise cme(WRONG)
    if not all(re.fullmatch(r"[01]{8}|", text) for text in timers):
        raise cme(WRONG)
    module.sleep.psm_mode = mode
    if mode == 1 and timers:
        module.sleep.timers = (timers + [""])[:2]


def _cpsms(module, args):
    sleep = module.sleep
    if sleep.psm_mode != 1:
        return ["+CPSMS:0"]
    timers = ",".join(sleep.timers).rstrip(",")
    return ["+CPSMS:1%s" % (",,," + timers if timers else "")]


def _set_cedrxs(module, args):
    if not 1 <= len(args) <= 3:
        raise cme(WRONG)
    mode = args[0].number(0, 3, cme(WRONG))
    if len(args) > 1:
        args[1].number(5, 5, cme(WRONG))
    bits = 0
    if len(args) == 3:
        if not re.fullmatch(r"[01]{4}", args[2].text) or int(args[2].text, 2) not in CYCLES:
            raise cme(WRONG)
        bits = int(args[2].text, 2)
    module.sleep.edrx = bits if mode in (1, 2) else 0


def _cedrxs(module, args):
    edrx = module.sleep.edrx
    return ['+CEDRXS:5,"%s"' % format(edrx, "04b")] if edrx else []


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
    ("+CEDRXS", "set"): _set_cedrxs,
    ("+CEDRXS", "read"): _cedrxs,
    ("+NATSPEED", "read"): _natspeed,
}
