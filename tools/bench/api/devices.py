"""Devices: create, show, change, delete (facts platform.md 1.2)."""

from typing import Annotated

from fastapi import APIRouter, Depends

from bench.api import schemas
from bench.api.auth import CHECKED
from bench.api.body import MAX_DEVICE, JsonBody
from bench.api.envelope import Kind, Problem, succ
from bench.api.models import CreateBody, UpdateBody
from bench.api.params import DeviceById, PlatformOf
from bench.api.views import PROTOCOL, detail
from bench.platform.device import Taken

CREATE = JsonBody(CreateBody, MAX_DEVICE)
UPDATE = JsonBody(UpdateBody, MAX_DEVICE)
KEPT = ("title", "desc", "tags", "private", "other")
router = APIRouter(prefix="/devices", tags=["devices"], dependencies=[CHECKED])


@router.post("", responses=schemas.ok(schemas.Created), openapi_extra=CREATE.openapi)
async def create(platform: PlatformOf, body: Annotated[CreateBody, Depends(CREATE)]):
    """Create a device; its IMEI must be new."""
    if body.protocol.upper() != PROTOCOL:
        raise Problem(Kind.PROTOCOL)
    ((imei, imsi),) = body.auth_info.items()
    fields = {name: getattr(body, name) for name in (*KEPT, "obsv", "auth", "psk", "chip")}
    try:
        device = platform.create_device(imei, imsi, **fields, location=_location(body))
    except Taken:
        raise Problem(Kind.EXISTS, "auth_info") from None
    created = {"device_id": str(device.id)}
    if body.psk:
        created["psk"] = body.psk
    return succ(created)


@router.get("/{device_id:device}", responses=schemas.ok(schemas.Detail))
async def show(platform: PlatformOf, device: DeviceById):
    """Show a device."""
    return succ(detail(device, platform.store.points))


@router.put("/{device_id:device}", responses=schemas.ok(), openapi_extra=UPDATE.openapi)
async def update(
    platform: PlatformOf, device: DeviceById, body: Annotated[UpdateBody, Depends(UPDATE)]
):
    """Change what the body gives; the IMEI stays, the IMSI may change."""
    given = body.model_fields_set
    imsi = None
    if body.auth_info:
        ((imei, imsi),) = body.auth_info.items()
        if imei != device.imei:
            raise Problem(Kind.INVALID, "auth_info: the IMEI stays")
    fields = {name: getattr(body, name) for name in KEPT if name in given}
    if "location" in given:
        fields["location"] = _location(body)
    platform.update_device(device, imsi, **fields)
    return succ()


@router.delete("/{device_id:device}", responses=schemas.ok())
async def delete(platform: PlatformOf, device: DeviceById):
    """Delete a device, its datapoints and its cached commands."""
    platform.delete_device(device)
    return succ()


def _location(body):
    return body.location and body.location.model_dump(exclude_unset=True)
