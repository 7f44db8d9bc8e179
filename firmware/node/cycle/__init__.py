"""The duty cycle: wake, sample, connect, report, answer what waits, sleep (docs/power.md)."""

from .cycler import Cycler
from .memory import Memory

__all__ = ["Cycler", "Memory"]
