"""`machine` for the unix port of MicroPython: the computer plays the board.

Stands before the built-in module on MICROPYPATH; what is not here is that one's. The devices live
in the process that started this one (tools/pchost), which is called through a pseudo terminal
named by BOARD_DEVICE; the UART is another, named by UART_DEVICE. So the heap holds what it would
hold on a board.
"""

import io
import json
import os
import sys

_EIO = 5
_POLL = 3  # the ioctl request with which select asks for readiness
_calls = open(os.getenv("BOARD_DEVICE"), "r+b", buffering=0)


def call(device, name, args=(), options=None):
    """Call method name of device (its number; 0: make a device of class name); return its value.

    Raises what the device raises: OSError or ValueError. Ends the program if nobody is there.
    """
    buffers = [arg for arg in args if isinstance(arg, bytearray)]
    options = {key: _pack(options[key]) for key in options} if options else {}
    _calls.write(json.dumps([device, name, [_pack(arg) for arg in args], options]) + "\n")
    line = _calls.readline()
    if not line:
        raise SystemExit(1)
    reply = json.loads(line)
    if "error" in reply:
        kind, what = reply["error"]
        raise OSError(what) if kind == "OSError" else ValueError(what)
    for buffer, filled in zip(buffers, reply["filled"]):
        buffer[:] = bytes.fromhex(filled)
    return _unpack(reply["value"])


def _pack(value):
    if isinstance(value, bytearray):
        return {"buffer": value.hex()}
    if isinstance(value, bytes):
        return {"hex": value.hex()}
    return {"device": value.number} if isinstance(value, Device) else value


def _unpack(value):
    if isinstance(value, dict):
        return bytes.fromhex(value["hex"])
    return [_unpack(item) for item in value] if isinstance(value, list) else value


class Device:
    """A device of the virtual board; its methods are the remote ones."""

    def __init__(self, *args, **options):
        self.number = call(0, type(self).__name__, args, options)

    def __getattr__(self, name):
        return lambda *args, **options: call(self.number, name, args, options)


class Pin(Device):
    """machine.Pin."""

    IN = 1
    OUT = 3
    OPEN_DRAIN = 7
    PULL_DOWN = 1
    PULL_UP = 2

    def __call__(self, *args):
        return call(self.number, "value", args)


class PWM(Device):
    """machine.PWM."""


class ADC(Device):
    """machine.ADC."""

    ATTN_0DB, ATTN_2_5DB, ATTN_6DB, ATTN_11DB = 0, 1, 2, 3


class I2C(Device):
    """machine.I2C."""


class UART(io.IOBase):
    """machine.UART: reading and writing never block."""

    def __init__(self, id_, baudrate=9600, **options):
        """The stream is what the starter connected; the options of a board's UART are accepted."""
        self._stream = open(os.getenv("UART_DEVICE"), "r+b", buffering=0)
        self._buf = bytearray(256)
        self._at = self._end = 0

    def any(self):
        """Return how many bytes can be read at once, 0 for none."""
        if self._at == self._end:
            self._at = 0
            try:
                self._end = self._stream.readinto(self._buf) or 0
            except OSError as e:
                if e.errno == _EIO:  # the other end is gone, and our starter with it
                    raise SystemExit(1)
                raise
        return self._end - self._at

    def readinto(self, buf, nbytes=None):
        """Read at most nbytes into buf; return how many, or None when there is nothing."""
        n = min(self.any(), len(buf) if nbytes is None else nbytes)
        if not n:
            return None
        buf[:n] = self._buf[self._at : self._at + n]
        self._at += n
        return n

    def read(self, nbytes=256):
        """Return at most nbytes, or None when there is nothing."""
        buf = bytearray(nbytes)
        n = self.readinto(buf)
        return bytes(buf[:n]) if n else None

    def write(self, buf):
        """Write; return the number of bytes taken."""
        return self._stream.write(buf)

    def ioctl(self, request, arg):
        """Tell select and asyncio whether reading (1) or writing (4) would go at once."""
        if request == _POLL:
            return arg & (5 if self.any() else 4)
        return -1


def reset():
    """End the process with status 3: whoever started it may start it again."""
    sys.exit(3)


def __getattr__(name):
    """Return what only few programs use, loading it: heap is scarce."""
    import chip

    return getattr(chip, name)
