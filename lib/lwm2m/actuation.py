"""Object 3306, Actuation (guide 3.5(3); OMA registry urn:oma:lwm2m:ext:3306)."""

import time

from micropython import const

from .registry import Instance
from .values import BOOLEAN, INTEGER, READ, STRING, WRITE, text

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from typing import Any, Callable, Sequence


class Actuation(Instance):
    """One actuator: a switch, a dimmer and a multi-state output, whichever exist.

    All five resources exist always; one without an output just keeps its value.
    """

    oid = 3306
    resources = (
        (5850, BOOLEAN, READ | WRITE),  # on/off
        (5851, INTEGER, READ | WRITE),  # dimmer, percent
        (5852, INTEGER, READ | WRITE),  # on time, s
        (5853, STRING, READ | WRITE),  # multi-state output
        (5750, STRING, READ | WRITE),  # application type
    )

    def __init__(
        self,
        iid: int,
        clock: "Any" = time,
        on_off: "Callable[[bool], Any] | None" = None,
        dimmer: "Callable[[int], Any] | None" = None,
        multistate: "Callable[[str], Any] | None" = None,
        app_type: str = "",
        states: "Sequence[str]" = (),
        switch: "Any" = None,
    ) -> None:
        """iid: 0..65534; clock: ticks_ms() and ticks_diff(), by default MicroPython's.

        on_off(bool), dimmer(0..100) and multistate(str) drive the outputs, and raise OSError or
        ValueError when they fail; switch is a machine.Pin in place of on_off. The outputs are
        expected off, at 0 and in the first of states; none is called here. states: the names that
        5853 accepts, none = any text. Raises ValueError for a bad id and for texts that cannot be
        sent.
        """
        if switch is not None:
            on_off = switch.value
        self.clock = clock
        self.outputs: "dict[int, Callable | None]" = {5850: on_off, 5851: dimmer, 5853: multistate}
        self.states = [text(name.encode()) for name in states]
        self.app_type = text(app_type.encode())
        self._on_s = self._rest_ms = 0  # on for so many seconds, and ms beyond them
        self._mark = clock.ticks_ms()
        self.faults = 0  # outputs that could not even be set back
        Instance.__init__(self, iid, {})
        for rid, _, _ in self.resources:
            self.values[rid] = self.default(rid)

    def default(self, rid: int) -> "Any":
        """Return the value rid starts with."""
        if rid == 5850:
            return False
        if rid == 5853:
            return self.states[0] if self.states else ""
        return self.app_type if rid == 5750 else 0

    def get(self, rid: int, live: bool = False) -> "Any":
        """Return the value of rid; the on time (5852) is that of the last tick() unless live."""
        if live and rid == 5852:
            self._count()
            return self._on_s
        return self.values.get(rid)

    def counts_s(self, rid: int) -> bool:
        """Return True if rid counts seconds at present: the on time (5852) while it is on."""
        return rid == 5852 and self.values[5850]

    def check(self, rid: int, value: "Any") -> None:
        """Raise ValueError for 5851 outside 0..100, 5852 but 0, 5853 but a configured state."""
        if (
            (rid == 5851 and not 0 <= value <= 100)
            or (rid == 5852 and value != 0)
            or (rid == 5853 and self.states and value not in self.states)
        ):
            raise ValueError

    def apply(self, pairs: "list[tuple[int, Any]]") -> None:
        """Drive the outputs, then set the values; if an output raises, all are set back."""
        driven: "list[tuple[Callable, Any]]" = []
        done = False
        try:
            for rid, value in pairs:
                output = self.outputs.get(rid)
                if output:
                    driven.append((output, self.values[rid]))
                    output(value)
            done = True
        finally:
            if not done:
                self._restore(driven)
        self._count()
        for rid, value in pairs:
            if rid == 5852:
                self._on_s = self._rest_ms = 0
            else:
                self.put(rid, value)
            if rid in (5850, 5852):
                self.put(5852, self._on_s)

    def tick(self) -> None:
        """Bring the on time up to date; call it once a minute, at least every six days."""
        self._count()
        self.put(5852, self._on_s)

    def _count(self) -> None:
        now = self.clock.ticks_ms()
        if self.values[5850]:
            ms = self._rest_ms + self.clock.ticks_diff(now, self._mark)
            self._on_s += ms // 1000
            self._rest_ms = ms % 1000
        self._mark = now

    def _restore(self, driven: "list[tuple[Callable, Any]]") -> None:
        """Set outputs back, the last one first."""
        while driven:
            output, value = driven.pop()
            try:
                output(value)
            except Exception:  # the first error is reported; the others must be set back as well
                self.faults += 1
