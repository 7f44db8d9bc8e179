"""One open page: a header, a module to choose, the cards, and a timer that keeps them current."""

from nicegui import ui

from bench.console.board import BoardCard
from bench.console.faults import FaultBanner, FaultsCard
from bench.console.operations import OperationsCard
from bench.console.plot import PlotCard
from bench.console.status import StatusCard
from bench.console.trace import LatencyCard, TraceCard
from bench.console.widgets import Light, View, box, known_as, text

REFRESH_S = 0.25
ACCENT = "#2f7de1"
TOGGLE_DARK = "() => setDark(!document.body.classList.contains('body--dark'))"
COLUMNS = ((PlotCard, LatencyCard, TraceCard), (StatusCard, BoardCard, OperationsCard, FaultsCard))
MARK = (
    '<svg viewBox="0 0 24 24" aria-hidden="true"><rect x="5" y="5" width="14" height="14" rx="3"/>'
    '<path d="M9 1v4M15 1v4M9 19v4M15 19v4M1 9h4M1 15h4M19 9h4M19 15h4"/>'
    '<circle cx="12" cy="12" r="2"/></svg>'
)


class Page:
    """What one browser tab shows; built inside a NiceGUI page function."""

    def __init__(self, bench, recorder):
        self._bench, self._recorder = bench, recorder
        ui.colors(primary=ACCENT)
        self._parts = []
        with box("top"):
            ui.html(MARK, sanitize=False).classes("mark")
            text("M5310 bench", "brand")
            if len(bench.stations) > 1:
                self._selector()
            self._online = Light("online")
            self._progress = text("", "progress", "progress")
            box("spring")
            theme = ui.button(icon="contrast", color=None).classes("theme")
            theme.props("flat round dense aria-label='light or dark'")
            known_as(theme, "theme").on("click", js_handler=TOGGLE_DARK)
        self._content = box("content")
        self._choose(0)
        ui.timer(REFRESH_S, self.refresh)

    def _selector(self):
        names = {
            number: "Module %d · %s" % (number + 1, station.module.imei)
            for number, station in enumerate(self._bench.stations)
        }
        made = ui.select(names, value=0, on_change=lambda event: self._choose(event.value))
        known_as(made.props("dense outlined options-dense").classes("selector"), "module")

    def _choose(self, number):
        if number not in range(len(self._bench.stations)):
            return
        station = self._bench.stations[number]
        self._view = View(self._bench, station, self._recorder.records[number])
        self._content.clear()
        with self._content:
            self._parts = [FaultBanner(self._view)]
            with box("grid"):
                for column in COLUMNS:
                    with box("column"):
                        self._parts += [card(self._view) for card in column]

    def refresh(self):
        """Bring everything up to now; only what differs is sent."""
        device = self._view.device
        online = bool(device and device.online)
        self._online.show("online" if online else "offline", "good" if online else "bad")
        self._progress.text = self._bench.trouble or self._bench.progress
        self._progress.set_visibility(bool(self._progress.text))
        for part in self._parts:
            part.refresh()
