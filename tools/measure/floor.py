"""The wire floor: the time that the bytes of an answer need by themselves.

From the CR of the operation at the MCU's pin, before which nobody can know what is asked, to the
CR of the answer's last line at the module's. One command at a time: behind each line but the last
the module takes its reply_ms, and its OK with one CR comes before the next. What is not needed is
not counted: the LF behind a CR, the OK behind the last line.
"""

from bench.wire import BITS_PER_BYTE

_OK = len("\r\nOK\r")


def byte_ms(baud):
    """Return the ms that a byte takes on the line."""
    return BITS_PER_BYTE * 1000 / baud


def floor_ms(lengths, baud, reply_ms):
    """Return the floor of an answer in lines of these lengths, endings not counted, in ms."""
    between = len(lengths) - 1
    count = sum(lengths) + len(lengths) + between * _OK
    return count * byte_ms(baud) + between * reply_ms


def pauses_ms(lines, pause_ms):
    """Return the configured pauses inside an answer of so many lines, in ms."""
    return (lines - 1) * pause_ms
