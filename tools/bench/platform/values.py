"""JSON values as the bytes a Write carries (OMA TS 1.0, 6.4.3: LwM2M TLV)."""

import struct

MAX_DATA = 480  # guide 3.5(3): bytes of one downlink's data


def encode(value):
    """Return value as the bytes of a TLV: guide 3.5(3) has 22 as 16 and 1 as 01, in hex.

    Integers are two's complement big-endian in the least of 1, 2, 4, 8 bytes, floats 4-byte IEEE,
    text UTF-8, bytes as they are. Raises ValueError for what cannot be written.
    """
    if isinstance(value, bool):
        return b"\x01" if value else b"\x00"
    if isinstance(value, int):
        for size in (1, 2, 4, 8):
            if -(1 << (size * 8 - 1)) <= value < 1 << (size * 8 - 1):
                return value.to_bytes(size, "big", signed=True)
        raise ValueError("integer %d does not fit into 8 bytes" % value)
    if isinstance(value, float):
        try:
            return struct.pack(">f", value)
        except OverflowError:
            raise ValueError("number %r does not fit into a 4 byte float" % value) from None
    if isinstance(value, str):
        return value.encode()
    if isinstance(value, bytes):
        return value
    raise ValueError("cannot write a %s" % type(value).__name__)
