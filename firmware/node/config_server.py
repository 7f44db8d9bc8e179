"""The check of texts about servers, which few configurations name."""

_HOST = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-"


def problem(text, form):
    """Return why text is no key, server or address, as form says; None if it is one."""
    if form == "key":
        return "must be at least 8 bytes" if len(text.encode()) < 8 else None
    if form == "server":
        host, _, port = text.rpartition(":")
        if not host or not all(c in _HOST for c in host) or not _port(port):
            return "must be host:port, as 183.230.40.40:5683"
        return None
    if not _address(text):
        return "must be an IPv4 address and a port, as 203.0.113.7:5700"
    return None


def _digits(text):
    return text.isdigit() and max(text) <= "9"


def _port(text):
    return _digits(text) and 0 < int(text) < 65536


def _address(text):
    host, _, port = text.rpartition(":")
    parts = host.split(".")
    ok = len(parts) == 4 and _port(port)
    for part in parts:
        ok = ok and _digits(part) and int(part) < 256 and str(int(part)) == part
    return ok
