"""Text from the platform for a terminal: shown, never interpreted."""

import json
import unicodedata

_UNSAFE = {"Cc", "Cf", "Co", "Cs", "Zl", "Zp"}  # controls, direction marks, halves of characters


def plain(text):
    r"""Return text with everything a terminal could act on written as an escape such as \x1b."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_escaped(mark) for mark in text)


def _escaped(mark):
    if unicodedata.category(mark) not in _UNSAFE:
        return mark
    code = ord(mark)
    return ("\\x%02x" if code < 256 else "\\u%04x" if code < 65536 else "\\U%08x") % code


def short(text, limit):
    """Return text, cut with an ellipsis where it is longer than limit characters."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def shown(value):
    """Return a value of a reply as text for people; opaque bytes in the form `write` takes."""
    if value is None:
        return "-"
    if isinstance(value, str):
        return plain(value)
    if _is_opaque(value):
        return "hex:" + bytes(value).hex()
    return plain(json.dumps(value, ensure_ascii=False))


def _is_opaque(value):
    return (
        isinstance(value, list)
        and value != []
        and all(type(byte) is int and 0 <= byte <= 255 for byte in value)
    )


def as_json(value, indent=None):
    """Return value as JSON in ASCII, which no terminal acts on."""
    return json.dumps(value, indent=indent).replace("\x7f", "\\u007f")
