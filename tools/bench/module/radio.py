"""Registration on the network and the signalling connection: CFUN, CEREG, CSCON state."""


class Radio:
    """The state behind the network commands (guide 1, facts protocol.md 3).

    stat: 0 not searching, 1 registered, 2 searching. connected: CSCON.
    """

    def __init__(self, module):
        self._module = module
        self.network_up = True  # outlives a reboot: the cell does not know of it

    def reset(self):
        """Go to the state before power on."""
        self.cfun = 0
        self.stat = 0
        self.since_ms = 0  # of the registration
        self.release_next = False  # the next downlink is the last
        self.connected = False
        self.cereg = 0
        self.cscon = 0
        self.attached = True
        self.cops = 0
        self.plmn = self._module.options.plmn
        self.earfcn = 0
        self._search = None
        self._idle = None

    @property
    def registered(self):
        return self.stat == 1

    def power(self, cfun):
        """Set CFUN and search, or fall silent."""
        self.cfun = cfun
        self.search()

    def set_network(self, up):
        self.network_up = up
        self.search()

    def search(self):
        """Leave the network and look for one that the settings allow."""
        if self._search:
            self._search.cancel()
            self._search = None
        self._disconnect()
        self._module.sleep.searching(bool(self.cfun and self.attached and self.cops != 2))
        if not (self.cfun and self.attached and self.cops != 2):
            self._set_stat(0)
            return
        self._set_stat(2)
        self._search = self._module.timers.after(self._module.options.register_ms, self._found)

    def activity(self):
        """Note traffic: the connection comes up and the idle time starts anew."""
        if self._idle:
            self._idle.cancel()
        self._idle = self._module.timers.after(self._module.options.idle_ms, self._disconnect)
        self._module.sleep.connected()
        if not self.connected:
            self.connected = True
            self._report_connection()

    def downlink(self):
        """Note traffic from the network; let go behind it where that was asked for."""
        self.activity()
        if self.release_next:
            self.release_next = False
            self._module.timers.after(0, self.release)

    def release(self):
        """Let go of the connection at once: release assistance, or a short exchange."""
        self._disconnect()

    def location(self):
        """Return tac, ci and access technology as the guide prints them."""
        options = self._module.options
        return "%s,%s,%d" % (options.tac, options.ci, self._module.profile.access)

    def _found(self):
        options = self._module.options
        self._search = None
        if not self.network_up or self.plmn != options.plmn:
            return
        if self.earfcn not in (0, options.earfcn):
            return
        self.activity()
        self.since_ms = self._module.timers.now()
        self._set_stat(1)

    def _set_stat(self, stat):
        if stat == self.stat:
            return
        self.stat = stat
        if self.cereg and self._module.booted:
            self._module.emit("+CEREG:%d%s" % (stat, self._details()))

    def _details(self):
        """What follows stat in the URC; the guide's module gives the place with n=1 already."""
        if not self.registered or (self.cereg == 1 and not self._module.profile.location_always):
            return ""
        tail = {3: ",,", 4: ",,,,", 5: ",,,,"}.get(self.cereg, "")
        return ",%s%s" % (self.location(), tail)

    def _disconnect(self):
        if self._idle:
            self._idle.cancel()
            self._idle = None
        if self.connected:
            self.connected = False
            self._report_connection()
            if self.registered:
                self._module.sleep.idle()

    def _report_connection(self):
        if self.cscon and self._module.booted:
            self._module.emit("+CSCON:%d" % self.connected)
