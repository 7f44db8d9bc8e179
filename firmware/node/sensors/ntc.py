"""NTC thermistor in a voltage divider at an ADC pin.

B equation: 1/T = 1/298.15 K + ln(R/R25)/B. The divider is between 3.3 V and ground.
"""

from math import log

from micropython import const

from node import need

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from machine import ADC

_SUPPLY_UV = const(3_300_000)
_SAMPLES = const(8)


def make(spec: dict, shared: dict) -> "Ntc":
    """Return the Ntc of spec (node.sensors)."""
    need("ADC", "Pin")
    from machine import ADC, Pin

    # Only the ESP32 has attenuation; without it the range of its ADC ends at 1 V.
    atten = {"atten": ADC.ATTN_11DB} if hasattr(ADC, "ATTN_11DB") else {}
    adc = ADC(Pin(spec["pin"]), **atten)
    return Ntc(adc, spec["r25"], spec["b"], spec["series"], spec["side"] == "low")


class Ntc:
    """r25: Ω at 25 °C; b: K; series: Ω of the fixed resistor; low: the NTC is at ground."""

    def __init__(
        self, adc: "ADC", r25: int = 10_000, b: int = 3950, series: int = 10_000, low: bool = True
    ) -> None:
        self.adc = adc
        self.r25 = r25
        self.b = b
        self.series = series
        self.low = low
        self._uv = getattr(adc, "read_uv", None)  # calibrated; not on every port

    def start(self) -> int:
        """Return 0: a reading is always ready."""
        return 0

    def read(self) -> float:
        """Return °C, -40 to 125. Raises ValueError if it is open, shorted or out of range."""
        total = peak = 0
        for _ in range(_SAMPLES):
            raw = self.adc.read_u16()
            peak = max(peak, raw)
            total += self._uv() if self._uv else raw
        # The ADC of an ESP32 saturates below the supply voltage: full scale means open as well.
        share = total / _SAMPLES / (_SUPPLY_UV if self._uv else 65535)
        if peak >= 65500 or share > 0.985:
            raise ValueError("not connected" if self.low else "shorted")
        if share < 0.015:
            raise ValueError("shorted" if self.low else "not connected")
        ohms = self.series * (share / (1 - share) if self.low else (1 - share) / share)
        value = 1 / (1 / 298.15 + log(ohms / self.r25) / self.b) - 273.15
        if not -40 <= value <= 125:
            raise ValueError("out of range")
        return value
