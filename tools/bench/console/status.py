"""The card with the state of module, platform and board."""

from bench.console import state
from bench.console.widgets import Light, box, card, text


class StatusCard:
    """Three columns: a word, and facts below."""

    def __init__(self, view):
        self._view = view
        with card("State", "state"), box("columns"):
            self._module = _Column("Module", "module")
            self._platform = _Column("Platform", "platform")

    def refresh(self):
        """Show what has changed."""
        view = self._view
        self._module.show(state.module_status(view.station))
        self._platform.show(state.platform_status(view.device, view.now_ms()))


class _Column:
    def __init__(self, title, name):
        self._name = name
        self._facts = {}
        with box("column-box") as self._box:
            with box("column-head"):
                text(title, "caption")
                self._light = Light(name + "-state")
            self._list = box("facts")

    def show(self, status):
        self._light.show(status.word, status.tone)
        for name, value in status.facts:
            if name not in self._facts:
                with self._list:
                    text(name, "fact-name")
                    self._facts[name] = text(
                        "", "fact", "%s-%s" % (self._name, name.replace(" ", "-"))
                    )
            self._facts[name].text = value
