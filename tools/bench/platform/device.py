"""One device as the platform knows it."""

from collections import deque
from dataclasses import dataclass, field

MAX_WAITING = 64


@dataclass
class Device:
    """Identity, registration and the operations under way of one imei."""

    imei: str
    imsi: str
    title: str = ""
    auth: str = ""
    online: bool = False
    lifetime_s: int = 0
    expires_ms: float = 0
    objects: dict = field(default_factory=dict)  # oid -> instance ids, as registered
    resources: dict = field(default_factory=dict)  # oid -> resource ids, as discovered
    observed: dict = field(default_factory=dict)  # path -> msgid of the observation
    waiting: deque = field(default_factory=deque)
    sent: dict = field(default_factory=dict)  # msgid -> Operation the device has not answered
    link: object = None  # called with a message for the device
    notifications: int = 0
    registrations: int = 0

    def forget_session(self):
        """Drop what ends with a registration and return the operations left without an answer."""
        left = list(self.sent.values()) + list(self.waiting)
        self.sent.clear()
        self.waiting.clear()
        self.observed.clear()
        self.online = False
        return left
