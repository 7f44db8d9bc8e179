"""Writes and executes that were done: when the module prints one again, it is not done again.

The module prints what it has no answer to once more, under the same message id. That is a repeat
if all of its content is the same, or if it is the end of a write whose first lines were lost on
the way. Anything else under that message id is a new operation (docs/reference/mipl.md, Repeats).
"""

import asyncio
from binascii import crc32

from micropython import const

_EXECUTE = const(2)  # as in codes.py
_LASTS_MS = const(247000)  # CoAP's EXCHANGE_LIFETIME: no message id is used again earlier
_MOST = const(8)
_SMALL = const(0x3FFFFFFF)  # of a CRC-32: what a small integer of a 32-bit port holds


def fingerprint(op):
    """Set op.content and op.ends, which stand for all that a write or an execute says.

    content is the CRC-32 and the length of it, the message id left out. ends are 30 bits of the
    CRC-32 of what is left of a write when its first lines are lost.
    """
    head = b"%d,%d,%d,%d;" % (op.kind, op.oid, op.iid, op.rid if op.kind == _EXECUTE else -1)
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

    def __init__(self, op, code, when):
        self.kind = op.kind
        self.msgid = op.msgid
        self.content = op.content
        self.ends = op.ends
        self.code = code
        self.when = when

    def is_again(self, op):
        """Tell whether op is this one, printed again."""
        if self.kind != op.kind or self.msgid != op.msgid:
            return False
        return self.content == op.content or op.content[0] & _SMALL in self.ends


class Repeats:
    """The newest operations that were done, the oldest first."""

    def __init__(self, clock):
        self.clock = clock
        self._done = []  # type: list
        self._forgetting = None  # the task that does

    def clear(self):
        """Forget all of them: they were of the session before."""
        del self._done[:]

    def code(self, op):
        """Return the code that op, with its fingerprint, was answered with before; 0 if new."""
        now = self.clock.ticks_ms()
        for each in self._done:
            if each.is_again(op) and 0 <= self.clock.ticks_diff(now, each.when) < _LASTS_MS:
                return each.code
        return 0

    def add(self, op, code):
        """Note that op was done, and is answered with code."""
        done = self._done
        if len(done) >= _MOST:  # what has no answer yet will come again
            done.remove(([each for each in done if not each.waits] or done)[0])
        done.append(_Done(op, code, self.clock.ticks_ms()))
        if not self._forgetting:
            self._forgetting = asyncio.create_task(self._forget())

    def answered(self, op):
        """Note that the module has taken the answer to op."""
        for each in self._done:
            if each.is_again(op):
                each.waits = False

    async def _forget(self):
        """Forget what is older than a message id lasts, before the ticks come round to it."""
        done = self._done
        while done:
            oldest = done[0]
            age = self.clock.ticks_diff(self.clock.ticks_ms(), oldest.when)
            if 0 <= age < _LASTS_MS:
                await self.clock.sleep_ms(_LASTS_MS - age)
            if done and done[0] is oldest:
                del done[0]
        self._forgetting = None
