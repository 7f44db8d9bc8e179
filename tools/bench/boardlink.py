"""The bench's end of the virtual board: temperatures go to the node, pins and duties come back.

Newline JSON over TCP, the node being the client. Bench to node: {"temp": {name: °C or null}}.
Node to bench: {"hello": state}, {"pin": 2, "value": 1}, {"pwm": 4, "duty_u16": 32768}, and
{"temp": {name: °C}} of sensors that drift.
"""

import asyncio
import json
import sys
from pathlib import Path

from bench.serve import hang_up

MAX_LINE = 4096


def new_board():
    """Return a VBoard, the one model of the virtual board, which lives in boards/PC."""
    folder = str(Path(__file__).resolve().parents[2] / "boards" / "PC" / "virtual")
    if folder not in sys.path:
        sys.path.append(folder)
    from vboard import VBoard

    return VBoard()


class BoardLink:
    """Keeps a VBoard equal to the node's, without a socket.

    send: called with the bytes for the node, while one is connected.
    """

    def __init__(self, board):
        self.board = board
        self.send = None
        self.refused = 0  # lines that made no sense
        self.connected = False
        self._line = bytearray()
        self._overflow = False

    def set_temp(self, name, celsius):
        """Hold sensor name at celsius, None = disconnected. Raises ValueError as VBoard does."""
        self.board.set_temp(name, celsius)
        self._tell({name: self.board.temps[name]})

    def connect(self, send):
        """A node is there: tell it the temperatures that were set."""
        self.send = send
        self.connected = True
        self._line.clear()
        self._overflow = False
        driven = {name: self.board.temps[name] for name in sorted(self.board.driven)}
        if driven:
            self._tell(driven)

    def disconnect(self):
        """The node has gone."""
        self.send = None
        self.connected = False

    def feed(self, data):
        """Take bytes from the node; lines that make no sense are counted, never raised."""
        parts = data.split(b"\n")
        for number, part in enumerate(parts):
            if len(self._line) + len(part) > MAX_LINE:
                self._overflow = True
                self._line.clear()
            elif not self._overflow:
                self._line += part
            if number < len(parts) - 1:
                self._end_line()

    def _end_line(self):
        line, self._line = bytes(self._line), bytearray()
        overflow, self._overflow = self._overflow, False
        try:
            if overflow:
                raise ValueError("line too long")
            self._obey(json.loads(line))
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            self.refused += 1

    def _obey(self, message):
        if "temp" in message:
            for name, celsius in message["temp"].items():
                self.board.follow_temp(name, celsius)
        elif "hello" in message:
            for pin, value in message["hello"]["pins"].items():
                self.board.set_pin(int(pin), int(value))
            for pin, duty in message["hello"]["pwm"].items():
                self.board.set_duty(int(pin), int(duty))
            for name, celsius in message["hello"]["temps"].items():
                self.board.follow_temp(name, celsius)
        elif "pin" in message:
            self.board.set_pin(int(message["pin"]), int(message["value"]))
        else:
            self.board.set_duty(int(message["pwm"]), int(message["duty_u16"]))

    def _tell(self, temps):
        if self.send:
            self.send(json.dumps({"temp": temps}).encode() + b"\n")


async def serve_board(link, host, port):
    """Listen for the node's board link; return the asyncio server. The newest client counts."""
    current = []

    async def talk(reader, writer):
        while current:
            hang_up(current.pop())
        current.append(writer)
        link.connect(writer.write)
        try:
            while data := await reader.read(MAX_LINE):
                if writer in current:
                    link.feed(data)
        except OSError:
            link.refused += 1
        except asyncio.CancelledError:
            return  # the bench ends
        finally:
            hang_up(writer)
            if writer in current:
                current.remove(writer)
                link.disconnect()

    return await asyncio.start_server(talk, host, port)
