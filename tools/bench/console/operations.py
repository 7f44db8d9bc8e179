"""The card with the platform's operations: one press for the usual ones, a form for all."""

from collections import deque

from nicegui import ui

from bench.console import orders
from bench.console.presets import presets
from bench.console.widgets import box, button, card, entry, known_as, swap, text, warn

KEPT = 12  # answers shown
MAX_PAIRS = 8
TEXTS = {
    "discover": "3303",
    "read": "3303/0/5700",
    "write": "3306/0",
    "execute": "3303/0/5605",
    "write_attributes": "3303/0/5700",
    "observe": "3303/0/5700",
    "cancel": "3303/0/5700",
}


class OperationsCard:
    """Buttons, form and the newest answers."""

    def __init__(self, view):
        self._view = view
        self._asked = deque(maxlen=KEPT)  # (Order's text, Operation), newest first
        with card("Operations", "operations"):
            with box("quick"):
                for title, name, order in presets(view.station.wiring):
                    button(title, lambda order=order: self._ask(order), "quick-" + name)
            self._form = _Form(view, self._ask)
            self._answers = _Answers()

    def _ask(self, order):
        try:
            operation = order.ask(self._view.platform, self._view.imei)
        except (ValueError, TypeError, OverflowError) as error:
            warn(error)
            return
        self._view.touch()
        self._asked.appendleft((str(order), operation))

    def refresh(self):
        """Show what has changed."""
        self._form.refresh()
        self._answers.show(self._asked)


class _Form:
    def __init__(self, view, ask):
        self._view, self._ask = view, ask
        self._known = []
        with box("form"):
            titles = {kind: title for kind, (title, _, _) in orders.KINDS.items()}
            self._kind = ui.toggle(titles, value="read", on_change=self._changed)
            self._kind.props("no-caps unelevated dense spread").classes("kinds")
            known_as(self._kind, "kind")
            self._path = entry("Path", "path", TEXTS["read"], "object/instance/resource")
            self._pairs = _Pairs()
            self._args = entry("Argument", "args", "reset")
            with box("attributes") as self._attributes:
                self._fields = {
                    name: entry("%s, s" % name if name in orders.PERIODS else name, name)
                    for name in orders.ATTRIBUTES
                }
            button("Send", self._send, "send", "strong")
        self._path.on("keydown.enter", self._send)
        self._changed()

    def _changed(self):
        kind = self._kind.value
        if kind not in orders.KINDS:
            return
        self._path.value = TEXTS[kind]
        self._pairs.box.set_visibility(kind == "write")
        self._args.set_visibility(kind == "execute")
        self._attributes.set_visibility(kind in ("write_attributes", "observe"))

    def _send(self):
        attributes = {name: field.value or "" for name, field in self._fields.items()}
        try:
            if self._kind.value not in orders.KINDS:
                raise ValueError("choose an operation")
            order = orders.order(
                self._kind.value,
                self._path.value or "",
                self._pairs.texts(),
                self._args.value or "",
                attributes,
            )
        except ValueError as error:
            warn(error)
            return
        self._ask(order)

    def refresh(self):
        known = orders.known_paths(self._view.device)
        if known != self._known:
            self._known = known
            self._path.set_autocomplete(known)


class _Pairs:
    """Resource and value, several of them."""

    def __init__(self):
        self._rows = []
        with box("pairs") as self.box:
            self._list = box("pair-list")
            button("Another resource", self._add, "add-pair")
        self._add("5850", "1")

    def _add(self, rid="", value=""):
        if len(self._rows) >= MAX_PAIRS:
            warn("%d resources at most" % MAX_PAIRS)
            return
        rid, value = (rid, value) if isinstance(rid, str) else ("", "")
        with self._list, box("pair"):
            number = len(self._rows)
            self._rows.append(
                (
                    entry("Resource", "rid-%d" % number, rid),
                    entry("Value", "value-%d" % number, value),
                )
            )

    def texts(self):
        return [(rid.value or "", value.value or "") for rid, value in self._rows]


class _Answers:
    """The newest answers, newest on top; a fixed number of rows whose texts change."""

    def __init__(self):
        self._rows = []
        with box("answers", "answers") as self._box:
            for number in range(KEPT):
                with box("answer", "answer-%d" % number) as row:
                    with box("answer-head"):
                        asked = text("", "answer-asked")
                        name = text("", "answer-name")
                        latency = text("", "answer-latency")
                    lines = text("", "answer-lines")
                row.set_visibility(False)
                self._rows.append((row, asked, name, latency, lines))
        self._box.set_visibility(False)

    def show(self, asked):
        self._box.set_visibility(bool(asked))
        for (row, what, name, latency, lines), (title, operation) in zip(
            self._rows, asked, strict=False
        ):
            tone, name.text, latency.text = orders.result(operation)
            what.text = title
            lines.text = orders.answer_lines(operation)
            row.set_visibility(True)
            lines.set_visibility(bool(lines.text))
            swap(row, "data-tone", tone)
