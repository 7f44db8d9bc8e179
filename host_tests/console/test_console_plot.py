"""What is remembered for the plot, and what the chart is told."""

import json
from types import SimpleNamespace

from hypothesis import given
from hypothesis import strategies as st

from bench.boardlink import BoardLink, new_board
from bench.console import chart
from bench.console.recorder import Curve, Recorder, thresholds
from bench.console.series import MAX_POINTS, STEP_MS, WINDOW_MS, Marks, Steps
from bench.platform.events import Finished, Presence, Stored
from bench.wiring import Wiring

T0 = 1_795_000_000_000


class Stage:
    """A bench as the recorder sees it: two stations, a platform that tells."""

    def __init__(self, sensors=("ds18x20-0", "ds18x20-1")):
        self.now_ms = T0
        self.heard = []
        self.platform = SimpleNamespace(wall_ms=lambda: self.now_ms, listen=self.heard.append)
        self.stations = [
            SimpleNamespace(
                wiring=Wiring(sensors=sensors),
                link=BoardLink(new_board()),
                module=SimpleNamespace(imei=imei),
            )
            for imei in ("1", "2")
        ]
        self.recorder = Recorder(self)

    def tell(self, event):
        for callback in self.heard:
            callback(event)

    def notify(self, imei, path, value, after_ms=0):
        self.now_ms += after_ms
        self.tell(Stored(SimpleNamespace(imei=imei), *path, value, self.now_ms))

    def write_attributes(self, path, text, ok=True):
        operation = SimpleNamespace(kind="write_attributes", ok=ok, path=path, text=text)
        self.tell(Finished(SimpleNamespace(imei="1"), operation))


def test_a_line_shows_each_step_and_runs_on_to_now():
    steps = Steps()
    steps.set(T0, 20.0)
    steps.set(T0 + 5000, 30.0)
    steps.set(T0 + 9000, None)
    assert steps.points(T0 + 10_000) == [
        [T0, 20.0],
        [T0 + 5000, 30.0],
        [T0 + 9000, None],
        [T0 + 10_000, None],
    ]


def test_what_stays_the_same_changes_nothing():
    steps = Steps()
    steps.set(T0, 20.0)
    version = steps.version
    steps.set(T0 + 60_000, 20.0)
    assert steps.version == version and len(steps.points(T0 + 60_000)) == 2


def test_the_value_at_the_left_edge_stays_known():
    steps = Steps()
    steps.set(T0, 20.0)
    now = T0 + 10 * WINDOW_MS
    assert steps.points(now) == [[now - WINDOW_MS, 20.0], [now, 20.0]]


@given(st.lists(st.tuples(st.integers(0, 3 * STEP_MS), st.floats(-50, 50)), max_size=300))
def test_a_line_ends_at_the_newest_value_in_order_and_inside_the_window(changes):
    steps, now = Steps(), T0
    for after, value in changes:
        now += after
        steps.set(now, value)
    drawn = steps.points(now)
    assert [at for at, _ in drawn] == sorted(at for at, _ in drawn)
    assert all(now - WINDOW_MS <= at <= now for at, _ in drawn)
    if changes:
        assert drawn[-1] == [now, changes[-1][1]]


def test_a_slider_dragged_for_an_hour_leaves_a_bounded_line():
    steps = Steps()
    for number in range(36_000):
        steps.set(T0 + 100 * number, number % 977)
    assert len(steps.points(T0 + 3_600_000)) <= MAX_POINTS + 2


def test_a_flood_of_notifications_leaves_a_bounded_number_of_marks():
    marks = Marks()
    for number in range(5 * MAX_POINTS):
        marks.add(T0 + number, number)
    assert [value for _, value in marks.points(T0)] == list(range(4 * MAX_POINTS, 5 * MAX_POINTS))
    assert (marks.last, marks.version) == (5 * MAX_POINTS - 1, 5 * MAX_POINTS)
    assert marks.points(T0 + 2 * WINDOW_MS) == []


def test_the_board_and_the_platform_draw_on_the_curve_of_their_sensor():
    stage = Stage()
    stage.stations[0].link.set_temp("ds18x20-1", 31.5)
    stage.notify("1", (3303, 1, 5700), 31.5, after_ms=700)
    first, second = stage.recorder.records[0].curves
    assert second.read.last == 31.5 and second.notified.points(stage.now_ms) == [[T0 + 700, 31.5]]
    assert not first.read.version and not first.notified.version
    assert not any(curve.read.version for curve in stage.recorder.records[1].curves)


def test_a_sensor_that_drifts_unknown_to_the_bench_has_no_line():
    assert Stage().recorder.records[0].curves[0].read.points(T0) == []


def test_a_disconnected_sensor_is_a_gap():
    stage = Stage()
    stage.stations[0].link.set_temp("ds18x20-0", 20.0)
    stage.now_ms += 5000
    stage.stations[0].link.set_temp("ds18x20-0", None)
    assert stage.recorder.records[0].curves[0].read.points(stage.now_ms)[-1][1] is None


def test_what_is_no_temperature_of_a_sensor_in_use_is_passed_over():
    stage = Stage()
    for path, value in (
        ((3303, 0, 5601), 20.0),
        ((3303, 7, 5700), 20.0),
        ((3306, 0, 5850), True),
        ((3303, 0, 5700), "<b>20</b>"),
        ((3303, 0, 5700), True),
        ((3303, 0, 5700), [50, 48]),
        ((3303, 0, 5700), float("nan")),
        ((3303, 0, 5700), float("inf")),
    ):
        stage.notify("1", path, value)
    stage.notify("no station", (3303, 0, 5700), 20.0)
    stage.tell(Presence(SimpleNamespace(imei="1"), True, T0))
    stage.tell(Finished(None, SimpleNamespace(kind="read", ok=False, path=(3303, 0, 5700))))
    assert not any(curve.notified.version for curve in stage.recorder.records[0].curves)


def test_the_thresholds_last_written_are_drawn():
    stage = Stage()
    stage.write_attributes((3303, 0, 5700), "pmin=15;pmax=60;lt=0.0;gt=50.0;st=2.0")
    stage.write_attributes((3303, 0, 5700), "gt=45.5")
    stage.write_attributes((3303, 0, 5700), "gt=99.0", ok=False)
    stage.write_attributes((3303, 0, 5601), "gt=60.0")
    curve = stage.recorder.records[0].curves[0]
    assert curve.limits == {"gt": 45.5, "lt": 0.0}
    lines = chart.read_series(curve, T0)["markLine"]["data"]
    assert lines == [{"name": "gt 45.5", "yAxis": 45.5}, {"name": "lt 0", "yAxis": 0.0}]
    assert thresholds("pmin=1;pmax=2") == {}


def test_the_axis_holds_every_value_and_threshold():
    curve = Curve(0, "ds18x20-0")
    curve.read.set(T0, -3.0)
    curve.notified.add(T0, 61.0)
    curve.limits["gt"] = 80.0
    axis = chart.limits([curve], T0)
    assert axis["min"] < -3.0 and axis["max"] > 80.0
    assert chart.limits([], T0) == {"min": 15, "max": 30}


def test_the_time_axis_grows_to_the_window_and_no_further():
    curve = Curve(0, "ds18x20-0")
    widths = []
    curve.read.set(T0, 20.0)
    for after in (0, 30_000, 200_000, WINDOW_MS, 10 * WINDOW_MS):
        axis = chart.span([curve], T0 + after)
        assert axis["max"] == T0 + after
        widths.append(axis["max"] - axis["min"])
    assert widths == [60_000, 60_000, 205_000, WINDOW_MS, WINDOW_MS]


def test_the_chart_is_plain_data():
    stage = Stage()
    stage.notify("1", (3303, 0, 5700), 21.0)
    curves = stage.recorder.records[0].curves
    whole = chart.options(curves, T0)
    whole["series"] = [
        make(c, T0) for c in curves for make in (chart.read_series, chart.notified_series)
    ]
    assert json.loads(json.dumps(whole)) == whole
