"""Commands that wait until the device is heard again (facts platform.md 1.5)."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query

from bench.api import schemas
from bench.api.auth import CHECKED
from bench.api.commands import EXECUTE, WRITE, Mode
from bench.api.envelope import Kind, Problem, succ
from bench.api.models import ExecuteBody, WriteBody
from bench.api.params import (
    DeviceByImei,
    Id,
    Page,
    Path,
    PerPage,
    PlatformOf,
    Time,
    Timeout,
    page_of,
    whole,
)
from bench.api.views import command, command_detail
from bench.platform.onenet import check_args
from bench.platform.operations import Limit

router = APIRouter(prefix="/nbiot", tags=["cached commands"], dependencies=[CHECKED])


async def _terms(
    expired_time: Annotated[Time, Query(description="Later than valid_time; Beijing time.")],
    valid_time: Annotated[Time | None, Query(description="Not sent before; default now.")] = None,
    retry: whole(0, 10) = 3,
    timeout: Timeout = 25,
    trigger_msg: Annotated[
        whole(1, 7), Query(description="Sum of 1 REGISTER, 2 UPDATE, 4 NOTIFY.")
    ] = 7,
):
    return {
        "expired_ms": expired_time,
        "valid_ms": valid_time,
        "remain": retry,
        "timeout_s": timeout,
        "trigger": trigger_msg,
    }


Terms = Annotated[dict, Depends(_terms)]


def _add(platform, device, kind, path, terms, **fields):
    try:
        added = platform.cached.add(device, kind, path, **fields, **terms)
    except Limit as error:
        raise Problem(Kind.LIMIT, str(error)) from None
    return succ({"uuid": added.uuid})


@router.get("/offline", responses=schemas.ok(schemas.Uuid))
async def read(
    platform: PlatformOf, device: DeviceByImei, path: Path, terms: Terms, bin2hex: bool = False
):
    """Have a resource, an instance or an object read; bin2hex: opaque results as hex digits."""
    content = {"bin2hex": True} if bin2hex else {}
    return _add(platform, device, "READ", path, terms, content=content)


@router.post("/offline", responses=schemas.ok(schemas.Uuid), openapi_extra=WRITE.openapi)
async def write(
    platform: PlatformOf,
    device: DeviceByImei,
    obj_id: Id,
    obj_inst_id: Id,
    mode: Mode,
    terms: Terms,
    body: Annotated[WriteBody, Depends(WRITE)],
):
    """Have resources of an instance written."""
    pairs = body.pairs()
    path = (obj_id, obj_inst_id, pairs[0][0] if len(pairs) == 1 else -1)
    content = {
        "mode": int(mode),
        "data": [item.model_dump(exclude_unset=True) for item in body.data],
    }
    return _add(platform, device, "WRITE", path, terms, payload=pairs, content=content)


@router.post("/execute/offline", responses=schemas.ok(schemas.Uuid), openapi_extra=EXECUTE.openapi)
async def execute(
    platform: PlatformOf,
    device: DeviceByImei,
    obj_id: Id,
    obj_inst_id: Id,
    res_id: Id,
    terms: Terms,
    body: Annotated[ExecuteBody, Depends(EXECUTE)],
):
    """Have a resource executed."""
    try:
        check_args(body.args)
    except ValueError as error:
        kind = Kind.LIMIT if isinstance(error, Limit) else Kind.INVALID
        raise Problem(kind, str(error)) from None
    path = (obj_id, obj_inst_id, res_id)
    return _add(platform, device, "EXECUTE", path, terms, args=body.args)


@router.get("/offline/history", responses=schemas.ok(schemas.History))
async def history(
    platform: PlatformOf,
    device: DeviceByImei,
    start: Time,
    end: Time | None = None,
    page: Page = 1,
    per_page: PerPage = 30,
    sort: Annotated[
        Literal["desc", "asc"], Query(description="By the time of creation.")
    ] = "desc",
):
    """List the cached commands created from start to end."""
    found = platform.cached.history(device, start, end)
    if sort == "asc":
        found.reverse()
    items = [command(device, each) for each in page_of(found, page, per_page)]
    return succ({"total_count": len(found), "items": items})


@router.get("/offline/history/{uuid}", responses=schemas.ok(schemas.CommandDetail))
async def one(platform: PlatformOf, device: DeviceByImei, uuid: str):
    """Show one cached command in full."""
    return succ(command_detail(device, _get(platform, device, uuid)))


@router.put("/offline/cancel/all", responses=schemas.ok(schemas.Cancelled))
async def cancel_all(platform: PlatformOf, device: DeviceByImei):
    """Cancel all cached commands of a device that still wait."""
    done, failed = platform.cached.cancel_all(device)
    return succ({"succ": done, "failed": failed, "total": len(done) + len(failed)})


@router.put("/offline/cancel/{uuid}", responses=schemas.ok())
async def cancel(platform: PlatformOf, device: DeviceByImei, uuid: str):
    """Cancel a cached command that still waits."""
    _get(platform, device, uuid)
    if not platform.cached.cancel(device, uuid):
        raise Problem(Kind.LIMIT, "the command does not wait any more")
    return succ()


def _get(platform, device, uuid):
    found = platform.cached.get(device, uuid)
    if found is None:
        raise Problem(Kind.INVALID, "uuid: the device has no such command")
    return found
