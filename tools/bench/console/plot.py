"""The live plot: what each sensor reads, what was notified of it, and its thresholds."""

import math

from nicegui import ui

from bench.console.series import WINDOW_MS
from bench.console.widgets import box, card, known_as

COLORS = ("#2f7de1", "#e8833a", "#2ba57b", "#b65fcf", "#d64f6f", "#5b8c2a", "#8a6d3b", "#0fa3b1")
INK, GRID = "#8793a6", "rgba(135,147,166,0.18)"  # legible on white and on black
EVERY_MS = 1000


class PlotCard:
    """One chart for all sensors; only what has changed is sent to it."""

    def __init__(self, view):
        self._view = view
        self._sent = {}
        self._next_ms = view.now_ms() + EVERY_MS  # the first picture is complete
        with card("Temperatures", "plot"):
            self._chart = ui.echart(self._options()).classes("chart")
            known_as(self._chart, "plot")
            self._count = known_as(box("hidden"), "plot-counts")
        self._tell_counts()

    def refresh(self):
        """Move on, once a second."""
        now_ms = self._view.now_ms()
        if now_ms < self._next_ms:
            return
        self._next_ms = now_ms + EVERY_MS
        update = {"xAxis": _span(now_ms)}
        series = self._changed(now_ms)
        if series:
            update["series"] = series
            update["yAxis"] = limits(self._view.record.curves, now_ms)
            self._tell_counts()
        self._chart.run_chart_method("setOption", update)

    def _changed(self, now_ms):
        """Return the series whose data differ from what was sent last."""
        series = []
        for curve in self._view.record.curves:
            for key, version, make in (
                ("read-%d" % curve.instance, _read_version(curve, now_ms), read_series),
                ("notified-%d" % curve.instance, curve.notified.version, notified_series),
            ):
                if self._sent.get(key) != version:
                    self._sent[key] = version
                    series.append(make(curve, now_ms))
        return series

    def _tell_counts(self):
        """Leave the number of marks drawn where a test can see it."""
        now_ms = self._view.now_ms()
        for curve in self._view.record.curves:
            count = len(curve.notified.points(now_ms))
            self._count.props["data-notified-%d" % curve.instance] = count
        self._count.update()

    def _options(self):
        now_ms = self._view.now_ms()
        label = {"color": INK, "hideOverlap": True}
        line = {"lineStyle": {"color": GRID}}
        return {
            "animation": False,
            "grid": {"left": 44, "right": 20, "top": 40, "bottom": 28},
            "legend": {"type": "scroll", "top": 4, "textStyle": {"color": INK}, "icon": "circle"},
            "tooltip": {"trigger": "item"},
            "xAxis": {
                "type": "time",
                "axisLabel": label,
                "axisLine": line,
                "splitNumber": 5,
                **_span(now_ms),
            },
            "yAxis": {
                "type": "value",
                "name": "°C",
                "nameTextStyle": {"color": INK},
                "axisLabel": label,
                "splitLine": line,
                **limits(self._view.record.curves, now_ms),
            },
            "series": self._changed(now_ms),
        }


def read_series(curve, now_ms):
    """Return the line of what the sensor reads; it runs on to the right, out of sight."""
    color = COLORS[curve.instance % len(COLORS)]
    return {
        "id": "read-%d" % curve.instance,
        "name": _title(curve),
        "type": "line",
        "step": "end",
        "showSymbol": False,
        "color": color,
        "lineStyle": {"width": 2},
        "data": curve.read.points(now_ms, now_ms + 2 * WINDOW_MS),
        "markLine": {
            "symbol": "none",
            "silent": True,
            "lineStyle": {"type": "dashed", "width": 1, "color": color},
            "label": {"position": "insideStartTop", "color": color, "formatter": "{b}"},
            "data": [
                {"name": "%s %g" % (name, value), "yAxis": value}
                for name, value in sorted(curve.limits.items())
            ],
        },
    }


def notified_series(curve, now_ms):
    """Return the marks of what the platform was notified of."""
    return {
        "id": "notified-%d" % curve.instance,
        "name": _title(curve),
        "type": "scatter",
        "symbolSize": 9,
        "color": COLORS[curve.instance % len(COLORS)],
        "itemStyle": {"borderColor": "#fff", "borderWidth": 1.5},
        "z": 5,
        "data": curve.notified.points(now_ms),
    }


def limits(curves, now_ms):
    """Return {"min", "max"} of an axis that shows every value and threshold, in whole steps."""
    values = [20.0, 25.0]
    for curve in curves:
        values += [point[1] for point in curve.read.points(now_ms) if point[1] is not None]
        values += [point[1] for point in curve.notified.points(now_ms)]
        values += curve.limits.values()
    low, high = min(values), max(values)
    step = 5 if high - low < 100 else 50
    return {"min": step * math.floor((low - 1) / step), "max": step * math.ceil((high + 1) / step)}


def _span(now_ms):
    return {"min": now_ms - WINDOW_MS, "max": now_ms}


def _read_version(curve, now_ms):
    # Drawn as far as two windows ahead, and so anew at least once in a window.
    return curve.read.version, tuple(curve.limits.items()), now_ms // WINDOW_MS


def _title(curve):
    return "3303/%d %s" % (curve.instance, curve.sensor)
