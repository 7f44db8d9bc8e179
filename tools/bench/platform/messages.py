"""What travels between a module and the platform: typed messages, no AT text.

Paths are (oid, iid, rid), -1 standing for all. Codes are CoAP codes as numbers: 205 is 2.05.
"""

import struct
from dataclasses import dataclass, field

STRING, OPAQUE, INTEGER, FLOAT, BOOLEAN = 1, 2, 3, 4, 5  # value types, guide 3.3


@dataclass(frozen=True)
class Value:
    """One resource's value: number, text, bool or bytes, with its value type."""

    oid: int
    iid: int
    rid: int
    type: int
    value: object

    @property
    def path(self):
        return (self.oid, self.iid, self.rid)


# -- up ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Register:
    """A registration for lifetime_s; objects: {oid: [iids]}.

    number: tells it from the module's earlier ones, as the location of CoAP does; 0 = not told.
    """

    imei: str
    imsi: str
    lifetime_s: int
    objects: dict
    auth: str = ""
    number: int = 0


@dataclass(frozen=True)
class Update:
    """Prolongs a registration; lifetime_s None = as it was, objects None = unchanged."""

    imei: str
    lifetime_s: int | None = None
    objects: dict | None = None
    number: int = 0


@dataclass(frozen=True)
class Deregister:
    imei: str
    number: int = 0


@dataclass(frozen=True)
class Notify:
    """Values of one instance under the observation msgid; ackid 0 = none asked for."""

    imei: str
    msgid: int
    values: tuple
    ackid: int = 0


@dataclass(frozen=True)
class Response:
    """The answer to a Request; code 0 = the device stayed silent until the module gave up.

    delivered_ms: the request's last byte had left the module; answered_ms: the answer's last
    line was in.
    """

    imei: str
    msgid: int
    code: int
    values: tuple = ()
    delivered_ms: float | None = None
    answered_ms: float | None = None


# -- down -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Ack:
    """The platform's answer to "register", "update", "deregister" or "notify"."""

    kind: str
    code: int
    ackid: int = 0


@dataclass(frozen=True)
class Request:
    """An operation for the device: read write execute observe cancel discover write_attributes.

    values: ((rid, bytes), …) of a write; text: arguments of an execute, attributes, or nothing.
    valid_ms: the platform stops waiting then. number: of the registration it is for, 0 = any: each
    has an address of its own, which a request that is sent again does not reach any more.
    """

    msgid: int
    kind: str
    path: tuple
    values: tuple = ()
    text: str = ""
    valid_ms: int = field(default=25000, compare=False)
    number: int = field(default=0, compare=False)


def float_of(raw):
    """Return the number of a TLV float of 4 or 8 bytes."""
    return struct.unpack(">f" if len(raw) == 4 else ">d", raw)[0]
