"""Ctrl-C for the program of a stand-in, at a moment that does no harm."""

import asyncio
import contextlib
import os
import signal
from pathlib import Path

from deploy.relay import unread

_LOOK_S = 0.02
_HEED_S = 0.6  # a node looks for Ctrl-C many times a second
_BUSY_S = 6  # a program that never waits for anything is interrupted anywhere
_MOST = 3  # signals that help nothing; the next is what a reset button does


class Stop:
    """Where a node looks for a Ctrl-C: `name` for its environment, `fd` to be passed on to it.

    Another program gets a signal, once it is up and while it waits in the kernel: a signal in the
    middle of a collection leaves the heap locked for good.
    """

    def __init__(self, relay):
        self.fd, self._say = os.pipe()
        os.set_blocking(self.fd, False)
        self.name = f"/dev/fd/{self.fd}"
        self.node = None  # its process, as soon as there is one
        self._relay = relay
        self._signals = 0
        self._watching = None

    def close(self):
        """Close both ends."""
        if self._watching:
            self._watching.cancel()
        os.close(self.fd)
        os.close(self._say)

    def press(self):
        """Interrupt the program."""
        if not unread(self.fd):  # twice before it is heeded is once
            os.write(self._say, b"\x03")
        if not self._watching:
            self._watching = asyncio.create_task(self._watch())

    async def _watch(self):
        """Wait until the program has looked or is over; take other measures if it does not."""
        waited = 0
        while unread(self.fd) and self._relay.running:
            await asyncio.sleep(_LOOK_S)
            waited += _LOOK_S if self.node and self._relay.up else 0
            if waited > _BUSY_S or (waited > _HEED_S and _waits(self.node.pid)):
                self._signal()
                break
        with contextlib.suppress(BlockingIOError):  # it is not for the next program
            os.read(self.fd, 1)
        self._watching = None

    def _signal(self):
        self._signals += 1
        with contextlib.suppress(ProcessLookupError):
            if self._signals > _MOST:
                self.node.kill()
            else:
                self.node.send_signal(signal.SIGINT)


def _waits(pid):
    """Return whether a process waits in the kernel; True where that cannot be known."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_bytes()
    except OSError:
        return True
    return stat.rpartition(b") ")[2][:1] != b"R"
