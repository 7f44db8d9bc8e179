"""The fields of an information line or URC: commas, quotes and blanks (facts/protocol.md 1)."""

from binascii import hexlify, unhexlify


def body(line: "bytes | bytearray") -> bytes:
    """Return what follows the first colon of line, or all of it where there is none."""
    return bytes(line[line.find(b":") + 1 :])


def split(text: bytes, limit: int = 16) -> "list[bytes]":
    """Split text at commas outside quotes; blanks around a field and its quotes are removed.

    Raises ValueError on more than limit fields or a quote that is not closed.
    """
    out = []  # type: list[bytes]
    start = 0
    quoted = False
    n = len(text)
    for i in range(n + 1):
        c = text[i] if i < n else 44
        if c == 34:
            quoted = not quoted
        elif c == 44 and (i == n or not quoted):
            if quoted or len(out) == limit:
                raise ValueError("fields")
            out.append(unquote(text[start:i]))
            start = i + 1
    return out


def unquote(field: bytes) -> bytes:
    """Return field without the blanks around it and without one pair of quotes."""
    field = field.strip()
    if len(field) > 1 and field[0] == 34 and field[-1] == 34:
        return field[1:-1]
    return field


def num(field: bytes) -> int:
    """Return the decimal integer in field; raises ValueError on anything else, also on "+1"."""
    digits = field[1:] if field[:1] == b"-" else field
    if not digits.isdigit() or len(digits) > 10:
        raise ValueError("number")
    return int(field)


def put(out: bytearray, number: int) -> None:
    """Append number in decimal to out, without allocating its text."""
    if number < 0:
        out.append(45)
        number = -number
    if number > 9:
        put(out, number // 10)
    out.append(48 + number % 10)


def unhex(field: bytes) -> bytes:
    """Return the bytes that the hex text in field stands for; raises ValueError on other text."""
    return unhexlify(field)


def tohex(data: bytes) -> bytes:
    """Return data as upper-case hex text in bytes."""
    return hexlify(data).upper()


def is_digits(line: "bytes | bytearray") -> bool:
    """Return True if line is one bare decimal number (a socket id, an IMSI)."""
    return line.isdigit()
