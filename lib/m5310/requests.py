"""Operations of the platform in, their answers out, and those that are repeated (guide 3.5).

The module prints an operation it has no answer to once more, under the same message id. That is a
repeat if all of its content is the same, or if it is the end of a write whose first lines were
lost on the way: a write or an execute is not done again, only answered again. Anything else under
that message id is a new operation (docs/reference/mipl.md, Repeats).
"""

import asyncio
from binascii import crc32

from micropython import const

from m5310.codes import BAD_REQUEST, EXECUTE, READ, WRITE
from m5310.errors import AGAIN, BAD_STATE, AtError
from m5310.operations import Operation, kind_of, parse, short
from m5310.parts import EXCHANGE_MS, Parts

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from collections.abc import Callable

    from at import AtClient
    from at.port import Clock, Ticks
    from m5310.dialects import Dialect

_DOING = (WRITE, EXECUTE)  # a tuple written where it is used would be made each time
_RESULTS = {205: 1, 204: 2, 400: BAD_REQUEST, 401: 12, 404: 13, 405: 14, 406: 15}

_MAX_DONE = const(8)
_SMALL = const(0x3FFFFFFF)  # of a CRC-32: what a small integer of a 32-bit port holds


class Requests:
    """The operations of one session.

    `on_operation(op)` gets each one and answers it with `reply`; `on_answered(op, error, age_ms)`
    is told how the answer fared; `on_wait()` that one waits for the dialect to be known.
    """

    def __init__(
        self,
        at: "AtClient",
        clock: "Clock",
        dialect: "Dialect",
        on_operation: "Callable[[Operation], object]",
    ) -> None:
        self.at = at
        self.clock = clock
        self.parts = Parts(clock, self._coming, self._refuse)
        self.speak(dialect)
        self.on_operation = on_operation
        self.on_answered: "Callable[[Operation, AtError | None, int], object]" = None
        self.on_wait: "Callable[[], object]" = None
        self.ref = 0
        self.operations = self.repeats = self.refused = 0
        self.done_before = Repeats(clock)
        # (msgid, path) of a read that was answered in part, and then refused
        self._half: "tuple | None" = None
        # Refuses an operation for which there is no memory.
        self._spare = op = Operation(0, 0, clock.ticks_ms())
        op.requests = self
        op.bad = op.again = True
        op.count = op.next = op.result = 0
        self.reset()
        at.urc(b"+MIPL", self._operation, _is_no_operation, cut=True)

    def speak(self, dialect: "Dialect") -> None:
        """Answer in dialect from now on; while that is auto, answers wait until it is known.

        Those that the module gives itself are dropped then.
        """
        self.dialect = dialect
        self.at.replies.queue[:] = [op for op in self.at.replies.queue if not dialect.answers(op)]
        self.at.replies.waits = dialect.name == "auto"

    def reset(self) -> None:
        """Forget the parts of a write. The last results stay: the module may ask again yet."""
        self.parts.clear()
        self._half = None

    def stop(self) -> None:
        """End the tasks that watch parts and repeats, and forget both."""
        self.reset()
        self.done_before.stop()

    def reply(
        self, op: Operation, code: int, values: "list | tuple" = (), resources: str = ""
    ) -> None:
        """Answer op with a CoAP code as 205 or 404, and once only.

        `values` of a read are (instance, resource, type, value), `resources` of a discover the
        list "id;id;...".
        """
        if op.kind in _DOING and not op.bad:
            try:
                self.done_before.add(op, code)
            except MemoryError:  # it is done: its answer must not be missing as well
                pass
        self._answer(op, _RESULTS[code], values, resources)

    def _answer(
        self, op: Operation, result: int, values: "list | tuple" = (), resources: str = ""
    ) -> None:
        if self.dialect.answers(op):
            return
        op.requests = self
        if result == 1 and op.kind == READ:
            if self._fit(values):
                op.found = values
                op.count = len(values)
            else:
                result = BAD_REQUEST
        op.result = result
        if resources:
            op.resources = resources
        self.at.reply(op)
        if self.at.replies.waits and self.on_wait:
            self.on_wait()

    def _fit(self, values: "list | tuple") -> bool:
        """Return True if every one of values can be sent.

        Checked before the first line: were a later one refused, the module would send the lines
        before it as the whole answer (facts/protocol.md 5.9).
        """
        try:
            text = bytearray()
            for _, _, kind, value in values:
                text[:] = b""
                self.dialect.value(text, kind, value)
        except (ValueError, MemoryError):
            return False
        return True

    def done(self, op: Operation, error: "AtError | None", age_ms: int) -> None:
        """Note how the answer to op fared, and tell `on_answered`."""
        if not error:
            if op.content:
                self.done_before.answered(op)
        elif op.kind == READ and op.next and error.refused and error.code != BAD_STATE:
            self._half = op.msgid, op.path
        if self.on_answered:
            self.on_answered(op, error, age_ms)

    def _coming(self) -> bool:
        """Return True if an incomplete line is buffered."""
        return self.at.port.lines.partial()

    # -- operations in -------------------------------------------------------------------------

    def _operation(self, line: bytearray) -> None:
        now = self.clock.ticks_ms()
        try:
            op = parse(kind_of(line), line, now)
            if op.kind == WRITE:
                op = self.parts.join(op)
                if op is None:
                    return
            if op.kind in _DOING and not op.bad:
                fingerprint(op)
        except MemoryError:  # silence would block the module for every later operation
            self._starve(line, now)
            return
        self.operations += 1
        code = self.done_before.code(op) if op.content else 0
        half = self._half
        self._half = None
        if code:
            self.repeats += 1
            self._answer(op, _RESULTS[code])
        elif op.bad or (op.kind == READ and half == (op.msgid, op.path)):
            self._refuse(op)
        else:
            self._stop(op)
            self.on_operation(op)

    def _starve(self, line: bytearray, now: "Ticks") -> None:
        """Refuse the operation in line without allocating."""
        self.refused += 1
        if self._spare in self.at.replies.queue:
            return
        op = short(self._spare, kind_of(line), line, now)
        if op.kind != WRITE or not self.parts.starved(op):
            self._answer(op, BAD_REQUEST)

    def _refuse(self, op: Operation) -> None:
        self.refused += 1
        op.bad = True
        self.reply(op, 400)

    def _stop(self, op: Operation) -> None:
        """End the answer to the same read that is half sent: the module begins it anew."""
        at = self.at
        for each in at.replies.queue[:1]:
            if each.kind == op.kind == READ and each.msgid == op.msgid and each.path == op.path:
                if at.answering(each):
                    each.stopped = True
                elif each.next:
                    at.replies.queue.remove(each)
                    each.done(AtError(AGAIN), self.clock.ticks_diff(op.arrived, each.arrived))


def _is_no_operation(line: bytearray) -> bool:
    """Return True if line, +MIPL..., only answers a command, as +MIPLVER: 2.2.0 does."""
    try:
        kind_of(line)
    except ValueError:
        return True
    return False


# -- repeats -----------------------------------------------------------------------------------


def fingerprint(op: Operation) -> None:
    """Set op.content and op.ends, which stand for all that a write or an execute says.

    content is the CRC-32 and the length of it, the message id left out. ends are 30 bits of the
    CRC-32 of what is left of a write when its first lines are lost.
    """
    head = b"%d,%d,%d,%d;" % (op.kind, op.oid, op.iid, op.rid if op.kind == EXECUTE else -1)
    crc = crc32(op.args, crc32(head))
    length = len(head) + len(op.args)
    ends = []
    for i in range(len(op.values) - 1, -1, -1):
        rid, kind, value = op.values[i]
        head = b"%d,%d,%d;" % (rid, kind, len(value))
        crc = crc32(value, crc32(head, crc))
        length += len(head) + len(value)
        if i:
            ends.append(crc & _SMALL)
    op.content = crc, length
    op.ends = ends


class _Done:
    """An operation that was done at tick `when`, and is answered with `code`."""

    waits = True  # for its answer to be taken

    def __init__(self, op: Operation, code: int, when: "Ticks") -> None:
        self.kind = op.kind
        self.msgid = op.msgid
        self.content = op.content
        self.ends = op.ends
        self.code = code
        self.when = when

    def is_again(self, op: Operation) -> bool:
        """Return True if op is this one, printed again."""
        if self.kind != op.kind or self.msgid != op.msgid:
            return False
        return self.content == op.content or op.content[0] & _SMALL in self.ends


class Repeats:
    """The newest operations that were done, the oldest first."""

    def __init__(self, clock: "Clock") -> None:
        self.clock = clock
        self._done: "list[_Done]" = []
        self._forgetting: "asyncio.Task" = None  # the task that does

    def clear(self) -> None:
        """Forget all of them: they were of the session before."""
        del self._done[:]

    def stop(self) -> None:
        """Forget all of them, and end the task that does."""
        self.clear()
        if self._forgetting:
            self._forgetting.cancel()
            self._forgetting = None

    def code(self, op: Operation) -> int:
        """Return the code that op, with its fingerprint, was answered with before; 0 if new."""
        now = self.clock.ticks_ms()
        for each in self._done:
            if each.is_again(op) and 0 <= self.clock.ticks_diff(now, each.when) < EXCHANGE_MS:
                return each.code
        return 0

    def add(self, op: Operation, code: int) -> None:
        """Note that op was done, and is answered with code."""
        done = self._done
        if len(done) >= _MAX_DONE:  # what has no answer yet will come again
            done.remove(([each for each in done if not each.waits] or done)[0])
        done.append(_Done(op, code, self.clock.ticks_ms()))
        if not self._forgetting:
            self._forgetting = asyncio.create_task(self._forget())

    def answered(self, op: Operation) -> None:
        """Note that the module has taken the answer to op."""
        for each in self._done:
            if each.is_again(op):
                each.waits = False

    async def _forget(self) -> None:
        """Forget what is older than a message id lasts, before the ticks come round to it."""
        done = self._done
        while done:
            oldest = done[0]
            age = self.clock.ticks_diff(self.clock.ticks_ms(), oldest.when)
            if 0 <= age < EXCHANGE_MS:
                await self.clock.sleep_ms(EXCHANGE_MS - age)
            if done and done[0] is oldest:
                del done[0]
        self._forgetting = None
