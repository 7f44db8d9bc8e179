"""Which generation of the MIPL command set a module speaks (facts/protocol.md 0.1)."""

from m5310 import dialects
from m5310.errors import AtError
from m5310.fields import body

_NAME = b"M5310"  # begins what a starting module prints, and here it is an answer


async def find(mipl):
    """Ask for the version of the suite and, where that is open, the dialect; raises AtError."""
    try:
        lines = await mipl.at.command(b"AT+MIPLVER?", 2000, b"+MIPLVER:")
        version = body(lines[0]).strip() if lines else b""
        mipl.version = "".join([chr(c) for c in version if 32 <= c < 127]) or None
    except AtError as e:  # firmware of the first generation does not know it
        if not e.refused:
            raise
    if mipl.dialect.name == "auto":
        mipl.requests.speak(await detect(mipl))


async def soon(mipl):
    """Do that for operations of a session from before our restart; never raises."""
    try:
        await find(mipl)
    except AtError:  # the next operation tries it again, and so does the session
        pass
    mipl._finding = None


async def detect(mipl):
    """Return the Dialect of the module; raises AtError if the line fails.

    An M5310-A says so when it starts or when it is asked. A version of 2 or more is that of the
    guide's suite. Without one, firmware from SP3 on is of the M5310-A's kind. Everything else is
    taken for the guide's module.
    """
    model = mipl.model or await _ask(mipl.at, b"AT+CGMM")
    name = "seed"
    if b"M5310-A" in model.upper():
        name = "m5310a"
    elif not _suite(mipl.version):
        if _service_pack(await _ask(mipl.at, b"AT+CMVER")) >= 3:
            name = "m5310a"
    return dialects.get(name)


def _suite(version):
    """Tell whether version, text or None, is that of the suite of the guide: 2.2.0, 10.01."""
    major = (version or "").split(".")[0]
    return major.isdigit() and int(major) >= 2


def _service_pack(text):
    """Return the number behind the last SP in text, 0 if there is none."""
    number = 0
    for c in text.upper().rpartition(b"SP")[2] if b"SP" in text.upper() else b"":
        if not 48 <= c <= 57:
            break
        number = number * 10 + c - 48
    return number


async def _ask(at, text):
    """Return the first line of the answer; b"" where it is refused."""
    try:
        lines = await at.command(text, 2000, _NAME, None, _is_text)
    except AtError as e:
        if not e.refused:  # noise is no answer
            raise
        return b""
    return lines[0] if lines else b""


def _is_text(line):
    return bytes(line[:2]).upper() != b"AT"
