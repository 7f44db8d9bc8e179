"""The events of the platform as the messages that are pushed (facts platform.md 2)."""

import math

from bench.platform.events import Confirmed, Presence, Stored

DATAPOINT, ONLINE, COMMAND = 1, 2, 7  # type
NB_IOT = 10  # login_type
CMD_TYPES = {"READ": 0, "WRITE": 1, "EXECUTE": 2}
CONFIRM_STATUS = (
    "SUCCESS",
    "METHOD_NOT_ALLOWED",
    "FORBIDDEN",
    "NOT_FOUND",
    "INTERNAL_SERVER_ERROR",
    "TIME_OUT",
    "REQ_PARAM_ERROR",
    "RESP_ERROR",
    "UNAUTHORIZED",
    "BAD_REQUEST",
    "NOT_ACCEPTABLE",
    "UNSUPPORTED_CONTENT_FORMAT",
    "OFFLINE",
    "ADDR_OCCUPIED",
)


def message(event):
    """Return the message that tells of an event, None if the platform pushes none. Times in ms."""
    if isinstance(event, Stored):
        return {
            "type": DATAPOINT,
            "dev_id": event.device.id,
            "ds_id": "%d_%d_%d" % event.path,
            "at": event.at_ms,
            "value": _plain(event.value),
            "imei": event.device.imei,
        }
    if isinstance(event, Presence):
        return {
            "type": ONLINE,
            "dev_id": event.device.id,
            "status": int(event.online),
            "login_type": NB_IOT,
            "at": event.at_ms,
        }
    if isinstance(event, Confirmed) and event.device and event.command.sent_ms is not None:
        return _result(event.device, event.command)
    return None


def _result(device, command):
    """The result of a cached command that was sent; one that never was has none to push."""
    shown = {
        "type": COMMAND,
        "cmd_id": command.uuid,
        "imei": device.imei,
        "dev_id": device.id,
        "cmd_type": CMD_TYPES[command.kind],
        "send_time": command.sent_ms,
        "send_status": command.send_status,
    }
    if command.confirmed_ms is not None:
        shown["confirm_time"] = command.confirmed_ms
        shown["confirm_status"] = CONFIRM_STATUS.index(command.confirm_status)
    if command.result:
        shown["confirm_body"] = _body(command)
    return shown


def _body(command):
    instances = {}
    for value in command.result:
        shown = {"res_id": value.rid, "val": _plain(value.value)}
        instances.setdefault(value.iid, []).append(shown)
    return {
        "obj_id": command.path[0],
        "obj_inst": [{"obj_inst_id": iid, "res": res} for iid, res in instances.items()],
    }


def _plain(value):
    """Return value for JSON: byte codes for opaque, null for the numbers that JSON has not."""
    if isinstance(value, bytes):
        return list(value)
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
