"""The device classes of MicroPython over a virtual board: Pin, PWM, ADC, I2C (1-wire: onewire.py).

Names, arguments and exceptions are those of the ESP32 port, so code that runs here runs there.
Every object belongs to the board that was in use when it was made.
"""

import math
from errno import EIO, ENODEV

import vboard
from vbus import Bmp280, Sht3x, part

board = vboard.VBoard()


def use(new):
    """Make the VBoard new the one that devices made from now on belong to; return it."""
    global board
    board = new
    return new


_UP = 2


class Pin:
    """machine.Pin for GPIO 0..39; 34..39 are inputs only, as on an ESP32."""

    IN = 1
    OUT = 3
    OPEN_DRAIN = 7
    PULL_DOWN = 1
    PULL_UP = _UP
    IRQ_RISING = 1
    IRQ_FALLING = 2

    def __init__(self, id_, mode=-1, pull=-1, *, value=None, drive=None, hold=None):
        if type(id_) is not int or not 0 <= id_ < vboard.PINS:
            raise ValueError("invalid pin")
        self.id = id_
        self._board = board
        self._mode = self.IN
        self._pull = -1
        self.init(mode, pull, value=value)

    def init(self, mode=-1, pull=-1, *, value=None, drive=None, hold=None):
        """Set mode and pull (-1: leave as it is); an output starts at value where given."""
        if mode not in (-1, self.IN, self.OUT, self.OPEN_DRAIN):
            raise ValueError("invalid mode")
        if mode in (self.OUT, self.OPEN_DRAIN) and self.id >= 34:
            raise ValueError("pin can only be input")
        if mode != -1:
            self._mode = mode
        if pull != -1:
            self._pull = pull
        if self._mode != self.IN:
            self.value(self._board.pins.get(self.id, 0) if value is None else value)

    def value(self, x=None):
        """Return the level, or drive it to x. Raises OSError(EIO) while the pin is broken."""
        if self.id in self._board.broken:
            raise OSError(EIO)
        if x is None:
            high = self._pull == _UP or self.id == vboard.ONEWIRE_PIN  # 4.7 kΩ there
            return self._board.pins.get(self.id, 1 if high else 0)
        if self._mode != self.IN:
            self._board.set_pin(self.id, x)

    __call__ = value

    def irq(self, handler=None, trigger=IRQ_FALLING | IRQ_RISING):
        """Have handler(pin) called at each edge of trigger from now on, None: no more."""
        level = self.value()
        self._board.watch_pin(self.id, level, handler and self._edges(handler, trigger))

    def _edges(self, handler, trigger):
        def changed(level):
            if trigger & (self.IRQ_RISING if level else self.IRQ_FALLING):
                handler(self)

        return changed

    def on(self):
        self.value(1)

    def off(self):
        self.value(0)

    def toggle(self):
        self.value(1 - self.value())


def gpio(pin):
    """Return pin as a Pin: a Pin itself, or its number."""
    return pin if isinstance(pin, Pin) else Pin(pin)


class PWM:
    """machine.PWM on an output pin: freq in Hz 1..40 MHz, duty_u16 0..65535."""

    def __init__(self, dest, freq=None, duty_u16=None):
        self._pin = gpio(dest).id
        if self._pin >= 34:
            raise ValueError("invalid pin")
        self._board = board
        self._freq = 5000
        self.init(freq=freq, duty_u16=32768 if duty_u16 is None else duty_u16)

    def init(self, *, freq=None, duty_u16=None):
        if freq is not None:
            self.freq(freq)
        if duty_u16 is not None:
            self.duty_u16(duty_u16)

    def freq(self, value=None):
        """Return the frequency, or set it."""
        if value is None:
            return self._freq
        if not 1 <= value <= 40_000_000:
            raise ValueError("frequency must be from 1Hz to 40MHz")
        self._freq = value

    def duty_u16(self, value=None):
        """Return the duty, or set it."""
        if self._pin in self._board.broken:
            raise OSError(EIO)
        if value is None:
            return self._board.pwm.get(self._pin, 0)
        if type(value) is not int or not 0 <= value <= 65535:
            raise ValueError("duty_u16 must be from 0 to 65535")
        self._board.set_duty(self._pin, value)

    def deinit(self):
        """Stop: the output goes low."""
        self._board.set_duty(self._pin, 0)


class ADC:
    """machine.ADC on GPIO 32..39; atten sets the full scale, 11 dB reaches 3.3 V here."""

    ATTN_0DB, ATTN_2_5DB, ATTN_6DB, ATTN_11DB = 0, 1, 2, 3

    def __init__(self, pin, *, atten=0, sample_ns=None):
        self._pin = gpio(pin).id
        if not 32 <= self._pin < vboard.PINS:
            raise ValueError("invalid pin")
        if atten not in (0, 1, 2, 3):
            raise ValueError("invalid atten")
        self._board = board
        self._full_uv = (950_000, 1_250_000, 1_750_000, 3_300_000)[atten]

    def _microvolts(self):
        if self._pin in self._board.broken:
            raise OSError(EIO)
        if self._pin != vboard.NTC_PIN:
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


class I2C:
    """machine.I2C with the SHT3x at 0x44 and the BMP280 at 0x76 on bus 0.

    No answer raises OSError(ENODEV).
    """

    def __init__(self, id_=0, *, scl=vboard.I2C_SCL, sda=vboard.I2C_SDA, freq=400_000, timeout=0):
        if id_ not in (0, 1):
            raise ValueError("I2C(%s) doesn't exist" % id_)
        self._board = board
        scl, sda = gpio(scl).id, gpio(sda).id
        self._wired = id_ == vboard.I2C_ID and (scl, sda) == (vboard.I2C_SCL, vboard.I2C_SDA)

    def _device(self, addr):
        if not self._wired:
            raise OSError(ENODEV)
        if addr == vboard.SHT3X_ADDRESS:
            return part(self._board, "sht3x-0", Sht3x)
        if addr == vboard.BMP280_ADDRESS:
            return part(self._board, "bmp280-0", Bmp280)
        raise OSError(ENODEV)

    def writeto(self, addr, buf, stop=True):
        """Write buf; return the number of acknowledged bytes."""
        self._device(addr).write(buf)
        return len(buf)

    def readfrom(self, addr, nbytes, stop=True):
        """Return nbytes (0..4096) read."""
        if not 0 <= nbytes <= 4096:
            raise ValueError("nbytes must be from 0 to 4096")
        return self._device(addr).read(nbytes)

    def readfrom_into(self, addr, buf, stop=True):
        """Fill buf."""
        buf[:] = self._device(addr).read(len(buf))

    def scan(self):
        """Return the addresses that acknowledge."""
        found = []
        for address in (vboard.SHT3X_ADDRESS, vboard.BMP280_ADDRESS):
            try:
                self._device(address).write(b"")
                found.append(address)
            except OSError:
                continue
        return found


def mcu_temperature():
    """Return °C of the virtual chip; raises OSError(ENODEV) while its sensor is disconnected."""
    celsius = board.temps["mcu"]
    if celsius is None:
        raise OSError(ENODEV)
    return celsius
