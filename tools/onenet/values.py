"""Values of a write as typed on the command line."""

import re
from dataclasses import replace

from onenet.paths import parse_path

_INTEGER = re.compile(r"[+-]?[0-9]{1,19}\Z")
_DECIMAL = re.compile(
    r"[+-]?([0-9]{1,17}\.[0-9]{0,17}|\.[0-9]{1,17}|[0-9]{1,17})([eE][+-]?[0-9]{1,2})?\Z"
)
_INTEGERS = range(-(2**63), 2**63)
_OPAQUE = 1  # `type` of a value in hex, facts platform.md 1.4


def parse_value(text):
    """Return {"val": …[, "type": 1]} of text. Raises ValueError.

    Whole and decimal numbers, true and false are what they look like; `text:12` is the text 12,
    `hex:0102` bytes; anything else is text. Bad hex and integers over 64 bits raise.
    """
    kind, colon, rest = text.partition(":")
    if colon and kind == "text":
        return {"val": rest}
    if colon and kind == "hex":
        if len(rest) % 2 or not re.fullmatch("[0-9a-fA-F]+", rest):
            raise ValueError("%r: hex: needs pairs of 0-9 and a-f, such as hex:0102" % text)
        return {"val": rest, "type": _OPAQUE}
    if text in ("true", "false"):
        return {"val": text == "true"}
    if _INTEGER.match(text):
        if int(text) not in _INTEGERS:
            raise ValueError(
                "%s does not fit into 64 bits (text:%s sends it as text)" % (text, text)
            )
        return {"val": int(text)}
    if _DECIMAL.match(text):
        return {"val": float(text)}
    return {"val": text}


def value_hint(data):
    """Return what may be wrong with the values of a refused write, "" if nothing shows."""
    for item in data:
        rid, value = item["res_id"], item["val"]
        if isinstance(value, float):
            return (
                "%d=%s was sent as a decimal number: a resource of whole numbers takes %d=%d"
                % (rid, value, rid, round(value))
            )
        if isinstance(value, str) and "type" not in item:
            return (
                "%d=%s was sent as text: a number is written without quotes or units, a switch as"
                " true, false, 1 or 0" % (rid, value)
            )
    return ""


def parse_writes(items):
    """Return (path of the instance, data of the write) of texts such as 3306/0/5850=1 and 5851=22.

    The first names the instance, the others may. Raises ValueError with what is wrong.
    """
    instance, data = None, []
    for position, item in enumerate(items):
        target, equals, value = item.partition("=")
        if position == 0 and not equals:
            instance = _instance(target)
            continue
        if not equals:
            raise ValueError("%r: write RESOURCE=VALUE, such as 5850=1" % item)
        path = parse_path(target)
        if path.iid is None:
            if instance is None:
                raise ValueError("%r: begin with a whole path, such as 3306/0/5850=1" % item)
            path = replace(instance, rid=path.oid)
        data.append({"res_id": _resource(path, instance, item), **parse_value(value)})
        instance = replace(path, rid=None)
    if not data:
        raise ValueError("nothing to write: add RESOURCE=VALUE, such as 5850=1")
    return instance, data


def _instance(text):
    path = parse_path(text)
    if path.iid is None or path.rid is not None:
        raise ValueError("%r: name the instance, such as 3306/0, or write 3306/0/5850=1" % text)
    return path


def _resource(path, instance, item):
    if path.rid is None:
        raise ValueError("%r: name the resource, such as 3306/0/5850=1" % item)
    if instance is not None and not instance.holds(path):
        raise ValueError("%r: one write goes to one instance, %s here" % (item, instance))
    return path.rid
