"""The key: where it comes from, and how it stays out of everything that is printed."""

import os
import stat

from onenet.errors import Misuse

BENCH_KEY = "bench-key"
_LONGEST = 512  # characters; a OneNET key has 28
_HIDDEN_FROM = 6  # characters: a shorter key would blot out parts of ordinary words


class Key:
    """A key to send; printing, formatting or comparing it shows nothing."""

    __slots__ = ("_text",)

    def __init__(self, text, source):
        """source names where text came from. Raises Misuse for what cannot be a header."""
        if not text:
            raise Misuse("the key from %s is empty" % source, _HOW)
        if len(text) > _LONGEST or not all("!" <= mark <= "~" for mark in text):
            raise Misuse(
                "the key from %s is no key: one line of ASCII without blanks is needed" % source,
                "copy it again from the product's page",
            )
        self._text = text

    def __repr__(self):
        return "Key(***)"

    def headers(self):
        """Return the header that carries the key."""
        return {"api-key": self._text}

    def hide(self, text):
        """Return text without the key, should a server have sent it back."""
        return text.replace(self._text, "***") if len(self._text) >= _HIDDEN_FROM else text


_HOW = "give it with --key-file FILE, ONENET_KEY_FILE or ONENET_KEY"


def read_key_file(path):
    """Return {"key": text, "url": text} of a file; url only if it is there.

    The file holds the key alone, or lines `key=…` and `url=…`. Raises Misuse if it is missing,
    empty or anybody but its owner may use it.
    """
    lines = [line.strip() for line in _read(path).splitlines() if line.strip()]
    found = {}
    for line in lines:
        name, equals, value = line.partition("=")
        if equals and name.strip() in ("key", "url"):
            found[name.strip()] = value.strip()
        elif len(lines) == 1:
            found["key"] = line
        else:
            raise Misuse(
                "%s holds more than a key" % path,
                "keep the key alone on one line, or write lines key=… and url=…",
            )
    if not found.get("key"):
        raise Misuse("%s holds no key" % path, "write the key into it, alone on one line")
    return found


def _read(path):
    try:
        # A pipe must not be waited for: only what is a file is read.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "no usable name"
        raise Misuse("cannot read the key file %s: %s" % (path, reason), _HOW) from None
    try:
        _check(os.fstat(descriptor), path)
        content = os.read(descriptor, _LONGEST * 8)
    finally:
        os.close(descriptor)
    try:
        return content.decode("ascii")
    except UnicodeDecodeError:
        raise Misuse("%s is no key file: it is not ASCII" % path, _HOW) from None


def _check(status, path):
    if not stat.S_ISREG(status.st_mode):
        raise Misuse("the key file %s is no file" % path, _HOW)
    if status.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise Misuse("others may use the key file %s" % path, "chmod 600 %s" % path)
    if os.getuid() not in (0, status.st_uid):
        raise Misuse("the key file %s belongs to somebody else" % path, "make a copy of your own")
