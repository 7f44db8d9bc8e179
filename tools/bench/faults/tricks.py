"""What a module does wrong by itself: refuses good commands, says OK late, names wrong msgids."""


class Tricks:
    """Asked by the module for each command line and each operation it prints.

    touched: as in faults.line.Line; now() returns ms of the same clock.
    """

    def __init__(self, touched, now):
        self._touched = touched
        self._now = now
        self._commands = []  # [do, args, how many matching ones are still to pass]
        self._msgids = []

    def arm(self, do, args):
        """Have it happen to the nth command or operation from now on."""
        (self._msgids if do == "msgid" else self._commands).append([do, args, args["nth"]])

    def disarm(self):
        """Forget what is still to happen."""
        self._commands.clear()
        self._msgids.clear()

    def command(self, line):
        """Return (error text or "", ms to wait before the answer) for a command line (bytes)."""
        error, late_ms = "", 0
        for trick in list(self._commands):
            do, args, _ = trick
            if not line.upper().startswith(args["command"].upper().encode()):
                continue
            trick[2] -= 1
            if trick[2]:
                continue
            self._commands.remove(trick)
            now = self._now()
            if do == "error":
                error = args["text"]
                self._touched("error", "down", now, now)
            else:
                late_ms = args["ms"]
                self._touched("late", "down", now, now + late_ms)
        return error, late_ms

    def msgid(self, msgid):
        """Return the msgid under which an operation is printed."""
        for trick in list(self._msgids):
            trick[2] -= 1
            if not trick[2]:
                self._msgids.remove(trick)
                now = self._now()
                self._touched("msgid", "down", now, now)
                return max(msgid + trick[1]["add"], 0)
        return msgid
