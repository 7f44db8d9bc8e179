"""The parts of a write, one line for each resource, joined into one operation.

Firmware numbers the lines in different ways (docs/reference/mipl.md): a countdown to 0 in the
last field, or in the one before it; or 1 for the first line, 2 for those between, 0 for the last.
The last line has zeros only in each of them, and what comes before says which one it is.
"""

import asyncio

from micropython import const

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from collections.abc import Callable

    from at import Clock
    from m5310.operations import Operation

_PAUSE_MS = const(1500)  # the next part comes that soon behind the last one, or not at all
_COMING_MS = const(100)  # ... but one that is coming in is waited for
# All parts together. The module prints an unanswered operation again after 5 s: the refusal of one
# that is not complete has to be there before.
_WHOLE_MS = const(4500)
_REST_MS = const(3000)  # what belongs to a refused write comes that soon behind its last part
EXCHANGE_MS = const(247000)  # a message id is not used again earlier (CoAP's EXCHANGE_LIFETIME)
_WRITES = const(4)  # kept at a time
_PARTS = const(64)  # of one write
_BYTES = const(600)  # of its values; the guide has 480

# How the parts may be numbered.
_LAST = const(1)  # countdown in the last field
_FIRST = const(2)  # countdown in the field before it
_FLAGS = const(4)  # 1, 2 ... 2, 0


class _Write:
    """A write of which parts are missing, or that was refused for that."""

    def __init__(self, op: "Operation") -> None:
        self.task: "asyncio.Task" = None  # watches its time limits
        self.op = op
        self.msgid = op.msgid
        self.rid = op.rid
        self.first = self.last = op.arrived  # ticks of its parts
        self.start = self.flag, self.index = op.flag, op.index  # of the first part, of the last
        self.size = len(op.values[0][2]) if op.values else 0
        self.refused = op.index < 0  # its end cannot be read: what may follow is passed over
        self.ways = 0
        if op.index > 0 and op.flag < 2:  # where both are set, one of them is the flag 1
            self.ways |= _LAST
        if op.flag > 0 and op.index < 2:
            self.ways |= _FIRST
        if op.flag + op.index == 1:
            self.ways |= _FLAGS

    def follows(self, op: "Operation") -> bool:
        """Note that op is the next part; return whether it is numbered as that."""
        ways = self.ways
        if op.index != self.index - 1:
            ways &= ~_LAST
        if op.flag != self.flag - 1:
            ways &= ~_FIRST
        if op.flag + op.index not in (0, 2) or op.flag == op.index == 1:
            ways &= ~_FLAGS
        self.ways = ways
        self.flag = op.flag
        self.index = op.index
        return bool(ways) and op.index >= 0

    def take(self, op: "Operation") -> None:
        """Add the part op."""
        whole = self.op
        values = whole.values
        fits = self.follows(op) and op.oid == whole.oid and op.iid == whole.iid
        if op.values:
            self.size += len(op.values[0][2])
        if whole.bad or op.bad or not fits or self.size > _BYTES or len(values) >= _PARTS:
            whole.bad = True
            whole.values = ()
        else:
            values.append(op.values[0])  # type: ignore[union-attr]
            whole.rid = -1


class Parts:
    """The writes under way; refuse(op) answers one whose parts stopped coming.

    `coming()` returns True if an incomplete line is buffered.
    """

    def __init__(
        self,
        clock: "Clock",
        coming: "Callable[[], bool]",
        refuse: "Callable[[Operation], None]",
    ) -> None:
        self.clock = clock
        self.coming = coming
        self.refuse = refuse
        self._writes: "list[_Write]" = []
        self._starved: "int | None" = None  # the msgid refused last for want of memory,
        self._starved_at = clock.ticks_ms()  # and the tick of its last part

    def clear(self) -> None:
        """Forget all of them, without an answer."""
        while self._writes:
            self._drop(self._writes[0])

    def join(self, op: "Operation") -> "Operation | None":
        """Take a part; return the write if it is complete, or bad in itself, None if not.

        None as well for what comes late of a write that was refused: it has its answer.
        """
        write = self._find(op.msgid)
        if not write and op.msgid == self._starved:
            if 0 <= self.clock.ticks_diff(op.arrived, self._starved_at) < _REST_MS:
                self._starved_at = op.arrived
                return None
            self._starved = None
        if write and not self._anew(write, op):
            return self._next(write, op)
        last = op.flag == op.index == 0
        if write and last and write.start[1] >= 0:
            op.bad = True  # the end of a refused write, printed again without its beginning
            return op
        if write:
            self._drop(write)
        if last:
            return op
        write = _Write(op)
        self._keep(write)
        return op if write.refused else None

    def starved(self, op: "Operation") -> bool:
        """Note that there was no memory for the part op; return True if its write is refused.

        Allocates nothing.
        """
        diff = self.clock.ticks_diff
        write = self._find(op.msgid)
        if write:
            known = write.refused
            write.refused = True
        else:
            known = op.msgid == self._starved
            known = known and 0 <= diff(op.arrived, self._starved_at) < _REST_MS
        self._starved = op.msgid
        self._starved_at = op.arrived
        return known

    def _find(self, msgid: int) -> "_Write | None":
        for write in self._writes:
            if write.msgid == msgid:
                return write
        return None

    def _anew(self, write: _Write, op: "Operation") -> bool:
        """Return True if op begins the write anew, or another one, instead of continuing it."""
        if op.flag == write.start[0] and op.index == write.start[1]:
            return op.index >= 0 or op.rid == write.rid
        if not write.refused or (write.ways and write.follows(op)):
            return False
        late = self.clock.ticks_diff(op.arrived, write.last)
        if late >= _REST_MS and op.flag + op.index:
            op.bad = True  # printed again, but its beginning is missing
        return late >= _REST_MS

    def _next(self, write: _Write, op: "Operation") -> "Operation | None":
        """Take another part of write; return the whole if it is complete."""
        write.last = op.arrived
        done = op.flag == op.index == 0
        if done:
            self._drop(write)
        if write.refused:
            return None
        write.take(op)
        write.op.arrived = op.arrived
        return write.op if done else None

    def _keep(self, write: _Write) -> None:
        writes = self._writes
        if len(writes) >= _WRITES:
            oldest = ([each for each in writes if each.refused] or writes)[0]
            self._drop(oldest)
            if not oldest.refused:
                self.refuse(oldest.op)
        writes.append(write)
        write.task = asyncio.create_task(self._watch(write))

    def _drop(self, write: _Write) -> None:
        self._writes.remove(write)
        if write.task:
            write.task.cancel()

    async def _watch(self, write: _Write) -> None:
        """Refuse write when its parts stop coming, and forget it when its msgid is free again."""
        diff = self.clock.ticks_diff
        while not write.refused:
            now = self.clock.ticks_ms()
            whole = _WHOLE_MS - diff(now, write.first)
            left = min(_PAUSE_MS - diff(now, write.last), whole)
            if left <= 0 < whole and self.coming():
                left = min(whole, _COMING_MS)
            if left <= 0:
                write.refused = True
                self.refuse(write.op)
            else:
                await self.clock.sleep_ms(left)
        write.op = None  # of a refused one only the msgid matters
        await self.clock.sleep_ms(EXCHANGE_MS)
        self._writes.remove(write)
