"""What replies show of devices, values and cached commands."""

import math
import uuid

from bench.api import times
from bench.api.envelope import Kind, Problem

PROTOCOL = "LWM2M"


def stream_id(path):
    """Return the name of a resource's stream of datapoints: 3303_0_5700."""
    return "%d_%d_%d" % path


def summary(device):
    """Return a device as lists show it."""
    profile = device.profile
    shown = {
        "id": str(device.id),
        "title": profile.title,
        "desc": profile.desc,
        "protocol": PROTOCOL,
        "online": device.online,
        "private": profile.private,
        "tags": profile.tags,
    }
    if profile.location is not None:
        shown["location"] = profile.location
    shown["create_time"] = times.plain(device.created_ms)
    shown["auth_info"] = {device.imei: device.imsi}
    shown["rg_id"] = device.imei
    return shown


def detail(device, points):
    """Return all there is to say of a device (facts platform.md 1.2.2)."""
    shown = summary(device)
    if device.activated_ms:
        shown["act_time"] = times.plain(device.activated_ms)
    if device.seen_ms:
        shown["last_ct"] = times.odd(device.seen_ms)
    shown |= {"obsv": device.profile.obsv, "obsv_st": bool(device.observed)}
    shown |= {"imsi": device.imsi, "imsi_old": [], "binary": []}
    if device.profile.other is not None:
        shown["other"] = device.profile.other
    shown["datastreams"] = [_stream(device, path, points) for path in points.streams(device.id)]
    return shown


def _stream(device, path, points):
    first = points.page(device.id, [path], limit=1)[0][0]
    name = stream_id(path)
    return {
        "create_time": times.plain(first.at_ms),
        "uuid": str(uuid.uuid5(uuid.NAMESPACE_OID, "%d/%s" % (device.id, name))),
        "id": name,
        "unit": "",
        "unit_symbol": "",
    }


def instances(values, as_hex=False):
    """Return a read's Values as the guide prints them, 3.5(2). Raises Problem for NaN and inf.

    as_hex: opaque values as hex digits instead of byte codes.
    """
    found = {}
    for value in values:
        found.setdefault(value.iid, []).append(
            {"val": _json(value.value, as_hex), "res_id": value.rid}
        )
    return [{"res": resources, "obj_inst_id": iid} for iid, resources in found.items()]


def _json(value, as_hex):
    if isinstance(value, (bytes, bytearray)):
        return value.hex() if as_hex else list(value)
    if isinstance(value, float) and not math.isfinite(value):
        raise Problem(Kind.UNSUCCESS, "RESP_ERROR")
    return value


def command(device, cached):
    """Return a cached command as the history shows it (facts platform.md 1.5)."""
    shown = {
        "cmd_uuid": cached.uuid,
        "type": cached.kind,
        "create_time": times.precise(cached.created_ms),
        "valid_time": times.precise(cached.valid_ms),
        "expired_time": times.precise(cached.expired_ms),
    }
    if cached.sent_ms is not None:
        shown["send_time"] = times.precise(cached.sent_ms)
    shown |= {"trigger_msg": cached.trigger, "send_status": cached.send_status}
    if cached.confirmed_ms is not None:
        shown["confirm_time"] = times.precise(cached.confirmed_ms)
    shown["confirm_status"] = cached.confirm_status
    if cached.feedback:
        shown["feedback_time"] = times.precise(cached.feedback[-1][0])
    shown |= {"imei": device.imei, "remain": str(cached.remain)}
    return shown


def command_detail(device, cached):
    """Return all of a cached command."""
    shown = command(device, cached)
    oid, iid, rid = cached.path
    shown["obj_id"] = oid
    if iid >= 0:
        shown["obj_inst_id"] = iid
    if rid >= 0:
        shown["res_id"] = rid
    content = cached.content or {}
    shown |= {"args": cached.args, "content": content}
    if cached.result:
        shown["cmd_result"] = instances(cached.result, content.get("bin2hex", False))
    shown["feedback_msg"] = [
        {"feedback_time": times.precise(at_ms), "feedback_status": status}
        for at_ms, status in cached.feedback
    ]
    return shown
