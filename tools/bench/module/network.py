"""Network commands (guide 1, facts protocol.md 3)."""

import re
from datetime import UTC, datetime, timedelta

from bench.module.syntax import cme

WRONG = 50
BANDS = (1, 3, 5, 8, 20, 28)
ZONE_H = 8  # China is 8 hours ahead of UTC; CCLK counts quarters


def _number(args, low, high):
    if len(args) != 1:
        raise cme(WRONG)
    return args[0].number(low, high, cme(WRONG))


def _set_cfun(module, args):
    if not 1 <= len(args) <= 2:
        raise cme(WRONG)
    cfun = args[0].number(0, 1, cme(WRONG))
    if len(args) == 2:
        args[1].number(0, 1, cme(WRONG))
    if cfun != module.radio.cfun:
        module.radio.power(cfun)


def _cfun(module, args):
    return ["+CFUN:%d" % module.radio.cfun]


def _set_cops(module, args):
    if not 1 <= len(args) <= 4:
        raise cme(WRONG)
    radio = module.radio
    mode = args[0].number(0, 2, cme(WRONG))
    plmn = module.options.plmn
    if mode == 1:
        if len(args) < 3 or not re.fullmatch(r"[0-9]{5,6}", args[2].text):
            raise cme(WRONG)
        plmn = args[2].text
    elif len(args) > 2:
        raise cme(WRONG)
    if len(args) > 1:
        args[1].number(2, 2, cme(WRONG))
    if len(args) == 4 and args[3].text not in ("7", "9"):
        raise cme(WRONG)
    again = plmn != radio.plmn or (mode == 2) != (radio.cops == 2)
    radio.cops, radio.plmn = mode, plmn
    if again:
        radio.search()


def _cops(module, args):
    radio = module.radio
    if radio.cops == 1 or (radio.cops == 0 and radio.registered):
        return ['+COPS:%d,2,"%s"' % (radio.cops, radio.plmn)]
    return ["+COPS:%d" % radio.cops]


def _set_nearfcn(module, args):
    if not 2 <= len(args) <= 3:
        raise cme(WRONG)
    args[0].number(0, 0, cme(WRONG))
    earfcn = args[1].number(0, 65535, cme(WRONG))
    if earfcn not in (0, module.options.earfcn, module.radio.earfcn):
        module.radio.earfcn = earfcn
        module.radio.search()
    module.radio.earfcn = earfcn


def _set_nband(module, args):
    for field in args:
        if field.number(1, 99, cme(WRONG)) not in BANDS:
            raise cme(WRONG)


def _nband(module, args):
    return ["+NBAND:8,3"]


def _set_cscon(module, args):
    module.radio.cscon = _number(args, 0, 1)


def _cscon(module, args):
    return ["+CSCON:%d,%d" % (module.radio.cscon, module.radio.connected)]


def _set_cereg(module, args):
    module.radio.cereg = _number(args, 0, 5)


def _granted(module):
    """Return T3324 and T3412 as the network gives them: as asked for."""
    update, active = module.sleep.timers
    return '"%s","%s"' % (active, update) if module.sleep.psm_mode == 1 else ","


def _cereg(module, args):
    radio = module.radio
    line = "+CEREG:%d,%d" % (radio.cereg, radio.stat)
    if radio.cereg >= 2 and radio.registered:
        timers = ",,,,%s" % _granted(module)
        line += "," + radio.location() + {3: ",,", 4: timers, 5: timers}.get(radio.cereg, "")
    return [line]


def _set_cgdcont(module, args):
    if not 2 <= len(args) <= 11 or args[1].text.upper() not in ("IP", "IPV6", "IPV4V6", "NONIP"):
        raise cme(WRONG)
    cid = args[0].number(1, 10, cme(WRONG))
    if len(args) > 2 and len(args[2].text) > 82:
        raise cme(WRONG)
    module.contexts[cid] = (args[1].text.upper(), args[2].text if len(args) > 2 else "")


def _cgdcont(module, args):
    lines = ['+CGDCONT:0,"IP","nbiot.MNC002.MCC460.GPRS",,0,0']
    for cid, (kind, apn) in sorted(module.contexts.items()):
        lines.append('+CGDCONT:%d,"%s","%s",,0,0' % (cid, kind, apn))
    return lines


def _set_cgatt(module, args):
    attached = bool(_number(args, 0, 1))
    if not module.radio.cfun:
        raise cme(524)
    if attached != module.radio.attached:
        module.radio.attached = attached
        module.radio.search()


def _cgatt(module, args):
    return ["+CGATT:%d" % module.radio.registered]


def _cgpaddr(module, args):
    if args:
        args[0].number(0, 10, cme(WRONG))
    if not module.radio.registered:
        return ["+CGPADDR:%s" % args[0].text] if args else []
    return ["+CGPADDR:0,%s" % module.options.address]


def _csq(module, args):
    return ["+CSQ:%d,99" % (23 if module.radio.registered else 99)]


def _cclk(module, args):
    known_ms = module.radio.since_ms + module.options.clock_ms
    options = module.options
    if not module.radio.registered or module.timers.now() < known_ms:
        return ["+CCLK:" + options.unset_clock] if options.unset_clock else []
    if options.wall:
        unix_s = options.wall()
    else:
        unix_s = options.wall_s + (module.timers.now() - module.started_ms) // 1000
    at = datetime.fromtimestamp(unix_s, UTC)
    if options.cclk == "local":
        at += timedelta(hours=ZONE_H)
    return ["+CCLK:%s+%d" % (at.strftime("%y/%m/%d,%H:%M:%S"), ZONE_H * 4)]


def _nuestats(module, args):
    if not module.radio.registered:
        power, snr, ecl = -32768, -32768, 255
    else:
        power, snr, ecl = -663, 290, 0
    return [
        "Signal power:%d" % power,
        "Total power:%d" % (power + 31 if ecl == 0 else power),
        "TX power:%d" % (-35 if ecl == 0 else -32768),
        "TX time:1572",
        "RX time:17847",
        "Cell ID:%d" % (int(module.options.ci, 16) if ecl == 0 else 4294967295),
        "DL MCS:0",
        "UL MCS:0",
        "DCI MCS:2",
        "ECL:%d" % ecl,
        "SNR:%d" % snr,
        "EARFCN:%d" % (module.options.earfcn if ecl == 0 else 0),
        "PCI:%d" % (403 if ecl == 0 else 65535),
        "RSRQ:%d" % (-108 if ecl == 0 else -32768),
    ]


def _set_nuestats(module, args):
    if len(args) != 1 or args[0].text.upper() not in ("RADIO", "CELL"):
        raise cme(WRONG)
    if args[0].text.upper() == "RADIO":
        return ["NUESTATS:RADIO," + line for line in _nuestats(module, ())]
    if not module.radio.registered:
        return []
    return ["NUESTATS:CELL,%d,403,1,-663,-108,-560,290" % module.options.earfcn]


COMMANDS = {
    ("+CFUN", "set"): _set_cfun,
    ("+CFUN", "read"): _cfun,
    ("+COPS", "set"): _set_cops,
    ("+COPS", "read"): _cops,
    ("+NEARFCN", "set"): _set_nearfcn,
    ("+NBAND", "set"): _set_nband,
    ("+NBAND", "read"): _nband,
    ("+CSCON", "set"): _set_cscon,
    ("+CSCON", "read"): _cscon,
    ("+CEREG", "set"): _set_cereg,
    ("+CEREG", "read"): _cereg,
    ("+CGDCONT", "set"): _set_cgdcont,
    ("+CGDCONT", "read"): _cgdcont,
    ("+CGATT", "set"): _set_cgatt,
    ("+CGATT", "read"): _cgatt,
    ("+CGPADDR", "run"): _cgpaddr,
    ("+CGPADDR", "set"): _cgpaddr,
    ("+CSQ", "run"): _csq,
    ("+CCLK", "read"): _cclk,
    ("+NUESTATS", "run"): _nuestats,
    ("+NUESTATS", "set"): _set_nuestats,
}
