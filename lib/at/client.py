"""AT client for asyncio: awaitable commands on the engine, and the task that polls it."""

import asyncio

from micropython import const

from at import errors
from at.command import Command, check
from at.engine import Engine
from at.replies import line_ms
from at.resync import IN_STEP

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from asyncio import Event

    from at.command import Test

_MAX_QUEUE = const(8)  # commands that may wait
_SYNC_MS = const(25)  # how often sync() looks
_FAILED_MS = const(25)  # rest behind a turn that failed


class AtClient(Engine):
    """Commands out, answers and URCs in, over one UART; arguments as of Engine.

    Have `run` run as a task; then await `sync`, and `command` for each command.
    """

    async def command(
        self,
        text: bytes,
        timeout_ms: int = 2000,
        prefix: "bytes | None" = None,
        shape: "Test | None" = None,
        bare: "Test | None" = None,
        slow: bool = False,
        data: "bytes | None" = None,
    ) -> list[bytes]:
        """Send text (bytes without line ending), return its information lines.

        timeout_ms counts from the last byte sent; the rest as in Command. Raises AtError, and
        TypeError or ValueError for what cannot be a command. A cancelled caller leaves the line in
        order: a queued command is withdrawn, the answer to one in flight is dropped.
        """
        check(text, timeout_ms, prefix, shape, bare, data)
        cmd = Command(text, timeout_ms, prefix, shape, bare, slow, data, self.event())
        if text.upper() in self.restarts:
            cmd.open = False
        await self._run([cmd])
        return cmd.lines

    async def together(self, texts: list[bytes], timeout_ms: int = 2000) -> None:
        """Send commands without information lines one behind the other, nothing between them.

        Only replies may come between. Raises the first AtError when all have ended.
        """
        for text in texts:
            check(text, timeout_ms)
        await self._run([Command(text, timeout_ms, b"", ended=self.event()) for text in texts])

    async def _run(self, commands: "list[Command]") -> None:
        """Queue commands, and wait for their ends; raises AtError."""
        text = commands[-1].text
        if self.listening:
            raise self.error_class(errors.LISTENING, 0, text)
        if self.silent:
            raise self.error_class(errors.SILENT, 0, text)
        if len(self.queue) + len(commands) > _MAX_QUEUE:
            self._count("refused")
            raise self.error_class(errors.BUSY, 0, text)
        self.queue.extend(commands)
        self.counts["queue_max"] = max(self.counts["queue_max"], len(self.queue))
        try:
            for cmd in commands:
                await cmd.ended.wait()
        finally:
            for cmd in commands:
                if cmd in self.queue:
                    self.queue.remove(cmd)
        for cmd in commands:
            if cmd.error:
                raise cmd.error

    async def sync(self, timeout_ms: int) -> None:
        """Wait until the modem answers a probe.

        Raises AtError(SILENT) after timeout_ms, and LISTENING at once while nothing may be sent.
        """
        start = self.clock.ticks_ms()
        while self.resync.state != IN_STEP:
            if self.listening:
                raise self.error_class(errors.LISTENING)
            if self.clock.ticks_diff(self.clock.ticks_ms(), start) >= timeout_ms:
                raise self.error_class(errors.SILENT)
            await self.clock.sleep_ms(_SYNC_MS)

    def baud_changed(self, baud: int) -> None:
        """Note the new rate of the UART: drop what is being sent, and resynchronise."""
        self.baud = baud
        self.replies.line_ms = line_ms(baud)
        self.port.stop()
        self.resync.start(self.clock.ticks_ms())

    async def wait(self, event: "Event", timeout_ms: int) -> None:
        """Wait until event is set, timeout_ms at most: then it is set here.

        asyncio.wait_for() may swallow a cancellation when the event comes at the same time.
        """
        timer = asyncio.create_task(self._ring(event, timeout_ms))
        try:
            await event.wait()
        finally:
            timer.cancel()

    async def _ring(self, event: "Event", ms: int) -> None:
        await self.clock.sleep_ms(ms)
        event.set()

    async def run(self) -> None:
        """Poll for ever, as often as it matters: no exception ends it."""
        while True:
            try:
                pause = self.poll()
            except Exception as e:  # nobody must wait for a command that went with it
                self.failed(e)
                self._give_up("timeouts", errors.TIMEOUT, self.clock.ticks_ms())
                pause = _FAILED_MS
            await self.clock.sleep_ms(pause)

    def status(self) -> dict:
        """Return counters, queue lengths and the latency of replies in ms as a new dict."""
        n, total, worst, last = self.replies.ages
        lines = self.port.lines
        status: "dict[str, object]" = dict(self.counts)
        status.update(
            {
                "replies": self.replies.sent,
                "expired": self.replies.expired,
                "urcs": self.urcs.taken,
                "malformed": self.urcs.malformed,
                "lines": lines.count,
                "overlong": lines.overlong,
                "received": lines.received,
                "probes": self.resync.sent,
                "silent": self.silent,
                "fault": repr(self.fault) if self.fault else None,
                "waiting": self.waiting,
                "latency_mean": total // n if n else 0,
                "latency_max": worst,
                "latency_last": last,
            }
        )
        return status
