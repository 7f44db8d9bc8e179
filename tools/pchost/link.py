"""The virtual board's line to the bench: it sets temperatures, and is shown pins and PWM duties.

One JSON object a line over TCP, the node being the client.
Bench to node: {"temp": {name: °C or null}}
Node to bench: {"hello": whole state} after connecting, then as they change
               {"pin": 2, "value": 1} and {"pwm": 4, "duty_u16": 32768}
               {"temp": {name: °C}} of a sensor nobody holds, whenever it has drifted 0.05 °C
"""

import json

from pchost.stream import TcpStream, address

_LONGEST_LINE = 1024
_WORTH_TELLING = 0.05  # °C; less than a DS18B20 can tell apart


class Link:
    """Keeps board in step with the bench at name, HOST:PORT; raises ValueError if it is not."""

    def __init__(self, board, name):
        self.board = board
        self.refused = 0  # lines and values that could not be used
        self._line = b""
        self._skip = False
        self._told = {}  # sensor: °C, of those that drift
        self._stream = _Greeting(name, self._take, self._greet)
        board.on_change(self._changed)

    async def run(self):
        """Keep the line for ever."""
        await self._stream.run()

    def _greet(self):
        self._line = b""
        self._skip = False
        state = self.board.state()
        self._told = state["temps"]
        self._send({"hello": state})

    def _changed(self, kind, key, value):
        if kind != "temp":
            self._send({kind: key, "value" if kind == "pin" else "duty_u16": value})
        elif key not in self.board.driven:
            if abs(value - self._told.get(key, value)) >= _WORTH_TELLING:
                self._told[key] = value
                self._send({"temp": {key: value}})

    def _send(self, message):
        self._stream.write(json.dumps(message).encode() + b"\n")

    def _take(self, data):
        *lines, self._line = (self._line + data).split(b"\n")
        for line in lines:
            if self._skip or len(line) > _LONGEST_LINE:
                self._skip = False
                self.refused += 1
            elif line.strip():
                self._obey(line)
        if len(self._line) > _LONGEST_LINE:
            self._line = b""
            self._skip = True

    def _obey(self, line):
        try:
            temps = json.loads(line)["temp"]
            for name in temps:
                self.board.set_temp(name, temps[name])
        except (ValueError, KeyError, TypeError, RecursionError):
            self.refused += 1


class _Greeting(TcpStream):
    """A TCP stream that calls greet() whenever it has come up."""

    def __init__(self, name, take, greet):
        hint = f"nothing listens on {name}: start `make bench`"
        super().__init__(name, address("BOARD", name), take, hint)
        self._greet = greet

    async def _read(self):
        self._greet()
        await super()._read()
