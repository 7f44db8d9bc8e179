"""The node as a child process: its output passed on, its end made sure of."""

import asyncio
import contextlib
import os
import signal


class Node:
    """One node process in a session of its own, so that Ctrl-C reaches it only through us."""

    def __init__(self, process, say):
        self._process = process
        self._say = say
        self._reader = asyncio.create_task(self._pass_on())

    @classmethod
    async def start(cls, command, board, say):
        """Start command; board is HOST:PORT of its virtual board. Raises OSError."""
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env={**os.environ, "BOARD": board},
            start_new_session=True,
        )
        return cls(process, say)

    @property
    def ended(self):
        """The exit status, None while it runs."""
        return self._process.returncode

    def interrupt(self):
        """Ask the node to de-register and end."""
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGINT)

    async def end(self, patience_s):
        """Wait for the node's end, at most patience_s, then kill it and what it started."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(patience_s):
                await self._process.wait()
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        await self._process.wait()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(1):
                await self._reader

    async def _pass_on(self):
        rest = b""
        while data := await self._process.stdout.read(4096):
            *lines, rest = (rest + data).split(b"\n")
            for line in lines:
                self._say("node| " + line.decode("utf-8", "replace").rstrip("\r"))
            rest = rest[-4096:]
        if rest:
            self._say("node| " + rest.decode("utf-8", "replace"))
