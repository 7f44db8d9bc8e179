"""What becomes of each operation, print by print, and what is to blame where it goes wrong."""

from bench.module.session import CLOSED
from bench.platform.operations import BUSY, OFFLINE, TIME_OUT
from chaos.effects import AIR

WINDOW_MS = 3000
BEFORE_MS = 4000  # how long before a print a fault may be to blame
SESSION_MS = 900_000  # how long a node may try until it gives a session up
COLLISION_MS = 250_000  # how long a node knows a write by its msgid
COLLIDES = ("msgid", "corrupt", "insert")  # may have given a msgid to another operation
_ENDED = "the session ended"
_WRONG = ("answered with", "refused")
_SILENCE = ("printed again", "given up", "never answered")
_KNOWN = 1000  # operations
_LATER_MS = 60_000
_NEVER = float("inf")
_SLOW = (b"AT+MIPLOPEN", b"AT+MIPLCLOSE", b"AT+MIPLDELETE", b"AT+MIPLCREATE", b"AT+NRB")
_KINDS = {
    "read": "READ",
    "write": "WRITE",
    "execute": "EXECUTE",
    "observe": "OBSERVE",
    "cancel": "OBSERVE",
    "discover": "DISCOVER",
    "write_attributes": "PARAMETER",
}
_RIGHT = {"write": (204,), "execute": (204,), "write_attributes": (204,), "cancel": (205, 404)}


class Delivery:
    """One print of an operation, in lines."""

    def __init__(self, request, lines, printed, now):
        self.request = request
        self.kind = _KINDS[request.kind]
        self.printed = printed
        self.printed_ms = now
        self.lines = [line.encode("latin-1") for line in lines]
        self.heard = 0  # lines that reached the node as they were printed
        self.heard_ms = None
        self.answered_ms = None
        self.crowded = False  # another one came before this was answered

    @property
    def intact(self):
        return self.heard == len(self.lines)

    @property
    def replied(self):
        """Return whether the node's answer to what it heard has left it within the window."""
        return self.answered_ms is not None and self.answered_ms - self.heard_ms <= WINDOW_MS


class Deliveries:
    """Follows the operations of one World for its Referee."""

    def __init__(self, referee, module, platform):
        self.open = {}  # msgid: Delivery
        self.crippled = ""  # what made the module take other objects than it was given
        self._referee = referee
        self._tally = referee.tally
        self._effects = referee.effects
        self._session = module.session
        self._profile = module.profile
        self._timers = platform.timers
        self._firsts = {}  # msgid: what became of the first delivery: None = in window, or why not
        self._results = {}  # msgid: OperationRecord
        self._operations = {}  # msgid: Operation
        self._slow = (-_NEVER, -_NEVER)  # when the last line of _SLOW was sent, and the next line
        module.on_print = self._printed
        module.on_operation = self._answered
        start = platform.queue.start

        def started(operation):
            self._tally.asked += 1
            start(operation)
            self._operations[operation.msgid] = operation
            if len(self._operations) > _KNOWN:
                del self._operations[next(iter(self._operations))]
            operation.on_done(self._finished)
            return operation

        platform.queue.start = started

    # -- what the referee sees on the UART ----------------------------------------------------

    def heard(self, line, now):
        """The node got a line of an operation."""
        for delivery in self.open.values():
            if not delivery.intact and delivery.lines[delivery.heard] == line:
                delivery.heard += 1
                if delivery.intact:
                    delivery.heard_ms = now
                    self._referee.outputs.came_whole(delivery.request.msgid)

    def said(self, line, now):
        """The node sent a line."""
        if line.startswith(_SLOW):
            self._slow = (now, _NEVER)
        elif self._slow[1] == _NEVER:
            self._slow = (self._slow[0], now)

    def replied(self, answer, now):
        """The node sent the last line of an answer; return the Delivery it is for, or None."""
        delivery = self.open.get(answer.msgid)
        if delivery and delivery.kind == answer.kind:
            delivery.answered_ms = now
        return delivery

    # -- deliveries ---------------------------------------------------------------------------

    def end_all(self, why=_ENDED):
        """No delivery gets an answer any more."""
        for msgid in list(self.open):
            self._end(msgid, why, None)

    def _printed(self, request, printed):
        before = self.open.get(request.msgid)
        if before:
            if not before.intact:
                self._referee.outputs.came_in_part(request.msgid)
            self._end(request.msgid, "printed again", None)
        self._tally.deliveries += 1
        for other in self.open.values():
            other.crowded = True
        lines = self._profile.lines(request, self._session)
        delivery = Delivery(request, lines, printed, self._timers.now())
        delivery.crowded = bool(self.open)  # its answer waits for theirs
        self.open[request.msgid] = delivery

    def _answered(self, record):
        self._results[record.msgid] = record
        self._end(record.msgid, "" if record.code else "given up", record)

    def _end(self, msgid, why, record):
        """A delivery ends; why it is not in window, "" if it may be."""
        delivery = self.open.pop(msgid, None)
        if delivery is None:
            return
        why = why or self._fault_of(delivery, record)
        cause = None
        if why:
            cause = self._cause(delivery, why)
            self._referee.tell("%s %d: %s (%s)" % (delivery.kind, msgid, why, cause))
            if cause is None:
                said = "%s %d: %s, with no fault near" % (delivery.kind, msgid, why)
                self._referee.problem(1, said)
                cause = "nothing"
        if delivery.intact:
            self._tally.heard += 1
            if delivery.replied or not why:  # or the answer to its last print was on its way
                self._tally.replied += 1
            else:
                self._tally.unreplied[cause] += 1
        self._firsts.setdefault(msgid, (why, cause))
        for known in (self._firsts, self._results):
            if len(known) > _KNOWN:
                del known[next(iter(known))]

    def _fault_of(self, delivery, record):
        """Return what is wrong with an answer that came, "" if nothing."""
        latency = record.latency_ms
        if delivery.printed > 1:  # the record's is that of the first print
            latency = None if delivery.heard_ms is None else record.answered_ms - delivery.heard_ms
        if latency is None or latency > WINDOW_MS:
            return "late"
        operation = self._operations.get(record.msgid)
        right = getattr(operation, "right", None) or _RIGHT.get(record.kind, (205,))
        if record.code not in right:
            return "refused" if record.code == 400 else "answered with %d" % record.code
        self._tally.worst_ms = max(self._tally.worst_ms, latency)
        return ""

    def _cause(self, delivery, why):
        """Return the name of what is to blame for a delivery that is not in window, or None."""
        now, effects = self._timers.now(), self._effects
        if not delivery.intact:
            blamed = effects.blame_line(delivery.printed_ms - BEFORE_MS, now, "down")
            if blamed:
                return "the line: %s" % blamed
            if why in _SILENCE:  # else an answer to an earlier print has ended this one
                return None
        since, (begun, ended) = delivery.printed_ms, self._slow
        if ended >= since:  # a lost OPEN or CLOSE holds the line for up to 10 s
            since = min(since, begun)
        blamed = effects.blame(since - BEFORE_MS, now, AIR)
        if blamed:
            return str(blamed)
        if self.crippled:
            return self.crippled
        for effect in effects.between(now - COLLISION_MS, now):
            if why.startswith(_WRONG) and effect.name in COLLIDES:
                return str(effect)  # another one had this msgid, and is not done again
        if self.open or delivery.crowded:
            return "another operation at the same time"
        if self._session.state == CLOSED:
            blamed = effects.blame(now - SESSION_MS, now)
            return "the session's end: %s" % blamed if blamed else None
        if why == "refused" and delivery.kind == "READ" and delivery.printed > 1:
            # The answer to the print before was broken off half way (docs/reference/mipl.md).
            return self._firsts.get(delivery.request.msgid, ("", None))[1]
        return None

    # -- operations ---------------------------------------------------------------------------

    @property
    def accounted(self):
        """Return whether it is known what has become of every operation."""
        tally = self._tally
        ends = (tally.refused, tally.late, tally.lost, tally.undelivered)
        return sum(sum(each.values()) for each in ends) + tally.in_window == tally.asked

    def _finished(self, operation, again=True):
        """The platform has done with an operation."""
        tally, msgid = self._tally, operation.msgid
        if msgid in self.open or (operation.name == TIME_OUT and again):
            # It waits no longer, but the module may have it yet.
            self._timers.after(_LATER_MS, lambda: self._finished(operation, False))
            return
        record = self._results.pop(msgid, None)
        first = self._firsts.pop(msgid, None)
        if first is None:
            tally.undelivered[self._undelivered(operation)] += 1
            return
        why, cause = first
        if record is None or not record.code:
            tally.lost[cause or "the session's end"] += 1
        elif not why:
            tally.in_window += 1
        elif why == "refused":
            tally.refused[cause] += 1
        else:
            tally.late[cause] += 1

    def _undelivered(self, operation):
        if operation.name == BUSY:
            return "too many at once"
        now = self._timers.now()
        if operation.name == OFFLINE:
            blamed = self._effects.blame(now - SESSION_MS, now)
            return "offline: %s" % blamed if blamed else "offline"
        blamed = self._effects.blame(operation.asked_ms - BEFORE_MS, now)
        return str(blamed) if blamed else "waited behind others"
