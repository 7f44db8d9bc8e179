"""Session commands: MIPLVER to MIPLDELOBJ (guide 3.2, 3.6; facts protocol.md 5.1 to 5.7)."""

import re

from bench.module.session import CLOSED, Declared
from bench.module.syntax import PARAMETER, STATE, UNKNOWN, Refused, cis

MAX_INSTANCES = 8
MAX_OBJECTS = 16
MAX_CONFIG = 10240
_HOST = re.compile(r"[0-9A-Za-z.-]{1,64}(:[0-9]{1,5})?")
MIN_LIFETIME_S, MAX_LIFETIME_S = 15, 0x0FFFFFFF


def fields(args, low, high):
    """Check the count of args and that the first is the reference 0. Raises Refused 601."""
    if not low <= len(args) <= high:
        raise cis(PARAMETER)
    args[0].number(0, 0, cis(PARAMETER))


def require(condition):
    """Raise Refused 602 unless the condition, on the session's state, holds."""
    if not condition:
        raise cis(STATE)


def _ver(module, args):
    if module.profile.version is None:
        raise Refused
    return ["+MIPLVER: " + module.profile.version]


def _create(module, args):
    if not module.profile.bare_create:  # it does not know its server
        raise cis(PARAMETER)
    return _created(module)


def _created(module):
    require(not module.session.created)
    module.session.created = True
    return ["+MIPLCREATE:0"]


def _create_with(module, args):
    """CREATE=<total>,<hex>,<index>,<size>,<flag>: the configuration in one or more pieces."""
    session = module.session
    wrong = cis(PARAMETER)
    if len(args) != 5:
        raise wrong
    total = args[0].number(1, MAX_CONFIG, wrong)
    index = args[2].number(0, 255, wrong)
    size = args[3].number(1, MAX_CONFIG, wrong)
    flag = args[4].number(0, 2, wrong)
    text = args[1].text
    if (index == 0) != (flag == 0) or len(text) != 2 * size:
        raise wrong
    if not re.fullmatch(r"[0-9A-Fa-f]+", text):
        raise wrong
    require(not session.created)
    if flag == 1:
        session.config.clear()
    session.config += bytes.fromhex(text)
    if index:
        return []
    config, session.config = bytes(session.config), bytearray()
    if len(config) != total:
        raise wrong
    session.bootstrap = _bootstrap(config, wrong)
    return _created(module)


def _createex(module, args):
    """CREATEEX="host:port",<flag>: bit 0 of the flag asks for bootstrap."""
    wrong = cis(PARAMETER)
    if not module.profile.createex:
        raise Refused
    if not 2 <= len(args) <= 4 or not args[0].quoted or not _HOST.fullmatch(args[0].text):
        raise wrong
    flag = args[1].number(0, 255, wrong)
    _created(module)
    module.session.bootstrap = bool(flag & 1)
    return ["+MIPLCREATEEX: 0"]


def _bootstrap(config, wrong):
    """Return whether the configuration asks for bootstrap (layout: facts protocol.md 5.2)."""
    if len(config) < 3 or config[0] >> 4 != 1 or int.from_bytes(config[1:3], "big") != len(config):
        raise wrong
    at, found = 3, False
    for kind in (0xF1, 0xF2, 0xF3):
        size = int.from_bytes(config[at + 1 : at + 3], "big")
        if config[at : at + 1] != bytes([kind]) or size < 3 or at + size > len(config):
            raise wrong
        if kind == 0xF2 and size > 12:
            found = bool(config[at + 12] & 0x10)
        at += size
    return found


def _addobj(module, args):
    wrong = cis(PARAMETER)
    fields(args, 6, 6)
    require(module.session.created)
    oid = args[1].number(0, 65535, wrong)
    count = args[2].number(1, MAX_INSTANCES, wrong)
    bitmap = args[3].text
    if len(bitmap) != count or not re.fullmatch(r"[01]*1[01]*", bitmap):
        raise wrong
    attributes = args[4].number(0, 49, wrong)
    actions = args[5].number(0, 49, wrong)
    if attributes + actions == 0 and module.profile.counts_resources:
        raise wrong
    require(oid not in module.session.objects)
    if len(module.session.objects) >= MAX_OBJECTS:
        raise cis(UNKNOWN)  # no memory left
    iids = tuple(iid for iid, bit in enumerate(bitmap) if bit == "1")
    module.session.objects[oid] = Declared(iids, attributes, actions)


def _delobj(module, args):
    fields(args, 2, 2)
    oid = args[1].number(0, 65535, cis(PARAMETER))
    session = module.session
    require(oid in session.objects or oid in session.deleted)
    session.objects.pop(oid, None)
    session.deleted.discard(oid)


def _open(module, args):
    wrong = cis(PARAMETER)
    fields(args, 2, 3)
    lifetime_s = args[1].number(MIN_LIFETIME_S, MAX_LIFETIME_S, wrong)
    timeout_s = args[2].number(0, 65535, wrong) if len(args) == 3 else 0
    session = module.session
    require(session.created and session.objects and session.state == CLOSED)
    require(module.radio.registered)
    module.after_ok(lambda: session.open(lifetime_s, timeout_s or 30))


def _is_open(module, args):
    if not module.profile.asks_open:
        raise Refused
    require(module.session.is_open)
    module.after_ok(lambda: module.session.event(6))


def _update(module, args):
    wrong = cis(PARAMETER)
    fields(args, 3, 3)
    lifetime_s = args[1].number(0, MAX_LIFETIME_S, wrong)
    if 0 < lifetime_s < MIN_LIFETIME_S:
        raise wrong
    with_objects = args[2].number(0, 1, wrong)
    require(module.session.is_open)
    module.session.update(lifetime_s, bool(with_objects))


def _close(module, args):
    fields(args, 1, 1)
    require(module.session.state != CLOSED)
    module.session.close()


def _del(module, args):
    if "+MIPLDEL" not in module.profile.delete_names:
        raise Refused
    _delete(module, args)


def _delete(module, args):
    fields(args, 1, 1)
    require(module.session.created)
    module.session.delete()


COMMANDS = {
    ("+MIPLVER", "read"): _ver,
    ("+MIPLCREATE", "run"): _create,
    ("+MIPLCREATE", "set"): _create_with,
    ("+MIPLADDOBJ", "set"): _addobj,
    ("+MIPLDELOBJ", "set"): _delobj,
    ("+MIPLOPEN", "set"): _open,
    ("+MIPLUPDATE", "set"): _update,
    ("+MIPLCLOSE", "set"): _close,
    ("+MIPLOPEN", "read"): _is_open,
    ("+MIPLCREATEEX", "set"): _createex,
    ("+MIPLDEL", "set"): _del,
    ("+MIPLDELETE", "set"): _delete,
}
