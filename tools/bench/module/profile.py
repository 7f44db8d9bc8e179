"""All in which the generations of the firmware differ (facts protocol.md 0.1, 8; traces.md 3).

Where modules of one generation differ among themselves, the profile is the strictest of them: what
runs here runs on each.
"""

import re

from bench.module import urc
from bench.module.checks import Group, covers, hex_of, ids_of, number_of, text_of
from bench.module.lines import MAX_LINE
from bench.module.syntax import PARAMETER, STATE, cis
from bench.platform import messages as m

NO_SUCH = 653  # CMIOT: what is named exists already, or does not
OWN_OBJECTS = (3, 4, 5)  # the module has them itself


class Seed:
    """The guide's module (G3): whatever the platform asks is asked of the MCU."""

    name = "seed"
    model = "M5310"
    firmware = (
        "SECURITY,V100R100C10B657SP3",
        "PROTOCOL,V100R100C10B657SP3",
        "APPLICATION,M5310-MBRH0S03",
    )
    version = "2.2.0"  # AT+MIPLVER?, None = not known
    pack = None  # AT+CMVER
    bare_create = True
    createex = False
    declares = False  # it is told its resources before OPEN
    delete_names = ("+MIPLDELETE",)
    asks_open = False  # AT+MIPLOPEN? is known
    counts_resources = True  # ADDOBJ says how many there are, and DISCOVERRSP names as many
    close_event = False  # event 15 behind CLOSE
    blank = False  # behind the colon of every URC of the suite
    location_always = True  # +CEREG with n=1 tells the cell
    access = 7
    first_socket = 0
    max_datagram = 512
    max_line = MAX_LINE

    def group(self):
        """Return an empty Group for the lines of one message."""
        return Group()

    def value(self, kind, length, field):
        """Return (type, value, bytes of it) of the Fields of a value. Raises Refused 601.

        Text stands in quotes and length counts its bytes; opaque is hex of length bytes; an
        integer has length 2, 4 or 8 and fits in; a float 4 or 8; a bool is 0 or 1 with length 1.
        """
        wrong = cis(PARAMETER)
        kind = kind.number(m.STRING, m.BOOLEAN, wrong)
        length = length.number(0, 1024, wrong)
        if field.quoted != (kind == m.STRING):
            raise wrong
        if kind == m.STRING:
            return kind, text_of(field.text, length), length
        if kind == m.OPAQUE:
            return kind, hex_of(field.text, 2 * length), length
        sizes = {m.INTEGER: (2, 4, 8), m.FLOAT: (4, 8), m.BOOLEAN: (1,)}[kind]
        if length not in sizes:
            raise wrong
        return kind, number_of(kind, field.text, length), length

    def observed(self, session, msgid, path):
        """Return the msgid of the observation that a notification of path is for, or None."""
        known = [covers(each, *path) for each, it in session.observations.items() if it == msgid]
        return msgid if any(known) else None

    def lines(self, request, session):
        """Return the lines in which a Request is printed."""
        return urc.lines(request)

    def declare(self, module, args):
        """Take a DISCOVERRSP that answers nothing; return whether it was one."""
        return False

    def answer(self, module, request):
        """Answer a Request that is the module's own; return whether it was."""
        return False


class M5310a(Seed):
    """The M5310-A (G2): it is told its resources before OPEN, and answers for them itself."""

    name = "m5310a"
    model = "M5310-A"
    firmware = (
        "SSB,V150R100C10B200SP1",
        "SECURITY_A,V150R100C10B300",
        "PROTOCOL_A,V150R100C10B300",
        "APPLICATION_A,M5310-A-MONH0S00",
    )
    version = "1.0.0"
    bare_create = False
    createex = True
    declares = True
    delete_names = ("+MIPLDELETE", "+MIPLDEL")
    asks_open = True
    counts_resources = False
    close_event = True
    blank = True
    location_always = False
    access = 9
    first_socket = 1
    max_datagram = 1358
    max_line = 3072

    def group(self):
        return Group(positions=True)

    def value(self, kind, length, field):
        """Return (type, value, bytes of it): text and numbers in quotes, length counts the text.

        Around hex the quotes may be missing.
        """
        wrong = cis(PARAMETER)
        kind = kind.number(m.STRING, m.BOOLEAN, wrong)
        length = length.number(0, 1024, wrong)
        if len(field.text) != length or not (field.quoted or kind == m.OPAQUE):
            raise wrong
        if kind == m.STRING:
            return kind, text_of(field.text, length), length
        if kind == m.OPAQUE:
            return kind, hex_of(field.text, length), length // 2
        size = {m.INTEGER: 8, m.FLOAT: 4, m.BOOLEAN: 1}[kind]
        return kind, number_of(kind, field.text, size), size

    def observed(self, session, msgid, path):
        """Return the msgid of what observes path; 0 lets the module look it up."""
        if msgid:
            return Seed.observed(self, session, msgid, path)
        found = [each for each in session.observations if covers(each, *path)]
        return session.observations[max(found)] if found else None  # the deepest: -1 is all

    def declare(self, module, args):
        """DISCOVERRSP=ref,oid,1,length,"id;id;…", before OPEN."""
        wrong = cis(PARAMETER)
        if len(args) != 5:
            raise wrong
        session = module.session
        oid = args[1].number(0, 65535, wrong)
        args[2].number(1, 1, wrong)
        length = args[3].number(1, 255, wrong)
        if not session.created:
            raise cis(STATE)
        if oid not in session.objects:
            raise cis(NO_SUCH)
        text = args[4].text
        if not args[4].quoted or len(text) != length:
            raise wrong
        session.resources[oid] = ids_of(text, None, wrong)
        return True

    def answer(self, module, request):
        oid, iid, rid = request.path
        if request.kind not in ("observe", "cancel", "discover"):
            if oid not in OWN_OBJECTS or request.kind != "read":
                return False
            self._tell(module, request, *_device(self, iid, rid))
            return True
        session = module.session
        declared = session.objects.get(oid)
        resources = session.resources.get(oid, [])
        there = bool(resources) and iid in (-1, *declared.iids) and rid in (-1, *resources)
        if request.kind == "discover":
            self._tell(module, request, 205 if resources else 404, resources)
        elif request.kind == "observe":
            if there:
                session.observations[request.path] = request.msgid
            self._tell(module, request, 205 if there else 404, heard=there)
        else:
            known = session.observations.pop(request.path, None)
            self._tell(module, request, 205 if known else 404, heard=known)
        return True

    def _tell(self, module, request, code, values=(), heard=True):
        """Answer the platform, and print what the MCU may want to know."""
        if heard:
            module.emit(*self.lines(request, module.session))
        module.session.uplink(m.Response(module.imei, request.msgid, code, tuple(values)))

    def lines(self, request, session):
        """Return the lines of a Request, as traces.md 3b prints them."""
        head = "+MIPL%s: 0,%d" % (_NAMES[request.kind], request.msgid)
        path = "%d,%d,%d" % request.path
        if request.kind == "read":
            return ["%s,%s,0" % (head, path)]
        if request.kind in ("observe", "cancel"):
            return ["%s,%d,%s" % (head, request.kind == "observe", path)]
        if request.kind == "discover":
            return ["%s,%d" % (head, request.path[0])]
        if request.kind == "write":
            return self._written(head, request, session)
        text = request.text
        if request.kind == "execute":
            raw = text.encode()
            return ["%s,%s,%d,%s,0" % (head, path, len(raw), raw.decode("latin-1"))]
        text = re.sub(r"\bst=", "stp=", text)
        return ['%s,%s,%d,"%s"' % (head, path, len(text), text)]

    def _written(self, head, request, session):
        """Return the lines of a write: of the type the MCU has used, and only with a flag."""
        oid, iid, _ = request.path
        out = []
        for i, (rid, raw) in enumerate(request.values):
            last = i + 1 == len(request.values)
            flag = 0 if last else 2 if i else 1
            kind, text = _typed(session.types.get((oid, iid, rid)), raw)
            fields = (head, oid, iid, rid, kind, len(text), text, flag)
            out.append("%s,%d,%d,%d,%d,%d,%s,%d" % fields)
        return out


class M5310sp3(M5310a):
    """A plain M5310 of the same generation, before CREATEEX (facts protocol.md 0.1, DRV1)."""

    name = "m5310sp3"
    model = "M5310"
    firmware = Seed.firmware
    version = None
    pack = "V100R100C10B657SP3"
    createex = False
    access = 7
    first_socket = 0
    max_datagram = 512


_NAMES = {
    "read": "READ",
    "write": "WRITE",
    "execute": "EXECUTE",
    "observe": "OBSERVE",
    "cancel": "OBSERVE",
    "discover": "DISCOVER",
    "write_attributes": "PARAMETER",
}
PROFILES = {each.name: each for each in (Seed, M5310a, M5310sp3)}


def _typed(kind, raw):
    """Return (type, text) of a written value; opaque where the type was never seen."""
    if kind == m.STRING:
        return kind, raw.decode("latin-1")
    if kind == m.INTEGER and len(raw) in (1, 2, 4, 8):
        return kind, "%d" % int.from_bytes(raw, "big", signed=True)
    if kind == m.FLOAT and len(raw) in (4, 8):
        return kind, "%g" % m.float_of(raw)
    if kind == m.BOOLEAN and raw in (b"\x00", b"\x01"):
        return kind, "%d" % raw[0]
    return m.OPAQUE, raw.hex().upper()


def _device(profile, iid, rid):
    """Return (code, values) of a read of the module's own object 3."""
    values = [m.Value(3, 0, 0, m.STRING, "CMCC"), m.Value(3, 0, 1, m.STRING, profile.model)]
    found = [each for each in values if iid in (-1, 0) and rid in (-1, each.rid)]
    return (205, found) if found else (404, ())
