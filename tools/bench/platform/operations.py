"""One operation on one device, from the question to its answer."""

from bench.platform.messages import Request

NAMES = {
    204: "2.04 Changed",
    205: "2.05 Content",
    400: "4.00 Bad Request",
    401: "4.01 Unauthorized",
    403: "4.03 Forbidden",
    404: "4.04 Not Found",
    405: "4.05 Method Not Allowed",
    406: "4.06 Not Acceptable",
}
SUB_REASONS = {
    400: "BAD_REQUEST",
    401: "UNAUTHORIZED",
    403: "FORBIDDEN",
    404: "NOT_FOUND",
    405: "METHOD_NOT_ALLOWED",
    406: "NOT_ACCEPTABLE",
    415: "UNSUPPORTED_CONTENT_FORMAT",
}
TIME_OUT = "TIME_OUT"
OFFLINE = "OFFLINE"
REFUSED = "REFUSED"
BUSY = "BUSY"


class Limit(ValueError):
    """A documented limit of the platform is broken (errno 5006), not just a bad value (5108)."""


class Operation:
    """What an API call waits for.

    code: CoAP code as a number (205 is 2.05), 0 when the device gave no answer; name: the code in
    words, or TIME_OUT, OFFLINE, REFUSED (broken rule, never sent; `reason` says which, `limit`
    whether it is a documented limit), BUSY.
    values: a read's Value list, a discover's resource ids. Times in ms of the platform's clock;
    delivered_ms is when the module had printed it, None while unknown.
    """

    def __init__(self, imei, kind, path, asked_ms, timeout_ms=25000):
        self.imei = imei
        self.kind = kind
        self.path = path
        self.asked_ms = asked_ms
        self.timeout_ms = timeout_ms
        self.msgid = None
        self.delivered_ms = None
        self.answered_ms = None
        self.code = 0
        self.name = ""
        self.reason = ""
        self.limit = False
        self.values = []
        self.done = False
        self.before = None  # the Write-Attributes that goes ahead of an Observe
        self.payload = ()
        self.text = ""
        self._callbacks = []

    @property
    def ok(self):
        """Return whether the device did what was asked."""
        return 200 <= self.code < 300

    @property
    def sub_reason(self):
        """Return how it went in the platform's words (facts platform.md 1.5, confirm_status)."""
        if self.ok:
            return "SUCCESS"
        if self.code:
            return SUB_REASONS.get(self.code, "INTERNAL_SERVER_ERROR")
        return {OFFLINE: "OFFLINE", REFUSED: "REQ_PARAM_ERROR"}.get(self.name, "TIME_OUT")

    @property
    def latency_ms(self):
        """Return ms from the module's print to the answer's arrival, None while unknown."""
        if self.delivered_ms is None or self.answered_ms is None:
            return None
        return self.answered_ms - self.delivered_ms

    def on_done(self, callback):
        """Have callback(operation) called once it is done, at once if it is."""
        if self.done:
            callback(self)
        else:
            self._callbacks.append(callback)

    def request(self, now_ms, number=0):
        """Return the message for the module, under its registration of that number."""
        left = max(self.asked_ms + self.timeout_ms - now_ms, 0)
        return Request(self.msgid, self.kind, self.path, self.payload, self.text, left, number)

    def finish(self, code=0, name="", reason="", limit=False):
        """Close the operation with its result; later results are ignored."""
        if self.done:
            return
        self.done = True
        self.code = code
        self.name = name or NAMES.get(code, str(code))
        self.reason = reason
        self.limit = limit
        callbacks, self._callbacks = self._callbacks, []
        for callback in callbacks:
            callback(self)
