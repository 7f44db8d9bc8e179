"""A file descriptor in the event loop: reading as bytes come, writing without ever waiting."""

import asyncio
import os

HELD = 1 << 14  # bytes kept for a reader that takes none, as a UART would keep a few
_CHUNK = 4096


class Channel:
    """Bytes from fd go to take(data); `lost` counts bytes written beyond HELD.

    end(error) is called once when it is over: with an OSError, or with None at the end of file.
    """

    def __init__(self, fd, take, end):
        self.lost = 0
        self.waiting = bytearray()  # written, not taken yet
        self._fd = fd
        self._take = take
        self._end = end
        os.set_blocking(fd, False)
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(fd, self.read)

    def read(self):
        """Take what is there, at most one chunk; return whether there was something."""
        try:
            data = os.read(self._fd, _CHUNK)
        except BlockingIOError:
            return False
        except OSError as e:
            self._over(e)
            return False
        if data:
            self._take(data)
        else:
            self._over(None)
        return bool(data)

    def write(self, data):
        """Write data; what finds no room is lost."""
        room = HELD - len(self.waiting)
        self.lost += max(0, len(data) - room)
        self.waiting += data[:room]
        self._flush()

    def _flush(self):
        try:
            del self.waiting[: os.write(self._fd, self.waiting)]
        except BlockingIOError:
            pass  # the loop calls again when there is room
        except OSError as e:
            self._over(e)
            return
        if self.waiting:
            self._loop.add_writer(self._fd, self._flush)
        else:
            self._loop.remove_writer(self._fd)

    def _over(self, error):
        self.close()
        self._end(error)

    def close(self):
        """Leave the event loop; fd stays open."""
        self._loop.remove_reader(self._fd)
        self._loop.remove_writer(self._fd)
