"""Datapoints drawn in the terminal."""

from datetime import datetime

from onenet.names import name_of
from onenet.paths import parse_stream
from onenet.replies import label
from onenet.text import plain
from onenet.times import BEIJING, parse_at

HEIGHT = 16  # lines a resource takes
_TICKS = 5
_LARGEST = 1e15  # plotext breaks down on what is no number, and on the largest there are


def draw(streams, width):
    """Return (text, ids left out): a plot of every stream {id: [(at, value)]} that has numbers."""
    plots, left_out = [], []
    for stream, points in streams.items():
        numbers = [(parse_at(at), _number(value)) for at, value in points]
        numbers = sorted(point for point in numbers if None not in point)
        if numbers:
            plots.append(_plot(stream, numbers, width))
        else:
            left_out.append(label(stream))
    return "\n".join(plots), left_out


def _number(value):
    try:
        number = float(value)
    except (ValueError, TypeError, OverflowError):
        return None
    return number if abs(number) <= _LARGEST else None


def _plot(stream, points, width):
    import plotext  # here: it takes a while to load, and only --plot needs it

    times, values = zip(*points)
    figure = plotext.figure
    figure.clear()
    figure.theme("colorless")
    figure.plot_size(width, HEIGHT)
    path = parse_stream(stream)
    figure.title(plain("%s %s" % (label(stream), name_of(path) if path else "")).strip())
    signal = figure.signal(times, values, marker="braille")
    if len(points) > 1:
        signal.lines()
    figure.draw(signal)
    first, last = times[0], times[-1]
    count = _TICKS if last > first else 1
    at = [first + (last - first) * number / max(count - 1, 1) for number in range(count)]
    figure.ruler("x").ticks(at, [_clock(moment, last - first) for moment in at])
    return plotext.uncolorize(str(figure.build())).rstrip("\n")


def _clock(moment, span):
    form = "%H:%M:%S" if span < 86400 else "%m-%d %H:%M"
    return datetime.fromtimestamp(moment, BEIJING).strftime(form)
