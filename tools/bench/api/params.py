"""Query parameters that several calls share, and what calls are given for them."""

import re
from typing import Annotated

from fastapi import Depends, Query, Request
from pydantic import BeforeValidator, Field, WithJsonSchema
from starlette.convertors import Convertor, register_url_convertor

from bench.api import times
from bench.api.envelope import Kind, Problem
from bench.platform import Platform
from bench.platform.device import Device

_WHOLE = re.compile("[0-9]{1,18}")
_DECIMAL = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")
MAX_NUMBER = 40  # characters of a decimal number


def _whole(value):
    if isinstance(value, str) and not _WHOLE.fullmatch(value):
        raise ValueError("has to be a whole number")
    return value


def _decimal(value):
    if isinstance(value, str) and not (len(value) <= MAX_NUMBER and _DECIMAL.fullmatch(value)):
        raise ValueError("has to be a number")
    return value


def _time_schema(example):
    return WithJsonSchema({"type": "string", "examples": [example]})


def whole(least, most):
    """Return the type of a whole number; outside of least to most it breaks a limit."""
    return Annotated[int, Field(ge=least, le=most), BeforeValidator(_whole)]


Decimal = Annotated[float, Field(allow_inf_nan=False), BeforeValidator(_decimal)]
Time = Annotated[int, BeforeValidator(times.parse), _time_schema("2026-11-23T08:00:35")]
FirstTime = Annotated[int, BeforeValidator(times.parse_first), _time_schema("2026-11-23")]
LastTime = Annotated[int, BeforeValidator(times.parse_last), _time_schema("2026-11-23")]

Id = whole(0, 65535)  # of an object, an instance or a resource
Timeout = Annotated[whole(5, 40), Query(description="Seconds to wait for the device.")]
Page = whole(1, 10000)
PerPage = whole(1, 100)


class _DeviceId(Convertor):
    """{device_id:device} in a URL; starlette's int fails on thousands of digits."""

    regex = "[0-9]{1,18}"

    def convert(self, value):
        return int(value)

    def to_string(self, value):
        return str(value)


register_url_convertor("device", _DeviceId())


async def _platform(request: Request):
    return request.app.state.bench.platform


PlatformOf = Annotated[Platform, Depends(_platform)]


async def _device_by_imei(
    platform: PlatformOf, imei: Annotated[str, Query(description="The device's IMEI.")]
):
    device = platform.device(imei)
    if device is None:
        raise Problem(Kind.AUTH)  # key and imei do not belong together
    return device


async def _device_by_id(platform: PlatformOf, device_id: int):
    device = platform.device_by_id(device_id)
    if device is None:
        raise Problem(Kind.NOT_FOUND)
    return device


async def _path(obj_id: Id, obj_inst_id: Id | None = None, res_id: Id | None = None):
    if obj_inst_id is None and res_id is not None:
        raise Problem(Kind.MISSING, "obj_inst_id, which res_id needs")
    return obj_id, *(-1 if each is None else each for each in (obj_inst_id, res_id))


DeviceByImei = Annotated[Device, Depends(_device_by_imei)]
DeviceById = Annotated[Device, Depends(_device_by_id)]
Path = Annotated[tuple, Depends(_path)]


def numbers(text, most, kind=Kind.SYSTEM):
    """Return the different numbers of a comma list, in order.

    Raises Problem, of a kind if there are more than most.
    """
    parts = list(dict.fromkeys(text.split(",")))
    if len(parts) > most:
        raise Problem(kind, "" if kind is Kind.TOO_MANY else "at most %d ids" % most)
    if not all(_WHOLE.fullmatch(part) for part in parts):
        raise Problem(Kind.INVALID, "ids have to be numbers with a comma between them")
    return list(dict.fromkeys(int(part) for part in parts))


def page_of(items, page, per_page):
    """Return one page of a list; pages count from 1."""
    return items[(page - 1) * per_page : page * per_page]
