"""The communication suite: created, objects, registered, observed (guide 3.2, facts 5 to 7)."""

from dataclasses import dataclass

from bench.module.inbox import Inbox
from bench.platform import messages as m

CLOSED, OPENING, OPEN = "closed", "opening", "open"


@dataclass(frozen=True)
class Declared:
    """An object added by ADDOBJ; iids from the bitmap, left is instance 0."""

    iids: tuple
    attributes: int
    actions: int


class Session:
    """State of the suite, and its side of the talk with the platform."""

    def __init__(self, module):
        self._module = module
        self._state = CLOSED
        self.inbox = Inbox(module)
        self.reset()

    def reset(self):
        """Forget all: power on, reboot, DELETE."""
        self.created = False
        self.bootstrap = self._module.options.bootstrap
        self.config = bytearray()
        self.objects = {}
        self.resources = {}  # oid: ids, where the module answers for them
        self.types = {}  # path: the value type the MCU has used
        self.deleted = set()  # objects that went with DELETE: the guide deletes them once more
        self.lifetime_s = 0
        self._close()

    @property
    def state(self):
        return self._state

    @state.setter
    def state(self, new):
        was, self._state = self._state, new
        if new != was and self._module.on_session:
            self._module.on_session(new)

    @property
    def is_open(self):
        return self.state == OPEN

    def instances(self):
        """Return {oid: [iids]} for a registration."""
        return {oid: list(declared.iids) for oid, declared in sorted(self.objects.items())}

    # -- session ------------------------------------------------------------------------------

    def open(self, lifetime_s, timeout_s):
        """Begin to register; events tell how it went."""
        self.state = OPENING
        self.lifetime_s = lifetime_s
        self._round += 1
        current = self._round
        timers = self._module.timers

        def expire():
            if self._round == current and self.state == OPENING:
                self._close()
                self.event(8, blank=True)

        timers.after(timeout_s * 1000, expire)
        step_ms = 2 * self._module.platform.network_ms
        if self.bootstrap:
            self.event(1, blank=True)
            timers.after(step_ms, lambda: self._bootstrapped(current))
        else:
            self._register()

    def update(self, lifetime_s, with_objects):
        """Prolong the registration; event 11, 12 or 13 follows. lifetime_s 0 = as it was."""
        self.lifetime_s = lifetime_s or self.lifetime_s
        objects = self.instances() if with_objects else None
        self.uplink(m.Update(self._module.imei, lifetime_s or None, objects, self._round))
        self._cancel("_update_timer")
        self._update_timer = self._module.timers.after(30000, self._update_lost)

    def close(self):
        """De-register: the platform is told, everything of the registration is forgotten."""
        if self.state != CLOSED:
            self.uplink(m.Deregister(self._module.imei, self._round))
            self._close()
            self.resources = {}

    def delete(self):
        """Close and forget the instance with its objects."""
        self.close()
        gone = set(self.objects)
        self.reset()
        self.deleted = gone

    # -- platform -----------------------------------------------------------------------------

    def uplink(self, message):
        """Send a message if there is a network to carry it; return whether there was."""
        if not self._module.radio.registered:
            return False
        self._module.radio.activity()
        self._module.air.up(message)
        return True

    def receive(self, message):
        """Take a message from the platform; without a network, or asleep, it is lost."""
        module = self._module
        if not module.radio.registered or not module.booted or module.sleep.deaf:
            return
        wait_ms = module.sleep.wait_ms()
        if wait_ms:
            module.timers.after(wait_ms, lambda: self.receive(message))
            return
        self._module.radio.downlink()
        if isinstance(message, m.Request):
            if self.is_open and message.number in (0, self._round):
                self._request(message)
        elif message.kind == "register" and self.state == OPENING:
            self._registered(message.code)
        elif message.kind == "update" and self.is_open:
            self._updated(message.code)
        elif message.kind == "notify" and self.is_open:
            self.event(26 if message.code else 25, message.ackid)
        elif message.kind == "deregister" and (
            self._module.options.close_event or self._module.profile.close_event
        ):
            self.event(15)

    def delivered(self, count):
        """Pass on that the MCU has the first count bytes ever printed."""
        self.inbox.delivered(count)

    def event(self, number, extra=None, blank=False):
        """Print +MIPLEVENT; the guide has a blank in those that follow OPEN."""
        blank = blank or self._module.profile.blank
        tail = "" if extra is None else ",%d" % extra
        self._module.emit("+MIPLEVENT:%s0,%d%s" % (" " if blank else "", number, tail))

    # -- inside -------------------------------------------------------------------------------

    _round = 0
    _expiry = None
    _needed = None
    _update_timer = None

    def _close(self):
        self.state = CLOSED
        self.observations = {}  # path -> msgid
        self.groups = {}  # msgid -> Group of a notification under way
        self.inbox.clear()
        for name in ("_expiry", "_needed", "_update_timer"):
            self._cancel(name)

    def _cancel(self, name):
        timer = getattr(self, name)
        if timer:
            timer.cancel()
        setattr(self, name, None)

    def _bootstrapped(self, current):
        if self._round == current and self.state == OPENING and self._module.radio.registered:
            self.event(2, blank=True)
            self._register()

    def _register(self):
        module = self._module
        if module.options.connect_event:
            module.timers.after(module.platform.network_ms, lambda: self.event(4, blank=True))
        self.uplink(
            m.Register(
                module.imei,
                module.imsi,
                self.lifetime_s,
                self.instances(),
                module.options.auth,
                self._round,
            )
        )

    def _registered(self, code):
        if code != 201:
            self._close()
            self.event(7, blank=True)
            return
        self.state = OPEN
        self._live()
        self.event(6, blank=True)

    def _updated(self, code):
        self._cancel("_update_timer")
        if code == 204:
            self._live()
            self.event(11)
        else:
            self._close()
            self.event(12)

    def _update_lost(self):
        self._update_timer = None
        self.event(13)

    def _live(self):
        """Count the lifetime from now on."""
        timers = self._module.timers
        self._cancel("_expiry")
        self._cancel("_needed")
        self._expiry = timers.after(self.lifetime_s * 1000, self._lifetime_over)
        left_s = 93 if self.lifetime_s > 186 else 62
        if self._module.options.update_needed_event and self.lifetime_s > 93:
            self._needed = timers.after(
                (self.lifetime_s - left_s) * 1000, lambda: self.event(14, left_s)
            )

    def _lifetime_over(self):
        self.event(9)
        self.uplink(m.Deregister(self._module.imei, self._round))
        self._close()
        self.event(15)

    def _request(self, request):
        declared = self.objects.get(request.path[0])
        known = declared and request.path[1] in (-1, *declared.iids)
        if self._module.options.answers_unknown and not known:
            self.uplink(m.Response(self._module.imei, request.msgid, 404))
        elif not self._module.profile.answer(self._module, request):
            self.inbox.put(request)
