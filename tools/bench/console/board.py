"""The card of the virtual board: sensors to move, outputs to watch."""

from nicegui import ui

from bench.console import pictures, state
from bench.console.widgets import Dial, box, card, flip, swap, text

RANGE = (-40, 85, 0.25)  # °C; steps that a DS18B20 can tell apart


class BoardCard:
    """One row for each sensor the node uses, one picture for each output it has."""

    def __init__(self, view):
        self._view = view
        with card("Virtual board", "board"):
            self._lost = text("no node on the board link", "note", "board-link")
            with box("sensors"):
                self._sensors = [_Sensor(view, curve) for curve in view.record.curves]
            with box("outputs"):
                self._outputs = list(_outputs(view))

    def refresh(self):
        """Show what has changed."""
        self._lost.set_visibility(not self._view.station.link.connected)
        for part in self._sensors + self._outputs:
            part.refresh()


class _Sensor:
    def __init__(self, view, curve):
        self._view, self._curve, self._name = view, curve, curve.sensor
        self._board = view.station.link.board
        name = "sensor-%d" % curve.instance
        with box("sensor"):
            title = "3303/%d" % curve.instance
            self._dial = Dial(title, name, RANGE, _celsius, self._move)
            with box("sensor-foot"):
                text(self._name, "caption")
                self._drifts = text("drifts by itself", "caption", name + "-drifts")
                self._plug = flip("disconnected", name + "-disconnected", self._switch)
        self._held = self._board.temps.get(self._name) or 0.0  # what it reads once connected

    def _move(self, celsius):
        self._set(celsius)
        self._held = celsius

    def _switch(self, disconnected):
        self._set(None if disconnected else self._held)

    def _set(self, celsius):
        self._view.station.link.set_temp(self._name, celsius)
        self._view.touch()

    def refresh(self):
        celsius = self._board.temps.get(self._name)
        if celsius is not None:
            self._held = celsius
        link = self._view.station.link
        self._drifts.set_visibility(link.connected and self._name not in self._board.driven)
        self._dial.follow(self._held, self._reading(celsius))
        self._plug.value = celsius is None

    def _reading(self, celsius):
        """Return what to say instead of the number, None = say the number."""
        if celsius is None:
            return "disconnected"
        if self._curve.read.version:
            return None
        # Nobody has told the bench what it reads: the node's word is all there is.
        notified = self._curve.notified.last
        return state.NONE if notified is None else "≈ " + _celsius(notified)


def _outputs(view):
    wiring = view.station.wiring
    if wiring.switch is not None:
        yield _Relay(view)
    if wiring.dimmer is not None:
        yield _Dimmer(view)
    if wiring.pins:
        yield _Multistate(view)


class _Output:
    """A picture with a caption and what it shows; subclasses say how it moves."""

    def __init__(self, view, name, caption, picture):
        self._wiring, self._board = view.station.wiring, view.station.link.board
        self._classes = "output output-" + name
        with box(self._classes, name) as self._box:
            # Drawn by us, with nothing from outside: there is nothing to sanitize.
            self._picture = ui.html(picture, sanitize=False).classes("picture")
            self._word = text("", "output-word", name + "-word")
            text(caption, "caption")

    def _show(self, word, on=False, style=""):
        self._word.text = word
        if self._box.props.get("data-state") != word:
            self._box.classes(replace=self._classes + (" on" if on else ""))
            self._picture.style(replace=style)
            swap(self._box, "data-state", word)


class _Relay(_Output):
    def __init__(self, view):
        caption = "relay · GPIO %d" % view.station.wiring.switch
        super().__init__(view, "relay", caption, pictures.RELAY)

    def refresh(self):
        on = state.relay(self._wiring, self._board)
        self._show(state.NONE if on is None else "on" if on else "off", bool(on))


class _Dimmer(_Output):
    def __init__(self, view):
        caption = "dimmer · GPIO %d" % view.station.wiring.dimmer
        super().__init__(view, "dimmer", caption, pictures.LAMP)

    def refresh(self):
        percent = state.dimmer(self._wiring, self._board)
        word = state.NONE if percent is None else "%d %%" % percent
        self._show(word, bool(percent), "--level: %.2f" % ((percent or 0) / 100))


class _Multistate(_Output):
    def __init__(self, view):
        wiring = view.station.wiring
        self._names = state.state_names(wiring)
        pins = ", ".join("%d" % pin for pin in wiring.pins)
        super().__init__(
            view, "multistate", "state · GPIO %s" % pins, pictures.knob(len(self._names))
        )

    def refresh(self):
        name, levels = state.multistate(self._wiring, self._board)
        shown = name or " ".join("%d" % level for level in levels)
        place = self._names.index(name) if name in self._names else 0
        angle = pictures.turn(place, len(self._names))
        self._show(shown, name is not None, "--turn: %.1fdeg" % angle)


def _celsius(value):
    return "%.2f °C" % value
