"""The referee: sees what passes, says what breaks an invariant (the package's text has them)."""

from collections import deque

from bench.faults.player import Effect
from bench.module.session import OPEN
from bench.trace import printable
from chaos import wire
from chaos.deliveries import BEFORE_MS, COLLIDES, COLLISION_MS, SESSION_MS, WINDOW_MS, Deliveries
from chaos.effects import AIR, Effects
from chaos.outputs import DIMMER, Outputs
from chaos.readings import Readings
from chaos.tally import Tally

_ASKED_MS = 600_000  # how long an operation may be answered
_MAX_ASKED = 500
_MAX_PROBLEMS = 20
_CUT_MS = 2000
_NEWEST = 80
_OBJECTS = {3303: (0, 1), 3306: (0,)}


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
        self.deliveries = Deliveries(self, module, platform)
        self.outbox = None  # an OutboxWatch
        self.story = None  # a list that gets every event as text, for whoever looks into a seed
        self._got, self._sent = wire.Got(), wire.Sent()
        # The newest lines as they went in at one end, to know those that come out as others.
        self._down, self._up = deque(maxlen=_NEWEST), deque(maxlen=_NEWEST)
        self._asked = {}
        self._out_since = None
        self._up_since = None
        self._leaving = False
        self._misread = False  # the ends of the line have different baud rates
        self._began_ms = self.now()
        self._banner_ms = -_CUT_MS  # when the node heard that the module starts
        module.on_session = self._session
        module.on_line = self._module_line

    def now(self):
        """Return ms of the clock all times here are of."""
        return self.platform.timers.now()

    def problem(self, invariant, text):
        """An invariant (its number) is broken."""
        said = "invariant %d, %.3f s: %s" % (invariant, self.now() / 1000, text)
        self.tell("BROKEN " + said)
        problems, kind = self.tally.problems, said.split(",", maxsplit=1)[0]
        if len(problems) < _MAX_PROBLEMS or not any(each.startswith(kind) for each in problems):
            problems.append(said)

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

    def rates(self, mcu, module):
        """The baud rates of both ends are these: where they differ, each misreads the other."""
        now = self.now()
        if mcu != module and not (self._misread or self.effects.blame(now - SESSION_MS, now)):
            self.problem(8, "the node has left its baud rate with no fault before")
        self._misread = mcu != module

    # -- the UART -----------------------------------------------------------------------------

    def bytes(self, way, data):
        """Bytes as the node "got" or "sent" them."""
        if self._misread:
            now = self.now()
            self.effects.add(Effect("search", "", now, now), counted=False)
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
        if line not in self._down and line[:2] != b"AT" and not self._misread:
            self.effects.again("down", now)
        if line.startswith(wire.BANNER):
            self._banner_ms = now
        asked = wire.operation(line)
        if not asked:
            return
        known = self._asked.setdefault(asked, _Asked(now))
        known.heard += 1
        known.at_ms = now
        write = wire.written(line)
        if write:
            self.outputs.heard(*write)
        self.deliveries.heard(line, now)
        if len(self._asked) > _MAX_ASKED:
            self._asked = {
                key: each for key, each in self._asked.items() if each.at_ms > now - _ASKED_MS
            }

    def _said(self, line):
        self._up.append(line)
        self.deliveries.said(line, self.now())
        if self.story is not None:
            self.tell("> " + line.decode("latin-1"))
        try:
            what, meaning = wire.sent(line, self.module.profile.declares)
        except ValueError as error:
            if line.endswith(b"AT") and self.now() - self._banner_ms < _CUT_MS:
                return  # a module that starts gets no rest of a line; the probe follows on it
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
        delivery = self.deliveries.replied(answer, now)
        if known.answered > known.heard:
            self._said_again(answer, known, now)
        if answer.kind == "WRITE" and answer.good and delivery:
            self._executed(delivery, known, now)

    def _said_again(self, answer, known, now):
        known.answered = known.heard
        blamed = self.effects.blame_line(now - BEFORE_MS - WINDOW_MS, now, "up")
        blamed = blamed or self.effects.blame(now - BEFORE_MS - WINDOW_MS, now, AIR)
        if blamed or self.deliveries.crippled:
            self.tally.repeated[self.deliveries.crippled or str(blamed)] += 1
        else:
            self.problem(1, "%s %d is answered once more" % (answer.kind, answer.msgid))

    def _executed(self, delivery, known, now):
        request = delivery.request
        if not any(rid == DIMMER for rid, _ in request.values):
            return
        if self.outputs.drove(request.msgid, DIMMER):
            return
        # The rest of a write looks like a whole one.
        blamed = self.effects.blame_line(known.since_ms - BEFORE_MS, now, "down")
        for effect in self.effects.between(now - COLLISION_MS, now):
            if effect.name in COLLIDES:  # another one had this msgid
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
        elif line not in self._up and not self._misread:
            self.effects.again("up", now)
        if way == "<" and line.endswith(b"ERROR: 601"):
            found = self.effects.blame(now - BEFORE_MS - WINDOW_MS, now, AIR)
            if not (found or self.deliveries.crippled):
                self.problem(5, "the module refuses the form of what was sent last")

    # -- sessions -----------------------------------------------------------------------------

    def _session(self, state):
        now = self.now()
        self.tell("session " + state)
        self.deliveries.crippled = ""
        if state == OPEN:
            # Bytes lost from an ADDOBJ may make another one, which the module takes.
            if {oid: each.iids for oid, each in self.module.session.objects.items()} != _OBJECTS:
                blamed = self.effects.blame(now - SESSION_MS, now)
                if blamed:
                    self.deliveries.crippled = "the session's setup: %s" % blamed
            self._up_since = now
            if self._out_since is not None:
                self.tally.recoveries += 1
                self.tally.outage_ms = max(self.tally.outage_ms, now - self._out_since)
                self._out_since = None
        elif self._up_since is not None:
            self.deliveries.end_all()
            self._up_since = None
            self._out_since = now
            if not (self._leaving or self.effects.blame(now - SESSION_MS, now)):
                self.problem(8, "the session ended with no fault near")

    def leaving(self):
        """What ends from now on ends by our will."""
        self._leaving = True

    def close(self):
        """Count what is only known at the end; return the Tally."""
        tally = self.tally
        self.deliveries.end_all("never answered")
        if self._out_since is not None:
            tally.outage_ms = max(tally.outage_ms, self.now() - self._out_since)
        tally.faults = self.effects.total
        tally.simulated_ms = self.now() - self._began_ms
        tally.kinds.update(self.effects.counts)
        if self.outbox:
            tally.kept, tally.sent_again = self.outbox.kept, self.outbox.sent_again
        if not self.deliveries.accounted:
            self.problem(1, "it is not known what has become of every operation")
        tally.executed_again = self.outputs.again
        tally.drives = self.outputs.drives
        return tally
