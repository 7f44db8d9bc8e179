"""One node process and all that surrounds it: two pseudo terminals, the devices, the streams.

The node's UART is one pseudo terminal, whose bytes go to and fro between it and the module; its
devices are called over the other.
"""

import asyncio
import contextlib
import os
import pty
import signal
import sys
import termios
import tty

from pchost.channel import Channel
from pchost.devices import MAX_LINE, Devices
from pchost.link import Link
from pchost.stream import make

_HEED_S = 1.0  # a node looks for it many times a second
_DRIFT_S = 0.1
_OPEN_S = 1  # the node waits as long for its UART's stream
_LAST_TRIES = 100  # and its last bytes as long for their way out, in 10 ms


class Terminal:
    """A pseudo terminal in raw mode: `name` for the node, `channel` on this side.

    waits: whether the node's reading waits for a byte.
    """

    def __init__(self, waits, take):
        self._master, self._slave = pty.openpty()
        tty.setraw(self._slave)
        settings = termios.tcgetattr(self._slave)
        settings[6][termios.VMIN] = 1 if waits else 0
        settings[6][termios.VTIME] = 0
        termios.tcsetattr(self._slave, termios.TCSANOW, settings)
        self.name = os.ttyname(self._slave)
        # It never ends by itself: this process keeps the node's side open as well.
        self.channel = Channel(self._master, take, lambda error: None)

    def flush(self):
        """Throw away what has not been read."""
        self.channel.waiting.clear()
        termios.tcflush(self._slave, termios.TCIOFLUSH)

    def close(self):
        """Close both ends."""
        self.channel.close()
        os.close(self._master)
        os.close(self._slave)


class Host:
    """Runs a node with its UART on `uart` (HOST:PORT, or the path of a device at baud).

    uart may be a function as well: it is called with where the bytes for the node go, and returns
    the stream.Stream that they come from. bench: HOST:PORT of the bench's virtual board, None: the
    board drifts alone. output: where the node prints to, None: as this program. Raises ValueError
    for names that cannot be right.
    """

    def __init__(self, board, uart, baud, bench=None, output=None):
        self._board = board
        self._devices = Devices(board)
        self._line = b""
        self._node = None
        self._stopped = False
        self._output = output
        make_stream = uart if callable(uart) else lambda take: make(uart, baud, take)
        self._stream = make_stream(self._received)
        self.offer("uart_baud", self._stream.set_baud)
        self._link = Link(board, bench) if bench else None

    def offer(self, name, function):
        """Have the node's `machine` call function by name, as it does with the devices."""
        self._devices.functions[name] = function

    async def run(self, command, env, folder=None):
        """Run command with env in folder until it ends; return its exit status, -n for signal n.

        SIGINT, SIGTERM and SIGHUP are passed on as SIGINT, and the node is let finish: it
        de-registers.
        """
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self.interrupt)
        return await self.serve(command, env, folder)

    async def serve(self, command, env, folder=None):
        """Do as run(), but leave signals to the caller: see interrupt()."""
        return await self.around(lambda names: self._run_node(command, {**env, **names}, folder))

    async def around(self, work):
        """Have everything that surrounds a node while work(names) runs; return what it returns.

        names are the variables of the environment by which a node finds it.
        """
        self._uart = Terminal(False, self._stream.write)
        self._calls = Terminal(True, self._called)
        names = {"UART_DEVICE": self._uart.name, "BOARD_DEVICE": self._calls.name}
        others = [self._stream.run(), self._drift()]
        if self._link:
            others.append(self._link.run())
        try:
            async with asyncio.TaskGroup() as group:  # none of them may end unnoticed
                tasks = [group.create_task(other) for other in others]
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(_OPEN_S):
                        await self._stream.tried.wait()
                result = await work(names)
                for task in tasks:
                    task.cancel()
        finally:
            self._uart.close()
            self._calls.close()
        return result

    def forget(self):
        """Throw away what a node that ended has left: a next one begins afresh."""
        self._line = b""
        for terminal in (self._uart, self._calls):
            terminal.flush()

    async def _run_node(self, command, env, folder):
        if self._stopped:
            return -signal.SIGINT
        # A session of its own: Ctrl-C in the terminal reaches the node through us, once. The
        # pseudo terminals are that session's, so the node dies with us whatever kills us.
        self._heard, self._say = os.pipe()
        os.set_blocking(self._heard, False)
        env = {**env, "STOP_DEVICE": f"/dev/fd/{self._heard}"}
        node = await asyncio.create_subprocess_exec(
            *command,
            env=env,
            cwd=folder,
            pass_fds=(self._heard,),
            start_new_session=True,
            stdout=self._output,
            stderr=self._output,
        )
        self._node = node
        if self._stopped:
            self.interrupt()
        try:
            await node.wait()
        finally:
            if node.returncode is None:
                node.kill()
            os.close(self._heard)
            os.close(self._say)
        while self._uart.channel.read():
            pass
        for _ in range(_LAST_TRIES):
            if not self._stream.waiting():
                break
            await asyncio.sleep(0.01)
        if lost := self._uart.channel.lost:
            print(f"the node left {lost} bytes from the module unread", file=sys.stderr)
        return node.returncode

    @property
    def pid(self):
        """The process of the node, None before there is one."""
        return self._node and self._node.pid

    def interrupt(self):
        """Ask the node to end, where it looks for that; by SIGINT if it does not, or again."""
        again = self._stopped
        self._stopped = True
        if not self._node or self._node.returncode is not None:
            return
        if again:
            self._signal()
        else:
            os.write(self._say, b"\x03")
            asyncio.get_running_loop().call_later(_HEED_S, self._insist)

    def _insist(self):
        if self._node.returncode is None:
            with contextlib.suppress(BlockingIOError):  # it was read: the node has heard
                os.read(self._heard, 1)
                self._signal()

    def _signal(self):
        with contextlib.suppress(ProcessLookupError):
            self._node.send_signal(signal.SIGINT)

    def _received(self, data):
        self._uart.channel.write(data)

    def _called(self, data):
        *lines, self._line = (self._line + data).split(b"\n")
        self._line = self._line[: MAX_LINE + 1]
        for line in lines:
            self._calls.channel.write(self._devices.answer(line))

    async def _drift(self):
        while True:
            await asyncio.sleep(_DRIFT_S)
            self._board.drift(round(_DRIFT_S * 1000))
