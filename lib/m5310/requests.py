"""Operations of the platform in, their answers out (guide 3.5)."""

from micropython import const

from m5310.errors import AGAIN, AtError
from m5310.operations import Operation, kind_of, parse, short
from m5310.parts import Parts
from m5310.repeats import Repeats, fingerprint

_READ = const(0)  # as in codes.py; a private const takes no heap
_WRITE = const(1)
_EXECUTE = const(2)
_OBSERVE = const(3)
_DISCOVER = const(5)
_RESULTS = {205: 1, 204: 2, 400: 11, 401: 12, 404: 13, 405: 14, 406: 15}
_BAD_REQUEST = const(11)
_STATE = const(602)  # the module waits for no such answer


class Requests:
    """The operations of one session.

    `on_operation(op)` gets each one and answers it with `reply`; `on_answered(op, error, age)`
    hears how the answer fared, age in ms; `on_wait()` that one waits for the dialect to be known.
    """

    def __init__(self, at, clock, dialect, on_operation):
        self.at = at
        self.clock = clock
        self.parts = Parts(clock, self._coming, self._refuse)
        self.speak(dialect)
        self.on_operation = on_operation
        self.on_answered = None
        self.on_wait = None
        self.ref = 0
        self.operations = self.repeats = self.refused = 0
        self.done_before = Repeats(clock)
        self._half = None  # (msgid, path) of a read that was answered in part, and then refused
        self._spare = op = Operation(0, 0, 0)  # refuses one for which there is no memory
        op.requests = self
        op.bad = op.again = True
        op.count = op.next = op.result = 0
        self.reset()
        at.urc(b"+MIPL", self._operation, _is_no_operation)

    def speak(self, dialect):
        """Answer in dialect from now on; while that is auto, answers wait until it is known.

        Those that the module gives itself are dropped then.
        """
        self.dialect = dialect
        self.at.replies[:] = [op for op in self.at.replies if not dialect.answers(op)]
        self.at.waits = dialect.name == "auto"

    def reset(self):
        """Forget the parts of a write. The last results stay: the module may ask again yet."""
        self.parts.clear()
        self._half = None

    def reply(self, op, code, values=(), resources=""):
        """Answer op with a CoAP code as 205 or 404, and once only.

        `values` of a read are (instance, resource, type, value), `resources` of a discover the
        list "id;id;...".
        """
        if op.kind in (_WRITE, _EXECUTE) and not op.bad:
            try:
                self.done_before.add(op, code)
            except MemoryError:  # it is done: its answer must not be missing as well
                pass
        self._answer(op, _RESULTS[code], values, resources)

    def _answer(self, op, result, values=(), resources=""):
        if self.dialect.answers(op):
            return
        op.requests = self
        if result == 1 and op.kind == _READ:
            if self._fit(values):
                op.found = values
                op.count = len(values)
            else:
                result = _BAD_REQUEST
        op.result = result
        if resources:
            op.resources = resources
        self.at.reply(op)
        if self.at.waits and self.on_wait:
            self.on_wait()

    def _fit(self, values):
        """Tell whether every one of values has a form on the line.

        It is known before the first is sent: a module sends what it has as the whole answer when
        the rest is refused (facts/protocol.md 5.9).
        """
        try:
            text = bytearray()
            for _, _, kind, value in values:
                text[:] = b""
                self.dialect.value(text, kind, value)
        except (ValueError, MemoryError):
            return False
        return True

    def done(self, op, error, age):
        """Hear how the answer to op fared: error None or an AtError, age in ms."""
        if not error:
            if op.content:
                self.done_before.answered(op)
        elif op.kind == _READ and op.next and error.refused and error.code != _STATE:
            self._half = op.msgid, op.path
        if self.on_answered:
            self.on_answered(op, error, age)

    def _coming(self):
        """Tell whether the beginning of a line is here."""
        return self.at.wire.lines.partial()

    # -- operations in -------------------------------------------------------------------------

    def _operation(self, line):
        now = self.clock.ticks_ms()
        try:
            op = parse(kind_of(line), line, now)
            if op.kind == _WRITE:
                op = self.parts.join(op)
                if op is None:
                    return
            if op.kind in (_WRITE, _EXECUTE) and not op.bad:
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
        elif op.bad or (op.kind == _READ and half == (op.msgid, op.path)):
            self._refuse(op)
        else:
            self._stop(op)
            self.on_operation(op)

    def _starve(self, line, now):
        """Refuse the operation in line without taking heap."""
        self.refused += 1
        if self._spare in self.at.replies:
            return
        op = short(self._spare, kind_of(line), line, now)
        if op.kind != _WRITE or not self.parts.starved(op):
            self._answer(op, _BAD_REQUEST)

    def _refuse(self, op):
        self.refused += 1
        op.bad = True
        self.reply(op, 400)

    def _stop(self, op):
        """End the answer to the same read that is half sent: the module begins it anew."""
        at = self.at
        for each in at.replies[:1]:
            if each.kind == op.kind == _READ and each.msgid == op.msgid and each.path == op.path:
                if at.answering(each):
                    each.stopped = True
                elif each.next:
                    at.replies.remove(each)
                    each.done(AtError(AGAIN), self.clock.ticks_diff(op.arrived, each.arrived))


def _is_no_operation(line):
    """Tell whether line, +MIPL..., only answers a command, as +MIPLVER: 2.2.0 does."""
    try:
        kind_of(line)
    except ValueError:
        return True
    return False
