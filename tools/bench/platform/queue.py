"""Operations on their way to devices: numbered, held back, sent, given up."""

from bench.platform.device import MAX_WAITING
from bench.platform.operations import BUSY, OFFLINE, REFUSED, TIME_OUT

FIRST_MSGID = 1001
MSGID_BLOCK = 1000  # message ids reserved at a time, so that a second start goes on behind them
MIN_TIMEOUT_MS, MAX_TIMEOUT_MS = 5000, 40000  # facts platform.md 1.4


class Queue:
    """The waiting operations of all devices of a Platform.

    window: operations a device gets before it has answered the first.
    """

    def __init__(self, platform, window):
        self._platform = platform
        self._window = window
        self._next_msgid = int(platform.store.meta("next_msgid", FIRST_MSGID))
        self._msgids_end = self._next_msgid

    def start(self, operation):
        """Send the operation when its device may have it; done at once if it cannot be."""
        platform = self._platform
        device = platform.device(operation.imei)
        problem = _path_problem(operation.path)
        if not device or problem or not _fair_timeout(operation):
            reason = problem or "no such device, or timeout not 5 to 40 s"
            operation.finish(name=REFUSED, reason=reason)
        elif not device.online:
            operation.finish(name=OFFLINE)
        elif len(device.waiting) >= MAX_WAITING:
            operation.finish(name=BUSY)
        else:
            operation.msgid = self._msgid()
            left = operation.asked_ms + operation.timeout_ms - platform.timers.now()
            platform.timers.after(left, lambda: self._expire(device, operation))
            device.waiting.append(operation)
            self.send_waiting(device)
        return operation

    def send_waiting(self, device):
        """Send what the device may get now."""
        while device.waiting and len(device.sent) < self._window:
            operation = device.waiting.popleft()
            if not operation.done:
                device.sent[operation.msgid] = operation
                if device.link:  # none after a restart of the platform: it will time out
                    request = operation.request(self._platform.timers.now(), device.number)
                    self._platform.downlink(device.link, request)

    def _msgid(self):
        msgid = self._next_msgid
        self._next_msgid += 1
        if self._next_msgid > self._msgids_end:
            self._msgids_end = msgid + MSGID_BLOCK
            self._platform.store.set_meta("next_msgid", self._msgids_end)
        return msgid

    def _expire(self, device, operation):
        if not operation.done:
            device.sent.pop(operation.msgid, None)
            operation.finish(name=TIME_OUT)
            self.send_waiting(device)


def _path_problem(path):
    oid, iid, rid = path
    if not 0 <= oid <= 65535 or not -1 <= iid <= 65535 or not -1 <= rid <= 65535:
        return "ids are 0 to 65535"
    if iid < 0 <= rid:
        return "a resource needs its instance"
    return ""


def _fair_timeout(operation):
    return operation.before or MIN_TIMEOUT_MS <= operation.timeout_ms <= MAX_TIMEOUT_MS
