"""The live plot: what each sensor reads, what was notified of it, and its thresholds."""

from nicegui import ui

from bench.console import chart
from bench.console.widgets import card, known_as

EVERY_MS = 1000


class PlotCard:
    """One chart for all sensors; only what has changed is sent to it."""

    def __init__(self, view):
        self._view = view
        self._sent = {}
        self._next_ms = view.now_ms() + EVERY_MS  # the first picture is complete
        with card("Temperatures", "plot"):
            self._chart = ui.echart(self._whole()).classes("chart")
            known_as(self._chart, "plot")

    def refresh(self):
        """Move on, once a second."""
        now_ms = self._view.now_ms()
        if now_ms < self._next_ms:
            return
        self._next_ms = now_ms + EVERY_MS
        update = {"xAxis": chart.span(self._view.record.curves, now_ms)}
        series = self._changed(now_ms)
        if series:
            update["series"] = series
            update["yAxis"] = chart.limits(self._view.record.curves, now_ms)
        self._chart.run_chart_method("setOption", update)

    def _changed(self, now_ms):
        """Return the series whose data differ from what was sent last."""
        series = []
        for curve in self._view.record.curves:
            for key, version, make in (
                ("read-%d" % curve.instance, chart.read_version(curve, now_ms), chart.read_series),
                ("notified-%d" % curve.instance, curve.notified.version, chart.notified_series),
            ):
                if self._sent.get(key) != version:
                    self._sent[key] = version
                    series.append(make(curve, now_ms))
        return series

    def _whole(self):
        now_ms = self._view.now_ms()
        return {
            **chart.options(self._view.record.curves, now_ms),
            "series": self._changed(now_ms),
        }
