"""The form of every reply, and what an error is called in the two families of calls.

A reply is HTTP 200 with errno, data and error in the order the guide prints; errno 0 is success.
The same number means different things below /nbiot and below /devices (facts platform.md 1.7), so
code raises a Problem of a Kind, and the path it was raised for gives the number.
"""

from enum import Enum, auto

from fastapi.responses import JSONResponse

MAX_DETAIL = 160  # characters of what comes behind the documented text


class Kind(Enum):
    """What can be wrong with a call."""

    NO_KEY = auto()
    AUTH = auto()
    MISSING = auto()
    INVALID = auto()
    LIMIT = auto()
    NO_BODY = auto()
    BAD_JSON = auto()
    TOO_LARGE = auto()
    NOT_FOUND = auto()
    EXISTS = auto()
    PROTOCOL = auto()
    TOO_MANY = auto()
    SYSTEM = auto()
    OFFLINE = auto()
    UNSUCCESS = auto()
    INTERNAL = auto()


DEVICES = {
    Kind.INTERNAL: (1, "internal server error"),
    Kind.NO_KEY: (2, "api-key required"),
    Kind.AUTH: (3, "auth failed"),
    Kind.BAD_JSON: (4, "invalid JSON"),
    Kind.TOO_LARGE: (5, "request entity too large"),
    Kind.INVALID: (6, "invalid parameter"),
    Kind.LIMIT: (6, "invalid parameter"),
    Kind.MISSING: (7, "parameter required"),
    Kind.NOT_FOUND: (8, "not found"),
    Kind.NO_BODY: (9, "entity data required"),
    Kind.EXISTS: (12, "already exists"),
    Kind.SYSTEM: (13, "system limit"),
    Kind.TOO_MANY: (20, "max device count limit is 1000 for one time"),
    Kind.PROTOCOL: (22, "invalid protocol"),
}
NBIOT = {
    Kind.AUTH: (1, "auth failed"),
    Kind.NO_KEY: (2, "api-key required"),
    Kind.MISSING: (3, "parameter required"),
    Kind.NO_BODY: (3, "parameter required"),
    Kind.BAD_JSON: (3, "parameter required"),
    Kind.INTERNAL: (7, "service internal error"),
    Kind.OFFLINE: (2001, "device not online"),
    Kind.LIMIT: (5006, "system logic limit"),
    Kind.TOO_LARGE: (5006, "system logic limit"),
    Kind.UNSUCCESS: (5106, "unsuccess"),
    Kind.INVALID: (5108, "invalid parameter"),
    Kind.NOT_FOUND: (5108, "invalid parameter"),
}


class Problem(Exception):
    """A call that cannot be done: its Kind, and what is wrong, for the reader."""

    def __init__(self, kind, detail=""):
        super().__init__(kind, detail)
        self.kind = kind
        self.detail = detail


def owned(path):
    """Return whether a path is the API's; all others are the console's."""
    return path.startswith(("/devices/", "/nbiot/")) or path in ("/devices", "/nbiot")


def succ(data=None):
    """Return the reply of a call that went well."""
    body = {"errno": 0, "error": "succ"}
    if data is not None:
        body = {"errno": 0, "data": data, "error": "succ"}
    return JSONResponse(body)


def failure(path, problem, status=200, headers=None):
    """Return the reply that names a Problem in the family of path."""
    errno, text = (NBIOT if path.startswith("/nbiot") else DEVICES)[problem.kind]
    if problem.detail:
        text += ": " + problem.detail[:MAX_DETAIL]
    return JSONResponse({"errno": errno, "error": text}, status, headers)
