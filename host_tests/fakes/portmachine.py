"""A `machine` (and `pyb`, `onewire`) as strict as that of MicroPython on each board.

What it takes and refuses is written down from the sources of MicroPython, not from pins.py:
ports/esp32/machine_{pin.h,uart.c,adc.c}, ports/stm32/boards/*/pins.csv and mpconfigboard.h,
ports/stm32/machine_{uart,i2c}.c, ports/stm32/boards/stm32*_af.csv, ports/rp2/machine_*.c.
"""


def _span(*parts):
    """Return the items of parts, tuples (head, first, last), as "X1"..."X12" or 0...5."""
    out = []
    for head, first, last in parts:
        out += [head + str(n) if head else n for n in range(first, last + 1)]
    return out


_F446 = {"D%d" % i: name for i, name in enumerate(
    "PA3 PA2 PA10 PB3 PB5 PB4 PB10 PA8 PA9 PC7 PB6 PA7 PA6 PA5 PB9 PB8".split()
)}  # fmt: skip
_F446.update({"A%d" % i: name for i, name in enumerate("PA0 PA1 PA4 PB0 PC1 PC0".split())})
_F446_CPU = _span(("PA", 0, 12), ("PA", 15, 15), ("PB", 0, 10), ("PB", 12, 15), ("PC", 0, 15))

# port, pins, UARTs, the REPL's, I2C buses, ADC pins
BOARDS = {
    "ESP32_GENERIC": (
        "esp32",
        _span(("", 0, 23), ("", 25, 27), ("", 32, 39)),
        (0, 1, 2),
        0,
        (0, 1),
        _span(("", 32, 39)),
    ),
    "ESP32_GENERIC_S3": (
        "esp32",
        _span(("", 0, 21), ("", 26, 26), ("", 33, 48)),
        (0, 1, 2),
        0,
        (0, 1),
        _span(("", 1, 20)),
    ),
    "ESP32_GENERIC_C3": ("esp32", _span(("", 0, 13), ("", 18, 21)), (0, 1), 0, (0,), range(5)),
    "PYBV11": (
        "stm32",
        _span(("X", 1, 12), ("X", 17, 22), ("Y", 1, 12)),
        (1, 2, 3, 4, 6),
        None,
        (1, 2),
        _span(("X", 1, 8), ("X", 11, 12), ("X", 19, 22), ("Y", 11, 12)),
    ),
    "NUCLEO_F446RE": (
        "stm32",
        _F446_CPU + ["PD2", "PH0", "PH1"] + list(_F446),
        (2, 6),
        2,
        (1, 2, 3),
        _span(("PA", 1, 7), ("PB", 0, 1), ("PC", 0, 5)),
    ),
    "NUCLEO_WB55": (
        "stm32",
        _span(("A", 0, 15), ("B", 0, 15), ("C", 0, 6), ("C", 10, 13), ("D", 0, 1)) + ["E4"],
        (1, 2),
        1,
        (1, 3),
        _span(("A", 0, 9), ("C", 0, 5)),
    ),
    "RPI_PICO": ("rp2", _span(("", 0, 29)), (0, 1), None, (0, 1), (26, 27, 28, 29)),
}
_UART = ("baudrate", "bits", "parity", "stop", "timeout", "timeout_char", "rxbuf", "flow")


class Machine:
    """The module `machine` of the board called name; pwm: whether it has machine.PWM.

    log: what was made, as (class, pin or number, options).
    """

    def __init__(self, name, pwm=True):
        self.port, self.pins, self.uarts, self.repl, self.buses, self.analog = BOARDS[name]
        self.name = name
        self.log = []
        for kind in (_pin, _uart, _adc, _i2c, _rtc) + ((_pwm,) if pwm else ()):
            made = kind(self)
            setattr(self, made.__name__, made)
        self.reset = lambda: None

    def one(self, pin):
        """Return the one name that all names of a pin share."""
        return _F446.get(pin, pin) if self.name == "NUCLEO_F446RE" else pin


def _pin(m):
    class Pin:
        IN, OUT, OPEN_DRAIN = 0, 1, 2

        def __init__(self, pin, mode=None, value=None):
            if pin not in m.pins or isinstance(pin, bool):
                raise ValueError("invalid pin")
            if m.name == "ESP32_GENERIC" and pin >= 34 and mode == self.OUT:
                raise ValueError("pin can only be input")
            self.id = m.one(pin)
            self.level = value
            m.log.append(("Pin", self.id, mode))

        def value(self, *level):
            if level:
                self.level = level[0]
            return self.level

        if m.port == "stm32":

            def names(self):
                others = [a for a in _F446 if _F446[a] == self.id]
                return [self.id] + (others if m.name == "NUCLEO_F446RE" else [])

    return Pin


def _uart(m):
    class UART:
        def __init__(self, number, **options):
            if number not in m.uarts:
                raise ValueError("UART(%d) does not exist" % number)
            if number == m.repl:
                raise ValueError("UART is static and can't be init'd")
            known = _UART if m.port == "stm32" else _UART + ("tx", "rx", "txbuf")
            for key in options:
                if key not in known:
                    raise TypeError("extra keyword arguments given: " + key)
            if m.port == "rp2":
                for key, rest in (("tx", 0), ("rx", 1)):
                    pin = options[key].id
                    if pin % 4 != rest or ((pin + 4) & 8) >> 3 != number:
                        raise ValueError("bad %s pin" % key.upper())
            self.options = options
            m.log.append(("UART", number, options))

        def any(self):
            return 0

        def readinto(self, buf, nbytes=None):
            return None

        def write(self, buf):
            return len(buf)

    return UART


def _adc(m):
    class ADC:
        if m.port == "esp32":
            ATTN_11DB = 3

        def __init__(self, pin, **options):
            if not isinstance(pin, int) and pin.id not in m.analog:
                raise ValueError("Pin does not have ADC capabilities")
            if options and m.port != "esp32":
                raise TypeError("extra keyword arguments given")
            m.log.append(("ADC", pin, options))

        def read_u16(self):
            return 32768

    return ADC


def _i2c(m):
    class I2C:
        def __init__(self, number, freq=400_000, scl=None, sda=None):
            if number not in m.buses:
                raise ValueError("I2C(%d) does not exist" % number)
            if m.port == "stm32" and (scl or sda):
                raise ValueError("explicit choice of scl/sda is not implemented")
            if m.port == "rp2":
                for pin, odd in ((scl.id, 1), (sda.id, 0)):
                    if pin & 1 != odd or (pin & 2) >> 1 != number:
                        raise ValueError("bad pin")
            m.log.append(("I2C", number, scl and (scl.id, sda.id)))

    return I2C


def _rtc(m):
    class RTC:
        date = (2000, 1, 1, 6, 0, 0, 0, 0)

        def datetime(self, date=None):
            if date is None:
                return self.date
            if len(date) != 8 or not 1 <= date[3] <= 7:
                raise ValueError("bad date")
            self.date = date

    return RTC


def _pwm(m):
    class PWM:
        def __init__(self, pin, freq, duty_u16):
            m.log.append(("PWM", pin.id, freq))
            self.duty_u16(duty_u16)

        def duty_u16(self, duty):
            self.duty = duty

    return PWM


class Pyb:
    """The module `pyb` of STM32: as much of Timer as a dimmer needs, and ADCAll."""

    def __init__(self):
        self.timers = timers = []

        class Channel:
            def __init__(self, number, mode, pin, pulse_width):
                self.number, self.pin, self.width = number, pin, pulse_width

            def pulse_width(self, width):
                self.width = width

        class Timer:
            PWM = 0

            def __init__(self, number, freq):
                self.number, self.freq = number, freq
                timers.append(self)

            def period(self):
                return 20999

            def channel(self, number, mode, pin, pulse_width):
                self.out = Channel(number, mode, pin, pulse_width)
                return self.out

        class ADCAll:
            def __init__(self, bits, mask):
                self.asked = bits, mask

            def read_core_temp(self):
                return 31.5

        self.Timer, self.ADCAll = Timer, ADCAll


class OneWireModule:
    """The module `onewire`."""

    class OneWire:
        def __init__(self, pin):
            self.pin = pin
