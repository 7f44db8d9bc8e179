"""The faults that took effect lately, and which of them is to blame."""

from collections import deque

from bench.faults.player import Effect

KEEP_MS = 1_000_000  # how long an effect is remembered behind its end
_RANKS = (
    ("restart",),
    ("reboot",),
    ("mute",),
    ("late", "error", "msgid"),
    ("lose", "corrupt", "duplicate", "noise", "insert", "delay", "split", "merge", "overrun"),
    ("air", "network", "registration"),
)
_OF_LINES = {*_RANKS[0], *_RANKS[1], *_RANKS[2], *_RANKS[4], "msgid"}
_RANK = {name: rank for rank, names in enumerate(_RANKS) for name in names}


class Effects:
    """Effects (bench.faults.player.Effect) by time; total: how many there were."""

    def __init__(self):
        self._recent = deque()
        self.total = 0
        self.counts = {}

    def add(self, effect):
        """Note that effect took place."""
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

    def blame(self, from_ms, to_ms, of_lines=False):
        """Return the effect of that time that explains most, None if there is none.

        of_lines: why a line did not reach the node as it was printed.
        """
        found = self.between(from_ms, to_ms)
        if of_lines:
            found = [each for each in found if each.name in _OF_LINES and each.way != "up"]
        return min(found, key=lambda effect: _RANK[effect.name]) if found else None
