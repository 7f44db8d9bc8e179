"""Which device a command is for: --imei, --device, or the only one there is."""

from onenet.errors import Failure, Misuse, Strange
from onenet.replies import as_dicts, as_id, data_of, imei_of

_NAMED = 10  # devices an error names


def find_imei(onenet, imei=None, device_id=None):
    """Return the IMEI the device of /nbiot is selected by."""
    if imei:
        return imei
    if device_id is None:
        device = _only(onenet)
        found = imei_of(device)
        device_id = as_id(device.get("id"))
    else:
        found = None
    if not found and device_id:
        found = imei_of(data_of(onenet.detail(device_id)))
    if not found:
        raise Strange("the platform does not tell the device's IMEI", "give it with --imei")
    return found


def find_id(onenet, imei=None, device_id=None):
    """Return the id the device of /devices is selected by."""
    if device_id:
        return device_id
    device = data_of(onenet.by_imei(imei)) if imei else _only(onenet)
    found = as_id(device.get("id", device.get("device_id")))
    if not found:
        raise Strange("the platform does not tell the device's id", "give it with --device")
    return found


def _only(onenet):
    """Return the entry of the product's only device."""
    devices = as_dicts(data_of(onenet.devices(per_page=_NAMED + 1)).get("devices"))
    if not devices:
        raise Failure(
            "the product has no device yet",
            "onenet create --imei … --imsi …, with those of the module",
        )
    if len(devices) == 1:
        return devices[0]
    named = [imei_of(device) or "id %s" % as_id(device.get("id")) for device in devices[:_NAMED]]
    more = ", …" if len(devices) > _NAMED else ""
    raise Misuse(
        "there are several devices: %s%s" % (", ".join(named), more),
        "choose one with --imei, or for good with export ONENET_IMEI=%s" % named[0],
    )
