"""The platform itself: registrations come up from modules, operations go down to them.

Nothing waits and nothing sleeps: an operation comes back at once as an Operation that is done
later, during poll(). Rules after the platform's documents (facts platform.md 1.8). What lasts is
in the Store; datapoints are what devices notify, reads only answer the one who asks.
"""

import sqlite3
import time
from dataclasses import asdict, replace

from bench.platform import attributes as attrs
from bench.platform import registry
from bench.platform.cached import CachedCommands
from bench.platform.device import Device, Profile, Taken
from bench.platform.events import Finished, Storage
from bench.platform.operations import OFFLINE, REFUSED, Limit, Operation
from bench.platform.queue import Queue
from bench.platform.store import Store, StoreError
from bench.platform.values import MAX_DATA, encode
from bench.ticks import Timers

EVERY = -1
DEFAULT_TIMEOUT_MS = 25000  # facts platform.md 1.4
LOOK_MS = 2000  # between two looks whether the database's file is still there
RETRY_MS = 250  # between two tries to write while the database cannot be written


class Platform:
    """OneNET on the bench.

    clock: anything with ticks_ms, ticks_diff, ticks_add. wall: returns UNIX seconds; None = from
    now on with the clock. store: a Store; None = in memory. auto_create: a device not known is
    made when it registers. discover, observe: what the platform does after each registration.
    window: operations a device gets before it has answered the first. network_ms: one way.
    on_storage: called with a Storage when the database cannot be written, and when it can again.
    Raises StoreError.
    """

    def __init__(
        self,
        clock,
        wall=None,
        store=None,
        auto_create=True,
        discover=True,
        observe=True,
        window=8,
        network_ms=80,
    ):
        self.timers = Timers(clock)
        self.auto_create = auto_create
        self.auto_discover = discover
        self.auto_observe = observe
        self.network_ms = network_ms
        self.store = store or Store()
        self._wall = wall or self._wall_of_clock(time.time())
        self._listeners = []
        self.queue = Queue(self, window)
        self.devices = {}
        try:
            registry.restore(self)
            self.cached = CachedCommands(self)
        except (ValueError, KeyError, TypeError, AttributeError, sqlite3.Error) as error:
            raise StoreError(
                "the database holds what this bench did not write (%s): give another with --db"
                % error
            ) from None
        self.on_storage = lambda storage: None
        self._looking = None
        self.store.watch(self._store_changed)
        self._look_later()

    # -- time ---------------------------------------------------------------------------------

    def poll(self):
        """Do what is due."""
        self.timers.poll()

    def next_ms(self):
        """Return ms until poll() has something to do, None if nothing is planned."""
        return self.timers.next_ms()

    def wall_ms(self):
        """Return the UNIX time in ms."""
        return int(self._wall() * 1000)

    def _wall_of_clock(self, start_s):
        start_ms = self.timers.now()
        return lambda: start_s + (self.timers.now() - start_ms) / 1000

    # -- listeners ----------------------------------------------------------------------------

    def listen(self, callback):
        """Have callback(event) called for each event of bench.platform.events."""
        self._listeners.append(callback)

    def tell(self, event):
        """Call the listeners."""
        for callback in self._listeners:
            callback(event)

    # -- the database -------------------------------------------------------------------------

    def _store_changed(self, trouble):
        self.on_storage(Storage(trouble, self.store.dropped))
        self._look_later()

    def _look_later(self):
        """Plan the next look at the database, the sooner the more there is to do."""
        if self.store.trouble:
            wait_ms = RETRY_MS
        elif self.store.waiting:
            wait_ms = 1  # the rest of what has waited; others get a turn before
        elif self.store.is_file:
            wait_ms = LOOK_MS
        else:
            return
        if self._looking:
            self._looking.cancel()
        self._looking = self.timers.after(wait_ms, self._look)

    def _look(self):
        self._looking = None
        self.store.check()
        self._look_later()

    # -- devices ------------------------------------------------------------------------------

    def create_device(self, imei, imsi, **profile):
        """Make a device and return it; profile: fields of Profile.

        Raises ValueError for a bad imei or imsi, Taken for a known imei, Unwritable.
        """
        for name, value in (("imei", imei), ("imsi", imsi)):
            if not (value.isascii() and value.isdigit() and len(value) <= 17):
                raise ValueError("%s is %r, has to be up to 17 digits" % (name, value))
        if imei in self.devices:
            raise Taken("device %s exists" % imei)
        device = Device(imei, imsi, Profile(**profile), created_ms=self.wall_ms())
        device.profile.title = device.profile.title or imei
        device.id = self.store.add_device(imei, device.body())
        self.devices[imei] = device
        return device

    def update_device(self, device, imsi=None, **profile):
        """Change the IMSI, or fields of the device's Profile. Raises Unwritable."""
        changed = replace(device.profile, **profile)
        imsi = imsi or device.imsi
        body = device.body() | {"imsi": imsi, "profile": asdict(changed)}
        self.store.change_device(device.id, body)
        device.imsi, device.profile = imsi, changed

    def delete_device(self, device):
        """Forget a device with its datapoints and commands; whoever waits is told OFFLINE.

        Raises Unwritable.
        """
        self.store.delete_device(device.id)
        left = device.forget_session()
        self.cached.forget(device)
        del self.devices[device.imei]
        for operation in left:
            operation.finish(name=OFFLINE)

    def save(self, device):
        """Keep what has changed of a device."""
        self.store.save_device(device.id, device.body())

    def device_by_id(self, number):
        """Return the Device, None if there is none."""
        return next((each for each in self.devices.values() if each.id == number), None)

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
                raise Limit("a write holds 1 to %d bytes" % MAX_DATA)
        except ValueError as error:
            return self._refused(imei, "write", path, error)
        return self._ask(imei, "write", path, timeout_ms, payload=payload)

    def execute(self, imei, oid, iid, rid, args="", timeout_ms=DEFAULT_TIMEOUT_MS):
        """Execute a resource with args, printable text without a quote."""
        path = (oid, iid, rid)
        try:
            check_args(args)
        except ValueError as error:
            return self._refused(imei, "execute", path, error)
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
        operation.on_done(self._finished)
        operation.before = self.write_attributes(imei, oid, iid, rid, timeout_ms, **attributes)

        def then(before):
            if before.ok:
                operation.timeout_ms = self.timers.now() - operation.asked_ms + timeout_ms
                self.queue.start(operation)
            else:
                operation.finish(before.code, before.name, before.reason, before.limit)

        operation.before.on_done(then)
        return operation

    def cancel(self, imei, oid, iid=EVERY, rid=EVERY, timeout_ms=DEFAULT_TIMEOUT_MS):
        """Cancel the observation of exactly this path."""
        return self._ask(imei, "cancel", (oid, iid, rid), timeout_ms)

    # -- the device's side --------------------------------------------------------------------

    def uplink(self, message, link, mid=None):
        """Take a message from a module, network_ms on its way; link(message) leads back.

        mid: its CoAP message id, which a retransmission bears again.
        """
        self.timers.after(self.network_ms, lambda: registry.receive(self, message, link, mid))

    def downlink(self, link, message):
        """Send message to a module over its link; arrives network_ms later."""
        self.timers.after(self.network_ms, lambda: link(message))

    # -- inside -------------------------------------------------------------------------------

    def _ask(self, imei, kind, path, timeout_ms, payload=(), text=""):
        operation = Operation(imei, kind, path, self.timers.now(), timeout_ms)
        operation.payload = payload
        operation.text = text
        operation.on_done(self._finished)
        return self.queue.start(operation)

    def _finished(self, operation):
        self.tell(Finished(self.devices.get(operation.imei), operation))

    def _refused(self, imei, kind, path, reason):
        operation = Operation(imei, kind, path, self.timers.now())
        operation.finish(name=REFUSED, reason=str(reason), limit=isinstance(reason, Limit))
        self._finished(operation)
        return operation


def check_args(args):
    """Raise ValueError, Limit for its length, if args cannot be an execute's arguments."""
    if len(args.encode("utf-8", "surrogatepass")) > MAX_DATA:
        raise Limit("args hold %d bytes at most" % MAX_DATA)
    if '"' in args or any(c < " " or c == "\x7f" or "\ud800" <= c <= "\udfff" for c in args):
        raise ValueError("args: no quotation mark, no control characters")
