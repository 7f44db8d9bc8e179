"""What `machine.UART` has besides reading and writing what is there; loaded for a call of it."""

from machine import call

_POLL = 3  # the ioctl request with which select asks for readiness


class MoreUart:
    """Methods of machine.UART that the node never uses; self is a UART."""

    baud = 0  # of that UART

    def ioctl(self, request, arg):
        """Tell select and asyncio whether reading (1) or writing (4) would go at once."""
        if request == _POLL:
            return arg & (5 if self.any() else 4)
        return -1

    def init(self, baudrate=9600, bits=8, parity=None, stop=1, **options):
        """Go on at another rate where the line has one; raises OSError for TCP, which has none."""
        if baudrate != self.baud:
            call(0, "uart_baud", (baudrate,))
            self.baud = baudrate

    def deinit(self):
        """Forget what was received and not read."""
        while self.any():
            self._at = self._end

    def read(self, nbytes=-1):
        """Return at most nbytes (-1: all there is), or None when there is nothing."""
        data = b""
        while self.any() and len(data) != nbytes:
            n = self._end - self._at
            if nbytes is not None and nbytes >= 0:
                n = min(n, nbytes - len(data))
            data += self._buf[self._at : self._at + n]
            self._at += n
        return data or None

    def readline(self):
        """Return the bytes up to and with the next newline, or what there is, or None."""
        data = b""
        while self.any() and not data.endswith(b"\n"):
            data += self._buf[self._at : self._at + 1]
            self._at += 1
        return data or None

    def flush(self):
        """Nothing to do: bytes leave at once."""

    def txdone(self):
        """Return True: bytes leave at once."""
        return True
