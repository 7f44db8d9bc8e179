"""machine.UART for the unix port: the module's AT port is a TCP server, a pty or a serial device.

Environment: UART=HOST:PORT or UART=/dev/…, default 127.0.0.1:5310 (the bench); BAUD=… goes before
the baud rate the program asks for. The host may be any: AT text goes there unencrypted.
"""

import io

import vdevices


class UART(io.IOBase):
    """A UART with a receive buffer of rxbuf bytes: what does not fit is lost, and counted.

    Reading and writing never block. While nothing is connected, reads give nothing and writes
    vanish. An unusable UART or BAUD ends the process with status 2.
    """

    def __init__(self, id_, baudrate=9600, **options):
        """options: rxbuf (bytes, default 256); tx, rx, txbuf, bits, parity, stop are accepted."""
        self.buf = memoryview(bytearray(max(32, options.get("rxbuf", 256))))
        self.head = 0
        self._held = 0
        self.lost = 0
        from ports import open_uart

        self.port = open_uart(baudrate)

    def any(self):
        """Return the number of bytes that can be read now, having taken in what has arrived.

        What finds no room is lost. Bounded: 16 reads.
        """
        if self.port is None:
            return 0
        vdevices.board.touch()
        size = len(self.buf)
        for _ in range(16):
            free = size - self._held
            tail = (self.head + self._held) % size
            count = self.port.readinto(
                self.buf[tail : min(tail + free, size)] if free else bytearray(256)
            )
            if not count:
                break
            if free:
                self._held += count
            else:
                self.lost += count
        return self._held

    def readinto(self, buf, nbytes=None):
        """Read at most nbytes into buf; return how many, or None when there is nothing."""
        count = len(buf) if nbytes is None else min(nbytes, len(buf))
        count = min(count, self.any())
        if not count:
            return None
        head = self.head
        first = min(count, len(self.buf) - head)
        buf[:first] = self.buf[head : head + first]
        buf[first:count] = self.buf[: count - first]
        self.head = (head + count) % len(self.buf)
        self._held -= count
        return count

    def write(self, buf):
        """Write; return the number of bytes taken, or None when none was."""
        if self.port is None:
            return None
        return self.port.write(memoryview(buf)) or None

    def __getattr__(self, name):
        """Return init, deinit, read, readline or ioctl, loaded when asked for."""
        from seldom import method

        return method(self, name)
