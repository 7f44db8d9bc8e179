"""The module's own firmware update (FOTA), which must not be disturbed.

The module reports it in words (`FIRMWARE UPDATING`, M5310-A) or by events 40 to 46. While it
downloads, it works as always, but must not be reset. While it writes, from UPDATING or event 43
on, nothing may be sent to it: a reset then can leave it without any firmware
(facts/field-updates.md 1, facts/protocol.md 2.1).
"""

from micropython import const

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from m5310.modem import Modem

_LIMIT_MS = const(900000)  # an update that says nothing more for so long is over
_OVER_MS = const(30000)  # behind UPDATE SUCCESS, for UPDATE OVER
_LONGEST = const(64)  # characters of a line in words

# Events of +MIPLEVENT (facts/protocol.md 6)
_DOWNLOADING = const(40)
_DOWNLOAD_FAILED = const(41)
_DOWNLOADED = const(42)
_UPDATING = const(43)
_UPDATED = const(44)
_UPDATE_FAILED = const(45)
_UPDATE_OVER = const(46)
_LAST = const(51)  # 47 to 51: interrupted, erased, triggered, progress


class Firmware:
    """The state of an update of `modem`."""

    def __init__(self, modem: "Modem") -> None:
        self._modem = modem
        self._downloads = False
        self._heard = modem.clock.ticks_ms()  # of the last word about the download

    @property
    def writing(self) -> bool:
        """True while the module writes its firmware: nothing is sent to it."""
        return self._modem.at.listening

    @property
    def busy(self) -> bool:
        """True while the module downloads or writes its firmware: it must not be reset."""
        if self._downloads:
            clock = self._modem.clock
            age_ms = clock.ticks_diff(clock.ticks_ms(), self._heard)
            self._downloads = 0 <= age_ms < _LIMIT_MS  # below 0: ticks wrapped, days ago
        return self._downloads or self.writing

    def line(self, line: bytearray) -> bool:
        """Handle a line if it reports an update in words; return whether it does."""
        if len(line) > _LONGEST or line[0] not in b"Ff+ ":
            return False
        words = bytes(line).upper().replace(b":", b" ").split()
        if words[0] not in (b"FIRMWARE", b"+FIRMWARE") or len(words) < 2:
            return False
        word, last = words[1], words[-1]
        if word in (b"DOWNLOADING", b"DOWNLOADED"):
            self._download()
        elif word == b"DOWNLOAD" and last[:4] == b"FAIL":
            self._end_download()
        elif word == b"UPDATING":
            self._write()
        elif word == b"UPDATE" and (last == b"OVER" or last[:4] == b"FAIL"):
            self.over()
        elif word == b"UPDATE" and last == b"SUCCESS" and self.writing:
            self._modem.at.listen(_OVER_MS)
        else:
            self._go_on()
        return True

    def event(self, number: int) -> None:
        """Handle an event by its number."""
        if number in (_DOWNLOADING, _DOWNLOADED):
            self._download()
        elif number == _DOWNLOAD_FAILED:
            self._end_download()
        elif number == _UPDATING:
            self._write()
        elif number in (_UPDATED, _UPDATE_FAILED, _UPDATE_OVER):
            self.over()
        elif _UPDATE_OVER < number <= _LAST:
            self._go_on()

    def booted(self, line: bytearray) -> None:
        """Handle what a starting module printed: MATREADY and its kind end an update.

        A name, a cause or RDY does not. The module restarts in the middle of an update and prints
        those of every start; the update is over with the last of its own words.
        """
        if line.find(b"READY") >= 0:
            self.over()

    def over(self) -> None:
        """End the update: commands may be sent again, and the module has lost all state."""
        self._end_download()
        if self.writing:
            self._modem.log("the module's firmware update is over")
            self._modem.at.listen(0)
            self._modem.forget("the module updated its firmware")

    def _download(self) -> None:
        if not self._downloads:
            self._modem.log("the module downloads new firmware: it is not reset")
        self._downloads = True
        self._heard = self._modem.clock.ticks_ms()

    def _end_download(self) -> None:
        self._downloads = False

    def _write(self) -> None:
        self._downloads = False
        begins = not self.writing
        self._modem.at.listen(_LIMIT_MS)
        if begins:
            self._modem.log("the module writes its own firmware: nothing is sent to it")
            self._modem.forget("the module writes its own firmware")

    def _go_on(self) -> None:
        """Restart the time limit: the update goes on."""
        if self.writing:
            self._modem.at.listen(_LIMIT_MS)
        elif self._downloads:
            self._download()
