"""All that the M5310-A, and the M5310 from SP3 on, do otherwise (G2 in facts/protocol.md 0.1).

Where modules of this generation differ, what is sent here suits each of them: the length of a
value counts the characters between its quotes, and the flag tells first, middle and last while
the index counts down (facts/protocol.md 5.8, facts/traces.md 3).
"""

from micropython import const

from m5310.dialect import Dialect

_STRING = const(1)  # as in codes.py; a private const takes no heap
_READ = const(0)
_OBSERVE = const(3)
_DISCOVER = const(5)

_BOOTSTRAP = b"nbiotbt.heclouds.com:5683"  # facts/protocol.md 5.2
_DIRECT = b"183.230.40.40:5683"


class M5310a(Dialect):
    """The M5310-A's generation."""

    name = "m5310a"

    def own(self, op):  # type: ignore[override]
        """Tell whether the module answers op itself: what it was told before OPEN, and its own
        objects 3 to 5, which it reports nevertheless (facts/traces.md 3b)."""
        return op.kind in (_OBSERVE, _DISCOVER) or (op.kind == _READ and 3 <= op.oid <= 5)

    def creates(self, server, bootstrap):
        """Return CREATEEX, and for older firmware CREATE with a configuration."""
        host = server.encode() if server else _BOOTSTRAP if bootstrap else _DIRECT
        config = configuration(host, bootstrap)
        return (
            b'AT+MIPLCREATEEX="%s",%d' % (host, bootstrap),
            b"AT+MIPLCREATE=%d,%s,0,%d,0" % (len(config) // 2, config, len(config) // 2),
        )

    def value(self, out, kind, value):
        """Append value as `type,len,"text"` to out; as Dialect.value for the rest."""
        text = bytearray()
        Dialect.value(self, text, kind, value)
        start = text.find(b",", 2) + 1  # behind the length, which is another here
        end = len(text)
        if kind == _STRING:
            start += 2
            end -= 1
        out.extend(b'%d,%d,"' % (kind, end - start))
        out.extend(text[start:end])
        out.append(34)

    def flag(self, i, count):
        """Return the flag of line i of count: 1 first, 2 middle, 0 last."""
        if i + 1 < count:
            return 2 if i else 1
        return 0


def configuration(host, bootstrap):
    """Return the configuration of AT+MIPLCREATE as hex text (layout: facts/protocol.md 5.2)."""
    # MTU 1024, link 0x11, no APN, user or password; behind the host one byte of user data.
    net = b"040011000000000000%02X%02X%s000131" % (
        0x10 if bootstrap else 0,
        len(host),
        b"".join([b"%02X" % c for c in host]),
    )
    size = 3 + 3 + 3 + len(net) // 2 + 8
    return b"13%04XF10003F2%04X%sF30008C000000000" % (size, 3 + len(net) // 2, net)
