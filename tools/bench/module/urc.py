"""Platform operations as the module prints them, letter by letter as in guide 3.5."""

OPAQUE = 2


def lines(request):
    """Return the lines of a Request."""
    return _LINES[request.kind](request)


def _path(request):
    return "%d,%d,%d" % request.path


def _read(request):
    return ["+MIPLREAD:0,%d,%s" % (request.msgid, _path(request))]


def _write(request):
    oid, iid, _ = request.path
    left = len(request.values)
    out = []
    for rid, raw in request.values:
        left -= 1
        out.append(
            "+MIPLWRITE:0,%d,%d,%d,%d,%d,%d,%s,0,%d"
            % (request.msgid, oid, iid, rid, OPAQUE, len(raw), raw.hex().upper(), left)
        )
    return out


def _execute(request):
    raw = request.text.encode()
    head = "+MIPLEXECUTE:0,%d,%s,%d" % (request.msgid, _path(request), len(raw))
    return ['%s, "%s"' % (head, raw.decode("latin-1"))]


def _observe(request):
    flag = request.kind == "observe"
    return ["+MIPLOBSERVE:0,%d,%d,%s" % (request.msgid, flag, _path(request))]


def _discover(request):
    return ["+MIPLDISCOVER:0,%d,%d" % (request.msgid, request.path[0])]


def _parameter(request):
    text = request.text
    return ['+MIPLPARAMETER:0,%d,%s,%d,"%s"' % (request.msgid, _path(request), len(text), text)]


_LINES = {
    "read": _read,
    "write": _write,
    "execute": _execute,
    "observe": _observe,
    "cancel": _observe,
    "discover": _discover,
    "write_attributes": _parameter,
}
