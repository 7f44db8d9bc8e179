"""Reading answers tolerantly: ids as text or number, parts that are missing or of another kind."""

import json
import re

from onenet.paths import Path, parse_stream

_ID = re.compile(r"[0-9A-Za-z-]{1,64}\Z", re.ASCII)
_IMEI = re.compile(r"[0-9]{1,17}\Z")


def data_of(reply):
    """Return the data of an answer as a dict, empty if there is none."""
    return as_dict(reply.get("data"))


def as_dict(value):
    return value if isinstance(value, dict) else {}


def as_dicts(value):
    """Return the dicts of a list; one dict counts as a list of it."""
    if isinstance(value, dict):
        return [value]
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def as_id(value):
    """Return an id as text, None if it cannot be one."""
    text = str(value) if isinstance(value, (int, str)) and not isinstance(value, bool) else ""
    return text if _ID.match(text) else None


def as_number(value):
    """Return a number of 0 or more that may have come as text, None if it is none."""
    text = as_id(value)
    return int(text) if text and text.isdigit() and len(text) <= 9 else None


def as_flag(value):
    """Return a truth that may have come as text or number."""
    return value in (True, 1, "1", "true", "True")


def imei_of(device):
    """Return the IMEI in a device's detail or list entry, None if it has none."""
    login = device.get("auth_info")
    if isinstance(login, str):
        try:
            login = json.loads(login)
        except ValueError:
            login = None
    known = [device.get("rg_id"), device.get("imei"), *as_dict(login)]
    found = [text for text in map(as_id, known) if text and _IMEI.match(text)]
    return found[0] if found else None


def values_of(oid, reply):
    """Return [(Path, value)] of the answer to a read."""
    found = []
    for instance in as_dicts(reply.get("data")):
        iid = as_number(instance.get("obj_inst_id"))
        for resource in as_dicts(instance.get("res")):
            value = resource.get("val")
            if "val" not in resource and "res_inst" in resource:
                value = [item.get("val") for item in as_dicts(resource["res_inst"])]
            found.append((Path(oid, iid, as_number(resource.get("res_id"))), value))
    return found


def points_of(reply):
    """Return {stream id: [(at, value)]} of the answer with datapoints, in the order it came."""
    found = {}
    for stream in as_dicts(data_of(reply).get("datastreams")):
        points = found.setdefault(str(stream.get("id")), [])
        for point in as_dicts(stream.get("datapoints")):
            points.append((str(point.get("at", "-")), point.get("value")))
    return found


def label(stream):
    """Return a stream's id for people: 3303/0/5700 where it is a resource."""
    path = parse_stream(stream)
    return str(path) if path else stream
