"""One cached command, as it is kept (facts platform.md 1.5)."""

from dataclasses import dataclass, field

from bench.platform.messages import Value

WAIT, CANCELLED, SENT, EXPIRED, SUCCESS, FAILED = 1, 2, 3, 4, 5, 6  # send_status


@dataclass
class Command:
    """A cached READ, WRITE or EXECUTE. Times in UNIX ms, None = not yet.

    trigger: mask of REGISTER, UPDATE, NOTIFY. remain: tries left after the next one.
    confirm_status: SUCCESS, TIME_OUT, NOT_FOUND, ..., "" = not yet. result: Values a read brought.
    content: the request as it came, for whoever asks. feedback: [(ms, status)] of each try.
    """

    uuid: str
    device_id: int
    kind: str
    path: tuple
    created_ms: int
    valid_ms: int
    expired_ms: int
    payload: list = field(default_factory=list)
    args: str = ""
    content: object = None
    trigger: int = 7
    remain: int = 3
    timeout_s: int = 25
    send_status: int = WAIT
    sent_ms: int | None = None
    confirmed_ms: int | None = None
    confirm_status: str = ""
    result: list = field(default_factory=list)
    feedback: list = field(default_factory=list)

    @property
    def waiting(self):
        return self.send_status == WAIT

    @property
    def over(self):
        return self.send_status in (CANCELLED, EXPIRED, SUCCESS, FAILED)

    def body(self):
        """Return the fields for JSON."""
        body = dict(vars(self))
        body["payload"] = [(rid, _plain(value)) for rid, value in self.payload]
        body["result"] = [
            (each.oid, each.iid, each.rid, each.type, _plain(each.value)) for each in self.result
        ]
        return body

    @classmethod
    def restored(cls, body):
        """Return the Command of what body() gave."""
        command = cls(**body)
        command.path = tuple(command.path)
        command.payload = [(rid, _value(value)) for rid, value in command.payload]
        command.result = [Value(*head, _value(value)) for *head, value in command.result]
        command.feedback = [tuple(each) for each in command.feedback]
        return command


def _plain(value):
    return {"hex": value.hex()} if isinstance(value, bytes) else value


def _value(plain):
    return bytes.fromhex(plain["hex"]) if isinstance(plain, dict) else plain
