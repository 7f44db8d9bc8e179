"""Answers to operations, and NOTIFY (guide 3.3, 3.5; facts protocol.md 5.8 to 5.12).

A line that is wrong in itself is refused with 601; one that is well formed but that nothing waits
for (no such operation outstanding, nothing observed, not open) with 602.
"""

from bench.module.checks import covers, ids_of, rai
from bench.module.mipl import fields, require
from bench.module.syntax import PARAMETER, Refused, cis
from bench.platform import messages as m

CODES = {1: 205, 2: 204, 11: 400, 12: 401, 13: 404, 14: 405, 15: 406}
AFTER_THIS, AFTER_REPLY = 0x200, 0x400  # release assistance
MAX_MSGID = (1 << 32) - 1


def _result(field, good):
    """Return the CoAP code of a result field; good is the number that means success."""
    number = field.number(0, 99, cis(PARAMETER))
    if number not in CODES or (number in (1, 2) and number != good):
        raise cis(PARAMETER)
    return CODES[number]


def _pending(module, field, *kinds):
    msgid = field.number(0, MAX_MSGID, cis(PARAMETER))
    require(module.session.is_open)
    pending = module.session.inbox.find(msgid, *kinds)
    require(pending is not None)
    return pending


def _simple(good, *kinds):
    """Return the handler of an answer that is only a result, for operations of kinds."""

    def handler(module, args):
        fields(args, 3, 4)
        code = _result(args[2], good)
        if len(args) == 4:
            rai(args[3])
        pending = _pending(module, args[1], *kinds)
        session = module.session
        path = pending.request.path
        if code == CODES[1] and pending.request.kind == "observe":
            session.observations[path] = pending.request.msgid
        elif code == CODES[1]:
            session.groups.pop(session.observations.pop(path, None), None)
        session.inbox.answered(pending, code)

    return handler


def _discoverrsp(module, args):
    wrong = cis(PARAMETER)
    fields(args, 3, 5)
    if module.profile.declare(module, args):
        return
    code = _result(args[2], 1)
    if len(args) != (5 if code == CODES[1] else 3):
        raise wrong
    pending = _pending(module, args[1], "discover")
    ids = []
    if code == CODES[1]:
        length = args[3].number(1, 255, wrong)
        declared = module.session.objects.get(pending.request.path[0])
        if declared is None or not args[4].quoted or len(args[4].text) != length:
            raise wrong
        ids = ids_of(args[4].text, declared.attributes + declared.actions, wrong)
    module.session.inbox.answered(pending, code, ids)


def _resource(module, args):
    """Return oid, iid, rid from three Fields; the instance has to be an added one."""
    oid, iid, rid = (field.number(0, 65535, cis(PARAMETER)) for field in args)
    declared = module.session.objects.get(oid)
    if declared is None or iid not in declared.iids:
        raise cis(PARAMETER)
    return oid, iid, rid


def _value(module, path, args):
    """Return (Value, its size in bytes) from the Fields type, length, value. Raises 601."""
    kind, value, size = module.profile.value(*args)
    module.session.types[path] = kind
    return m.Value(*path, kind, value), size


def _readrsp(module, args):
    """READRSP=ref,msgid,result[,oid,iid,rid,type,length,value,index,flag[,rai]]."""
    wrong = cis(PARAMETER)
    fields(args, 3, 12)
    code = _result(args[2], 1)
    if (code == CODES[1] and len(args) < 11) or (code != CODES[1] and len(args) != 3):
        raise wrong
    if len(args) == 12:
        rai(args[11])
    pending = _pending(module, args[1], "read")
    if code != CODES[1]:
        _end_read(module, pending, code)
        return
    oid, iid, rid = _resource(module, args[3:6])
    if not covers(pending.request.path, oid, iid, rid):
        raise wrong
    value, size = _value(module, (oid, iid, rid), args[6:9])
    if pending.group.add(value, size, args[9], args[10]):
        _end_read(module, pending, code)


def _end_read(module, pending, code):
    """Answer the read. An error ends it as one, whatever values came before.

    SPEC2 sends these as the whole answer (facts protocol.md 5.9), and the platform would take a
    part for all of it: the bench does not let a node get away with that.
    """
    module.session.inbox.answered(pending, code, pending.group.values if code == CODES[1] else ())


def _notify(module, args):
    """NOTIFY=ref,msgid,oid,iid,rid,type,length,value,index,flag[,ackid[,rai]]."""
    wrong = cis(PARAMETER)
    fields(args, 10, 12)
    msgid = args[1].number(0, MAX_MSGID, wrong)
    ackid = args[10].number(1, 65535, wrong) if len(args) > 10 else 0
    if len(args) == 12:
        rai(args[11])
    session = module.session
    require(session.is_open)
    oid, iid, rid = _resource(module, args[2:5])
    value, size = _value(module, (oid, iid, rid), args[5:8])
    msgid = module.profile.observed(session, msgid, (oid, iid, rid))
    require(msgid is not None)
    group = session.groups.setdefault(msgid, module.profile.group())
    try:
        if group.values and group.values[0].iid != iid:
            raise wrong
        last = group.add(value, size, args[8], args[9])
    except Refused:
        del session.groups[msgid]
        raise
    if last:
        del session.groups[msgid]
        _send(module, m.Notify(module.imei, msgid, tuple(group.values), ackid))
        release = int(args[11].text, 16) if len(args) == 12 else 0
        module.radio.release_next = release == AFTER_REPLY
        if release == AFTER_THIS:
            module.after_ok(module.radio.release)


def _send(module, notify):
    session = module.session
    if not session.uplink(notify) and notify.ackid:
        module.after_ok(lambda: session.event(25, notify.ackid))


COMMANDS = {
    ("+MIPLREADRSP", "set"): _readrsp,
    ("+MIPLWRITERSP", "set"): _simple(2, "write"),
    ("+MIPLEXECUTERSP", "set"): _simple(2, "execute"),
    ("+MIPLPARAMETERRSP", "set"): _simple(2, "write_attributes"),
    ("+MIPLOBSERVERSP", "set"): _simple(1, "observe", "cancel"),
    ("+MIPLDISCOVERRSP", "set"): _discoverrsp,
    ("+MIPLNOTIFY", "set"): _notify,
}
