"""Operations from the platform inside the module: held back, printed, repeated, given up."""

from collections import deque
from dataclasses import dataclass, replace

from bench.platform import messages as m

MAX_WAITING = 64


@dataclass(frozen=True)
class OperationRecord:
    """One operation as measured at the module's pins.

    delivered_ms: the last byte of the first print had left; answered_ms: the answer's last line
    was in; both None for an operation that got none. printed: how often. code: CoAP, 0 = silence.
    """

    msgid: int
    kind: str
    path: tuple
    delivered_ms: float | None
    answered_ms: float | None
    printed: int
    code: int

    @property
    def latency_ms(self):
        if self.delivered_ms is None or self.answered_ms is None:
            return None
        return self.answered_ms - self.delivered_ms


class Pending:
    """An operation that was printed and is not answered."""

    def __init__(self, request, group):
        self.request = request
        self.printed = 0
        self.end = 0  # bytes ever printed up to the end of its first print
        self.delivered_ms = None
        self.group = group
        self.timer = None


class Inbox:
    """At most max_outstanding operations are with the MCU, the others wait (guide 3.5)."""

    def __init__(self, module):
        self._module = module
        self._waiting = deque()
        self._outstanding = {}

    def clear(self):
        """Forget everything: the session is over."""
        for pending in self._outstanding.values():
            pending.timer.cancel()
        self._waiting.clear()
        self._outstanding.clear()

    def put(self, request):
        """Take an operation from the platform. A full inbox loses it, as UDP would."""
        if len(self._waiting) < MAX_WAITING:
            gone_ms = self._module.timers.now() + request.valid_ms
            self._waiting.append((request, gone_ms))
            self.advance()

    def find(self, msgid, *kinds):
        """Return the Pending operation msgid if it is of one of kinds, else None."""
        pending = self._outstanding.get(msgid)
        if pending is None or pending.request.kind not in kinds:
            self._module.counters.late_answers += 1
            return None
        return pending

    def advance(self):
        """Print the next operation if there is room for it."""
        now = self._module.timers.now()
        while self._waiting and len(self._outstanding) < self._module.options.max_outstanding:
            request, gone_ms = self._waiting.popleft()
            if gone_ms > now:
                pending = self._outstanding[request.msgid] = Pending(
                    request, self._module.profile.group()
                )
                self._print(pending)

    def delivered(self, count):
        """Note that the MCU has the first count bytes."""
        now = self._module.timers.now()
        for pending in self._outstanding.values():
            if pending.delivered_ms is None and pending.end <= count:
                pending.delivered_ms = now

    def answered(self, pending, code, values=()):
        """Close pending with the MCU's answer (code 0: with its silence) and go on."""
        module = self._module
        request = pending.request
        pending.timer.cancel()
        del self._outstanding[request.msgid]
        answered_ms = module.arrived_ms if code else None
        module.session.uplink(
            m.Response(
                module.imei, request.msgid, code, tuple(values), pending.delivered_ms, answered_ms
            )
        )
        if module.on_operation:
            module.on_operation(
                OperationRecord(
                    request.msgid,
                    request.kind,
                    request.path,
                    pending.delivered_ms,
                    answered_ms,
                    pending.printed,
                    code,
                )
            )
        if code:
            module.after_ok(self.advance)
        else:
            self.advance()

    def _print(self, pending):
        module = self._module
        if pending.printed:
            module.counters.repeated += 1
            pending.group.restart()
        pending.printed += 1
        request = pending.request
        if module.tricks:
            request = replace(request, msgid=module.tricks.msgid(request.msgid))
        module.emit(*module.profile.lines(request, module.session))
        pending.end = pending.end or module.emitted
        if module.on_print:
            module.on_print(pending.request, pending.printed)
        pending.timer = module.timers.after(
            module.options.repeat_ms, lambda: self._unanswered(pending)
        )

    def _unanswered(self, pending):
        if pending.printed <= self._module.options.repeats:
            self._print(pending)
        else:
            self._module.counters.silent += 1
            self.answered(pending, 0)
