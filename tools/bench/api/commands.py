"""Commands a device carries out while the caller waits (facts platform.md 1.4)."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from bench.api import schemas
from bench.api.auth import CHECKED
from bench.api.body import MAX_COMMAND, JsonBody
from bench.api.envelope import succ
from bench.api.models import ExecuteBody, WriteBody
from bench.api.operations import finished
from bench.api.params import (
    Decimal,
    DeviceByImei,
    Id,
    Path,
    PlatformOf,
    Timeout,
    whole,
)
from bench.api.views import instances

WRITE = JsonBody(WriteBody, MAX_COMMAND)
EXECUTE = JsonBody(ExecuteBody, MAX_COMMAND, ExecuteBody())
Mode = Annotated[
    str,
    Query(pattern="^[12]$", description="1 = the instance is replaced, 2 = only what is given."),
]
Period = Annotated[whole(1, (1 << 31) - 1) | None, Query(description="Seconds.")]
Threshold = Decimal | None
router = APIRouter(prefix="/nbiot", tags=["commands"], dependencies=[CHECKED])


@router.get("", responses=schemas.ok(list[schemas.InstanceValues]))
async def read(platform: PlatformOf, device: DeviceByImei, path: Path, timeout: Timeout = 25):
    """Read a resource, an instance or an object."""
    operation = await finished(platform.read(device.imei, *path, timeout_ms=timeout * 1000))
    return succ(instances(operation.values))


@router.post("", responses=schemas.ok(), openapi_extra=WRITE.openapi)
async def write(
    platform: PlatformOf,
    device: DeviceByImei,
    obj_id: Id,
    obj_inst_id: Id,
    mode: Mode,
    body: Annotated[WriteBody, Depends(WRITE)],
    timeout: Timeout = 25,
):
    """Write resources of an instance; the module does not learn the mode."""
    pairs = body.pairs()
    await finished(platform.write(device.imei, obj_id, obj_inst_id, pairs, timeout * 1000))
    return succ()


@router.post("/execute", responses=schemas.ok(), openapi_extra=EXECUTE.openapi)
async def execute(
    platform: PlatformOf,
    device: DeviceByImei,
    obj_id: Id,
    obj_inst_id: Id,
    res_id: Id,
    body: Annotated[ExecuteBody, Depends(EXECUTE)],
    timeout: Timeout = 25,
):
    """Execute a resource."""
    path = (obj_id, obj_inst_id, res_id)
    await finished(platform.execute(device.imei, *path, body.args, timeout * 1000))
    return succ()


async def _attributes(
    pmin: Period = None,
    pmax: Period = None,
    gt: Threshold = None,
    lt: Threshold = None,
    st: Threshold = None,
):
    given = {"pmin": pmin, "pmax": pmax, "gt": gt, "lt": lt, "st": st}
    return {name: value for name, value in given.items() if value is not None}


@router.get("/observe", responses=schemas.ok())
@router.post("/observe", responses=schemas.ok())
async def observe(
    platform: PlatformOf,
    device: DeviceByImei,
    path: Path,
    cancel: Annotated[str, Query(description="true = stop; all else is false.")],
    attributes: Annotated[dict, Depends(_attributes)],
    timeout: Timeout = 25,
):
    """Observe, or stop observing; attributes given are written first."""
    timeout_ms = timeout * 1000
    if cancel.lower() == "true":
        operation = platform.cancel(device.imei, *path, timeout_ms=timeout_ms)
    else:
        operation = platform.observe(device.imei, *path, timeout_ms=timeout_ms, **attributes)
    await finished(operation)
    return succ()


@router.get("/resources", responses=schemas.ok(schemas.Resources))
async def resources(
    device: DeviceByImei,
    obj_id: Id | None = None,
    obj_inst_id: Id | None = None,
):
    """List objects, instances and resources as the last discover found them; asks nobody."""
    items = []
    for oid, rids in sorted(device.resources.items()):
        iids = _chosen(device, oid, obj_inst_id)
        if iids and obj_id in (None, oid):
            instances_ = [{"inst_id": iid, "resources": list(rids)} for iid in iids]
            items.append({"obj_id": oid, "instances": instances_})
    return succ({"total_count": len(items), "item": items})


@router.get("/discover", responses=schemas.ok(list[schemas.Discovered]))
async def discover(
    platform: PlatformOf,
    device: DeviceByImei,
    obj_id: Id,
    obj_inst_id: Id | None = None,
    timeout: Timeout = 25,
):
    """Ask the device which resources an object has."""
    operation = await finished(platform.discover(device.imei, obj_id, timeout * 1000))
    iids = _chosen(device, obj_id, obj_inst_id)
    return succ([{"obj_inst_id": iid, "res_id": list(operation.values)} for iid in iids])


def _chosen(device, oid, iid):
    """Return the registered instances of an object, or only iid of them."""
    iids = device.objects.get(oid, ())
    return [each for each in iids if iid in (None, each)]
