"""Each access to an output of the virtual board, and the write that has to be behind it."""

from collections import deque
from itertools import pairwise

SWITCH, DIMMER, MULTISTATE = 5850, 5851, 5853
_PINS = {26: SWITCH, 32: MULTISTATE, 33: MULTISTATE}
_STATES = {"off": (0, 0), "low": (1, 0), "high": (0, 1)}  # of pins 32, 33, as in the example
_BOOT = {25: 0, 26: 0, 32: 0, 33: 0}
_FULL = 65535
_KEEP = 256  # writes heard


class _Write:
    """A line that writes, as the node got it."""

    def __init__(self, msgid, rid, values):
        self.msgid = msgid
        self.rid = rid
        self.values = values
        self.driven = set()


class Outputs:
    """Wraps a VBoard's set_pin and set_duty, which are called also when nothing changes.

    problem(invariant, text) hears what no write explains. A node that starts drives each output
    once to where it is at boot.
    """

    def __init__(self, board, problem, now):
        self.drives = 0
        self.again = 0  # outputs driven again: after a restart, or as only the end had been heard
        self._problem = problem
        self._boot = dict(_BOOT)
        self._heard = deque(maxlen=_KEEP)
        self._before = {}  # msgid: outputs driven before the last restart
        self._whole = deque(maxlen=_KEEP)  # msgids of which all lines came in one print
        self._percents = deque([(0, 0)], maxlen=_KEEP)  # (ms, %) of the dimmer
        set_pin, set_duty = board.set_pin, board.set_duty

        def pin(number, value):
            set_pin(number, value)
            self._driven(number, 1 if value else 0)

        def duty(number, value):
            set_duty(number, value)
            self._percents.append((now(), round(100 * value / _FULL)))
            self._driven(number, value)

        board.set_pin, board.set_duty = pin, duty

    def heard(self, msgid, rid, values):
        """A line that writes has come to the node."""
        for write in self._heard:
            if (write.msgid, write.rid, write.values) == (msgid, rid, values):
                return
        self._heard.append(_Write(msgid, rid, values))

    def restarted(self):
        """The node starts over: it knows of no write any more."""
        self._boot = dict(_BOOT)
        for write in self._heard:
            self._before.setdefault(write.msgid, set()).update(write.driven)
            write.driven = set()
        while len(self._before) > _KEEP:
            del self._before[next(iter(self._before))]

    def came_whole(self, msgid):
        """All lines of the operation msgid have come to the node."""
        self._whole.append(msgid)

    def came_in_part(self, msgid):
        """Lines of msgid were lost on their way, and it is printed again.

        What is left of a write may look like a whole one, which is done: the write itself is
        another one then, and has to be done.
        """
        if msgid in self._whole:
            return
        for write in self._heard:
            if write.msgid == msgid and write.driven:
                self._before.setdefault(msgid, set()).update(write.driven)
                write.driven = set()

    def drove(self, msgid, rid):
        """Return whether the write msgid has driven the output of rid."""
        driven = set(self._before.get(msgid, ()))
        for write in self._heard:
            if write.msgid == msgid:
                driven |= write.driven
        return any((_PINS.get(number) or DIMMER) == rid for number in driven)

    def was(self, percent, since_ms):
        """Return whether the dimmer is, or was since then, at percent."""
        return percent == self._percents[-1][1] or any(
            known == percent
            for (_, known), (left, _) in pairwise(self._percents)
            if left >= since_ms
        )

    def _driven(self, number, level):
        rid = _PINS.get(number, DIMMER if number == 25 else 0)
        if not rid or self._boot.pop(number, None) == level:
            return
        self.drives += 1
        for write in reversed(self._heard):
            if write.rid == rid and number not in write.driven and _means(write, number, level):
                write.driven.add(number)
                if number in self._before.get(write.msgid, ()):
                    self.again += 1
                return
        known = [w.msgid for w in self._heard if w.rid == rid and _means(w, number, level)]
        if known:
            self._problem(
                2, "output %d was driven to %s again for write %d" % (number, level, known[-1])
            )
        else:
            self._problem(
                2, "output %d was driven to %s, which no write asked for" % (number, level)
            )


def _means(write, number, level):
    """Return whether the write calls for that level of that output."""
    if write.rid == DIMMER:
        return round(100 * level / _FULL) in write.values
    if write.rid == SWITCH:
        return bool(level) in [bool(each) for each in write.values if isinstance(each, int)]
    return any(
        levels[number - 32] == level for name, levels in _STATES.items() if name in write.values
    )
