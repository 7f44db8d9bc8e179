"""An update of the module's own firmware, as a module tells of it (facts protocol.md 2.1, 6).

It downloads, then writes itself and is deaf meanwhile. One that is reset while it writes is broken
for good: it prints nothing any more.
"""

FORMS = ("words", "events")
ENDS = ("over", "failed", "never")
WORDS = {
    "downloading": "FIRMWARE DOWNLOADING",
    "downloaded": "FIRMWARE DOWNLOADED",
    "updating": "FIRMWARE UPDATING",
    "updated": "FIRMWARE UPDATE SUCCESS",
    "failed": "FIRMWARE UPDATE FAILED",
    "over": "FIRMWARE UPDATE OVER",
}
EVENTS = {
    "downloading": 40,
    "downloaded": 42,
    "updating": 43,
    "updated": 44,
    "failed": 45,
    "over": 46,
}
TELL_MS = 1000  # from one word to the next
OVER_MS = 20_000  # from event 44 to 46: the session has been opened anew by then


class Fota:
    """The update of one module.

    writing: it is deaf. disturbed: bytes that came meanwhile. broken: it was reset meanwhile.
    """

    def __init__(self, module):
        self._module = module
        self._form = "words"
        self.writing = False
        self.broken = False
        self.disturbed = 0

    def start(self, download_s=20, write_s=180, form="words", ends="over"):
        """Begin an update; form and ends: one of FORMS, of ENDS. Raises ValueError."""
        if form not in FORMS or ends not in ENDS:
            raise ValueError("%s, %s: no such update" % (form, ends))
        self._form = form
        self._tell("downloading")
        after = self._module.timers.after
        after(download_s * 1000, lambda: self._tell("downloaded"))
        after(download_s * 1000 + TELL_MS, lambda: self._write(write_s, ends))

    def _tell(self, word):
        if self._form == "words":
            self._module.emit(WORDS[word])
        else:
            self._module.emit("+MIPLEVENT: 0,%d" % EVENTS[word])

    def _write(self, write_s, ends):
        self._tell("updating")
        self._module.down()
        self.writing = True
        if ends != "never":
            self._module.timers.after(write_s * 1000, lambda: self._written(ends))

    def _written(self, ends):
        module = self._module
        self.writing = False
        module.reboot("REBOOT_CAUSE_SECURITY_FOTA_UPGRADE")
        ready_ms = module.options.boot_ms + TELL_MS
        after = module.timers.after
        if self._form == "events":
            after(module.options.boot_ms, lambda: module.emit("+MATREADY"))
        after(ready_ms, lambda: self._tell("failed" if ends == "failed" else "updated"))
        if ends == "over":
            over_ms = TELL_MS if self._form == "words" else OVER_MS
            after(ready_ms + over_ms, lambda: self._tell("over"))
