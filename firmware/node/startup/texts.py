"""Checks of texts in a configuration: characters, length, and formats such as host:port."""

_DIGITS = "0123456789"
_HEX = _DIGITS + "abcdefABCDEF"
_HOST = _DIGITS + "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-"
_FAMILIES = ("28", "22", "10")  # 1-wire family codes: DS18B20, DS1822, DS18S20


def text_problem(text: str, longest: int, form: str) -> "str | None":
    """Return why text must not be used, or None. longest: bytes; form: as in schema, "" for none.

    Texts go to the UART, so quotes and control characters are refused.
    """
    for c in text:
        code = ord(c)
        if code < 32 or 127 <= code < 160 or c == '"' or 0xD800 <= code < 0xE000:
            return "must not hold quotes or control characters"
    problem = _form_problem(text, form)
    if not problem and len(text.encode()) > longest:  # a Chinese character has three bytes
        problem = "must be at most %d bytes" % longest
    return problem


def _form_problem(text: str, form: str) -> "str | None":
    problem = None
    if form == "cops" and not (len(text) in (5, 6) and _only(text, _DIGITS)):
        problem = "must be 5 or 6 digits, as 46000"
    elif form == "name" and not text:
        problem = "must not be empty"
    elif form == "rom" and not (len(text) == 16 and _only(text, _HEX) and text[:2] in _FAMILIES):
        problem = "must be 16 hex digits, the first two 28, 22 or 10"
    elif form == "key" and len(text.encode()) < 8:
        problem = "must be at least 8 bytes"
    elif form == "server":
        host, _, port = text.rpartition(":")
        if not _only(host, _HOST) or not _is_port(port):
            problem = "must be host:port, as 183.230.40.40:5683"
    elif form == "address" and not _is_address(text):
        problem = "must be an IPv4 address and a port, as 203.0.113.7:5700"
    return problem


def _only(text: str, allowed: str) -> bool:
    """Return True if text is not empty and holds allowed characters only."""
    for c in text:
        if c not in allowed:
            return False
    return bool(text)


def _is_port(text: str) -> bool:
    return _only(text, _DIGITS) and 0 < int(text) < 65536


def _is_address(text: str) -> bool:
    host, _, port = text.rpartition(":")
    parts = host.split(".")
    ok = len(parts) == 4 and _is_port(port)
    for part in parts:
        ok = ok and _only(part, _DIGITS) and int(part) < 256 and str(int(part)) == part
    return ok
