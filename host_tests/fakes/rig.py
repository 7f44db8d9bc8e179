"""An At engine on a fake UART in virtual time: the start of every driver test."""

import asyncio

import vtime
from fakeuart import FakeUart

from m5310.errors import AtError
from m5310.modem import ModuleClient

CHUNKS = (1, 2, 7, 8, 64, 0)


class Peer:
    """A scripted module: `answers` maps a command to what it prints (bytes, or a callable).

    Unknown commands get `default`. `log` keeps the commands without the probes.
    """

    def __init__(self, answers=None, echo=False, end=b"\r\n", default=b"OK"):
        self.answers = answers or {}
        self.echo = echo
        self.end = end
        self.default = default
        self.log = []
        self.deaf = False

    def __call__(self, line):
        if self.deaf:
            return b""
        if line == b"AT":
            out = [b"OK"]
        else:
            self.log.append(line)
            out = self.answers.get(line, self.default)
            if not isinstance(out, (bytes, list, type(None))):
                out = out(line)
        if out is None:
            return b""
        if isinstance(out, bytes):
            out = [out]
        text = b"".join([self.end + t + self.end for t in out])
        return line + b"\r" + text if self.echo else text


class Rig:
    """at, uart, clock and peer, put together; `run(coro)` runs coro beside at.run()."""

    def __init__(self, peer=None, chunk=0, **options):
        self.peer = peer or Peer()
        self.clock = vtime.clock
        self.uart = FakeUart(chunk, self.peer)
        self.trace = []
        options.setdefault(
            "on_line", lambda kind, line: self.trace.append((chr(kind), bytes(line)))
        )
        self.at = ModuleClient(self.uart, self.clock, **options)

    def urc(self, *lines):
        for line in lines:
            self.uart.push(b"\r\n" + line + b"\r\n")

    async def sleep(self, ms):
        await self.clock.sleep_ms(ms)

    async def kind_of(self, call):
        """Await call and return the kind of the AtError it ends with, 0 if it ends well."""
        try:
            await call
        except AtError as e:
            return e.kind
        return 0

    @property
    def sent(self):
        """The lines the driver wrote, probes left out."""
        return [line for line in self.uart.lines if line != b"AT"]


def run(scene, *args, start=0, **options):
    """Run scene(rig, *args) in virtual time beside the engine; return its result.

    An engine that fails ends the scene: it would wait for ever.
    """

    async def main():
        rig = Rig(*args, **options)
        failed = []

        async def program():
            await rig.at.sync(10000)
            return await scene(rig)

        async def engine():
            try:
                await rig.at.run()
            except Exception as e:
                failed.append(e)
                work.cancel()

        work = asyncio.create_task(program())
        task = asyncio.create_task(engine())
        try:
            return await work
        except asyncio.CancelledError:
            raise failed[0] if failed else AssertionError("cancelled")
        finally:
            task.cancel()

    return vtime.run(main(), start)


async def error_of(call):
    """Await call; return (kind, code, text) of its AtError, None if it ends well."""
    try:
        await call
    except AtError as e:
        return e.kind, e.code, e.text
    return None


async def all_of(calls):
    """Return what each of the tasks returned (MicroPython has no await in a comprehension)."""
    out = []
    for call in calls:
        out.append(await call)
    return out
