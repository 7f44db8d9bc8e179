"""The virtual board's line to the bench: it sets temperatures, and is shown pins and PWM duties.

One JSON object a line over TCP, the node being the client (environment BOARD=HOST:PORT).
Bench to node: {"temp": {name: °C or null}}
Node to bench: {"hello": whole state} after connecting, then as they change
               {"pin": 2, "value": 1} and {"pwm": 4, "duty_u16": 32768}
"""

import json

_LONGEST_LINE = 1024
_LONGEST_QUEUE = 2048


class Link:
    """Keeps board in step with the bench at the other end of port (a ports.Port)."""

    def __init__(self, board, port):
        self.board = board
        self.port = port
        self.refused = 0  # lines and values that could not be used
        self._line = bytearray()
        self._skip = False
        self._out = b""
        self._greet = True
        self._buf = bytearray(256)
        board.on_change(self._changed)

    def _changed(self, kind, key, value):
        if kind == "pin":
            self._send({"pin": key, "value": value})
        elif kind == "pwm":
            self._send({"pwm": key, "duty_u16": value})

    def _send(self, message):
        if not self.port.up or self._greet:
            return  # the greeting will tell everything
        if len(self._out) > _LONGEST_QUEUE:
            self._greet = True
            return
        self._out += json.dumps(message).encode() + b"\n"

    def pump(self):
        """Move bytes both ways, as many as go without waiting."""
        was_up = self.port.up
        for _ in range(16):
            count = self.port.readinto(self._buf)
            if not count:
                break
            self._take(self._buf[:count])
        if not self.port.up:
            if was_up:
                self._out, self._line, self._skip = b"", bytearray(), False
            self._greet = True
            return
        if self._greet and not self._out:
            self._greet = False
            self._send({"hello": self.board.state()})
        if self._out:
            self._out = self._out[self.port.write(self._out) :]

    def _take(self, data):
        while data:
            end = data.find(b"\n")
            part = data if end < 0 else data[:end]
            if len(self._line) + len(part) > _LONGEST_LINE:
                self._skip = True
            if not self._skip:
                self._line.extend(part)
            if end < 0:
                return
            data = data[end + 1 :]
            line = bytes(self._line)
            self._line = bytearray()
            if self._skip:
                self._skip = False
                self.refused += 1
            elif line.strip():
                self._obey(line)

    def _obey(self, line):
        try:
            temps = json.loads(line)["temp"]
            for name in temps:
                self.board.set_temp(name, temps[name])
        except (ValueError, KeyError, TypeError, RuntimeError):
            self.refused += 1
