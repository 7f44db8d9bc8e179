"""A server for the node's datagrams behind an address that only the simulated module reaches."""

from uplink.receiver import Receiver

DEFAULT = "10.0.0.2:5700"


class UplinkPeer:
    """Answers what a module sends to address; datagrams get lost as other messages do.

    on_reading, on_answer, key: as in Receiver, which is `receiver`.
    """

    def __init__(self, module, address=DEFAULT, on_reading=None, on_answer=None, key=None):
        self._module = module
        platform = module.platform
        self.receiver = Receiver(
            on_reading or (lambda imei, reading: None),
            on_answer,
            key,
            now=lambda: platform.wall_ms() / 1000,
        )
        self.bytes = [0, 0]  # up and down, as they arrived
        module.peers[address] = self._send

    def _send(self, data, reply):
        """Carry data up, and what the server says to it down by reply(data)."""
        air = self._module.air
        if air.drops():
            return
        timers = self._module.platform.timers
        timers.after(self._delay_ms, lambda: self._arrive(data, reply))

    @property
    def _delay_ms(self):
        return self._module.platform.network_ms + self._module.air.delay_ms

    def _arrive(self, data, reply):
        self.bytes[0] += len(data)
        for answer in self.receiver.handle(data):
            if not self._module.air.drops():
                self.bytes[1] += len(answer)
                self._module.platform.timers.after(
                    self._delay_ms, lambda answer=answer: reply(answer)
                )
