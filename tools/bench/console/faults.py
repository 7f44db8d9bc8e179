"""The card with the faults to switch on, and the banner that says which are."""

from bench.console import state
from bench.console.widgets import Dial, box, button, card, flip, text
from bench.faults import MAX_DELAY_MS, MAX_GARBAGE, MAX_LOSS


class FaultsCard:
    """Delay, loss, noise, the cell, a reboot; and what has gone wrong so far."""

    def __init__(self, view):
        self._view, self._faults = view, view.station.faults
        self._numbers = {}
        with card("Faults", "faults"):
            self._dials = {
                "delay_ms": self._dial(
                    "Delay each way", "delay_ms", (0, MAX_DELAY_MS, 100), 1, _seconds
                ),
                "loss": self._dial("Messages lost", "loss", (0, 100 * MAX_LOSS, 5), 100, _percent),
                "garbage": self._dial("Noise", "garbage", (0, MAX_GARBAGE, 1), 1, _rate),
            }
            with box("tools"):
                self._network = flip("no cell", "fault-network", self._switch)
                button("Reboot the module", self._reboot, "fault-reboot")
                button("Update its firmware", self._update, "fault-firmware")
                button("All off", lambda: all_off(view), "fault-off")
            with box("counters"):
                for name, _ in state.counters(view.station):
                    with box("counter"):
                        self._numbers[name] = text("0", "count", "count-" + name.replace(" ", "-"))
                        text(name, "caption")

    def _dial(self, title, name, limits, scale, show):
        def moved(value):
            self._set(**{name: value / scale})

        return Dial(title, "fault-" + name, limits, show, moved), scale

    def _set(self, **fault):
        self._faults.set(**fault)
        self._view.touch()

    def _switch(self, gone):
        self._set(network=not gone)

    def _reboot(self):
        self._faults.reboot()
        self._view.touch()

    def _update(self):
        self._faults.update_firmware()
        self._view.touch()

    def refresh(self):
        """Show what has changed."""
        for name, (dial, scale) in self._dials.items():
            dial.follow(round(getattr(self._faults, name) * scale, 3))
        self._network.value = not self._faults.network
        for name, number in state.counters(self._view.station):
            self._numbers[name].text = "%d" % number


class FaultBanner:
    """Says which faults are on, with a button that ends them."""

    def __init__(self, view):
        self._faults = view.station.faults
        with box("banner bad", "fault-banner") as self._box:
            self._text = text("", "banner-text")
            button("All off", lambda: all_off(view), "banner-off")
        self.refresh()

    def refresh(self):
        """Show what has changed."""
        active = self._faults.active
        self._text.text = "Faults: " + ", ".join(active)
        self._box.set_visibility(bool(active))


def all_off(view):
    """Switch every fault of the station off."""
    view.station.faults.set(delay_ms=0, loss=0, garbage=0, network=True)
    view.touch()


def _seconds(ms):
    return "off" if not ms else "%.1f s" % (ms / 1000)


def _percent(value):
    return "off" if not value else "%d %%" % value


def _rate(value):
    return "off" if not value else "%d bursts/s" % value
