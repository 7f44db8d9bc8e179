"""Bytes from the MCU to command lines (M5310-A manual 1.2: CR ends a line, LF is ignored)."""

MAX_LINE = 2048  # bytes; a full NSOST of 512 bytes in hex is about 1070, of 1358 about 2760
TOO_LONG = object()


class LineReader:
    """Cuts bytes into lines; what is longer than limit comes out as TOO_LONG."""

    def __init__(self, limit=MAX_LINE):
        self._limit = limit
        self._line = bytearray()
        self._overflow = False

    def feed(self, data):
        """Return the lines that data completes, without their CR, empty ones left out."""
        lines = []
        for part in data.replace(b"\n", b"").split(b"\r"):
            self._append(part)
            lines.append(self._cut())
        # What follows the last CR has no end yet: it goes back.
        last = lines.pop()
        if last is TOO_LONG:
            self._overflow = True
        else:
            self._line += last
        return [line for line in lines if line]

    def _append(self, part):
        if self._overflow or len(self._line) + len(part) > self._limit:
            self._overflow = True
            self._line.clear()
        else:
            self._line += part

    def _cut(self):
        line = TOO_LONG if self._overflow else bytes(self._line)
        self._line.clear()
        self._overflow = False
        return line
