"""The virtual board: temperatures, pins and PWM duties. No sockets, no device classes.

One model for boards/PC, the fake `machine` of the tests and the bench. How the board is wired (the
numbers suit an ESP32, and config.example.json uses them):

    GPIO  part                                              name in `temps`
    4     1-wire bus, two DS18B20, three wires each         ds18x20-0, ds18x20-1
    34    ADC: 3.3 V - 10 k - GPIO34 - NTC 10 k B3950 - GND  ntc-0
    22 21 I2C 0 SCL SDA: SHT3x at 0x44                      sht3x-0
          BMP280 at 0x76
    13    a contact, open
    26    relay, active high
    25    dimmer (PWM)
    32 33 multi-state output
    17 16 UART 2 TX RX: the module
    27 14 reset and power pin of the module, where configured
    -     the MCU's own sensor                              mcu
"""

import math
import time

ONEWIRE_PIN = 4
ROMS = {
    "ds18x20-0": b"\x28\x1a\x2b\x3c\x04\x00\x00\xc6",
    "ds18x20-1": b"\x28\x5d\x6e\x7f\x04\x00\x00\x65",
}
NTC_PIN = 34
I2C_ID, I2C_SCL, I2C_SDA, SHT3X_ADDRESS, BMP280_ADDRESS = 0, 22, 21, 0x44, 0x76
PINS = 40  # GPIO 0..39, of which 34..39 can only be inputs

# name: °C around which it moves, °C it swings, ms for one period
_DRIFT = {
    "ds18x20-0": (21.5, 1.2, 900_000),
    "ds18x20-1": (23.0, -0.8, 640_000),
    "ntc-0": (22.2, 1.0, 780_000),
    "sht3x-0": (21.8, 0.9, 820_000),
    "mcu": (41.0, 2.5, 410_000),
}


class _Clock:
    """Monotonic ms for whoever hands in no clock."""

    if hasattr(time, "ticks_ms"):
        ticks_ms = staticmethod(time.ticks_ms)
        ticks_diff = staticmethod(time.ticks_diff)
    else:

        def ticks_ms(self):
            return int(time.monotonic() * 1000)

        def ticks_diff(self, a, b):
            return a - b


class VBoard:
    """State of one virtual board.

    temps  {name: °C, or None = sensor disconnected}
    pins   {GPIO number: 0 or 1}, the outputs that were ever driven
    pwm    {GPIO number: duty_u16 0..65535}
    driven names whose temperature somebody set: these do not drift
    humidity, pressure  %RH and hPa of the air; pressure None = the BMP280 is disconnected
    broken GPIO numbers that refuse access with OSError(EIO), to try out failures
    """

    def __init__(self, clock=None):
        self.clock = clock or _Clock()
        self.temps = {name: base for name, (base, _, _) in _DRIFT.items()}
        self.humidity = 45.0
        self.pressure = 1013.25
        self.pins = {}
        self.pwm = {}
        self.driven = set()
        self.broken = set()
        self.parts = {}  # state of the devices on the buses, theirs alone
        self._listeners = []
        self._edges = {}  # {GPIO number: [level, what is called with each new one]}
        self._age = 0

    def on_change(self, callback):
        """Call callback(kind, id, value) at every change: kind is "pin", "pwm" or "temp"."""
        self._listeners.append(callback)

    def set_temp(self, name, celsius):
        """Hold the sensor name at celsius (-273.15..1000), or None: disconnect it.

        Raises ValueError for an unknown name or an unusable temperature.
        """
        celsius = self._checked(name, celsius)
        self.driven.add(name)
        self._put("temp", self.temps, name, celsius)

    def follow_temp(self, name, celsius):
        """Read celsius, as set_temp(), where this is the image of a board elsewhere that drifts.

        A sensor that is held here stays as it is.
        """
        celsius = self._checked(name, celsius)
        if name not in self.driven:
            self._put("temp", self.temps, name, celsius)

    def _checked(self, name, celsius):
        if name not in self.temps:
            raise ValueError("no sensor %r on the virtual board" % (name,))
        if celsius is None:
            return None
        if type(celsius) not in (int, float) or not -273.15 <= celsius <= 1000:
            raise ValueError("temperature must be a number from -273.15 to 1000, or null")
        return float(celsius)

    def set_pin(self, pin, value):
        """Drive the output pin (GPIO number) to 0 or 1."""
        level = 1 if value else 0
        self._put("pin", self.pins, pin, level)
        edge = self._edges.get(pin)
        if edge and edge[0] != level:
            edge[0] = level
            edge[1](level)

    def watch_pin(self, pin, level, callback):
        """Call callback(level) at each change of the pin, which is at level; None: no more."""
        self._edges.pop(pin, None)
        if callback:
            self._edges[pin] = [level, callback]

    def set_duty(self, pin, duty_u16):
        """Drive the PWM output pin (GPIO number) with duty_u16 of 65535."""
        self._put("pwm", self.pwm, pin, duty_u16)

    def _put(self, kind, table, key, value):
        if key in table and table[key] == value:
            return
        table[key] = value
        for callback in self._listeners:
            callback(kind, key, value)

    def drift(self, ms):
        """Let ms pass: temperatures nobody set move slowly around room temperature."""
        self._age += ms
        for name, (base, swing, period) in _DRIFT.items():
            if name not in self.driven:
                turn = 2 * math.pi * self._age / period
                wave = math.sin(turn) + 0.15 * math.sin(11 * turn)
                self._put("temp", self.temps, name, round(base + swing * wave, 3))

    def state(self):
        """Return everything as one dict that json.dumps takes (ids become strings)."""
        return {
            "temps": dict(self.temps),
            "pins": {str(k): v for k, v in self.pins.items()},
            "pwm": {str(k): v for k, v in self.pwm.items()},
        }
