"""Many devices at once: lists, who is online, newest values (facts platform.md 1.2)."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from bench.api import schemas, times
from bench.api.auth import CHECKED
from bench.api.envelope import Kind, Problem, succ
from bench.api.params import (
    FirstTime,
    LastTime,
    Page,
    PerPage,
    PlatformOf,
    numbers,
    page_of,
)
from bench.api.views import stream_id, summary

MAX_LISTED, MAX_STATUS, MAX_NEWEST = 100, 1000, 500  # device ids in one call
Ids = Annotated[str, Query(description="Device ids, comma between them.")]
router = APIRouter(prefix="/devices", tags=["devices"], dependencies=[CHECKED])


async def _filter(
    key_words: Annotated[str, Query(description="In the title, or how id or IMEI begin.")] = "",
    auth_info: Annotated[str, Query(description="The IMEI.")] = "",
    tag: Annotated[str, Query(description="Comma list; any of them.")] = "",
    online: bool | None = None,
    private: bool | None = None,
    device_id: Annotated[str, Query(description="Comma list, up to 100.")] = "",
    begin: Annotated[FirstTime | None, Query(description="Created from.")] = None,
    end: Annotated[LastTime | None, Query(description="Created until.")] = None,
):
    ids = numbers(device_id, MAX_LISTED) if device_id else None
    tags = set(tag.split(",")) if tag else None
    words = key_words.casefold()

    def wanted(device):
        profile = device.profile
        return (
            _has_words(device, words)
            and auth_info in ("", device.imei)
            and (tags is None or not tags.isdisjoint(profile.tags))
            and online in (None, device.online)
            and private in (None, profile.private)
            and (ids is None or device.id in ids)
            and (begin is None or begin <= device.created_ms)
            and (end is None or device.created_ms <= end)
        )

    return wanted


@router.get("", responses=schemas.ok(schemas.Devices))
async def devices(
    platform: PlatformOf,
    wanted: Annotated[Callable, Depends(_filter)],
    page: Page = 1,
    per_page: PerPage = 30,
):
    """List the devices that meet every filter given, oldest first."""
    found = sorted(filter(wanted, platform.devices.values()), key=lambda device: device.id)
    listed = [summary(device) for device in page_of(found, page, per_page)]
    data = {"total_count": len(found), "page": page, "per_page": per_page, "devices": listed}
    return succ(data)


def _has_words(device, words):
    starts = (str(device.id).startswith(words), device.imei.startswith(words))
    return words in device.profile.title.casefold() or any(starts)


@router.get("/status", responses=schemas.ok(schemas.Statuses))
async def status(platform: PlatformOf, devIds: Ids):
    """Say which devices are online; up to 1000 ids."""
    found = [
        {"id": device.id, "title": device.profile.title, "online": device.online}
        for device in _known(platform, numbers(devIds, MAX_STATUS, Kind.TOO_MANY))
    ]
    return succ({"total_count": len(found), "devices": found})


@router.get("/getbyimei", responses=schemas.ok(schemas.ByImei))
async def by_imei(platform: PlatformOf, imei: str):
    """Find a device by its IMEI."""
    device = platform.device(imei)
    if device is None:
        raise Problem(Kind.NOT_FOUND)
    data = {
        "create_time": times.plain(device.created_ms),
        "online": device.online,
        "id": str(device.id),
        "observe_status": bool(device.observed),
        "title": device.profile.title,
    }
    if device.profile.desc:
        data["desc"] = device.profile.desc
    return succ(data)


@router.get("/datapoints", responses=schemas.ok(schemas.AllNewest))
async def newest(platform: PlatformOf, devIds: Ids):
    """Show the newest value of every resource; up to 500 ids."""
    found = []
    for device in _known(platform, numbers(devIds, MAX_NEWEST)):
        streams = [
            {"id": stream_id(point.path), "at": times.precise(point.at_ms), "value": point.value}
            for point in platform.store.points.latest(device.id)
        ]
        title = device.profile.title
        found.append({"id": device.id, "title": title, "datastreams": streams})
    return succ({"devices": found})


def _known(platform, ids):
    by_id = {device.id: device for device in platform.devices.values()}
    return [by_id[number] for number in ids if number in by_id]
