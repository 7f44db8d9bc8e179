"""The server's logic without a socket: each reading once, commands until they are answered."""

import time
from dataclasses import dataclass

from uplink import codec


@dataclass
class Command:
    """done: its answer, once there is one."""

    imei: int
    id: int
    operation: str
    path: tuple
    values: tuple
    done: codec.Answer | None = None


class Receiver:
    """Takes datagrams of any number of nodes.

    on_reading(imei, Reading) is called once for each reading, before it is acknowledged;
    on_answer(Command) when a command was answered. state: {(imei, stream): next number}, kept by
    whoever wants it to survive. key: bytes, or None. now: returns UNIX seconds.
    """

    def __init__(self, on_reading, on_answer=None, key=None, state=None, now=time.time):
        self.on_reading = on_reading
        self.on_answer = on_answer or (lambda command: None)
        self.key = key
        self.state = {} if state is None else state
        self.readings = 0
        self.repeated = 0  # readings that came again
        self.refused = 0  # datagrams that were none
        self._now = now
        self._commands = []
        self._newest = 0

    def command(self, imei, operation, path, values=()):
        """Have a command sent with the next acknowledgements until it is answered; return it.

        values: of a write (value, rid, value, ...), the first for the rid of path.
        """
        self._newest = max(self._newest + 1, int(self._now() * 1000))
        command = Command(imei, self._newest, operation, tuple(path), tuple(values))
        self._commands.append(command)
        return command

    def handle(self, data):
        """Take a datagram; return those to be sent back to where it came from."""
        try:
            message = codec.decode(data, self.key)
        except codec.DatagramError:
            self.refused += 1
            return []
        if isinstance(message, codec.Answer):
            self._answered(message)
            return []
        place = (message.imei, message.stream)
        number = self.state.get(place, 0)
        for reading in message.readings:
            if reading.number < number:
                self.repeated += 1
                continue
            self.readings += 1
            number = reading.number + 1
            self.on_reading(message.imei, reading)
        self.state[place] = number = max(number, message.first)
        out = [codec.ack(message.stream, number, self.key)]
        for each in self._commands:
            if each.imei == message.imei:
                args = (each.id, each.operation, each.path, each.values)
                out.append(codec.command(message.stream, *args, key=self.key))
        return out

    def _answered(self, answer):
        for command in self._commands:
            if (command.imei, command.id) == (answer.imei, answer.id):
                self._commands.remove(command)
                command.done = answer
                self.on_answer(command)
                return
