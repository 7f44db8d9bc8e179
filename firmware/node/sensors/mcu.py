"""Temperature of the MCU, where MicroPython can read it: ESP32 family, RP2, STM32.

The board definition may have a function of its own, `mcu_temperature`, as boards/PC does.
"""

import sys

from micropython import const

from node import definition, need

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from collections.abc import Callable


def make(spec: dict, shared: dict) -> "Mcu":
    """Return the Mcu (node.sensors); the configuration has no options for it."""
    return Mcu(source())


def source() -> "Callable[[], float]":
    """Return a function that returns °C. Raises ValueError where there is none."""
    own = getattr(definition(), "mcu_temperature", None)
    if own:  # else the board definition leaves it to the port
        return own
    if sys.platform == "esp32":
        import esp32

        if hasattr(esp32, "mcu_temperature"):
            return esp32.mcu_temperature
        if hasattr(esp32, "raw_temperature"):
            return lambda: (esp32.raw_temperature() - 32) / 1.8  # °F on the original ESP32
    if sys.platform == "rp2":
        need("ADC")
        from machine import ADC

        adc = ADC(getattr(ADC, "CORE_TEMP", 4))
        # RP2040 data sheet 4.9.5: 0.706 V at 27 °C, 1.721 mV less for each degree more
        return lambda: 27 - (adc.read_u16() * 3.3 / 65535 - 0.706) / 0.001721
    if sys.platform == "pyboard":
        try:
            from pyb import ADCAll

            return ADCAll(12, 0x70000).read_core_temp
        except ImportError:
            pass
    raise ValueError("this MicroPython does not tell it; ESP32-S3 and C3 need 1.23 or newer")


class Mcu:
    """The on-chip sensor: good for trends, not for absolute values."""

    def __init__(self, function: "Callable[[], float]") -> None:
        self.function = function

    def start(self) -> int:
        """Return 0: a reading is always ready."""
        return 0

    def read(self) -> float:
        """Return °C, -40 to 150. Raises ValueError outside of that."""
        value = float(self.function())
        if not -40 <= value <= 150:
            raise ValueError("out of range")
        return value
