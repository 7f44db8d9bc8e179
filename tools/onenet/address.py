"""Where the platform is: its URL, and whether that is this computer."""

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

BENCH = "http://127.0.0.1:8310"


@dataclass(frozen=True)
class Base:
    """A checked URL without a slash at its end."""

    url: str
    loopback: bool
    clear: bool  # what is sent can be read on the way


def parse_base(text):
    """Return the Base of text. Raises ValueError with what is wrong; never repeats a password."""
    parts = urlsplit(text)
    if "@" in parts.netloc:
        raise ValueError("the URL holds a user or password: give the key with --key-file")
    if not (text.isascii() and text.isprintable()) or " " in text:
        raise ValueError("%r holds characters a URL cannot hold" % text)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("%r is no URL such as %s" % (text, BENCH))
    if parts.query or parts.fragment:
        raise ValueError("%r: leave out what begins with ? or #" % text)
    _check_host(parts.hostname, text)
    _check_port(parts, text)
    loopback = _is_loopback(parts.hostname)
    return Base(text.rstrip("/"), loopback, parts.scheme == "http" and not loopback)


def _check_host(host, text):
    try:
        host.encode("idna")
    except UnicodeError:
        raise ValueError("%r: a part of the host's name is empty or too long" % text) from None


def _check_port(parts, text):
    try:
        usable = parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise ValueError("%r: the port has to be 1 to 65535" % text)


def _is_loopback(host):
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
