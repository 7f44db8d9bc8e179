"""machine.ADC of the virtual board, with the NTC divider on GPIO 34."""

import math

import vboard
import vdevices

NTC_PIN = 34


class ADC:
    """machine.ADC on GPIO 32..39; atten sets the full scale, 11 dB reaches 3.3 V here."""

    ATTN_0DB, ATTN_2_5DB, ATTN_6DB, ATTN_11DB = 0, 1, 2, 3

    def __init__(self, pin, *, atten=0, sample_ns=None):
        self._pin = vdevices.gpio(pin)
        if not 32 <= self._pin < vboard.PINS:
            raise ValueError("invalid pin")
        if atten not in (0, 1, 2, 3):
            raise ValueError("invalid atten")
        self._board = vdevices.board
        self._full_uv = (950_000, 1_250_000, 1_750_000, 3_300_000)[atten]

    def _microvolts(self):
        vdevices.reach(self._board, self._pin)
        if self._pin != NTC_PIN:
            return 0
        celsius = self._board.temps["ntc-0"]
        if celsius is None:
            return self._full_uv  # open: the series resistor pulls it up
        kelvin = max(celsius, -200) + 273.15
        ntc = 10_000 * math.exp(3950 * (1 / kelvin - 1 / 298.15))
        return min(3_300_000 * ntc / (ntc + 10_000), self._full_uv)

    def read_uv(self):
        """Return microvolts."""
        return round(self._microvolts())

    def read_u16(self):
        """Return 0..65535 of full scale, in the 12-bit steps of the converter."""
        raw = int(self._microvolts() / self._full_uv * 4095 + 0.5)
        return raw << 4 | raw >> 8
