"""The virtual board's devices, called from the node's interpreter one line at a time.

request  n:[device, name, [values], [keys]]
         the last values are keyword arguments, named by keys; device 0 has the classes and
         functions: a class returns the number of a new device, "constant" a class's constant
reply    n:[error, result, filled]
         error: name of the exception whose argument is result (of OneWireError: none), or null;
         filled: for each value
         hex, if it was a buffer and has other bytes now, else null
Beyond JSON, a value is {"bytes": hex}, {"buffer": hex} (writable) or {"device": number}.
"""

import json
from errno import EIO

import vdevices
import vonewire

MAX_LINE = 8192  # characters of a request
_MAX_DEVICES = 256
_CLASSES = {
    "Pin": vdevices.Pin,
    "PWM": vdevices.PWM,
    "ADC": vdevices.ADC,
    "I2C": vdevices.I2C,
    "OneWire": vonewire.OneWire,
}
_ERRORS = (ValueError, TypeError, AttributeError)


class Devices:
    """Every device one node has made; `board` is the VBoard they belong to.

    functions: {name: function} of what a node may call besides.
    """

    def __init__(self, board):
        self._board = board
        self.functions = {"mcu_temperature": vdevices.mcu_temperature}
        self._made = []
        self._places = {}  # class and arguments: index in _made

    def answer(self, line):
        """Do the request in line (bytes), return the reply as a line; never raises.

        What is no request, as the end of one that Ctrl-C cut short, has the reply b"".
        """
        number, colon, text = line.partition(b":")
        if not colon or not number.isdigit() or len(number) > 20:
            return b""
        try:
            if len(line) > MAX_LINE:
                raise ValueError("more than %d characters in a call" % MAX_LINE)
            reply = self._do(json.loads(text))
        except OSError as e:
            reply = ["OSError", e.errno or (e.args or (EIO,))[0], []]  # OSError(5) has no errno
        except _ERRORS as e:
            reply = [next(c for c in _ERRORS if isinstance(e, c)).__name__, str(e)[:200], []]
        except vonewire.OneWireError:
            reply = ["OneWireError", None, []]
        except (LookupError, ArithmeticError, RecursionError) as e:
            reply = ["ValueError", repr(e)[:200], []]
        return b"%s:%s\n" % (number, json.dumps(reply).encode())

    def _do(self, request):
        target, name, values, keys = request
        vdevices.use(self._board)  # several nodes may live in this process
        values = [self._unpack(value) for value in values]
        before = [bytes(v) if isinstance(v, bytearray) else None for v in values]
        at = len(values) - len(keys)
        args, options = values[:at], dict(zip(keys, values[at:], strict=True))
        if target:
            result = _method(self._device(target), name)(*args, **options)
        elif name == "check":
            _method(*args)
            result = None
        elif name == "constant":
            result = _constant(*args)
        elif name in self.functions:
            result = self.functions[name](*args)
        else:
            result = self._make(name, args, options, json.dumps([name, request[2][:at]]))
        filled = [
            value.hex() if old is not None and old != value else None
            for old, value in zip(before, values, strict=True)
        ]
        return [None, _pack(result), filled]

    def _make(self, name, args, options, place):
        """Return the number of a new device; made again of the same, it takes the other's place.

        A chip has one pin of a number and one bus, too: a program that makes its devices for
        every use does not come to an end of them.
        """
        if name not in _CLASSES:
            raise AttributeError("no class %r" % (name,))
        device = _CLASSES[name](*args, **options)
        if place in self._places:
            self._made[self._places[place] - 1] = device
        elif len(self._made) == _MAX_DEVICES:
            raise ValueError("more than %d devices" % _MAX_DEVICES)
        else:
            self._made.append(device)
            self._places[place] = len(self._made)
        return self._places[place]

    def _device(self, number):
        if type(number) is not int or not 0 < number <= len(self._made):
            raise ValueError("no such device")
        return self._made[number - 1]

    def _unpack(self, value):
        if not isinstance(value, dict):
            return value
        if "bytes" in value:
            return bytes.fromhex(value["bytes"])
        if "device" in value:
            return self._device(value["device"])
        return bytearray.fromhex(value["buffer"])


_HERE_ONLY = ("irq",)  # takes a handler, which cannot be called across the channel


def _method(device, name):
    hidden = name[:1] == "_" or name in _HERE_ONLY
    method = None if hidden else getattr(device, name, None)
    if not callable(method):
        raise AttributeError("no method %r" % (name,))
    return method


def _constant(name, constant):
    value = None if constant[:1] == "_" else getattr(_CLASSES.get(name), constant, None)
    if type(value) is not int:
        raise AttributeError("no constant %r of %r" % (constant, name))
    return value


def _pack(value):
    if isinstance(value, (bytes, bytearray)):
        return {"bytes": value.hex()}
    if isinstance(value, (list, tuple)):
        return [_pack(item) for item in value]
    return value
