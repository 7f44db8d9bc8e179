"""What Pin, PWM, UART and OneWire can do besides, loaded when it is asked for: heap is scarce."""

from select import POLLIN, POLLOUT

_POLL = 3  # the ioctl request with which select asks for readiness


def method(of, name):
    """Return the method name of an object of this board; raises AttributeError without one."""
    function = _METHODS.get((type(of).__name__, name))
    if function is None:
        raise AttributeError(name)
    return lambda *args, **options: function(of, *args, **options)


def _init_pin(pin, mode=-1, pull=-1, *, value=None, drive=None, hold=None):
    """Set mode and pull (-1: leave as it is); an output starts at value where given."""
    if mode == -1 and pin._out:
        mode = pin.OUT
    if pull == -1 and pin._up:
        pull = pin.PULL_UP
    pin.__init__(pin.id, mode, pull, value=value)


def _toggle(pin):
    pin.value(1 - pin.value())


def _init_pwm(pwm, *, freq=None, duty_u16=None):
    """Set freq and duty_u16, where given."""
    freq = pwm.hz if freq is None else freq
    pwm.__init__(pwm.id, freq, pwm.duty_u16() if duty_u16 is None else duty_u16)


def _freq(pwm, value=None):
    """Return the frequency in Hz, or set it."""
    if value is None:
        return pwm.hz
    _init_pwm(pwm, freq=value)


def _stop(pwm):
    """Stop: the output goes low."""
    pwm.duty_u16(0)


def _init_uart(uart, baudrate=9600, bits=8, parity=None, stop=1, **options):
    """Open (again), with the options of the constructor."""
    _close(uart)
    uart.__init__(0, baudrate, **options)


def _close(uart):
    """Close: reads give nothing then, writes take nothing."""
    if uart.port:
        uart.port.close()
        uart.port = None


def _read(uart, nbytes=-1):
    """Return at most nbytes (-1: all there is), or None when there is nothing."""
    count = uart.any()
    buf = bytearray(count if nbytes is None or nbytes < 0 else min(nbytes, count))
    return bytes(buf) if uart.readinto(buf) else None


def _readline(uart):
    """Return the bytes up to and with the next newline, or what there is, or None."""
    for i in range(uart.any()):
        if uart.buf[(uart.head + i) % len(uart.buf)] == 10:
            return _read(uart, i + 1)
    return _read(uart)


def _ioctl(uart, request, arg):
    """Answer select's question for readiness."""
    if request != _POLL:
        return -1  # in particular there is no file descriptor: 0 would mean stdin
    return (POLLIN if arg & POLLIN and uart.any() else 0) | arg & POLLOUT


def _readbyte(wire):
    """Return the next byte; 0xFF when nothing answers."""
    buf = bytearray(1)
    wire.readinto(buf)
    return buf[0]


def _readbit(wire):
    """Return the next bit: of an answer, else 0 while a chosen device converts, else 1."""
    if not wire.bits:
        answered = len(wire.out)
        byte = _readbyte(wire)
        if not answered:
            return byte & 1
        wire.bits = [byte >> n & 1 for n in range(8)]
    return wire.bits.pop(0)


def _writebit(wire, value):
    """Write one bit; eight make a byte, lowest first."""
    wire.bits.append(1 if value else 0)
    if len(wire.bits) == 8:
        byte = sum([wire.bits[n] << n for n in range(8)])
        wire.bits = []
        wire.writebyte(byte)


_METHODS = {
    ("Pin", "init"): _init_pin,
    ("Pin", "on"): lambda pin: pin.value(1),
    ("Pin", "off"): lambda pin: pin.value(0),
    ("Pin", "toggle"): _toggle,
    ("PWM", "freq"): _freq,
    ("PWM", "init"): _init_pwm,
    ("PWM", "deinit"): _stop,
    ("OneWire", "readbit"): _readbit,
    ("OneWire", "readbyte"): _readbyte,
    ("OneWire", "writebit"): _writebit,
    ("UART", "init"): _init_uart,
    ("UART", "deinit"): _close,
    ("UART", "read"): _read,
    ("UART", "readline"): _readline,
    ("UART", "ioctl"): _ioctl,
}
