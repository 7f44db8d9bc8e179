"""What is new on a device, asked again and again; a platform that goes away may come back."""

from datetime import datetime

from onenet.errors import Misuse, Refused, Strange, Unreachable
from onenet.fetch import PAGE, fetch
from onenet.replies import as_dicts, as_flag, data_of, points_of
from onenet.times import BEIJING, now, parse_at, sent

_OVERLAP_S = 5  # asked for twice: datapoints are stamped before they can be read
_NO_KEY = (2, 3)  # errnos of /devices that waiting does not mend
_MOST = PAGE * 10  # datapoints of a resource in one turn


class Watcher:
    """find() returns the device's id; turn() returns the events since the turn before.

    An event is a dict with "type": "datapoint" (stream, at, value), "presence" (online, at) or
    "platform" (reachable, reason, at).
    """

    def __init__(self, onenet, find):
        self._onenet = onenet
        self._find = find
        self._device_id = None
        self._newest = {}  # stream -> at of its newest datapoint
        self._online = None
        self._reason = ""  # why the platform cannot be asked

    def start(self):
        """Return the events to begin with: presence and newest values. Raises what fails."""
        self._device_id = self._find()
        return self._ask()

    def turn(self):
        """Return the events since the turn before. Raises Refused when the key is not accepted."""
        try:
            if self._device_id is None:
                self._device_id = self._find()
            events = self._ask()
        except (Unreachable, Strange, Refused, Misuse) as error:
            if isinstance(error, Refused) and error.errno in _NO_KEY:
                raise
            # What answers next may be a platform of other ids.
            self._device_id = None
            return self._lost(str(error))
        back = [] if not self._reason else [_platform(True, "")]
        self._reason = ""
        return back + events

    def _lost(self, reason):
        before, self._reason = self._reason, reason
        return [_platform(False, reason)] if reason != before else []

    def _ask(self):
        status = data_of(self._onenet.status(self._device_id))
        start = self._from()
        reply, _ = fetch(self._onenet, self._device_id, start=start, limit=start and _MOST)
        events = []
        for device in as_dicts(status.get("devices"))[:1]:
            online = as_flag(device.get("online"))
            if online != self._online:
                self._online = online
                events.append({"type": "presence", "online": online, "at": _stamp()})
        points = [
            {"type": "datapoint", "stream": stream, "at": at, "value": value}
            for stream, found in points_of(reply).items()
            for at, value in found
            if at > self._newest.get(stream, "")
        ]
        points.sort(key=lambda point: (point["at"], point["stream"]))
        for point in points:
            self._newest[point["stream"]] = point["at"]
        return events + points

    def _from(self):
        """Return where to ask from, None for the newest values alone."""
        newest = parse_at(max(self._newest.values(), default=""))
        return newest and sent(datetime.fromtimestamp(newest - _OVERLAP_S, BEIJING))


def _platform(reachable, reason):
    return {"type": "platform", "reachable": reachable, "reason": reason, "at": _stamp()}


def _stamp():
    return now().isoformat(" ", "milliseconds")[:23]
