"""What the referee reads on the UART: lines as the node gets and sends them, and what they mean.

The node's parser is not used here: it is what is judged.
"""

import re

BANNER = (b"M5310", b"REBOOT")  # what a module prints that starts
MAX_HEARD = 1200  # bytes of a line the node keeps (at.lines)
_OPERATION = re.compile(
    rb"\+MIPL(READ|WRITE|EXECUTE|OBSERVE|PARAMETER|DISCOVER) *:"
    rb" *\"?[0-9-]+\"? *, *\"? *(-?[0-9]{1,10})"
)
_NUMBER = r"-?[0-9]{1,10}(?:\.[0-9]{1,3})?"
_VALUE = r'(?P<type>[1-5]),(?P<size>[0-9]{1,3}),(?P<value> ?"[ !#-~]*"|[0-9A-F]+|%s)' % _NUMBER
_WHERE = r"(?P<oid>3303|3306),(?P<iid>[0-9]),(?P<rid>5[0-9]{3})"
_ANSWER = re.compile(
    r"AT\+MIPL(?P<kind>READ|WRITE|EXECUTE|OBSERVE|PARAMETER|DISCOVER)RSP=0,"
    r"(?P<msgid>-?[0-9]{1,10}),"
    r"(?P<result>[0-9]{1,2})(?P<rest>,.*)?"
)
_READ_REST = re.compile(r",%s,%s,(?P<index>[0-9]{1,3}),[012]" % (_WHERE, _VALUE))
_DISCOVER_REST = re.compile(r',(?P<size>[0-9]{1,3}),"(?P<ids>[0-9;]+)"')
_NOTIFY = re.compile(
    r"AT\+MIPLNOTIFY=0,(?P<msgid>-?[0-9]{1,10}),%s,%s,0,0(?P<ackid>,[0-9]{1,5})?"
    % (_WHERE, _VALUE)
)
_PLAIN = re.compile(
    r"AT|AT\+CMEE=1|AT\+CGSN=1|AT\+CIMI|AT\+CSCON=1|AT\+CEREG=1|AT\+CEREG\?|AT\+CGDCONT\?|AT\+CSQ"
    r"|AT\+CCLK\?|AT\+CGMM|AT\+CMVER|AT\+MIPLVER\?|AT\+MIPLCREATE|AT\+MIPLUPDATE=0,0,0|AT\+MIPLCLOSE=0"
    r"|AT\+MIPLDELETE=0|AT\+MIPLDELOBJ=0,330[36]|AT\+NRB"
    r'|AT\+MIPLADDOBJ=0,3303,2,"11",6,1|AT\+MIPLADDOBJ=0,3306,1,"1",5,0'
    r"|AT\+MIPLOPEN=0,[0-9]{3,5},30"
)
# What tells an M5310-A of its server and its resources.
_DECLARES = re.compile(
    r'AT\+MIPLCREATEEX="nbiotbt\.heclouds\.com:5683",1|AT\+MIPLCREATE=56,[0-9A-F]{112},0,56,0'
    r'|AT\+MIPLDISCOVERRSP=0,330[36],1,[0-9]{1,3},"[0-9;]+"'
)
_RIGHT = {"READ": 1, "WRITE": 2, "EXECUTE": 2, "OBSERVE": 1, "PARAMETER": 2, "DISCOVER": 1}
_REFUSALS = (11, 13, 14)


class Got:
    """Bytes the node gets, to the lines it sees: CR or LF ends one, controls before it go."""

    def __init__(self):
        self._line = bytearray()

    def feed(self, data):
        """Return the lines that data completes, overlong ones cut."""
        lines = []
        for byte in data:
            if byte in (10, 13):
                if self._line:
                    lines.append(bytes(self._line))
                    self._line.clear()
            elif (byte >= 32 or self._line) and len(self._line) < MAX_HEARD:
                self._line.append(byte)
        return lines

    def clear(self):
        """Forget a line begun: the node has lost its power."""
        self._line.clear()


class Sent:
    """Bytes the node sends to its lines, each of which ends with CR LF and nothing else."""

    def __init__(self):
        self._line = b""

    def feed(self, data):
        """Return the lines that data completes."""
        *lines, self._line = (self._line + data).split(b"\r\n")
        return lines

    def clear(self):
        """Forget a line begun: the node has lost its power."""
        self._line = b""


def operation(line):
    """Return (kind, msgid) if the node may take a line for an operation, else None."""
    match = _OPERATION.match(line)
    return (match[1].decode(), int(match[2])) if match else None


def written(line):
    """Return (msgid, rid, the values it may be read as) of a line that writes, else None."""
    asked = operation(line)
    if not asked or asked[0] != "WRITE":
        return None
    fields = [field.strip(b' "') for field in line[line.find(b":") + 1 :].split(b",")]
    if len(fields) < 8 or not fields[4].isdigit():
        return None
    return asked[1], int(fields[4]), frozenset(_readings(fields[7]))


def _readings(text):
    """Return what the text of a value may mean as hex, as a number, as ASCII in hex."""
    found = {text.decode("latin-1")}
    try:
        raw = bytes.fromhex(text.decode("ascii"))
    except ValueError:
        raw = b""
    if raw:
        found |= {int.from_bytes(raw, "big", signed=True), int.from_bytes(raw, "big")}
        found.add(raw.decode("latin-1"))
    for each in list(found):
        if isinstance(each, str) and re.fullmatch(r"-?[0-9]{1,10}", each):
            found.add(int(each))
    return found


class Answer:
    """A line that answers an operation; good: with success; last: no line of it follows."""

    def __init__(self, kind, msgid, result, where=None, value=None, index=0):
        self.kind = kind
        self.msgid = msgid
        self.good = result == _RIGHT[kind]
        self.where = where
        self.value = value
        self.last = index == 0


def sent(line, declares=False):
    """Return (what a line is, its meaning): "answer" Answer, "plain" None, "notify" (path, value,
    whether its confirmation is asked for).

    declares: as in bench.module.profile.

    Raises ValueError, saying what is wrong, for a line the node never means to send.
    """
    try:
        text = line.decode("ascii")
    except UnicodeDecodeError:
        raise ValueError("not ASCII") from None
    if _PLAIN.fullmatch(text) or (declares and _DECLARES.fullmatch(text)):
        return "plain", None
    match = _NOTIFY.fullmatch(text)
    if match:
        return "notify", (_path(match), _value(match), bool(match["ackid"]))
    match = _ANSWER.fullmatch(text)
    if not match:
        raise ValueError("no line of the node's")
    return "answer", _answer(match)


def _answer(match):
    kind, msgid, result = match["kind"], int(match["msgid"]), int(match["result"])
    rest = match["rest"]
    if result != _RIGHT[kind]:
        if result not in _REFUSALS or rest:
            raise ValueError("result %d of %s" % (result, kind))
        return Answer(kind, msgid, result)
    if kind == "READ":
        found = _READ_REST.fullmatch(rest or "")
        if not found:
            raise ValueError("a value in no form")
        return Answer(kind, msgid, result, _path(found), _value(found), int(found["index"]))
    if kind == "DISCOVER":
        found = _DISCOVER_REST.fullmatch(rest or "")
        if not found or len(found["ids"]) != int(found["size"]):
            raise ValueError("a list in no form")
    elif rest:
        raise ValueError("more than a result")
    return Answer(kind, msgid, result)


def _path(match):
    return int(match["oid"]), int(match["iid"]), int(match["rid"])


def _value(match):
    kind, text = match["type"], match["value"].removeprefix(" ")
    if kind == "1":
        if text[0] != '"' or len(text) - 2 != int(match["size"]):
            raise ValueError("a text in no form")
        return text[1:-1]
    text = text.strip('"')
    if kind == "2":
        return bytes.fromhex(text)
    if kind == "5":
        if text not in ("0", "1"):
            raise ValueError("a boolean in no form")
        return text == "1"
    return int(text) if kind == "3" else float(text)
