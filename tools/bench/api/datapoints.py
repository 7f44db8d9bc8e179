"""Datapoints of one device (facts platform.md 1.3)."""

import re
from typing import Annotated

from fastapi import APIRouter, Query

from bench.api import schemas, times
from bench.api.auth import CHECKED
from bench.api.envelope import Kind, Problem, succ
from bench.api.params import DeviceById, PlatformOf, Time, whole
from bench.api.views import stream_id

DEFAULT_LIMIT, MAX_LIMIT = 100, 6000
YEAR_MS = 366 * times.DAY_MS
MAX_STREAMS = 500  # of one call
_STREAM = re.compile("([0-9]{1,5})_([0-9]{1,5})_([0-9]{1,5})")
router = APIRouter(prefix="/devices", tags=["datapoints"], dependencies=[CHECKED])


@router.get("/{device_id:device}/datapoints", responses=schemas.ok(schemas.Datapoints))
async def datapoints(
    platform: PlatformOf,
    device: DeviceById,
    datastream_id: Annotated[str, Query(description="Comma list of 3303_0_5700.")] = "",
    start: Annotated[Time | None, Query(description="Beijing time.")] = None,
    end: Annotated[Time | None, Query(description="Beijing time; only with start.")] = None,
    limit: Annotated[whole(1, MAX_LIMIT) | None, Query(description="Of each resource.")] = None,
    cursor: Annotated[str | None, Query(description="As the page before gave it.")] = None,
):
    """With start: from there on, oldest first, in pages. Without: the newest of each resource."""
    paths = _paths(datastream_id) if datastream_id else None
    points = platform.store.points
    if start is not None and end is not None and end - start > YEAR_MS:
        start = end = None
    if start is None and cursor is None:
        return _reply(points.newest(device.id, paths, limit or 1), None)
    if start is None:
        end = None
    try:
        page = points.page(device.id, paths, start, end, cursor, limit or DEFAULT_LIMIT)
    except ValueError:
        raise Problem(Kind.INVALID, "cursor") from None
    return _reply(*page)


def _paths(text):
    matches = [_STREAM.fullmatch(part) for part in text.split(",", MAX_STREAMS)]
    if len(matches) > MAX_STREAMS or not all(matches):
        raise Problem(Kind.INVALID, "datastream_id: has to be a comma list of 3303_0_5700")
    return [tuple(int(number) for number in match.groups()) for match in matches]


def _reply(points, cursor):
    streams = {}
    for point in points:
        shown = {"at": times.precise(point.at_ms), "value": point.value}
        streams.setdefault(point.path, []).append(shown)
    data = {"cursor": cursor} if cursor else {}
    data["count"] = len(points)
    data["datastreams"] = [
        {"id": stream_id(path), "datapoints": shown} for path, shown in sorted(streams.items())
    ]
    return succ(data)
