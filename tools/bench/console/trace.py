"""The cards with the AT trace and with the operations' latencies, both live."""

from nicegui import ui

from bench.console.feed import Feed
from bench.console.rows import WAYS, Filter, line_row, newest, operation_row
from bench.console.widgets import box, button, card, entry, known_as, text

LINES, OPERATIONS = 400, 60


class LatencyCard:
    """Each operation as the module measured it, against the window of 3 s."""

    def __init__(self, view):
        self._trace = view.station.trace
        self._seq = -1
        with card("Latency of each operation", "latency"):
            with box("scale"):
                for mark in ("0 s", "1 s", "2 s", "3 s"):
                    text(mark)
            self._feed = Feed(OPERATIONS, "no operation yet", upwards=True)
            known_as(self._feed, "latencies")

    def refresh(self):
        """Show what is new."""
        fresh = self._trace.operations_since(self._seq)
        if fresh:
            self._feed.put([operation_row(each) for each in fresh[-OPERATIONS:]])
            self._seq = fresh[-1].seq


class TraceCard:
    """The lines on the UART, both ways, with the faults between them."""

    def __init__(self, view):
        self._trace = view.station.trace
        self._filter = Filter()
        self._seq = -1
        self._paused = False
        with card("AT trace", "trace"):
            with box("tools"):
                self._text = self._entry("Only with", "trace-filter")
                self._hide = self._entry("Without", "trace-hide")
                self._pause = button("Pause", self._toggle, "trace-pause")
                link = ui.link("Export", "/console/trace.txt?module=%d" % view.station.number)
                known_as(link.props("download").classes("act link"), "trace-export")
            self._ways = {}
            with box("tools ways"):
                for number, (way, title) in enumerate(WAYS.items()):
                    made = ui.checkbox(title, value=True, on_change=self._choose).props("dense")
                    self._ways[way] = known_as(made, "trace-way-%d" % number)
            self._feed = known_as(Feed(LINES, "no line"), "trace")
            self._note = text("", "caption", "trace-note")

    def _entry(self, label, name):
        made = entry(label, name).props("debounce=200 clearable")
        made.on_value_change(self._choose)
        return made

    def _choose(self):
        self._filter = Filter(
            frozenset(way for way, shown in self._ways.items() if shown.value),
            (self._text.value or "").strip(),
            (self._hide.value or "").strip(),
        )
        self._renew()

    def _toggle(self):
        self._paused = not self._paused
        self._pause.text = "Go on" if self._paused else "Pause"
        self._renew()

    def _renew(self):
        lines = self._trace.lines
        self._seq = lines[-1].seq if lines else -1
        self._feed.renew(newest(self._trace, self._filter, LINES))
        self._note.text = ""

    def refresh(self):
        """Show what is new, or how much of it waits."""
        fresh = self._trace.since(self._seq)
        if self._paused:
            waiting = sum(map(self._filter.match, fresh))
            self._note.text = "paused, %d lines since" % waiting if waiting else "paused"
        elif fresh:
            rows = [line_row(line) for line in fresh if self._filter.match(line)]
            self._feed.put(rows)
            self._seq = fresh[-1].seq
