"""What the chart is told: ECharts options and series made of Curves, no page."""

import math

from bench.console.series import WINDOW_MS

COLORS = ("#2f7de1", "#e8833a", "#2ba57b", "#b65fcf", "#d64f6f", "#5b8c2a", "#8a6d3b", "#0fa3b1")
INK, GRID = "#8793a6", "rgba(135,147,166,0.18)"  # legible on white and on black
LEAST_MS, MARGIN_MS = 60_000, 5_000


def options(curves, now_ms):
    """Return the chart without its series."""
    label = {"color": INK, "hideOverlap": True}
    line = {"lineStyle": {"color": GRID}}
    return {
        "animation": False,
        "grid": {"left": 40, "right": 16, "top": 40, "bottom": 26},
        "legend": {"type": "scroll", "top": 4, "textStyle": {"color": INK}, "icon": "circle"},
        "tooltip": {"trigger": "item"},
        "xAxis": {
            "type": "time",
            "axisLabel": label,
            "axisLine": line,
            "splitNumber": 5,
            **span(curves, now_ms),
        },
        "yAxis": {
            "type": "value",
            "axisLabel": {**label, "formatter": "{value}°"},
            "splitLine": line,
            **limits(curves, now_ms),
        },
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
    step = 5 if high - low < 25 else 10 if high - low < 100 else 50
    return {"min": step * math.floor((low - 1) / step), "max": step * math.ceil((high + 1) / step)}


def span(curves, now_ms):
    """Return {"min", "max"} of the time axis: it grows from LEAST_MS to the whole window."""
    starts = [curve.start_ms for curve in curves if curve.start_ms]
    width_ms = now_ms - min(starts, default=now_ms) + MARGIN_MS
    return {"min": now_ms - min(max(width_ms, LEAST_MS), WINDOW_MS), "max": now_ms}


def read_version(curve, now_ms):
    """Return what tells one state of a curve's line from the next."""
    # Drawn as far as two windows ahead, and so anew at least once in a window.
    return curve.read.version, tuple(curve.limits.items()), now_ms // WINDOW_MS


def _title(curve):
    return "3303/%d %s" % (curve.instance, curve.sensor)
