"""The virtual board: temperatures, pins and PWM duties. No sockets, no device classes.

One model for boards/PC, the fake `machine` of the tests and the bench. How the board is wired (the
numbers suit an ESP32, and config.example.json uses them):

    GPIO  part                                              name in `temps`
    4     1-wire bus, two DS18B20, three wires each         ds18x20-0, ds18x20-1
    34    ADC: 3.3 V - 10 k - GPIO34 - NTC 10 k B3950 - GND  ntc-0
    22 21 I2C 0 SCL SDA: SHT3x at 0x44                      sht3x-0
    26    relay, active high
    25    dimmer (PWM)
    32 33 multi-state output
    17 16 UART 2 TX RX: the module
    27 14 reset and power pin of the module, where configured
    -     the MCU's own sensor                              mcu
"""

import math
import time

PINS = 40  # GPIO 0..39, of which 34..39 can only be inputs

_SENSORS = ("ds18x20-0", "ds18x20-1", "ntc-0", "sht3x-0", "mcu")
_TENTHS = (215, 230, 222, 218, 410)  # of a °C, where each begins and around which it moves


class VBoard:
    """State of one virtual board. clock: ticks_ms and ticks_diff, by default MicroPython's `time`.

    temps  {name: °C, or None = sensor disconnected}
    pins   {GPIO number: 0 or 1}, the outputs that were ever driven
    pwm    {GPIO number: duty_u16 0..65535}
    driven names whose temperature somebody set: these do not drift
    broken GPIO numbers that refuse access with OSError(EIO), to try out failures
    """

    def __init__(self, clock=None):
        self.clock = clock or time
        self.temps = {_SENSORS[i]: _TENTHS[i] / 10 for i in range(5)}
        self.pins = {}
        self.pwm = {}
        self.driven = set()
        self.broken = set()
        self.parts = {}  # state of the parts on the buses, theirs alone
        self.pump = None  # called by every virtual device before it is used
        self._listeners = []
        self._age = 0

    def on_change(self, callback):
        """Call callback(kind, id, value) at every change: kind is "pin", "pwm" or "temp"."""
        self._listeners.append(callback)

    def set_temp(self, name, celsius):
        """Hold the sensor name at celsius (-273.15..1000), or None: disconnect it.

        Raises ValueError for an unknown name or an unusable temperature.
        """
        if name not in self.temps:
            raise ValueError("no sensor %r" % (name,))
        if celsius is not None:
            if type(celsius) not in (int, float) or not -273.15 <= celsius <= 1000:
                raise ValueError("must be -273.15..1000 °C or null")
            celsius = float(celsius)
        self.driven.add(name)
        self._put("temp", self.temps, name, celsius)

    def set_pin(self, pin, value):
        """Drive the output pin (GPIO number) to 0 or 1."""
        self._put("pin", self.pins, pin, 1 if value else 0)

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
        """Let ms pass: temperatures nobody set move by 1 °C, each in a time of its own."""
        self._age += ms
        for i in range(5):
            if _SENSORS[i] not in self.driven:
                turn = 2 * math.pi * self._age / (4000 * _TENTHS[i])
                wave = math.sin(turn) + 0.15 * math.sin(11 * turn)
                self._put("temp", self.temps, _SENSORS[i], round(_TENTHS[i] / 10 + wave, 3))

    def touch(self):
        """Called by every virtual device before it is used."""
        if self.pump:
            self.pump()

    def state(self):
        """Return everything as one dict that json.dumps takes (ids become strings)."""
        return {
            "temps": dict(self.temps),
            "pins": {str(k): v for k, v in self.pins.items()},
            "pwm": {str(k): v for k, v in self.pwm.items()},
        }
