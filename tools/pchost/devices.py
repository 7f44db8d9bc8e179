"""The virtual board's devices, called from the node's interpreter one JSON line at a time.

request  [device or 0, name, [arguments], {options}]; device 0 makes devices: name is its class
reply    {"value": ...}, with "filled": [hex, ...] for buffers handed in, or {"error": [kind, ...]}
Bytes travel as {"hex": ...}, a bytearray as {"buffer": hex}, a device as {"device": n}.
"""

import json

import vdevices
import vonewire

MAX_LINE = 8192
_CLASSES = {
    "Pin": vdevices.Pin,
    "PWM": vdevices.PWM,
    "ADC": vdevices.ADC,
    "I2C": vdevices.I2C,
    "OneWire": vonewire.OneWire,
}


class Devices:
    """Every device one node has made; `board` is the VBoard they belong to."""

    def __init__(self, board):
        vdevices.use(board)
        self._made = []

    def answer(self, line):
        """Do the request in line (bytes), return the reply as a line; never raises."""
        try:
            reply = self._do(json.loads(line))
        except OSError as e:
            reply = {"error": ["OSError", e.errno or 0]}
        except (ValueError, TypeError, KeyError, IndexError, AttributeError) as e:
            reply = {"error": ["ValueError", str(e)]}
        return json.dumps(reply).encode() + b"\n"

    def _do(self, request):
        target, name, args, options = request
        buffers = []
        args = [self._unpack(arg, buffers) for arg in args]
        options = {key: self._unpack(value, buffers) for key, value in options.items()}
        if target:
            if name[:1] == "_":
                raise ValueError("no such method")
            value = getattr(self._made[target - 1], name)(*args, **options)
        elif name == "mcu_temperature":
            value = vdevices.mcu_temperature()
        else:
            self._made.append(_CLASSES[name](*args, **options))
            value = len(self._made)
        return {"value": _pack(value), "filled": [buffer.hex() for buffer in buffers]}

    def _unpack(self, value, buffers):
        if not isinstance(value, dict):
            return value
        if "hex" in value:
            return bytes.fromhex(value["hex"])
        if "device" in value:
            return self._made[value["device"] - 1]
        buffers.append(bytearray.fromhex(value["buffer"]))
        return buffers[-1]


def _pack(value):
    if isinstance(value, (bytes, bytearray)):
        return {"hex": value.hex()}
    if isinstance(value, (list, tuple)):
        return [_pack(item) for item in value]
    return value
