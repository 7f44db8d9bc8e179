"""The few widgets every part of the page is made of, and what its parts share."""

from dataclasses import dataclass

from nicegui import ui
from nicegui.element import Element


@dataclass
class View:
    """What one open page looks at: one station of the bench, with its Record."""

    bench: object
    station: object
    record: object

    @property
    def platform(self):
        return self.bench.platform

    @property
    def imei(self):
        return self.station.module.imei

    @property
    def device(self):
        """The platform's Device, None before it first registered."""
        return self.platform.device(self.imei)

    def now_ms(self):
        """Return UNIX ms as the platform has them."""
        return self.platform.wall_ms()

    def touch(self):
        """The user has done something: whoever works through a list may leave it to him."""
        self.bench.hands_on = True


def known_as(element, name):
    """Give an element a data-testid, by which tests find it; return it."""
    element.props["data-testid"] = name
    return element


def box(classes, name=None, tag="div"):
    """Return an element that holds others."""
    element = Element(tag).classes(classes)
    return known_as(element, name) if name else element


def text(content="", classes="", name=None):
    """Return a label; its content is never taken for HTML."""
    label = ui.label(content).classes(classes)
    return known_as(label, name) if name else label


def card(title, name):
    """Return a card with a title; what is made inside goes into it."""
    element = box("card card-" + name, "card-" + name, "section")
    with element:
        text(title, "card-title")
    return element


def button(title, call, name, classes=""):
    """Return a flat button."""
    made = ui.button(title, on_click=call, color=None).props("no-caps unelevated")
    return known_as(made.classes("act " + classes), name)


def entry(label, name, value="", hint=""):
    """Return a text field."""
    made = ui.input(label, value=value, placeholder=hint or None)
    made.props(
        "outlined dense autocomplete=off autocapitalize=off spellcheck=false maxlength=2000"
    )
    return known_as(made.classes("entry"), name)


def warn(problem):
    """Tell the user what was wrong with what he did."""
    ui.notify(str(problem), type="warning", position="bottom", timeout=6000)


def swap(element, name, value):
    """Set a property of an element; nothing is sent if it has this value already."""
    if element.props.get(name) != value:
        element.props[name] = value
        element.update()


def flip(title, name, flipped):
    """Return a switch; flipped(on) is called for its user alone."""

    def told(event):  # Quasar gives the value, or the value and what the mouse did
        value = event.args[0] if isinstance(event.args, list) else event.args
        try:
            flipped(bool(value))
        except ValueError as error:
            warn(error)

    made = known_as(ui.switch(title).props("dense size=sm"), name)
    made.on("update:model-value", told)
    return made


class Light:
    """A dot in the colour of a tone and a word beside it."""

    def __init__(self, name):
        self._box = box("light", name)
        with self._box:
            box("dot")
            self._word = text()
        self._tone = ""

    def show(self, word, tone):
        """Set word and tone: good, busy, bad or idle."""
        self._word.text = word
        if tone != self._tone:
            self._tone = tone
            self._box.classes(replace="light " + tone)
            swap(self._box, "data-tone", tone)


class Dial:
    """A slider with what it stands at in words. moved(value) is called for its user alone.

    follow() puts it where somebody else has moved the thing meanwhile.
    """

    def __init__(self, title, name, limits, show, moved):
        low, high, step = limits
        self._show, self._moved, self._at = show, moved, None
        with box("dial"):
            with box("dial-head"):
                self.title = text(title, "dial-title")
                self.value = text("", "dial-value", name + "-value")
            self.slider = ui.slider(min=low, max=high, step=step, value=low)
            known_as(self.slider, name).props["aria-label"] = title
            # Nothing is sent late: what is pressed next, "All off" say, has the last word.
            dragged = {"throttle": 0.1, "trailing_events": False}
            self.slider.on("update:model-value", self._dragged, **dragged)
            self.slider.on("change", self._dragged)

    def _dragged(self, event):
        try:
            self._at = event.args
            self._moved(event.args)
            self.value.text = self._show(event.args)
        except (ValueError, TypeError) as error:
            warn(error)

    def follow(self, value, shown=None):
        """The thing stands at value; shown: what to say of it instead of show(value)."""
        self.value.text = shown or self._show(value)
        if value != self._at:
            self._at = value
            self.slider.value = value
