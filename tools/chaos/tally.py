"""What became of the operations: the numbers of a run, and of many runs together."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Tally:
    """Counts of one run; Counters have the causes by name. Times in ms, memory in bytes."""

    runs: int = 0
    asked: int = 0
    in_window: int = 0
    refused: Counter = field(default_factory=Counter)
    late: Counter = field(default_factory=Counter)
    lost: Counter = field(default_factory=Counter)
    undelivered: Counter = field(default_factory=Counter)
    deliveries: int = 0
    heard: int = 0  # deliveries that came whole to a living node
    replied: int = 0  # those of them that it answered within the window
    unreplied: Counter = field(default_factory=Counter)
    garbled: Counter = field(default_factory=Counter)  # readings that arrived as others
    repeated: Counter = field(default_factory=Counter)  # answers once more
    half: Counter = field(default_factory=Counter)  # 2.04, and not all of it done
    executed_again: int = 0  # behind a restart of the node
    kept: int = 0  # readings that were in the outbox
    sent_again: int = 0  # from there, behind a fault
    drives: int = 0
    notifications: int = 0
    faults: int = 0  # that took effect
    kinds: Counter = field(default_factory=Counter)  # of faults
    recoveries: int = 0
    restarts: int = 0
    worst_ms: float = 0  # of those in window
    outage_ms: float = 0  # the longest
    simulated_ms: float = 0
    memory_start: int = 0
    memory_end: int = 0
    memory_free: int = 0  # the least, in real time
    memory_most: tuple = ()  # of a long run's first half, and of its second
    problems: list = field(default_factory=list)

    @property
    def delivered(self):
        """Return how many operations were delivered."""
        return self.asked - sum(self.undelivered.values())

    def add(self, other):
        """Add another run's numbers."""
        for name, value in vars(other).items():
            mine = getattr(self, name)
            if isinstance(value, Counter):
                mine.update(value)
            elif name in ("worst_ms", "outage_ms"):
                setattr(self, name, max(mine, value))
            elif not name.startswith("memory"):
                setattr(self, name, mine + value)
        if other.memory_end - other.memory_start >= self.memory_end - self.memory_start:
            self.memory_start, self.memory_end = other.memory_start, other.memory_end
