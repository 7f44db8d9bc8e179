"""A node as a child process that may lose its power, and its UART on a port in this process."""

import asyncio
import contextlib
import os

from bench.pump import Pump
from pchost.stream import Stream

_LINE = 4096


class PortStream(Stream):
    """Between a pchost Host and a bench Port: what runs the module, too."""

    def __init__(self, port, take):
        super().__init__("port", take)
        self.up = True
        self.tried.set()
        self._port = port
        self._pump = Pump(self._work, port.next_ms)
        module = port.module
        module.timers.on_sooner = module.on_output = self._pump.wake
        module.platform.timers.on_sooner = self._pump.wake

    def set_baud(self, baud):
        self._port.set_bauds(mcu=baud)

    async def run(self):
        await self._pump.run()

    def write(self, data):
        """Send data to the module."""
        self._port.feed(data)
        self._pump.wake()

    def waiting(self):
        """Return how many bytes written have not gone yet."""
        return self._port.backlog

    def _work(self):
        data = self._port.take()
        if data:
            self._take(data)


class Life:
    """A node from its start to its end; cut: its power was cut. said hears its lines."""

    def __init__(self, process, heard, say, said):
        self.cut = False
        self._process = process
        self._heard, self._say = heard, say
        self._reading = asyncio.create_task(self._read(said))

    @classmethod
    async def begin(cls, command, env, folder, said):
        """Start command in folder."""
        heard, say = os.pipe()
        os.set_blocking(heard, False)
        process = await asyncio.create_subprocess_exec(
            *command,
            env={**env, "STOP_DEVICE": f"/dev/fd/{heard}"},
            cwd=folder,
            pass_fds=(heard,),
            start_new_session=True,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        return cls(process, heard, say, said)

    @property
    def ended(self):
        """Return whether it is over."""
        return self._process.returncode is not None

    def kill(self):
        """Cut its power."""
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()

    def interrupt(self):
        """Press Ctrl-C, where a node looks for it."""
        os.write(self._say, b"\x03")

    async def end(self):
        """Wait for its end; return its exit status, -n for signal n."""
        status = await self._process.wait()
        await self._reading
        os.close(self._heard)
        os.close(self._say)
        return status

    async def _read(self, said):
        rest = b""
        while data := await self._process.stdout.read(_LINE):
            *lines, rest = (rest + data).split(b"\n")
            for line in lines:
                said(line.decode("utf-8", "replace").rstrip("\r"))
            rest = rest[-_LINE:]
