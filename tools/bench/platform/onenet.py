"""The platform itself: registrations come up from modules, operations go down to them.

Nothing waits and nothing sleeps: an operation comes back at once as an Operation that is done
later, during poll(). Rules after the platform's documents (facts platform.md 1.8).
"""

from bench.platform import attributes as attrs
from bench.platform import registry
from bench.platform.device import MAX_WAITING, Device
from bench.platform.operations import BUSY, OFFLINE, REFUSED, TIME_OUT, Operation
from bench.platform.store import MemoryStore
from bench.platform.values import MAX_DATA, encode
from bench.ticks import Timers

FIRST_MSGID = 1001
EVERY = -1
MIN_TIMEOUT_MS, MAX_TIMEOUT_MS, DEFAULT_TIMEOUT_MS = 5000, 40000, 25000  # platform.md 1.4


class Platform:
    """OneNET on the bench.

    clock: anything with ticks_ms, ticks_diff, ticks_add. auto_create: a device not known is made
    when it registers. discover, observe: what the platform does after each registration.
    window: operations a device gets before it has answered the first. network_ms: one way.
    """

    def __init__(
        self,
        clock,
        auto_create=True,
        discover=True,
        observe=True,
        window=8,
        network_ms=80,
        store=None,
        first_msgid=FIRST_MSGID,
    ):
        self.timers = Timers(clock)
        self.auto_create = auto_create
        self.auto_discover = discover
        self.auto_observe = observe
        self.window = window
        self.network_ms = network_ms
        self.store = store or MemoryStore()
        self.devices = {}
        self.on_notify = None  # called with (device, Value) for each value that was stored
        self._next_msgid = first_msgid

    # -- time ---------------------------------------------------------------------------------

    def poll(self):
        """Do what is due."""
        self.timers.poll()

    def next_ms(self):
        """Return ms until poll() has something to do, None if nothing is planned."""
        return self.timers.next_ms()

    # -- devices ------------------------------------------------------------------------------

    def create_device(self, imei, imsi, title="", auth=""):
        """Make a device and return it. Raises ValueError for a bad or a known imei."""
        for name, value in (("imei", imei), ("imsi", imsi)):
            if not (value.isascii() and value.isdigit() and len(value) <= 17):
                raise ValueError("%s is %r, has to be up to 17 digits" % (name, value))
        if imei in self.devices:
            raise ValueError("device %s exists" % imei)
        device = self.devices[imei] = Device(imei, imsi, title or imei, auth)
        return device

    def device(self, imei):
        """Return the Device, None if there is none."""
        return self.devices.get(imei)

    # -- operations ---------------------------------------------------------------------------

    def read(self, imei, oid, iid=EVERY, rid=EVERY, timeout_ms=DEFAULT_TIMEOUT_MS):
        """Read an object, an instance or a resource; the answer is in Operation.values."""
        return self._ask(imei, "read", (oid, iid, rid), timeout_ms)

    def write(self, imei, oid, iid, values, timeout_ms=DEFAULT_TIMEOUT_MS):
        """Write values, {rid: value} or [(rid, value)], to an instance.

        A value is a bool, int, float, str or bytes and travels as opaque bytes.
        """
        pairs = list(values.items() if isinstance(values, dict) else values)
        path = (oid, iid, pairs[0][0] if len(pairs) == 1 else EVERY)
        try:
            payload = tuple((rid, encode(value)) for rid, value in pairs)
            if not pairs or sum(len(raw) for _, raw in payload) > MAX_DATA:
                raise ValueError("a write holds 1 to %d bytes" % MAX_DATA)
        except ValueError as error:
            return self._refused(imei, "write", path, error)
        return self._ask(imei, "write", path, timeout_ms, payload=payload)

    def execute(self, imei, oid, iid, rid, args="", timeout_ms=DEFAULT_TIMEOUT_MS):
        """Execute a resource with args, printable text without a quote."""
        path = (oid, iid, rid)
        if len(args.encode()) > MAX_DATA or '"' in args or any(ord(c) < 32 for c in args):
            return self._refused(imei, "execute", path, "args: 480 bytes, no quote, no controls")
        return self._ask(imei, "execute", path, timeout_ms, text=args)

    def discover(self, imei, oid, timeout_ms=DEFAULT_TIMEOUT_MS):
        """Ask for an object's resource ids; the answer also renews Device.resources."""
        operation = self._ask(imei, "discover", (oid, EVERY, EVERY), timeout_ms)
        if not operation.done:
            self.devices[imei].resources.pop(oid, None)
        return operation

    def write_attributes(
        self, imei, oid, iid=EVERY, rid=EVERY, timeout_ms=DEFAULT_TIMEOUT_MS, **attributes
    ):
        """Set pmin, pmax (s), lt, gt, st; rules as attributes.check()."""
        path = (oid, iid, rid)
        try:
            attrs.check(rid, attributes)
        except ValueError as error:
            return self._refused(imei, "write_attributes", path, error)
        text = attrs.text(attributes)
        return self._ask(imei, "write_attributes", path, timeout_ms, text=text)

    def observe(
        self, imei, oid, iid=EVERY, rid=EVERY, timeout_ms=DEFAULT_TIMEOUT_MS, **attributes
    ):
        """Observe; with attributes these are written first (Operation.before), guide 3.5(6)."""
        path = (oid, iid, rid)
        if not attributes:
            return self._ask(imei, "observe", path, timeout_ms)
        operation = Operation(imei, "observe", path, self.timers.now(), timeout_ms)
        operation.before = self.write_attributes(imei, oid, iid, rid, timeout_ms, **attributes)

        def then(before):
            if before.ok:
                operation.timeout_ms = self.timers.now() - operation.asked_ms + timeout_ms
                self._start(operation)
            else:
                operation.finish(before.code, before.name, before.reason)

        operation.before.on_done(then)
        return operation

    def cancel(self, imei, oid, iid=EVERY, rid=EVERY, timeout_ms=DEFAULT_TIMEOUT_MS):
        """Cancel the observation of exactly this path."""
        return self._ask(imei, "cancel", (oid, iid, rid), timeout_ms)

    # -- the device's side --------------------------------------------------------------------

    def uplink(self, message, link):
        """Take a message from a module, network_ms on its way; link(message) leads back."""
        self.timers.after(self.network_ms, lambda: registry.receive(self, message, link))

    def downlink(self, link, message):
        """Send message to a module over its link; arrives network_ms later."""
        self.timers.after(self.network_ms, lambda: link(message))

    # -- queue --------------------------------------------------------------------------------

    def _ask(self, imei, kind, path, timeout_ms, payload=(), text=""):
        operation = Operation(imei, kind, path, self.timers.now(), timeout_ms)
        operation.payload = payload
        operation.text = text
        return self._start(operation)

    def _start(self, operation):
        device = self.devices.get(operation.imei)
        problem = _path_problem(operation.path)
        if not device or problem or not _fair_timeout(operation):
            operation.finish(
                name=REFUSED, reason=problem or "no such device, or timeout not 5 to 40 s"
            )
        elif not device.online:
            operation.finish(name=OFFLINE)
        elif len(device.waiting) >= MAX_WAITING:
            operation.finish(name=BUSY)
        else:
            operation.msgid = self._next_msgid
            self._next_msgid += 1
            left = operation.asked_ms + operation.timeout_ms - self.timers.now()
            self.timers.after(left, lambda: self._expire(device, operation))
            device.waiting.append(operation)
            self.send_waiting(device)
        return operation

    def send_waiting(self, device):
        """Send what the device may get now."""
        while device.waiting and len(device.sent) < self.window:
            operation = device.waiting.popleft()
            if not operation.done:
                device.sent[operation.msgid] = operation
                self.downlink(device.link, operation.request(self.timers.now()))

    def _expire(self, device, operation):
        if not operation.done:
            device.sent.pop(operation.msgid, None)
            operation.finish(name=TIME_OUT)
            self.send_waiting(device)

    def _refused(self, imei, kind, path, reason):
        operation = Operation(imei, kind, path, self.timers.now())
        operation.finish(name=REFUSED, reason=str(reason))
        return operation


def _path_problem(path):
    oid, iid, rid = path
    if not 0 <= oid <= 65535 or not -1 <= iid <= 65535 or not -1 <= rid <= 65535:
        return "ids are 0 to 65535"
    if iid < 0 <= rid:
        return "a resource needs its instance"
    return ""


def _fair_timeout(operation):
    return operation.before or MIN_TIMEOUT_MS <= operation.timeout_ms <= MAX_TIMEOUT_MS
