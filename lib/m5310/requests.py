"""Operations of the platform in, their answers out (guide 3.5)."""

import asyncio

from micropython import const

from m5310.operations import Operation, kind_of, parse, short

_READ = const(0)  # as in codes.py; a private const takes no heap
_WRITE = const(1)
_EXECUTE = const(2)
_OBSERVE = const(3)
_DISCOVER = const(5)
_RESULTS = {205: 1, 204: 2, 400: 11, 401: 12, 404: 13, 405: 14, 406: 15}
_PARTS_MS = const(1500)  # a write whose parts stop coming is refused after that
_REPEAT_MS = const(247000)  # CoAP's EXCHANGE_LIFETIME: the same msgid is the same operation
_REST_MS = const(3000)
_RECENT = const(8)
_WHEN = const(6)  # in an entry of Requests.recent
_WAITS = const(7)


class Requests:
    """The operations of one session.

    `on_operation(op)` gets each one and answers it with `reply`; `on_answered(op, error, age)`
    hears how the answer fared, age in ms; `on_wait()` that one waits for the dialect to be known.
    """

    def __init__(self, at, clock, dialect, on_operation):
        self.at = at
        self.clock = clock
        self.speak(dialect)
        self.on_operation = on_operation
        self.on_answered = None
        self.on_wait = None
        self.ref = 0
        self.operations = self.repeats = self.refused = 0
        # [kind, msgid, object (None: not read), instance, resource, code, tick, still unanswered]
        # of what is not to be done again. A list of eight, as a ninth would take a block more.
        self.recent = []
        self._spare = op = Operation(0, 0, 0)  # refuses one for which there is no memory
        op.requests = self
        op.bad = op.again = True
        op.count = op.next = op.result = 0
        self.reset()
        at.urc(b"+MIPL", self._operation)

    def speak(self, dialect):
        """Answer in dialect from now on; while that is auto, answers wait until it is known.

        Those that the module gives itself are dropped then.
        """
        self.dialect = dialect
        own = dialect.own
        if own:
            self.at.replies[:] = [op for op in self.at.replies if not own(op)]
        self.at.waits = dialect.name == "auto"

    def reset(self):
        """Forget the parts of a write. The last results stay: the module may ask again yet."""
        self._part = None
        self._timer = None

    def reply(self, op, code, values=(), resources=""):
        """Answer op with a CoAP code as 205 or 404, and once only.

        `values` of a read are (instance, resource, type, value), `resources` of a discover the
        list "id;id;...".
        """
        result = _RESULTS[code]
        if op.kind in (_WRITE, _EXECUTE):
            recent = self.recent
            if len(recent) >= _RECENT:  # what has no answer yet will come again
                recent.remove(([each for each in recent if not each[_WAITS]] or recent)[0])
            oid, iid, rid = op.path or (None, -1, -1)
            now = self.clock.ticks_ms()
            recent.append([op.kind, op.msgid, oid, iid, rid, code, now, True])
        self._answer(op, result, values, resources)

    def _answer(self, op, result, values=(), resources=""):
        own = self.dialect.own
        if own and own(op):
            return
        op.requests = self
        op.result = result
        if result == 1 and op.kind == _READ:
            op.found = values
            op.count = len(values)
        if resources:
            op.resources = resources
        self.at.reply(op)
        if self.at.waits and self.on_wait:
            self.on_wait()

    def done(self, op, error, age):
        """Hear how the answer to op fared: error None or an AtError, age in ms."""
        for each in self.recent:
            if not error and each[1] == op.msgid:
                each[_WAITS] = False
        if self.on_answered:
            self.on_answered(op, error, age)

    def _operation(self, line):
        now = self.clock.ticks_ms()
        try:
            op = parse(kind_of(line), line, now)
        except MemoryError:  # silence would block the module for every later operation
            self.refused += 1
            if self._spare not in self.at.replies:
                self._answer(short(self._spare, kind_of(line), line, now), _RESULTS[400])
            return
        if op.kind == _WRITE:
            op = self._gather(op)
            if op is None:
                return
        self.operations += 1
        code = self._answered(op, now)
        if code:
            self.repeats += 1
            self._answer(op, _RESULTS[code])
        elif op.bad:
            self._refuse(op)
        else:
            self.on_operation(op)

    def _answered(self, op, now):
        """Return the code that this operation was answered with before; 0 if it is new."""
        for kind, msgid, oid, iid, rid, code, when, _ in self.recent:
            if kind == op.kind and msgid == op.msgid:
                path = op.path
                same = oid is None or path is None or path == (oid, iid, rid)
                if same and 0 <= self.clock.ticks_diff(now, when) < _REPEAT_MS:
                    return code
        return 0

    def _refuse(self, op):
        self.refused += 1
        self.reply(op, 400)
        if op.kind in (_WRITE, _EXECUTE):  # so is what is left of its lines, not its next print
            now = self.clock.ticks_ms()
            self.recent[-1][_WHEN] = self.clock.ticks_add(now, _REST_MS - _REPEAT_MS)

    def _gather(self, op):
        """Join the parts of a write; return it when its last one is here, else None."""
        first = self._part
        more = first and op.msgid == first.msgid
        if more:
            more = op.flag != 1 if first.flag else op.index < first.index
        elif op.flag == 2:  # its beginning is missing
            op.bad = True
        if more:
            there = op.oid == first.oid and op.iid == first.iid
            gap = not first.flag and op.index != first.index - 1
            first.bad = first.bad or op.bad or not there or gap
            first.values = list(first.values) + list(op.values)
            first.index = op.index
            op = first
        elif first and op.msgid != first.msgid:
            self._refuse(first)  # its rest will not come any more
        if op.index:
            if op is not first:
                self._timer = asyncio.create_task(self._expire(op))
            self._part = op
            return None
        self._part = None
        if len(op.values) > 1:
            op.rid = -1
        return op

    async def _expire(self, part):
        await self.clock.sleep_ms(_PARTS_MS)
        if self._part is part:
            self._part = None
            self._refuse(part)
