"""What the console remembers of each station, once for all open pages: temperatures as the board
has them, notifications as the platform got them, and the thresholds last written."""

from dataclasses import dataclass, field

from bench.console.series import Marks, Steps
from bench.platform.events import Finished, Stored

TEMPERATURE, VALUE = 3303, 5700
THRESHOLDS = ("gt", "lt")


@dataclass
class Curve:
    """One sensor: what it reads, what was notified of it, its thresholds {"gt": 50.0}."""

    instance: int
    sensor: str
    read: Steps = field(default_factory=Steps)
    notified: Marks = field(default_factory=Marks)
    limits: dict = field(default_factory=dict)

    @property
    def start_ms(self):
        """UNIX ms of the first thing ever known of it, 0 = nothing is."""
        return min(filter(None, (self.read.start_ms, self.notified.start_ms)), default=0)


class Record:
    """The curves of one station, by instance of 3303."""

    def __init__(self, station, wall_ms):
        self._wall_ms = wall_ms
        self.curves = [Curve(*pair) for pair in enumerate(station.wiring.sensors)]
        self._board = station.link.board
        for curve in self.curves:
            if curve.sensor in self._board.driven:  # else it drifts, and the node alone knows
                self._read(curve)
        self._board.on_change(self._changed)

    def _changed(self, kind, key, value):
        if kind == "temp":
            for curve in self.curves:
                if curve.sensor == key:
                    self._read(curve)

    def _read(self, curve):
        curve.read.set(self._wall_ms(), self._board.temps.get(curve.sensor))

    def curve(self, path):
        """Return the Curve of a path, None if it is no sensor's value."""
        oid, iid, rid = path
        if oid == TEMPERATURE and rid == VALUE and 0 <= iid < len(self.curves):
            return self.curves[iid]
        return None


class Recorder:
    """Listens to the platform of `bench` and keeps a Record for each of its stations."""

    def __init__(self, bench):
        self.records = [Record(each, bench.platform.wall_ms) for each in bench.stations]
        self._of_imei = {
            station.module.imei: record
            for station, record in zip(bench.stations, self.records, strict=True)
        }
        bench.platform.listen(self._hear)

    def _hear(self, event):
        record = event.device and self._of_imei.get(event.device.imei)
        if not record:
            return
        if isinstance(event, Stored):
            curve = record.curve(event.path)
            if curve and _is_number(event.value):
                curve.notified.add(event.at_ms, event.value)
        elif isinstance(event, Finished):
            self._finished(record, event.operation)

    def _finished(self, record, operation):
        if operation.kind == "write_attributes" and operation.ok:
            curve = record.curve(operation.path)
            if curve:
                curve.limits.update(thresholds(operation.text))


def thresholds(text):
    """Return {"gt": 50.0} of attributes as the platform spells them: pmin=15;gt=50.0."""
    pairs = (part.partition("=") for part in text.split(";"))
    return {name: float(value) for name, _, value in pairs if name in THRESHOLDS}


def _is_number(value):
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e9
