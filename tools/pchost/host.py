"""One node process and all that surrounds it: two pseudo terminals, the devices, the streams.

The node's UART is one pseudo terminal, whose bytes go to and fro between it and the module; its
devices are called over the other.
"""

import asyncio
import contextlib
import os
import pty
import signal
import termios
import tty

from pchost.devices import MAX_LINE, Devices
from pchost.link import Link
from pchost.stream import make

_DRIFT_S = 0.1
_HELD = 1 << 14  # bytes kept for a node that does not read, as a UART would keep a few


class Terminal:
    """A pseudo terminal in raw mode: `name` for the node, reading and writing on this side."""

    def __init__(self, waits, take):
        self._master, self._slave = pty.openpty()
        tty.setraw(self._slave)
        settings = termios.tcgetattr(self._slave)
        settings[6][termios.VMIN] = 1 if waits else 0
        settings[6][termios.VTIME] = 0
        termios.tcsetattr(self._slave, termios.TCSANOW, settings)
        os.set_blocking(self._master, False)
        self.name = os.ttyname(self._slave)
        self.lost = 0
        self._take = take
        self._out = bytearray()
        asyncio.get_running_loop().add_reader(self._master, self._read)

    def _read(self):
        with contextlib.suppress(BlockingIOError):
            self._take(os.read(self._master, MAX_LINE))

    def write(self, data):
        """Give data to the node; what it leaves unread beyond a bound is lost, and counted."""
        room = _HELD - len(self._out)
        self.lost += max(0, len(data) - room)
        self._out += data[:room]
        self._flush()

    def _flush(self):
        loop = asyncio.get_running_loop()
        with contextlib.suppress(BlockingIOError):
            del self._out[: os.write(self._master, self._out)]
        if self._out:
            loop.add_writer(self._master, self._flush)
        else:
            loop.remove_writer(self._master)

    def close(self):
        """Close both ends."""
        loop = asyncio.get_running_loop()
        loop.remove_reader(self._master)
        loop.remove_writer(self._master)
        os.close(self._master)
        os.close(self._slave)


class Host:
    """Runs command, a node, with its UART on `uart` (HOST:PORT or a device at baud).

    bench: HOST:PORT of the bench's virtual board, None: the board drifts alone. Raises ValueError
    for names that cannot be right.
    """

    def __init__(self, board, uart, baud, bench=None):
        self._board = board
        self._devices = Devices(board)
        self._line = b""
        self._link = Link(board, bench) if bench else None
        hint = (
            f"nothing listens on {uart}: start `make bench`, or give UART=HOST:PORT or UART=/dev/…"
        )
        if "/" in uart:
            hint = "cannot be opened: is the adapter plugged in, and may you use it?"
        self._stream = make(uart, baud, self._from_module, hint)

    async def run(self, command, env):
        """Run command with env until it ends; return its exit status.

        SIGINT and SIGTERM are passed on as SIGINT, and the node is let finish: it de-registers.
        """
        loop = asyncio.get_running_loop()
        self._uart = Terminal(False, self._stream.write)
        self._calls = Terminal(True, self._called)
        env = {**env, "UART_DEVICE": self._uart.name, "BOARD_DEVICE": self._calls.name}
        tasks = [loop.create_task(self._stream.run()), loop.create_task(self._drift())]
        if self._link:
            tasks.append(loop.create_task(self._link.run()))
        await asyncio.sleep(0.05)  # a stream that is there is open before the node's first byte
        # A session of its own: Ctrl-C in the terminal reaches the node through us, once.
        node = await asyncio.create_subprocess_exec(*command, env=env, start_new_session=True)
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, node.send_signal, signal.SIGINT)
        try:
            await node.wait()
        finally:
            if node.returncode is None:
                node.kill()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self._uart.close()
            self._calls.close()
        return node.returncode

    def _from_module(self, data):
        self._uart.write(data)

    def _called(self, data):
        *lines, self._line = (self._line + data).split(b"\n")
        self._line = self._line[-MAX_LINE:]
        for line in lines:
            self._calls.write(self._devices.answer(line))

    async def _drift(self):
        while True:
            await asyncio.sleep(_DRIFT_S)
            self._board.drift(round(_DRIFT_S * 1000))
