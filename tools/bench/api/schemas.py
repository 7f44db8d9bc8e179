"""What /openapi.json says of replies; the replies themselves are built in views."""

from typing import Any, Generic, TypeVar

from pydantic import BaseModel, Field

Data = TypeVar("Data")


class Reply(BaseModel, Generic[Data]):
    """errno 0 is success; else there is no data and error says what is wrong."""

    errno: int = Field(examples=[0])
    data: Data | None = None
    error: str = Field(examples=["succ"])


class Outcome(BaseModel):
    """errno 0 is success; else error says what is wrong."""

    errno: int = Field(examples=[0])
    error: str = Field(examples=["succ"])


def ok(data=None):
    """Return an operation's responses: HTTP 200 whatever errno says, 404 and 405 beside."""
    return {
        200: {"model": Outcome if data is None else Reply[data], "description": "Done, or errno"},
        "default": {"model": Outcome, "description": "Unknown URL or wrong method"},
    }


class ResourceValue(BaseModel):
    val: Any
    res_id: int


class InstanceValues(BaseModel):
    res: list[ResourceValue]
    obj_inst_id: int


class Discovered(BaseModel):
    obj_inst_id: int
    res_id: list[int]


class InstanceResources(BaseModel):
    inst_id: int
    resources: list[int]


class ObjectResources(BaseModel):
    obj_id: int
    instances: list[InstanceResources]


class Resources(BaseModel):
    total_count: int
    item: list[ObjectResources]


class Uuid(BaseModel):
    uuid: str


class CachedCommand(BaseModel):
    """send_status: 1 waits, 2 cancelled, 3 sent, 4 expired, 5 success, 6 failed."""

    cmd_uuid: str
    type: str
    create_time: str
    valid_time: str
    expired_time: str
    send_time: str | None = None
    trigger_msg: int
    send_status: int
    confirm_time: str | None = None
    confirm_status: str
    feedback_time: str | None = None
    imei: str
    remain: str


class Feedback(BaseModel):
    feedback_time: str
    feedback_status: str


class CommandDetail(CachedCommand):
    obj_id: int
    obj_inst_id: int | None = None
    res_id: int | None = None
    args: str
    content: dict
    cmd_result: list[InstanceValues] | None = None
    feedback_msg: list[Feedback]


class History(BaseModel):
    total_count: int
    items: list[CachedCommand]


class Cancelled(BaseModel):
    succ: list[str]
    failed: list[str]
    total: int


class Created(BaseModel):
    device_id: str
    psk: str | None = None


class Summary(BaseModel):
    id: str
    title: str
    desc: str
    protocol: str
    online: bool
    private: bool
    tags: list[str]
    location: dict | None = None
    create_time: str
    auth_info: dict[str, str]
    rg_id: str


class Stream(BaseModel):
    create_time: str
    uuid: str
    id: str
    unit: str
    unit_symbol: str


class Detail(Summary):
    act_time: str | None = None
    last_ct: str | None = None
    obsv: bool
    obsv_st: bool
    imsi: str
    imsi_old: list[str]
    binary: list
    other: Any = None
    datastreams: list[Stream]


class Devices(BaseModel):
    total_count: int
    page: int
    per_page: int
    devices: list[Summary]


class Status(BaseModel):
    id: int
    title: str
    online: bool


class Statuses(BaseModel):
    total_count: int
    devices: list[Status]


class ByImei(BaseModel):
    create_time: str
    online: bool
    id: str
    observe_status: bool
    title: str
    desc: str | None = None


class Datapoint(BaseModel):
    at: str
    value: Any


class Datastream(BaseModel):
    id: str
    datapoints: list[Datapoint]


class Datapoints(BaseModel):
    """cursor: there is more; ask again with it."""

    cursor: str | None = None
    count: int
    datastreams: list[Datastream]


class Newest(BaseModel):
    id: str
    at: str
    value: Any


class DeviceNewest(BaseModel):
    id: int
    title: str
    datastreams: list[Newest]


class AllNewest(BaseModel):
    devices: list[DeviceNewest]
