"""One device as the platform knows it."""

from collections import deque
from dataclasses import asdict, dataclass, field

MAX_WAITING = 64
EXCHANGE_LIFETIME_MS = 247_000  # RFC 7252 4.8.2: a message id is not used again before
MAX_RECENT = 256


class Taken(ValueError):
    """The imei belongs to a device already: it is unique (facts platform.md 1.2.1)."""


@dataclass
class Profile:
    """What its owner says of a device; facts platform.md 1.2.1."""

    title: str = ""
    desc: str = ""
    tags: list = field(default_factory=list)
    location: dict | None = None
    private: bool = True
    obsv: bool = True  # the platform observes what registers
    auth: str = ""  # Auth_Code, which has to come with the registration
    psk: str = ""
    chip: int | None = None
    other: object = None


@dataclass
class Device:
    """Identity, registration and the operations under way of one imei. Times in UNIX ms."""

    imei: str
    imsi: str
    profile: Profile = field(default_factory=Profile)
    id: int = 0
    created_ms: int = 0
    activated_ms: int = 0  # first registration, 0 = never
    seen_ms: int = 0  # last registration, 0 = never
    online: bool = False
    lifetime_s: int = 0
    expires_ms: int = 0
    objects: dict = field(default_factory=dict)  # oid -> instance ids, as registered
    resources: dict = field(default_factory=dict)  # oid -> resource ids, as discovered
    observed: dict = field(default_factory=dict)  # path -> msgid of the observation
    waiting: deque = field(default_factory=deque)
    sent: dict = field(default_factory=dict)  # msgid -> Operation the device has not answered
    number: int = 0  # of the registration, as the module counts them
    link: object = None  # called with a message for the device
    expiry: object = None  # Timer of the lifetime
    recent: dict = field(default_factory=dict)  # message id -> ms, of the newest messages
    notifications: int = 0  # since the bench was started
    registrations: int = 0  # since the bench was started

    def forget_session(self):
        """Drop what ends with a registration and return the operations left without an answer."""
        left = list(self.sent.values()) + list(self.waiting)
        self.sent.clear()
        self.waiting.clear()
        self.observed.clear()
        self.online = False
        if self.expiry:
            self.expiry.cancel()
            self.expiry = None
        return left

    def repeated(self, mid, now_ms):
        """Return whether message mid came before: then it is a retransmission. Notes it."""
        came_ms = self.recent.pop(mid, None)
        self.recent[mid] = now_ms
        if len(self.recent) > MAX_RECENT:
            del self.recent[next(iter(self.recent))]
        return came_ms is not None and now_ms - came_ms < EXCHANGE_LIFETIME_MS

    # -- kept in the store --------------------------------------------------------------------

    _KEPT = ("imsi", "created_ms", "activated_ms", "seen_ms", "online", "lifetime_s", "expires_ms")

    def body(self):
        """Return what the store keeps, for JSON."""
        body = {name: getattr(self, name) for name in self._KEPT}
        body["profile"] = asdict(self.profile)
        body["objects"] = list(self.objects.items())
        body["resources"] = list(self.resources.items())
        body["observed"] = list(self.observed.items())
        return body

    @classmethod
    def restored(cls, number, imei, body):
        """Return the Device of what body() gave."""
        kept = {name: body[name] for name in cls._KEPT}
        return cls(
            imei,
            id=number,
            profile=Profile(**body["profile"]),
            objects=dict(body["objects"]),
            resources=dict(body["resources"]),
            observed={tuple(path): msgid for path, msgid in body["observed"]},
            **kept,
        )
