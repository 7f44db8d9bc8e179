"""One direction of a serial line on which bytes are lost, doubled, changed, held up or made up."""

from collections import deque

_OTHERS = 255


class Line:
    """Bytes in by through(), bytes out as the faults that were armed leave them.

    way: "up" or "down". random: a random.Random. touched(name, way, from_ms, to_ms) hears of every
    fault when it takes effect. Times are ms of one clock that only grows.
    """

    def __init__(self, way, random, touched):
        self.way = way
        self._random = random
        self._touched = touched
        self._armed = []
        self._queue = deque()  # [when it goes on, bytes], in their order
        self._gate = 0  # nothing goes on before that
        self._muted_until = 0

    @property
    def quiet(self):
        """Return whether bytes just pass."""
        return not (self._armed or self._queue or self._muted_until)

    def arm(self, do, args, now):
        """Let a byte fault (script.BYTE_FAULTS) happen, args["skip"] bytes from now."""
        hit = _Hit(do, args)
        if do in ("noise", "insert") and not hit.skip:  # they need no byte to happen to
            self._put(self._made_up(hit, now), now)
        else:
            self._armed.append(hit)

    def mute(self, seconds, now):
        """Lose everything for seconds."""
        self._muted_until = max(self._muted_until, now + seconds * 1000)
        self._queue.clear()
        self._touched("mute", self.way, now, self._muted_until)

    def disarm(self):
        """Let bytes pass from now on; what is held up comes when it does."""
        self._armed.clear()
        self._muted_until = 0

    def through(self, data, now):
        """Return the bytes that come out now, data having come in."""
        if self.quiet:
            return data
        if self._muted_until:
            if now < self._muted_until:
                return b""
            self._muted_until = 0
        if self._armed:
            for byte in data:
                self._put(self._hit(bytes([byte]), now), now)
        elif data:
            self._put(data, now)
        return self._out(now)

    def next_ms(self, now):
        """Return ms until through() has something to give, None if nothing is held."""
        return max(self._queue[0][0] - now, 0) if self._queue else None

    def _hit(self, piece, now):
        for hit in list(self._armed):
            if hit.skip:
                hit.skip -= 1
                continue
            piece = getattr(self, "_" + hit.do)(hit, piece, now)
            hit.left -= 1
            if hit.left <= 0:
                self._armed.remove(hit)
        return piece

    def _lose(self, hit, piece, now):
        self._touched("lose", self.way, now, now)
        return b""

    def _duplicate(self, hit, piece, now):
        self._touched("duplicate", self.way, now, now)
        hit.kept += piece
        return piece + (hit.kept if hit.left == 1 else b"")

    def _corrupt(self, hit, piece, now):
        self._touched("corrupt", self.way, now, now)
        return bytes((byte + self._random.randint(1, _OTHERS)) & 0xFF for byte in piece)

    def _noise(self, hit, piece, now):
        hit.left = 0
        return self._made_up(hit, now) + piece

    _insert = _noise

    def _delay(self, hit, piece, now):
        hit.left = 0
        self._close(hit.ms, now, hit.do)
        return piece

    _merge = _delay

    def _split(self, hit, piece, now):
        self._close(hit.ms, now, "split")
        return piece

    def _made_up(self, hit, now):
        self._touched(hit.do, self.way, now, now)
        if hit.do == "insert":
            return b"\r\n" + hit.line.encode("ascii") + b"\r\n"
        return self._random.randbytes(hit.bytes)

    def _close(self, ms, now, name):
        """Hold up what comes from now on for ms, behind what is held up already."""
        self._gate = max(self._gate, now) + ms
        self._touched(name, self.way, now, self._gate)

    def _put(self, data, now):
        if not data:
            return
        when = max(self._gate, now)
        if self._queue and self._queue[-1][0] == when:
            self._queue[-1][1] += data
        else:
            self._queue.append([when, bytearray(data)])

    def _out(self, now):
        out = b""
        while self._queue and self._queue[0][0] <= now:
            out += bytes(self._queue.popleft()[1])
        return out


class _Hit:
    """An armed fault: bytes still to skip, bytes still to be hit."""

    def __init__(self, do, args):
        self.do = do
        self.skip = args["skip"]
        self.bytes = self.left = args.get("bytes", 1)
        self.ms = args.get("ms", 0)
        self.line = args.get("line", "")
        self.kept = b""
