"""A UART made of bytes: what a test pushes is read in chunks, what the driver writes is kept."""


class FakeUart:
    """machine.UART's non-blocking calls. At most `chunk` bytes go through any one call, 0 = all.

    `push` puts bytes on the receive side. `peer(line)`, if set, is called with every complete line
    the driver writes; what it returns is pushed.
    """

    def __init__(self, chunk=0, peer=None):
        self.chunk = chunk
        self.peer = peer
        self.rx = bytearray()
        self.tx = bytearray()
        self.stuck = False
        self.lines = []
        self._line = bytearray()

    def push(self, data):
        self.rx += data

    def any(self):
        return len(self.rx)

    def readinto(self, buf, n=None):
        n = self._limit(min(len(self.rx), len(buf) if n is None else n))
        if not n:
            return None
        buf[:n] = self.rx[:n]
        self.rx = self.rx[n:]
        return n

    def write(self, data):
        if self.stuck:
            return None
        n = self._limit(len(data))
        for c in bytes(data[:n]):
            self.tx.append(c)
            if c == 10:
                line = bytes(self._line)
                self._line = bytearray()
                self.lines.append(line)
                if self.peer:
                    self.push(self.peer(line) or b"")
            elif c != 13:
                self._line.append(c)
        return n

    def _limit(self, n):
        return min(n, self.chunk) if self.chunk else n
