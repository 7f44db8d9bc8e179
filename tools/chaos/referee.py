"""The referee: sees what passes, says what breaks an invariant (the package's text has them)."""

from collections import deque

from bench.faults.player import Effect
from bench.module.session import CLOSED, OPEN
from bench.platform.operations import BUSY, OFFLINE, TIME_OUT
from bench.trace import printable
from chaos import wire
from chaos.effects import Effects
from chaos.outputs import DIMMER, Outputs
from chaos.readings import Readings
from chaos.tally import Tally

WINDOW_MS = 3000
BEFORE_MS = 4000  # how long before a print a fault may be to blame
_SESSION_MS = 900_000  # how long a node may try until it gives a session up
_COLLISION_MS = 250_000  # how long a node knows a write by its msgid
_ASKED_MS = 600_000  # how long an operation may be answered
_MAX_PROBLEMS = 20
_NEWEST = 80
_KNOWN = 1000  # operations
_LATER_MS = 60_000
_KINDS = {
    "read": "READ",
    "write": "WRITE",
    "execute": "EXECUTE",
    "observe": "OBSERVE",
    "cancel": "OBSERVE",
    "discover": "DISCOVER",
    "write_attributes": "PARAMETER",
}
_OBJECTS = {3303: (0, 1), 3306: (0,)}
_NEVER = float("inf")
_SLOW = (b"AT+MIPLOPEN", b"AT+MIPLCLOSE", b"AT+MIPLDELETE", b"AT+MIPLCREATE", b"AT+NRB")
_COLLIDES = ("msgid", "corrupt", "insert")  # may have given a msgid to another operation
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


class _Asked:
    """What the node was asked under one kind and msgid."""

    def __init__(self, now):
        self.heard = 0
        self.answered = 0
        self.since_ms = self.at_ms = now


class Referee:
    """Watches one World. `tally` has the numbers, with the invariants broken in tally.problems."""

    def __init__(self, module, platform, board):
        self.module = module
        self.platform = platform
        self.tally = Tally()
        self.effects = Effects()
        self.outputs = Outputs(board, self.problem, self.now)
        self.readings = Readings(self.problem)
        self.outbox = None  # an OutboxWatch
        self.story = None  # a list that gets every event as text, for whoever looks into a seed
        self._got, self._sent = wire.Got(), wire.Sent()
        # The newest lines as they went in at one end, to know those that come out as others.
        self._down, self._up = deque(maxlen=_NEWEST), deque(maxlen=_NEWEST)
        self._open = {}  # msgid: Delivery
        self._firsts = {}  # msgid: what became of the first delivery: None = in window, or why not
        self._results = {}  # msgid: OperationRecord
        self._asked = {}
        self._operations = {}  # msgid: Operation
        self._slow = (-_NEVER, -_NEVER)  # when the last line of _SLOW was sent, and the next line
        self._crippled = ""  # what has made the module take other objects than it was given
        self._out_since = None
        self._up_since = None
        self._quiet_since = None
        self._began_ms = self.now()
        module.on_print = self._printed
        module.on_operation = self._answered
        module.on_session = self._session
        module.on_line = self._module_line
        start = platform.queue.start

        def started(operation):
            self.tally.asked += 1
            start(operation)
            self._operations[operation.msgid] = operation
            if len(self._operations) > _KNOWN:
                del self._operations[next(iter(self._operations))]
            operation.on_done(self._finished)
            return operation

        platform.queue.start = started

    def now(self):
        """Return ms of the clock all times here are of."""
        return self.platform.timers.now()

    def problem(self, invariant, text):
        """An invariant (its number) is broken."""
        said = "invariant %d, %.3f s: %s" % (invariant, self.now() / 1000, text)
        self.tell("BROKEN " + said)
        if len(self.tally.problems) < _MAX_PROBLEMS:
            self.tally.problems.append(said)

    def tell(self, text):
        """Put text into the story."""
        if self.story is not None:
            self.story.append("%10.3f %s" % (self.now() / 1000, printable(text)))

    # -- faults and restarts ------------------------------------------------------------------

    def effect(self, effect):
        """A fault took effect."""
        self.effects.add(effect)
        self.tell("! %s" % effect)

    def restarted(self, name="restart"):
        """The node has lost its power, or was reset."""
        now = self.now()
        self.effect(Effect(name, "", now, now))
        self.tally.restarts += 1
        self.outputs.restarted()
        self._got.clear()
        self._sent.clear()

    # -- the UART -----------------------------------------------------------------------------

    def bytes(self, way, data):
        """Bytes as the node "got" or "sent" them."""
        if way == "got":
            for line in self._got.feed(data):
                self._heard(line)
        else:
            for line in self._sent.feed(data):
                self._said(line)

    def _heard(self, line):
        now = self.now()
        if self.story is not None:
            self.tell("< " + line.decode("latin-1"))
        if line not in self._down and line[:2] != b"AT":
            self.effects.again("down", now)
        asked = wire.operation(line)
        if not asked:
            return
        known = self._asked.setdefault(asked, _Asked(now))
        known.heard += 1
        known.at_ms = now
        write = wire.written(line)
        if write:
            self.outputs.heard(*write)
        for delivery in self._open.values():
            if not delivery.intact and delivery.lines[delivery.heard] == line:
                delivery.heard += 1
                if delivery.intact:
                    delivery.heard_ms = now
        if len(self._asked) > 500:
            self._asked = {
                key: each for key, each in self._asked.items() if each.at_ms > now - _ASKED_MS
            }

    def _said(self, line):
        self._up.append(line)
        if line.startswith(_SLOW):
            self._slow = (self.now(), _NEVER)
        elif self._slow[1] == _NEVER:
            self._slow = (self._slow[0], self.now())
        if self.story is not None:
            self.tell("> " + line.decode("latin-1"))
        try:
            what, meaning = wire.sent(line, self.module.profile.declares)
        except ValueError as error:
            self.problem(4, "the node sent %r: %s" % (line, error))
            return
        if what == "answer":
            self._said_answer(meaning)
        elif what == "notify":
            self.tally.notifications += 1
            path, value, confirmed = meaning
            self.readings.notified(path, value)
            if confirmed and self.outbox:
                self.outbox.notified(path, value)

    def _said_answer(self, answer):
        now = self.now()
        known = self._asked.get((answer.kind, answer.msgid))
        if known is None:
            self.problem(3, "%s %d was never asked for" % (answer.kind, answer.msgid))
            return
        if answer.where:
            self._said_value(answer, known)
        if not answer.last:
            return
        known.answered += 1
        delivery = self._open.get(answer.msgid)
        if delivery and delivery.kind == answer.kind:
            delivery.answered_ms = now
        if known.answered > known.heard:
            blamed = self.effects.blame(now - BEFORE_MS - WINDOW_MS, now)
            known.answered = known.heard
            if blamed or self._crippled:
                self.tally.repeated[self._crippled or str(blamed)] += 1
            else:
                self.problem(1, "%s %d is answered once more" % (answer.kind, answer.msgid))
        if answer.kind == "WRITE" and answer.good and delivery:
            self._executed(delivery, known)

    def _executed(self, delivery, known):
        request = delivery.request
        if not any(rid == DIMMER for rid, _ in request.values):
            return
        if self.outputs.drove(request.msgid, DIMMER):
            return
        now = self.now()
        # The rest of a write looks like a whole one.
        blamed = self.effects.blame(known.since_ms - BEFORE_MS, now, of_lines=True)
        for effect in self.effects.between(now - _COLLISION_MS, now):
            if effect.name in _COLLIDES:  # another one had this msgid
                blamed = blamed or effect
        if blamed:
            self.tally.half[str(blamed)] += 1
        else:
            self.problem(2, "write %d is answered with 2.04 and not done" % request.msgid)

    def _said_value(self, answer, known):
        oid, _, rid = answer.where
        if oid == 3303:
            self.readings.read(answer.where, answer.value)
        elif rid == DIMMER and not self.outputs.was(answer.value, known.since_ms):
            self.problem(3, "5851 was answered as %s, where it was not" % answer.value)

    def _module_line(self, way, line, now):
        if way == "<":
            self._down.append(line)
        elif line not in self._up:
            self.effects.again("up", now)
        if way == "<" and line.endswith(b"ERROR: 601"):
            found = self.effects.between(now - BEFORE_MS - WINDOW_MS, now)
            if not (found or self._crippled):
                self.problem(5, "the module refuses the form of what was sent last")

    # -- deliveries ---------------------------------------------------------------------------

    def _printed(self, request, printed):
        now = self.now()
        if request.msgid in self._open:
            self._end(request.msgid, "printed again", None)
        self.tally.deliveries += 1
        for other in self._open.values():
            other.crowded = True
        lines = self.module.profile.lines(request, self.module.session)
        self._open[request.msgid] = Delivery(request, lines, printed, now)

    def _answered(self, record):
        self._results[record.msgid] = record
        self._end(record.msgid, "" if record.code else "given up", record)

    def _end(self, msgid, why, record):
        """A delivery ends; why it is not in window, "" if it may be."""
        delivery = self._open.pop(msgid, None)
        if delivery is None:
            return
        now = self.now()
        if not why:
            why = self._fault_of(delivery, record)
        cause = None
        if why:
            cause = self._cause(delivery, why, now)
            self.tell("%s %d: %s (%s)" % (delivery.kind, msgid, why, cause))
            if cause is None:
                self.problem(1, "%s %d: %s, with no fault near" % (delivery.kind, msgid, why))
                cause = "nothing"
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
        self.tally.worst_ms = max(self.tally.worst_ms, latency)
        return ""

    def _cause(self, delivery, why, now):
        """Return the name of what is to blame for a delivery that is not in window, or None."""
        if not delivery.intact:
            blamed = self.effects.blame(delivery.printed_ms - BEFORE_MS, now, of_lines=True)
            if blamed:
                return "the line: %s" % blamed
        since, (begun, ended) = delivery.printed_ms, self._slow
        if ended >= since:  # a lost OPEN or CLOSE holds the line for up to 10 s
            since = min(since, begun)
        blamed = self.effects.blame(since - BEFORE_MS, now)
        if blamed:
            return str(blamed)
        if self._crippled:
            return self._crippled
        for effect in self.effects.between(now - _COLLISION_MS, now):
            if why.startswith("answered with") and effect.name in _COLLIDES:
                return str(effect)  # another one had this msgid
        if self._open or delivery.crowded:
            return "another operation at the same time"
        if self.module.session.state == CLOSED:
            blamed = self.effects.blame(now - _SESSION_MS, now)
            return "the session's end: %s" % blamed if blamed else None
        return None

    # -- operations ---------------------------------------------------------------------------

    @property
    def accounted(self):
        """Return whether it is known what has become of every operation."""
        tally = self.tally
        ends = (tally.refused, tally.late, tally.lost, tally.undelivered)
        return sum(sum(each.values()) for each in ends) + tally.in_window == tally.asked

    def _finished(self, operation, again=True):
        """The platform has done with an operation."""
        tally, msgid = self.tally, operation.msgid
        if msgid in self._open or (operation.name == TIME_OUT and again):
            # It waits no longer, but the module may have it yet.
            self.platform.timers.after(_LATER_MS, lambda: self._finished(operation, False))
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
        now = self.now()
        if operation.name == OFFLINE:
            blamed = self.effects.blame(now - _SESSION_MS, now)
            return "offline: %s" % blamed if blamed else "offline"
        blamed = self.effects.blame(operation.asked_ms - BEFORE_MS, now)
        return str(blamed) if blamed else "waited behind others"

    # -- sessions -----------------------------------------------------------------------------

    def _session(self, state):
        now = self.now()
        self.tell("session " + state)
        self._crippled = ""
        if state == OPEN:
            # Bytes lost from an ADDOBJ may make another one, which the module takes.
            if {oid: each.iids for oid, each in self.module.session.objects.items()} != _OBJECTS:
                blamed = self.effects.blame(now - _SESSION_MS, now)
                self._crippled = "the session's setup: %s" % blamed if blamed else ""
            self._up_since = now
            if self._out_since is not None:
                self.tally.recoveries += 1
                self.tally.outage_ms = max(self.tally.outage_ms, now - self._out_since)
                self._out_since = None
        elif self._up_since is not None:
            for msgid in list(self._open):
                self._end(msgid, "the session ended", None)
            self._up_since = None
            self._out_since = now
            if self._quiet_since is None and not self.effects.blame(now - _SESSION_MS, now):
                self.problem(8, "the session ended with no fault near")

    def leaving(self):
        """What ends from now on ends by our will."""
        self._quiet_since = self.now()

    def close(self):
        """Count what is only known at the end; return the Tally."""
        tally = self.tally
        for msgid in list(self._open):
            self._end(msgid, "never answered", None)
        if self._out_since is not None:
            tally.outage_ms = max(tally.outage_ms, self.now() - self._out_since)
        tally.faults = self.effects.total
        tally.simulated_ms = self.now() - self._began_ms
        tally.kinds.update(self.effects.counts)
        if self.outbox:
            tally.kept, tally.sent_again = self.outbox.kept, self.outbox.sent_again
        if not self.accounted:
            self.problem(1, "it is not known what has become of every operation")
        tally.executed_again = self.outputs.again
        tally.drives = self.outputs.drives
        return tally
