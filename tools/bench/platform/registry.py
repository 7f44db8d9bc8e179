"""What the platform does with each message that comes up from a module."""

from bench.platform import messages as m
from bench.platform.operations import OFFLINE, TIME_OUT


def receive(platform, message, link):
    """Handle one uplink message; the answer, if one is due, goes down the link."""
    _HANDLERS[type(message)](platform, message, link)


def _register(platform, message, link):
    device = platform.device(message.imei)
    if device is None and platform.auto_create:
        device = platform.create_device(message.imei, message.imsi, auth=message.auth)
    if device is None or (device.imsi, device.auth) != (message.imsi, message.auth):
        platform.downlink(link, m.Ack("register", 403))
        return
    _drop(platform, device)
    device.link = link
    device.online = True
    device.registrations += 1
    device.lifetime_s = message.lifetime_s
    device.objects = {oid: list(iids) for oid, iids in sorted(message.objects.items())}
    device.resources.clear()
    _prolong(platform, device)
    platform.downlink(link, m.Ack("register", 201))
    _subscribe(platform, device, device.objects)


def _subscribe(platform, device, objects):
    """Discover each object, then observe each instance: the order of guide 3.2(3)."""
    if platform.auto_discover:
        for oid in objects:
            platform.discover(device.imei, oid)
    if platform.auto_observe:
        for oid, iids in objects.items():
            for iid in iids:
                platform.observe(device.imei, oid, iid)


def _update(platform, message, link):
    device = platform.device(message.imei)
    if device is None or not device.online:
        platform.downlink(link, m.Ack("update", 404))
        return
    device.lifetime_s = message.lifetime_s or device.lifetime_s
    device.link = link
    _prolong(platform, device)
    platform.downlink(link, m.Ack("update", 204))
    if message.objects is None:
        return
    fresh = {}
    for oid, iids in sorted(message.objects.items()):
        known = device.objects.get(oid, ())
        added = [iid for iid in iids if iid not in known]
        if added:
            fresh[oid] = added
    device.objects = {oid: list(iids) for oid, iids in sorted(message.objects.items())}
    for path in list(device.observed):
        if path[0] not in device.objects or (
            path[1] >= 0 and path[1] not in device.objects[path[0]]
        ):
            del device.observed[path]
    _subscribe(platform, device, fresh)


def _deregister(platform, message, link):
    device = platform.device(message.imei)
    if device is not None:
        _drop(platform, device)
    platform.downlink(link, m.Ack("deregister", 202))


def _notify(platform, message, link):
    device = platform.device(message.imei)
    known = device is not None and device.online and message.msgid in device.observed.values()
    if message.ackid:
        platform.downlink(link, m.Ack("notify", 204 if known else 0, message.ackid))
    if not known:
        return
    device.notifications += 1
    _keep(platform, device, message.values)
    if platform.on_notify:
        for value in message.values:
            platform.on_notify(device, value)


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
    elif ok and operation.kind == "read":
        _keep(platform, device, message.values)
    operation.finish(message.code, "" if message.code else TIME_OUT)
    platform.send_waiting(device)


def _keep(platform, device, values):
    now = platform.timers.now()
    for value in values:
        platform.store.add(device.imei, value.path, value.value, now)


def _prolong(platform, device):
    lifetime_ms = device.lifetime_s * 1000
    device.expires_ms = platform.timers.now() + lifetime_ms

    def expire():
        if device.online and platform.timers.now() >= device.expires_ms:
            _drop(platform, device)

    platform.timers.after(lifetime_ms, expire)


def _drop(platform, device):
    for operation in device.forget_session():
        operation.finish(name=OFFLINE)


_HANDLERS = {
    m.Register: _register,
    m.Update: _update,
    m.Deregister: _deregister,
    m.Notify: _notify,
    m.Response: _response,
}
