"""What the platform does with each message that comes up from a module."""

import contextlib

from bench.platform import messages as m
from bench.platform.cached import NOTIFY, REGISTER, UPDATE
from bench.platform.device import Device
from bench.platform.events import Presence, Stored
from bench.platform.operations import OFFLINE, TIME_OUT
from bench.platform.points import plain
from bench.platform.store import Unwritable


def restore(platform):
    """Bring the devices of the store back; a registration goes on until its lifetime is over."""
    for row in platform.store.devices():
        device = platform.devices[row.key] = Device.restored(row.device, row.key, row.body)
        left_ms = device.expires_ms - platform.wall_ms()
        if device.online and left_ms > 0:
            _expire_after(platform, device, left_ms)
        else:
            device.forget_session()


def receive(platform, message, link, mid=None):
    """Handle one uplink message; the answer, if one is due, goes down the link.

    What it changes is on disk before the answer leaves. While the database cannot be written, a
    notification is acknowledged once it is; a registration goes on in memory, but that of a
    device not known, which has no id yet, gets no answer, and comes again.
    """
    device = platform.device(message.imei)
    if device is not None and mid is not None and device.repeated(mid, platform.timers.now()):
        return
    with contextlib.suppress(Unwritable), platform.store.transaction():
        _HANDLERS[type(message)](platform, message, link)
    if device is None and mid is not None and message.imei in platform.devices:
        platform.device(message.imei).repeated(mid, platform.timers.now())


def _register(platform, message, link):
    device = platform.device(message.imei)
    if device is None and platform.auto_create:
        device = platform.create_device(message.imei, message.imsi, auth=message.auth)
    if device is None or (device.imsi, device.profile.auth) != (message.imsi, message.auth):
        platform.downlink(link, m.Ack("register", 403))
        return
    left = device.forget_session()
    now_ms = platform.wall_ms()
    device.number = message.number
    device.link = link
    device.online = True
    device.registrations += 1
    device.seen_ms = now_ms
    device.activated_ms = device.activated_ms or now_ms
    device.lifetime_s = message.lifetime_s
    device.objects = {oid: list(iids) for oid, iids in sorted(message.objects.items())}
    device.resources.clear()
    _prolong(platform, device)
    platform.downlink(link, m.Ack("register", 201))
    platform.tell(Presence(device, True, now_ms))
    for operation in left:
        operation.finish(name=OFFLINE)
    _subscribe(platform, device, device.objects)
    platform.cached.uplink(device, REGISTER)


def _subscribe(platform, device, objects):
    """Discover each object, then observe each instance: the order of guide 3.2(3)."""
    if platform.auto_discover:
        for oid in objects:
            platform.discover(device.imei, oid)
    if platform.auto_observe and device.profile.obsv:
        for oid, iids in objects.items():
            for iid in iids:
                platform.observe(device.imei, oid, iid)


def _update(platform, message, link):
    device = platform.device(message.imei)
    if device is None or not device.online or _outdated(device, message):
        platform.downlink(link, m.Ack("update", 404))
        return
    device.lifetime_s = message.lifetime_s or device.lifetime_s
    device.link = link
    _prolong(platform, device)
    platform.downlink(link, m.Ack("update", 204))
    if message.objects is not None:
        _take_objects(platform, device, message.objects)
    platform.save(device)
    platform.cached.uplink(device, UPDATE)


def _take_objects(platform, device, objects):
    """A list of objects is complete: what is new is subscribed, what is missing forgotten."""
    fresh = {}
    for oid, iids in sorted(objects.items()):
        known = device.objects.get(oid, ())
        added = [iid for iid in iids if iid not in known]
        if added:
            fresh[oid] = added
    device.objects = {oid: list(iids) for oid, iids in sorted(objects.items())}
    for path in list(device.observed):
        if path[0] not in device.objects or (
            path[1] >= 0 and path[1] not in device.objects[path[0]]
        ):
            del device.observed[path]
    _subscribe(platform, device, fresh)


def _deregister(platform, message, link):
    device = platform.device(message.imei)
    if device is not None and not _outdated(device, message):
        _drop(platform, device)
    platform.downlink(link, m.Ack("deregister", 202))


def _outdated(device, message):
    """Return whether message is about a registration before the present one: it came late."""
    return bool(message.number and device.number and message.number != device.number)


def _notify(platform, message, link):
    device = platform.device(message.imei)
    known = device is not None and device.online and message.msgid in device.observed.values()
    if not known:
        if message.ackid:
            platform.downlink(link, m.Ack("notify", 0, message.ackid))
        return
    at_ms = platform.wall_ms()
    values = [(value.path, value.value) for value in message.values]
    if not platform.store.points.add_all(device.id, values, at_ms):
        return  # not acknowledged: it is lost, and the device may know
    if message.ackid:
        ack = m.Ack("notify", 204, message.ackid)
        platform.store.when_written(lambda: platform.downlink(link, ack))
    device.notifications += 1
    for path, value in values:
        platform.tell(Stored(device, *path, plain(value), at_ms))
    platform.cached.uplink(device, NOTIFY)


def _response(platform, message, link):
    device = platform.device(message.imei)
    operation = device.sent.pop(message.msgid, None) if device else None
    if operation is None:
        return
    operation.delivered_ms = message.delivered_ms
    operation.answered_ms = message.answered_ms
    operation.values = list(message.values)
    ok = 200 <= message.code < 300
    if ok and operation.kind == "discover":
        device.resources[operation.path[0]] = list(message.values)
    elif ok and operation.kind == "observe":
        device.observed[operation.path] = operation.msgid
    elif ok and operation.kind == "cancel":
        device.observed.pop(operation.path, None)
    if ok and operation.kind in ("discover", "observe", "cancel"):
        platform.save(device)
    operation.finish(message.code, "" if message.code else TIME_OUT)
    platform.queue.send_waiting(device)


def _prolong(platform, device):
    device.expires_ms = platform.wall_ms() + device.lifetime_s * 1000
    _expire_after(platform, device, device.lifetime_s * 1000)
    platform.save(device)


def _expire_after(platform, device, ms):
    if device.expiry:
        device.expiry.cancel()
    device.expiry = platform.timers.after(ms, lambda: _drop(platform, device))


def _drop(platform, device):
    """End the registration: de-registered, or the lifetime is over."""
    was_online = device.online
    left = device.forget_session()
    platform.save(device)
    if was_online:
        platform.tell(Presence(device, False, platform.wall_ms()))
    for operation in left:
        operation.finish(name=OFFLINE)


_HANDLERS = {
    m.Register: _register,
    m.Update: _update,
    m.Deregister: _deregister,
    m.Notify: _notify,
    m.Response: _response,
}
