"""What to do about an errno: two families use the same numbers for different things."""

NBIOT, DEVICES = "nbiot", "devices"

_AGAIN = "a fault of the platform: try again"
_KEY = "check the key: --key-file, ONENET_KEY_FILE or ONENET_KEY"
_OFFLINE = (
    "the device is not registered, or its lifetime is over: check that the node runs"
    " (`make run`), then `onenet status`"
)

_NBIOT = {
    1: "the key and the IMEI do not belong together: is it one of `onenet devices`? if so, "
    + _KEY,
    2: _KEY,
    3: "the platform misses a parameter or cannot read the body: run again with --verbose",
    7: "the platform is behind: try again, or give the device more time with --timeout 40",
    2001: _OFFLINE,
    5006: "a limit of the platform: --timeout 5 to 40, pmax not below pmin, lt + 2*st below gt,"
    " 480 bytes of data, 10 cached commands (`onenet cancel-cached`)",
    5108: "a parameter the platform does not take: compare it with `onenet resources`",
    5117: _AGAIN,
}

_DEVICES = {
    1: _AGAIN,
    2: "give the key: --key-file, ONENET_KEY_FILE or ONENET_KEY",
    3: _KEY,
    4: "the platform cannot read the body: run again with --verbose",
    5: "shorten what is sent",
    6: "correct the named parameter; a formal IMEI has 15 digits, an IMSI 1 to 15",
    7: "the platform misses a parameter: run again with --verbose",
    8: "`onenet devices` lists what there is",
    9: "give something to change: `onenet update --help`",
    10: _OFFLINE,
    12: "`onenet devices` lists what there is; an IMEI exists once on the whole platform",
    13: "a limit of the platform: ask for less at a time",
    14: "the network is slow: try again",
    15: "too many requests: wait, or watch with a longer --interval",
    17: _AGAIN,
    18: _AGAIN,
    19: "delete devices that are not needed: `onenet delete`",
    20: "ask for fewer devices at a time",
    21: "correct the named field",
    22: "the product is not of the LwM2M kind: create one that is",
    23: "choose other words",
}

# 5106: the device, or the way to it, refused. Longer names first: OFFLINE is in no other, but
# BAD_REQUEST and REQ_PARAM_ERROR show why order should not matter to a reader.
_REASONS = {
    "UNSUPPORTED_CONTENT_FORMAT": "the device does not know this format: try another value",
    "INTERNAL_SERVER_ERROR": "the node failed on it: its log says why",
    "METHOD_NOT_ALLOWED": "the resource does not allow this: 3306 takes writes, 3303/0/5605"
    " takes an execute, the others are for reading",
    "REQ_PARAM_ERROR": "correct the path or the value",
    "NOT_ACCEPTABLE": "the device has no such format: read one resource instead",
    "ADDR_OCCUPIED": "another device has the address: try again",
    "UNAUTHORIZED": "the device gives no access to it",
    "BAD_REQUEST": "the device does not take this value, argument or set of attributes",
    "RESP_ERROR": "the device's answer could not be read: its log says why",
    "FORBIDDEN": "the device forbids it",
    "NOT_FOUND": "the device has no such object, instance or resource: `onenet resources`",
    "TIME_OUT": "the device did not answer: check that the node runs, `onenet status`, and give"
    " it more time with --timeout 40",
    "OFFLINE": _OFFLINE,
}


def hint(family, errno, text):
    """Return what to do about errno of a family; text is the platform's, searched for a reason."""
    if family == NBIOT and errno == 5106:
        return _reason(text)
    return (_NBIOT if family == NBIOT else _DEVICES).get(errno, "run again with --verbose")


def _reason(text):
    found = text.upper().replace(" ", "_")
    for name, advice in _REASONS.items():
        if name in found:
            return advice
    return "the device refused: `onenet resources` shows what it has"
