"""A fault script: a JSON file that says what goes wrong when; hostile ones are refused.

    {"seed": 7, "faults": [{"at": 12.5, "do": "lose", "way": "down", "skip": 3, "bytes": 2}, ...]}

`at` counts seconds from the start of the script. Byte faults hit the line "up" (to the module) or
"down" (to the MCU), `skip` bytes behind those that pass at that time, so that they reach into the
middle of a line. docs/bench.md has the table of all of them.
"""

import json
import re
from dataclasses import dataclass, field

MAX_FILE = 1 << 20  # bytes
MAX_FAULTS = 5000
MAX_AT_S = 31 * 86400
MAX_BYTES, MAX_SKIP, MAX_LINE = 4096, 65535, 1200
WAYS = ("up", "down")
KINDS = ("read", "write", "execute", "observe", "discover")  # of a burst
_ERROR = re.compile(r"ERROR|\+C(ME|IS) ERROR: ?[0-9]{1,5}")


class ScriptError(ValueError):
    """A script that cannot be used, in a sentence that names the place."""


@dataclass(frozen=True)
class Fault:
    """One fault: at in seconds, do its kind, args what the kind takes."""

    at: float
    do: str
    args: dict = field(default_factory=dict)

    def __str__(self):
        told = ["%s %s" % (name, value) for name, value in self.args.items()]
        return "%s at %g s%s" % (self.do, self.at, ": " + ", ".join(told) if told else "")


@dataclass(frozen=True)
class Script:
    """Faults in the order of their times; seed: of the random bytes some of them need."""

    faults: tuple
    seed: int = 1

    @property
    def last_s(self):
        """Return when the last fault begins."""
        return self.faults[-1].at if self.faults else 0

    def to_json(self):
        """Return the script as parse() takes it, one fault a line."""
        lines = [
            json.dumps({"at": fault.at, "do": fault.do, **fault.args}) for fault in self.faults
        ]
        return '{"seed": %d, "faults": [\n  %s\n]}\n' % (self.seed, ",\n  ".join(lines))


# -- fields: (default, check) where check returns what has to be, "" if the value is fine ---------

_NEEDED = object()


def _number(low, high, default=_NEEDED, whole=True):
    def check(value):
        kinds = (int,) if whole else (int, float)
        if isinstance(value, bool) or not isinstance(value, kinds) or not low <= value <= high:
            return "a %s from %g to %g" % ("whole number" if whole else "number", low, high)
        return ""

    return default, check


def _one_of(names, default=_NEEDED):
    def check(value):
        return "" if value in names else "one of " + ", ".join(names)

    return default, check


def _text(most, default=_NEEDED, pattern=None, what=""):
    least = 0 if default == "" else 1

    def check(value):
        if not isinstance(value, str) or not least <= len(value) <= most:
            return "text of %d to %d characters" % (least, most)
        if not all(" " <= c <= "~" for c in value):
            return "printable ASCII"
        return what if pattern and not pattern.fullmatch(value) else ""

    return default, check


def _list_of(names, default):
    def check(value):
        good = isinstance(value, list) and value and all(each in names for each in value)
        return "" if good else "a list of " + ", ".join(names)

    return default, check


_WAY = _one_of(WAYS)
_SKIP = _number(0, MAX_SKIP, 0)
_BYTES = _number(1, MAX_BYTES, 1)
_MS = _number(1, 60_000)
_SECONDS = _number(0.1, 86_400, whole=False)
_NTH = _number(1, 1000, 1)
_COMMAND = _text(64, "")
FIELDS = {
    # bytes
    "lose": {"way": _WAY, "skip": _SKIP, "bytes": _BYTES},
    "duplicate": {"way": _WAY, "skip": _SKIP, "bytes": _BYTES},
    "corrupt": {"way": _WAY, "skip": _SKIP, "bytes": _BYTES},
    "noise": {"way": _WAY, "skip": _SKIP, "bytes": _BYTES},
    "delay": {"way": _WAY, "skip": _SKIP, "ms": _MS},
    "split": {"way": _WAY, "skip": _SKIP, "bytes": _BYTES, "ms": _number(1, 1000)},
    "merge": {"way": _WAY, "skip": _SKIP, "ms": _MS},
    "insert": {"way": _one_of(WAYS, "down"), "skip": _SKIP, "line": _text(MAX_LINE)},
    "mute": {"way": _one_of((*WAYS, "both"), "both"), "seconds": _SECONDS},
    # the module
    "reboot": {"cause": _text(60, "REBOOT_CAUSE_APPLICATION_WATCHDOG")},
    "baud": {"rate": _number(300, 921_600)},
    "error": {
        "nth": _NTH,
        "command": _COMMAND,
        "text": _text(24, "ERROR", _ERROR, "ERROR, +CME ERROR: n or +CIS ERROR: n"),
    },
    "late": {"nth": _NTH, "command": _COMMAND, "ms": _MS},
    "msgid": {"nth": _NTH, "add": _number(-1_000_000, 1_000_000)},
    "registration": {"seconds": _SECONDS},
    # the network and the platform
    "network": {"seconds": _SECONDS},
    "air": {
        "seconds": _SECONDS,
        "delay_ms": _number(0, 20_000, 0),
        "loss": _number(0, 0.9, 0, whole=False),
    },
    "burst": {"count": _number(1, 64), "kinds": _list_of(KINDS, ["read", "write"])},
    # the node
    "restart": {},
}
BYTE_FAULTS = ("lose", "duplicate", "corrupt", "noise", "delay", "split", "merge", "insert")
_AT = _number(0, MAX_AT_S, whole=False)
_SEED = _number(0, (1 << 63) - 1, 1)


def load(path):
    """Return the Script in the file at path. Raises ScriptError, naming the file."""
    try:
        with open(path, "rb") as file:
            raw = file.read(MAX_FILE + 1)
    except OSError as error:
        raise ScriptError("%s: cannot be read: %s" % (path, error.strerror)) from None
    try:
        return parse(raw)
    except ScriptError as error:
        raise ScriptError("%s: %s" % (path, error)) from None


def parse(raw):
    """Return the Script in raw, bytes of JSON. Raises ScriptError."""
    if len(raw) > MAX_FILE:
        raise ScriptError("more than %d bytes: make several scripts of it" % MAX_FILE)
    try:
        # A number of thousands of digits is a ValueError in Python, deep nesting a RecursionError.
        body = json.loads(raw)
    except RecursionError:
        raise ScriptError("nested too deep for a script") from None
    except ValueError as error:
        raise ScriptError("no JSON: %s" % error) from None
    if not isinstance(body, dict) or not isinstance(body.get("faults"), list):
        raise ScriptError('has to be an object with a list "faults"')
    _no_others(body, ("seed", "faults"), "the script")
    if len(body["faults"]) > MAX_FAULTS:
        raise ScriptError("%d faults, at most %d" % (len(body["faults"]), MAX_FAULTS))
    seed = _checked(body, "seed", _SEED, "seed")
    faults = [_fault(each, "faults[%d]" % at) for at, each in enumerate(body["faults"])]
    return Script(tuple(sorted(faults, key=lambda fault: fault.at)), seed)


def _fault(each, where):
    if not isinstance(each, dict):
        raise ScriptError('%s has to be an object with "at" and "do"' % where)
    do = each.get("do")
    if not isinstance(do, str) or do not in FIELDS:
        raise ScriptError("%s.do is %s, has to be one of %s" % (where, _shown(do), _names(FIELDS)))
    fields = FIELDS[do]
    _no_others(each, ("at", "do", *fields), "%s (%s)" % (where, do))
    at = _checked(each, "at", _AT, where + ".at")
    args = {name: _checked(each, name, spec, where + "." + name) for name, spec in fields.items()}
    return Fault(at, do, args)


def _checked(body, name, spec, where):
    default, check = spec
    if name not in body:
        if default is _NEEDED:
            raise ScriptError("%s is missing, has to be %s" % (where, check(None)))
        return default
    if wanted := check(body[name]):
        raise ScriptError("%s is %s, has to be %s" % (where, _shown(body[name]), wanted))
    return body[name]


def _no_others(body, known, where):
    for name in body:
        if name not in known:
            raise ScriptError("%s has no %s, known are %s" % (where, _shown(name), _names(known)))


def _shown(value):
    text = json.dumps(value)
    return text if len(text) <= 40 else text[:37] + "..."


def _names(names):
    return ", ".join(names)
