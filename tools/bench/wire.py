"""One direction of a serial line: bytes come out as slowly as a UART would bring them."""

from bench.ticks import BenchClock, Elapsed

BITS_PER_BYTE = 10  # 8N1: start, eight data, stop


class Wire:
    """Bytes pushed become available at BITS_PER_BYTE bits each.

    baud is in bits a second, 0 = all at once. Times handed in are ticks in ms of `clock`.
    """

    def __init__(self, baud, clock=None):
        if baud < 0:
            raise ValueError("baud is %d, has to be 0 or more" % baud)
        self.set_baud(baud)
        self._clock = clock or BenchClock()
        self._elapsed = Elapsed(self._clock)
        self._begun = 0.0  # when the first byte of _moving began to be sent
        self._moving = bytearray()
        self._arrived = bytearray()

    def set_baud(self, baud):
        """Be as fast as that from now on."""
        self._ms_per_byte = BITS_PER_BYTE * 1000 / baud if baud else 0

    def push(self, data, now_ms):
        """Give data to the line at now_ms: it is sent after what is still on its way."""
        if not data:
            return
        if not self._moving:  # nobody need have asked for long
            self._elapsed = Elapsed(self._clock)
        now = self._elapsed.at(now_ms)
        self._advance(now)
        if not self._moving:
            self._begun = float(now)
        self._moving += data
        self._advance(now)

    def pop(self, now_ms):
        """Return the bytes that have arrived whole by now_ms and were not popped before."""
        if self._moving:
            self._advance(self._elapsed.at(now_ms))
        if not self._arrived:
            return b""
        data = bytes(self._arrived)
        self._arrived.clear()
        return data

    def next_ms(self, now_ms):
        """Return ms from now_ms until pop() has something (0 = now), None if the line is empty."""
        if self._moving:
            now = self._elapsed.at(now_ms)
            self._advance(now)
        if self._arrived:
            return 0
        if not self._moving:
            return None
        return max(self._begun + self._ms_per_byte - now, 0)

    def __len__(self):
        """Return the count of bytes pushed and not popped."""
        return len(self._moving) + len(self._arrived)

    def _advance(self, now):
        if not self._moving:
            return
        count = len(self._moving)
        if self._ms_per_byte:
            # A millionth of a byte of slack: sums of floats fall short of whole bytes.
            count = min(count, int((now - self._begun) / self._ms_per_byte + 1e-6))
        if count > 0:
            self._arrived += self._moving[:count]
            del self._moving[:count]
            self._begun += count * self._ms_per_byte
