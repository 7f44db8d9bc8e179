"""Urgent replies: what a modem waits for goes out before every command, and within its window.

A reply, as AtClient.reply() takes it, has

- `arrived`, the tick of what it answers, and `count`, its number of lines;
- `line(i, out)`, which appends line i to the bytearray out when its turn has come;
- `late(out)`, which appends the short refusal sent instead if the lines would miss the window;
- `refusable`: True if a reply that the modem does not take is ended by that refusal as well;
- `stopped`: set to True to end it behind the line in flight; False at first;
- `done(error, age_ms)`, called at its end, error None or an AtError;
- `next` and `again`, both 0 at first, which belong to the driver.
"""

import gc

from micropython import const

from at import errors

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from at.port import Clock, Ticks

_MOST = const(16)
OK_MS = const(25)  # the modem's time for a line of a reply, and its OK
# Reply.again: a line was sent once more, and this one because there was no OK to it
_ONCE_MORE = const(1)
_UNHEARD = const(2)


def line_ms(baud: int) -> int:
    """Return the ms that a line of 48 characters and its OK take, as measured."""
    return OK_MS + 480000 // baud


class Replies:
    """The queue of replies, first in first out, and how they fared.

    `window_ms`: how long after its arrival an answer may come. `line_ms`: how long the modem takes
    for a line of 50 characters and its OK. `pointless`: error codes of a modem that no longer
    waits for the reply. `waits` is True while none may be sent. `ages` are count, sum, worst and
    last of the age at the end of those that went well, in ms.
    """

    def __init__(
        self,
        clock: "Clock",
        failed: "Callable[[Exception], None]",
        error_class: "type[errors.AtError]",
        line_ms: int,
        pointless: "tuple[int, ...]" = (),
    ) -> None:
        self.clock = clock
        self.failed = failed
        self.error_class = error_class
        self.queue: list = []
        self.waits = False
        self.window_ms = 3000
        self.line_ms = line_ms
        self.pointless = pointless
        self.sent = self.expired = 0
        self.ages = [0, 0, 0, 0]

    def add(self, reply: "Any") -> bool:
        """Queue reply; return False if so many wait that one more would only be late."""
        # One that lacks something raises here.
        _ = reply.arrived, reply.count, reply.next, reply.again, reply.refusable, reply.stopped
        if len(self.queue) >= _MOST:
            return False
        self.queue.append(reply)
        return True

    def write(self, reply: "Any", out: bytearray, now: "Ticks") -> None:
        """Write the next line of reply to out, or the refusal that takes its place.

        Raises what line() or late() raise if not even the refusal can be sent.
        """
        out[:] = b""
        left = self.window_ms - self.clock.ticks_diff(now, reply.arrived)
        if reply.next == 0 and reply.count and left < reply.count * self.line_ms:
            self.expired += 1
            if reply.count > 1:  # a single line is its result, late or not
                reply.count = 0
        try:
            if reply.count:
                reply.line(reply.next, out)
            else:
                reply.late(out)
        except Exception as e:  # no memory: the refusal takes less
            gc.collect()
            if reply.next:  # a refusal would end what was sent so far as if it were whole
                raise
            if not isinstance(e, MemoryError):
                self.failed(e)
            reply.count = 0
            out[:] = b""
            reply.late(out)

    def line_ended(self, reply: "Any", error: "errors.AtError | None", now: "Ticks") -> None:
        """Go on with reply behind a line that the modem took, or did not: error."""
        if reply.stopped:
            self.end(reply, error or self.error_class(errors.STOPPED), now)
            return
        refused = error and error.refused and error.code not in self.pointless
        had = refused and reply.again == _UNHEARD  # the modem had the line: only its OK was lost
        if (had or error is None) and reply.next + 1 < reply.count:
            reply.next += 1
            if reply.again:
                reply.again = _ONCE_MORE
            return
        age = self.clock.ticks_diff(now, reply.arrived)
        if refused or (error and error.kind == errors.TIMEOUT):
            left = self.line_ms * (reply.count - reply.next)
            if not reply.again and age + left < self.window_ms:
                # Noise stood before it, or its OK was lost: from this line on.
                reply.again = _ONCE_MORE if refused else _UNHEARD
                return
            if refused and reply.refusable and reply.count:
                reply.count = 0
                return
        self.end(reply, error, now)

    def end(self, reply: "Any", error: "errors.AtError | None", now: "Ticks") -> None:
        """Take reply out of the queue and call its done()."""
        age = self.clock.ticks_diff(now, reply.arrived)
        if reply in self.queue:  # it may have been withdrawn meanwhile
            self.queue.remove(reply)
        if error is None:
            self.sent += 1
            ages = self.ages
            ages[0] += 1
            ages[1] += age
            ages[2] = max(ages[2], age)
            ages[3] = age
        try:
            reply.done(error, age)
        except Exception as e:
            self.failed(e)
