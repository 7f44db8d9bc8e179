"""Where the push may go: to a program on this computer, by plain HTTP."""

from urllib.parse import urlsplit

import httpx

from bench.serve import AddressError, is_loopback

MAX_URL = 1000
FORM = "has to be like http://127.0.0.1:9000/push"


def check_url(text):
    """Return the URL text as it is, if a push may go there. Raises AddressError.

    One spelling of each URL is taken, so that no two readers of it can see different hosts.
    """
    if not (0 < len(text) <= MAX_URL and text.isascii() and text.isprintable()):
        raise _bad("is not 1 to %d printable ASCII characters: it %s" % (MAX_URL, FORM))
    if any(c in text for c in " \\\"'<>{}|^`"):
        raise _bad("holds a character that has to be escaped as %NN")
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise _bad("%r is no URL: it %s" % (text, FORM)) from None
    if parts.scheme != "http" or not parts.hostname:
        raise _bad("%r is no http:// URL: it %s" % (text, FORM))
    if "@" in parts.netloc or "%" in parts.netloc:
        # Not repeated in the message: there may be a password in it.
        raise _bad("holds a user name or an escape in front of its path: it %s" % FORM)
    if port == 0 or parts.netloc.endswith(":"):
        raise _bad("%r has no usable port: it %s" % (text, FORM))
    if "#" in text:
        raise _bad("%r has a fragment (#), which no server would see" % text)
    if (parts.hostname, None if port == 80 else port) != _second_reading(text):
        raise _bad("%r can be read in two ways: it %s" % (text, FORM))
    if not is_loopback(parts.hostname):
        raise _bad(
            "%r is not on this computer: the push goes to 127.0.0.1, [::1] and localhost only"
            % parts.hostname
        )
    return text


def _second_reading(text):
    """Return (host, port) as the HTTP client will see them; it leaves out the port 80."""
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL:
        return None
    return url.host, url.port


def _bad(reason):
    return AddressError("the push URL %s" % reason)
