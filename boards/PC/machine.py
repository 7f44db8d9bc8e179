"""`machine` for the unix port of MicroPython: the computer plays the board.

Stands before the built-in module on MICROPYPATH; what is not here is in chip.py, or is that one's.
The devices live in the process that started this one (tools/pchost), which is called through a
pseudo terminal named by BOARD_DEVICE; the UART is another, named by UART_DEVICE. So the heap holds
what it would hold on a board.
"""

import builtins
import io
import json
import os
import select

if not os.getenv("BOARD_DEVICE"):
    raise ImportError("no board: start with `make node`")
_calls = open(os.getenv("BOARD_DEVICE"), "r+b", buffering=0)
_count = 0
_stop = open(os.getenv("STOP_DEVICE"), "rb", buffering=0)  # our starter passes Ctrl-C on by it
_stopped = select.poll()
_stopped.register(_stop, select.POLLIN)


def call(device, name, args=(), options={}):  # noqa: B006 - nobody changes it
    """Call method name of device (its number; 0: a function or class); return what it returns.

    Raises what the method raises. Ends the program if nobody is there.
    """
    global _count
    _count += 1
    mark = "%d:" % _count
    values = list(args) + list(options.values())
    request = json.dumps([device, name, [_pack(value) for value in values], list(options)])
    line = ""
    try:
        _calls.write("\n%s%s\n" % (mark, request))
        while not line.startswith(mark):  # skip what a call that Ctrl-C cut short left
            line = _calls.readline().decode()
            if not line:
                raise OSError
    except OSError:
        raise SystemExit(1)
    error, result, filled = json.loads(line[len(mark) :])
    if error:
        if not hasattr(builtins, error):
            import chip

            raise getattr(chip, error)
        raise getattr(builtins, error)(result)
    for value, data in zip(values, filled):
        if data:
            value[:] = bytes.fromhex(data)
    return _unpack(result)


def _pack(value):
    if isinstance(value, Device):
        return {"device": value.number}
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    return {"bytes" if isinstance(value, bytes) else "buffer": bytes(value).hex()}


def _unpack(value):
    if isinstance(value, dict):
        return bytes.fromhex(value["bytes"])
    return [_unpack(item) for item in value] if isinstance(value, list) else value


class Device:
    """A device of the virtual board, or a class of them (number: its name); the rest is remote."""

    def __init__(self, number):
        self.number = number

    def __call__(self, *args, **options):
        """Make a device of the class; of a pin, return or set the level."""
        if isinstance(self.number, str):
            return Device(call(0, self.number, args, options))
        return call(self.number, "value", args, options)

    def __getattr__(self, name):
        if isinstance(self.number, str):
            return call(0, "constant", (self.number, name))
        call(0, "check", (self, name))
        return lambda *args, **options: call(self.number, name, args, options)


class UART(io.IOBase):
    """machine.UART: reading and writing never block. The rest is in uart_more.py."""

    def __init__(self, id_, baudrate=9600, **options):
        """The stream is what the starter connected; the options of a board's UART are accepted."""
        self._stream = open(os.getenv("UART_DEVICE"), "r+b", buffering=0)
        self.write = self._stream.write
        self.baud = baudrate
        self._buf = bytearray(256)
        self._at = self._end = self._looks = 0

    def any(self):
        """Return how many bytes can be read at once, 0 for none."""
        if self._at == self._end:
            self._at = 0
            self._end = self._stream.readinto(self._buf) or 0
            self._looks = (self._looks + 1) & 7
            for _ in () if self._looks else _stopped.ipoll(0):  # each time would take a tenth
                # A signal could come in the middle of a collection, and leave the heap locked.
                # Closed without a byte: the starter was killed, and nobody is there any more.
                raise KeyboardInterrupt if _stop.read(1) else SystemExit
        return self._end - self._at

    def readinto(self, buf, nbytes=256):
        """Read at most nbytes into buf; return how many, or None when there is nothing."""
        n = min(self.any(), len(buf), nbytes)
        if not n:
            return None
        buf[:n] = self._buf[self._at : self._at + n]
        self._at += n
        return n

    def __getattr__(self, name):
        import uart_more  # what a node does not need

        method = getattr(uart_more.MoreUart, name)
        return lambda *args, **options: method(self, *args, **options)


def __getattr__(name):
    """Return a class of devices, or what only few programs use, from chip.py."""
    if name in ("Pin", "PWM", "ADC", "I2C"):
        return Device(name)
    import chip

    return getattr(chip, name)
