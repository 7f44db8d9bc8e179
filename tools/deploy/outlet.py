"""What a terminal prints, for readers that are slow, and for none."""

import asyncio
import os

MOST = 1 << 18  # bytes; who has written more has to wait
NOBODY_S = 10  # nothing was read for so long: nobody listens, and a board does not wait for that


class Outlet:
    """The way out through the non-blocking fd. listen(bool): have the writer go on, or wait.

    However slow a reader is, it gets all of it. Without a reader it is lost.
    """

    def __init__(self, fd, listen):
        self._fd = fd
        self._listen = listen
        self._waiting = bytearray()
        self._full = False  # the writer waits
        self._nobody = False
        self._loop = asyncio.get_running_loop()
        self._moved = 0  # when some of what waits was read, or it began to wait

    def close(self):
        """Give up what waits."""
        self._waiting.clear()
        self._loop.remove_writer(self._fd)

    def write(self, data):
        """Write data, now or as soon as there is room."""
        if not self._waiting:
            self._moved = self._loop.time()
        self._waiting += data
        self._flush()

    def _flush(self):
        """Write what goes; forget the rest if nobody reads."""
        try:
            written = os.write(self._fd, self._waiting) if self._waiting else 0
        except BlockingIOError:
            written = 0
        del self._waiting[:written]
        now = self._loop.time()
        if written:
            self._moved = now
            self._nobody = False
        elif self._waiting and (self._nobody or now - self._moved >= NOBODY_S):
            self._nobody = True
            self._waiting.clear()
        if self._waiting:
            self._loop.add_writer(self._fd, self._flush)
        else:
            self._loop.remove_writer(self._fd)
        self._hold(len(self._waiting) > MOST)

    def _hold(self, full):
        """Have the writer wait, or go on."""
        if full != self._full:
            self._full = full
            self._listen(not full)
            if full:
                self._look()

    def _look(self):
        """Look now and then whether anybody reads at all, as long as the writer waits."""
        if self._full:
            self._flush()
            self._loop.call_later(NOBODY_S / 4, self._look)
