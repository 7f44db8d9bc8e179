"""The bodies of calls. Keys not named here are ignored."""

import re
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    Field,
    StrictBool,
    StrictFloat,
    StrictInt,
    StrictStr,
    WithJsonSchema,
    model_validator,
)

from bench.api.envelope import Kind, Problem
from bench.platform.values import MAX_DATA, encode

_IMEI = re.compile("[1-9][0-9]{14}|[1-9][0-9]{3}")
_IMSI = re.compile("[1-9][0-9]{0,14}")
TEST_IMEI = 4  # digits; such a device needs a chip
_PLAIN = r"^[^\x00-\x1f\x7f]*$"


def _auth_info(value):
    if not isinstance(value, dict) or len(value) != 1:
        raise ValueError('has to be {"IMEI": "IMSI"}')
    ((imei, imsi),) = value.items()
    if not isinstance(imsi, str) or not _IMEI.fullmatch(imei) or not _IMSI.fullmatch(imsi):
        raise ValueError(
            "the IMEI has 15 digits (4 of a test device), the IMSI up to 15, no 0 in front"
        )
    return value


AuthInfo = Annotated[
    dict[str, str],
    BeforeValidator(_auth_info),
    Field(examples=[{"867725030000018": "460040000000018"}]),
]
Number = StrictInt | Annotated[StrictFloat, Field(allow_inf_nan=False)]
Title = Annotated[StrictStr, Field(min_length=1, max_length=128, pattern=_PLAIN)]
Desc = Annotated[StrictStr, Field(max_length=1024, pattern=r"^[^\x00-\x08\x0b-\x1f\x7f]*$")]
Tag = Annotated[StrictStr, Field(max_length=128, pattern=_PLAIN)]
Tags = Annotated[list[Tag], Field(max_length=100)]


class Location(BaseModel):
    """Where a device is: degrees and metres."""

    lon: Annotated[Number, Field(ge=-180, le=180)] | None = None
    lat: Annotated[Number, Field(ge=-90, le=90)] | None = None
    ele: Number | None = None


class CreateBody(BaseModel):
    """A new device (facts platform.md 1.2.1)."""

    title: Title
    protocol: StrictStr = Field(examples=["LWM2M"])
    auth_info: AuthInfo
    desc: Desc = ""
    tags: Tags = []
    location: Location | None = None
    private: StrictBool = True
    obsv: StrictBool = Field(True, description="Observe what registers.")
    auth: StrictStr = Field("", pattern="^[A-Za-z0-9]{0,16}$", description="Auth_Code.")
    psk: StrictStr = Field("", pattern="^([A-Za-z0-9]{8,16})?$")
    chip: Annotated[StrictInt, Field(ge=1, le=6)] | None = None
    other: Any = None

    @model_validator(mode="after")
    def _chip_of_test_device(self):
        (imei,) = self.auth_info
        if (len(imei) == TEST_IMEI) != (self.chip is not None):
            raise ValueError("chip belongs to a test device, whose IMEI has 4 digits")
        return self


class UpdateBody(BaseModel):
    """What changes of a device; what is not given stays."""

    title: Title = ""
    desc: Desc = ""
    tags: Tags = []
    location: Location | None = None
    private: StrictBool = True
    auth_info: AuthInfo | None = None
    other: Any = None


def _scalar(value):
    if not isinstance(value, (bool, int, float, str)):
        raise ValueError("has to be a number, a text, true or false")
    return value


Value = Annotated[
    Any, AfterValidator(_scalar), WithJsonSchema({"type": ["boolean", "number", "string"]})
]


class WriteItem(BaseModel):
    """One resource of a write. type: none = as JSON has it, 1 = hex, 2 = time in s."""

    res_id: Annotated[StrictInt, Field(ge=0, le=65535)]
    val: Value
    type: Literal[1, 2] | None = None

    @model_validator(mode="after")
    def _typed(self):
        number = isinstance(self.val, int) and not isinstance(self.val, bool)
        if self.type == 1 and isinstance(self.val, str):
            bytes.fromhex(self.val)
        elif self.type == 1 and not number:
            raise ValueError("val of type 1 has to be hex digits")
        elif self.type == 2 and not number:
            raise ValueError("val of type 2 has to be whole seconds")
        return self

    @property
    def value(self):
        """What the device gets."""
        opaque = self.type == 1 and isinstance(self.val, str)
        return bytes.fromhex(self.val) if opaque else self.val


class WriteBody(BaseModel):
    """The resources of one instance to write."""

    data: Annotated[list[WriteItem], Field(min_length=1)]

    def pairs(self):
        """Return [(resource id, value)]. Raises Problem for what no write can carry."""
        pairs = [(item.res_id, item.value) for item in self.data]
        if len(dict(pairs)) < len(pairs):
            raise Problem(Kind.INVALID, "data: a resource twice")
        try:
            size = sum(len(encode(value)) for _, value in pairs)
        except ValueError as error:
            raise Problem(Kind.INVALID, "data: %s" % error) from None
        if size > MAX_DATA:
            raise Problem(Kind.LIMIT, "data: a write holds %d bytes at most" % MAX_DATA)
        return pairs


class ExecuteBody(BaseModel):
    """Arguments of an execute."""

    args: StrictStr = ""
