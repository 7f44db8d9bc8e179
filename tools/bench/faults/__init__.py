"""What goes wrong on purpose: switches for whoever watches, scripts that can be played again."""

from bench.faults.switches import MAX_DELAY_MS, MAX_GARBAGE, MAX_LOSS, Faults

__all__ = ["MAX_DELAY_MS", "MAX_GARBAGE", "MAX_LOSS", "Faults"]
