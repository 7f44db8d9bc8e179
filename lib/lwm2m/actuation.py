"""Object 3306, Actuation (guide 3.5(3); OMA registry urn:oma:lwm2m:ext:3306)."""

from micropython import const

from .instance import Instance
from .values import text

_STRING = const(1)  # as in codes.py; a private const takes no heap
_INTEGER = const(3)
_BOOLEAN = const(5)
_RW = const(3)  # READ | WRITE


class Actuation(Instance):
    """One actuator: a switch, a dimmer and a multi-state output, whichever exist.

    All five resources exist always; one without an output just keeps its value.
    """

    oid = 3306
    resources = (
        (5850, _BOOLEAN, _RW),
        (5851, _INTEGER, _RW),
        (5852, _INTEGER, _RW),
        (5853, _STRING, _RW),
        (5750, _STRING, _RW),
    )

    def __init__(
        self, iid, clock, on_off=None, dimmer=None, multistate=None, app_type="", states=()
    ):
        """iid: 0..65534; on_off(bool), dimmer(0..100), multistate(str) drive the outputs.

        The outputs are expected off, at 0 and in the first of states; none is called here. They
        raise OSError or ValueError when they fail. states: the names 5853 takes, none = any text.
        Raises ValueError for a bad id and for texts that cannot be sent.
        """
        self.clock = clock
        self.outputs = {5850: on_off, 5851: dimmer, 5853: multistate}
        self.states = [text(name.encode()) for name in states]
        self.app_type = text(app_type.encode())
        self._on = self._rest = 0  # seconds on, and ms on beyond them
        self._mark = clock.ticks_ms()
        self.faults = 0  # outputs that could not even be set back
        Instance.__init__(self, iid, {})
        for rid, _, _ in self.resources:
            self.values[rid] = self.default(rid)

    def default(self, rid):
        """Return the value rid starts with."""
        if rid == 5850:
            return False
        if rid == 5853:
            return self.states[0] if self.states else ""
        return self.app_type if rid == 5750 else 0

    def get(self, rid, live=False):
        """Return the value of rid; the on time (5852) is that of the last tick() unless live."""
        if live and rid == 5852:
            self._count()
            return self._on
        return self.values.get(rid)

    def counts_s(self, rid):
        """Tell whether rid counts seconds at present: the on time (5852) while it is on."""
        return rid == 5852 and self.values[5850]

    def check(self, rid, value):
        """Raise ValueError for 5851 outside 0..100, 5852 but 0, 5853 but a configured state."""
        if (
            (rid == 5851 and not 0 <= value <= 100)
            or (rid == 5852 and value != 0)
            or (rid == 5853 and self.states and value not in self.states)
        ):
            raise ValueError

    def apply(self, pairs):
        """Drive the outputs, then set the values; whatever ends it half way, all go back."""
        driven = []  # type: list
        undone = driven  # type: tuple | list
        try:
            for rid, value in pairs:
                output = self.outputs.get(rid)
                if output:
                    driven.append((output, self.values[rid]))
                    output(value)
            undone = ()
        finally:
            self._restore(undone)
        self._count()
        for rid, value in pairs:
            if rid == 5852:
                self._on = self._rest = 0
            else:
                self.put(rid, value)
            if rid in (5850, 5852):
                self.put(5852, self._on)

    def tick(self):
        """Bring the on time up to date; to be called now and then, at least every six days."""
        self._count()
        self.put(5852, self._on)

    def _count(self):
        now = self.clock.ticks_ms()
        if self.values[5850]:
            ms = self._rest + self.clock.ticks_diff(now, self._mark)
            self._on += ms // 1000
            self._rest = ms % 1000
        self._mark = now

    def _restore(self, driven):
        while driven:
            output, value = driven.pop()
            try:
                output(value)
            except Exception:  # the first error is the one to show; the others must go back too
                self.faults += 1
