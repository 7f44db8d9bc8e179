"""What a UART makes of bytes that were sent at another baud rate: other bytes, more or fewer."""

_BITS = 10  # 8N1: start, eight data from the lowest, stop


def misread(data, sent, read):
    """Return what a receiver at `read` baud gets of data sent without a pause at `sent` baud."""
    levels = [1]  # of the line, a bit of the sender each
    for byte in data:
        levels += [0, *(byte >> bit & 1 for bit in range(8)), 1]
    step = sent / read
    out = bytearray()
    at = 1.0
    while at < len(levels):
        if levels[int(at)]:  # idle, or a stop bit: the next edge begins a byte
            at = int(at) + 1.0
            continue
        at += step / 2  # the middle of the start bit
        out.append(sum(_level(levels, at + step * (bit + 1)) << bit for bit in range(8)))
        at += step * (_BITS - 1)  # the middle of the stop bit
    return bytes(out)


def _level(levels, at):
    return levels[int(at)] if at < len(levels) else 1
