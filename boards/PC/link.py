"""The virtual board's line to the bench: it sets temperatures, and is shown pins and PWM duties.

One JSON object a line over TCP, the node being the client (environment BOARD=HOST:PORT).
Bench to node: {"temp": {name: °C or null}}
Node to bench: {"hello": whole state} after connecting, then as they change
               {"pin": 2, "value": 1} and {"pwm": 4, "duty_u16": 32768}
"""

import json

from micropython import const

_LONGEST_LINE = const(1024)
_LONGEST_QUEUE = const(2048)


class Link:
    """Keeps board in step with the bench at the other end of port (a Port)."""

    def __init__(self, board, port):
        self.board = board
        self.port = port
        self.refused = 0  # lines and values that could not be used
        self._line = b""  # the beginning of one
        self._skip = False  # its end is to be skipped
        self._out = b""
        self._greet = True
        board.on_change(self._changed)

    def _changed(self, kind, key, value):
        if kind != "temp" and not self._greet:  # the greeting will tell everything
            self._send({kind: key, "value" if kind == "pin" else "duty_u16": value})

    def _send(self, message):
        self._out += json.dumps(message).encode() + b"\n"
        if len(self._out) > _LONGEST_QUEUE:
            self._greet = True  # behind what is queued

    def pump(self):
        """Move bytes both ways, as many as go without waiting."""
        buf = bytearray(256)
        for _ in range(16):
            count = self.port.readinto(buf)
            if not count:
                break
            self._take(buf[:count])
        if self._greet and self.port.up and not self._out:
            self._greet = False
            self._send({"hello": self.board.state()})
        if self._out:
            self._out = self._out[self.port.write(self._out) :]
        if not self.port.up:
            self._out = self._line = b""
            self._skip = False
            self._greet = True

    def _take(self, data):
        lines = bytes(self._line + data).split(b"\n")
        self._line = lines.pop()
        for line in lines:
            if self._skip:
                self._skip = False
                self.refused += 1
            elif line.strip():
                try:
                    temps = json.loads(line)["temp"]
                    for name in temps:
                        self.board.set_temp(name, temps[name])
                except (ValueError, KeyError, TypeError, RuntimeError):
                    self.refused += 1
        if len(self._line) > _LONGEST_LINE:
            self._line = b""
            self._skip = True
