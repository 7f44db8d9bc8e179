"""The faults that took effect lately, and which of them is to blame."""

from collections import deque

from bench.faults.player import Effect

KEEP_MS = 1_000_000  # how long an effect is remembered behind its end
_RANKS = (
    ("restart",),
    ("reboot", "baud"),
    ("mute",),
    ("late", "error", "msgid"),
    ("lose", "corrupt", "duplicate", "noise", "insert", "delay", "split", "merge", "overrun"),
    ("stall",),  # of the computer, in real time
    ("search",),  # for another baud rate: what led to it is named rather, if it is near
    ("air", "network", "registration"),
)
_RANK = {name: rank for rank, names in enumerate(_RANKS) for name in names}
AIR = frozenset(_RANKS[-1])  # these touch no byte of the UART
_OF_LINES = frozenset(_RANK) - AIR - {"late", "error"}


class Effects:
    """Effects (bench.faults.player.Effect) by time; total: how many there were."""

    def __init__(self):
        self._recent = deque()
        self.total = 0
        self.counts = {}

    def add(self, effect, counted=True):
        """Note that effect took place; counted: it is a fault, not what one has led to."""
        if counted:
            self.total += 1
            self.counts[effect.name] = self.counts.get(effect.name, 0) + 1
        last = self._recent[-1] if self._recent else None
        # Bytes hit one after the other are one effect: a burst may hit thousands.
        if last and (last.name, last.way, last.to_ms) == (effect.name, effect.way, effect.to_ms):
            return
        self._recent.append(effect)
        while self._recent[0].to_ms < effect.from_ms - KEEP_MS:
            self._recent.popleft()

    def between(self, from_ms, to_ms, way=None):
        """Return the effects that reach into that time, of one way only if way is given."""
        found = []
        for effect in reversed(self._recent):
            if effect.from_ms <= to_ms and effect.to_ms >= from_ms:
                if way is None or effect.way == way:
                    found.append(effect)
            elif effect.to_ms < from_ms - KEEP_MS:
                break
        return found

    def again(self, way, now):
        """A line came out as another: the newest fault of that way takes effect only now."""
        for effect in reversed(self._recent):
            if effect.way == way and effect.name in _OF_LINES:
                self._recent.append(Effect(effect.name, way, now, now))
                return

    def blame(self, from_ms, to_ms, but=()):
        """Return the effect of that time that explains most, None if there is none.

        but: names that explain nothing here.
        """
        return _worst(each for each in self.between(from_ms, to_ms) if each.name not in but)

    def blame_line(self, from_ms, to_ms, way):
        """Return what is to blame for a line that did not come out at the end of way, or None."""
        other = "up" if way == "down" else "down"
        found = self.between(from_ms, to_ms)
        return _worst(each for each in found if each.name in _OF_LINES and each.way != other)


def _worst(effects):
    return min(effects, key=lambda effect: _RANK[effect.name], default=None)
