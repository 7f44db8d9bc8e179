"""Operations as somebody types them, and their answers in words. No sockets, no pages.

Whatever is typed ends as an Order or as a ValueError that says what would be right; whatever a
device answers ends as plain text of bounded length.
"""

import json
import re
from dataclasses import dataclass, field

MAX_TEXT = 480  # guide 3.5(3): bytes of one downlink's data
MAX_ID = 65535
MAX_SHOWN, MAX_VALUES = 160, 40
# kind: title, least and most ids of its path
KINDS = {
    "discover": ("Discover", 1, 1),
    "read": ("Read", 1, 3),
    "write": ("Write", 2, 2),
    "execute": ("Execute", 3, 3),
    "write_attributes": ("Attributes", 1, 3),
    "observe": ("Observe", 1, 3),
    "cancel": ("Cancel", 1, 3),
}
WORDS = {"write_attributes": "attributes"}  # of kinds that are long
LEVELS = ("object", "object/instance", "object/instance/resource")
PERIODS, THRESHOLDS = ("pmin", "pmax"), ("gt", "lt", "st")
ATTRIBUTES = PERIODS + THRESHOLDS
_INTEGER = re.compile(r"-?[0-9]{1,19}")
_NUMBER = re.compile(r"-?[0-9]{1,19}(?:\.[0-9]{1,19})?")


@dataclass(frozen=True)
class Order:
    """One operation to ask for."""

    kind: str
    path: tuple
    args: tuple = ()
    attributes: dict = field(default_factory=dict)

    def ask(self, platform, imei):
        """Start it; return the platform's Operation."""
        return getattr(platform, self.kind)(imei, *self.path, *self.args, **self.attributes)

    def __str__(self):
        words = [WORDS.get(self.kind, self.kind), "/".join(map(str, self.path))]
        for arg in self.args:
            if isinstance(arg, list):
                words += ["%d=%s" % (rid, shown(value)) for rid, value in arg]
            elif arg:
                words.append(shown(arg))
        words += ["%s=%s" % item for item in self.attributes.items()]
        return " ".join(words)


def order(kind, path, pairs=(), args="", attributes=None):
    """Return the Order of what a form holds, all of it text.

    path: "3303/0/5700"; pairs: [("5850", "1")] of a write; args: of an execute; attributes:
    {"pmin": "15"}, empty ones left out. Raises ValueError.
    """
    ids = parse_path(kind, path)
    if kind == "write":
        values = [_pair(rid, value) for rid, value in pairs if rid.strip() or value.strip()]
        if not values:
            raise ValueError("give a resource and its value, such as 5850 and 1")
        return Order(kind, ids, (values,))
    if kind == "execute":
        return Order(kind, ids, (bounded(args, "argument"),))
    if kind in ("write_attributes", "observe"):
        found = parse_attributes(attributes or {})
        if kind == "write_attributes" and not found:
            raise ValueError("give at least one of " + ", ".join(ATTRIBUTES))
        return Order(kind, ids, attributes=found)
    return Order(kind, ids)


def parse_path(kind, text):
    """Return the ids of a path as long as the kind of operation needs it. Raises ValueError."""
    title, least, most = KINDS[kind]
    parts = text.strip().strip("/").split("/")
    if not all(_INTEGER.fullmatch(part) and 0 <= int(part) <= MAX_ID for part in parts):
        raise ValueError("path: numbers of 0 to %d, such as 3303/0/5700" % MAX_ID)
    if not least <= len(parts) <= most:
        levels = LEVELS[least - 1] if least == most else " or ".join(LEVELS[least - 1 : most])
        raise ValueError("%s takes a path of %s" % (title, levels))
    return tuple(int(part) for part in parts)


def _pair(rid, value):
    rid = rid.strip()
    if not (_INTEGER.fullmatch(rid) and 0 <= int(rid) <= MAX_ID):
        raise ValueError("resource: a number of 0 to %d" % MAX_ID)
    return int(rid), parse_value(value)


def parse_value(text):
    """Return what a typed value means: true, 22, 21.5, "quoted text", 0x01ff for bytes, or text.

    Raises ValueError if it is too long.
    """
    text = bounded(text.strip(), "value")
    if text in ("true", "false"):
        return text == "true"
    if _INTEGER.fullmatch(text):
        return int(text)
    if _NUMBER.fullmatch(text):
        return float(text)
    if text.startswith('"'):
        try:
            found = json.loads(text)
        except ValueError:
            return text
        return found if isinstance(found, str) else text
    if re.fullmatch("0x(?:[0-9a-fA-F]{2})+", text):
        return bytes.fromhex(text[2:])
    return text


def parse_attributes(texts):
    """Return {"pmin": 15, "gt": 50.0} of {"pmin": "15", "gt": "50"}. Raises ValueError."""
    found = {}
    for name in ATTRIBUTES:
        text = texts.get(name, "").strip()
        if not text:
            continue
        pattern, kind = (_INTEGER, int) if name in PERIODS else (_NUMBER, float)
        if not pattern.fullmatch(text):
            wanted = "whole seconds" if kind is int else "a number"
            raise ValueError("%s: %s, not %s" % (name, wanted, shown(text)))
        found[name] = kind(text)
    return found


def bounded(text, what):
    """Return text. Raises ValueError if it is longer than a downlink."""
    if len(text.encode("utf-8", "surrogatepass")) > MAX_TEXT:
        raise ValueError("%s: more than %d bytes" % (what, MAX_TEXT))
    return text


# -- answers -------------------------------------------------------------------------------------


def shown(value):
    """Return a value as text of MAX_SHOWN characters at most."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        text = "%.7g" % value
    elif isinstance(value, bytes):
        text = "0x" + value.hex()
    elif isinstance(value, list):  # opaque, as the platform keeps it
        text = "0x" + "".join("%02x" % (byte & 0xFF) for byte in value[:MAX_SHOWN])
    else:
        text = str(value)
    text = "".join(c if c.isprintable() else "·" for c in text[: MAX_SHOWN + 1])
    return text if len(text) <= MAX_SHOWN else text[: MAX_SHOWN - 1] + "…"


def result(operation):
    """Return (tone, name, latency) of an operation: tone is wait, good or bad, the others text."""
    if not operation.done:
        return "wait", "waiting …", ""
    latency = operation.latency_ms
    name = shown(operation.name)
    if operation.reason:
        name += ": " + shown(operation.reason)
    return "good" if operation.ok else "bad", name, "" if latency is None else "%d ms" % latency


def answer_lines(operation):
    """Return what a read or discover brought, a line each; "" when there is nothing."""
    if not (operation.done and operation.ok):
        return ""
    if operation.kind == "discover":
        return "resources " + ", ".join(shown(rid) for rid in operation.values[:MAX_VALUES])
    lines = [
        "%s/%s/%s = %s" % (value.oid, value.iid, value.rid, shown(value.value))
        for value in operation.values[:MAX_VALUES]
    ]
    if len(operation.values) > MAX_VALUES:
        lines.append("… and %d more" % (len(operation.values) - MAX_VALUES))
    return "\n".join(lines)


def known_paths(device):
    """Return the paths of what the device registered and the platform discovered, as text."""
    found = []
    for oid, iids in device.objects.items() if device else ():
        found.append("%d" % oid)
        for iid in iids:
            found.append("%d/%d" % (oid, iid))
            found += ["%d/%d/%d" % (oid, iid, rid) for rid in device.resources.get(oid, ())]
    return found[:200]
