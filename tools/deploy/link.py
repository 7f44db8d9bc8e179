"""The one place that talks to a board: mpremote's raw REPL, with errors a person can act on."""

import errno
import re
import time
from base64 import b64encode

from mpremote.transport import TransportError, TransportExecError
from mpremote.transport_serial import SerialTransport

from deploy.errors import BoardError, DeployError
from deploy.ports import Port, find, gone

RAW = b"raw REPL; CTRL-B to exit\r\n"
PATIENCE_S = 10
_AGAIN_S = 1.5  # a board that is just starting misses the first Ctrl-C
_QUIET_S = 2
_LONG = 3  # times the patience, for all that one command prints
_GONE_S = 0.3  # a port of USB goes away behind a reset, and later comes back
_LOOK_S = 0.2
_REBOOT = b"soft reboot\r\n"
_CHUNK = 768  # bytes of a file for one command; a heap of 64 KB holds that many times
_NUMBERS = {"ENOSPC": errno.ENOSPC, "EIO": errno.EIO, "EROFS": errno.EROFS, "ENOENT": errno.ENOENT}
_STEPS = {
    errno.ENOSPC: ("the board's file system is full", "make backup, then make wipe, then again"),
    errno.EIO: ("the board's flash memory fails", "try again; then make flash, which erases it"),
    errno.EROFS: ("the board's file system is read-only", "eject the drive it shows on this PC"),
}


class Link(SerialTransport):
    """A board on the port called name. patience: seconds to wait for an answer."""

    def __init__(self, name, patience=PATIENCE_S):
        self._name = name
        self.device_name = find(name)
        self.in_raw_repl = False
        self.use_raw_paste = True
        self.mounted = False
        self.is_pty = True  # Port waits by itself
        self.patience = patience
        self._held = b""  # printed, and not yet a whole line
        self.stopped = False  # whether the program on the board was interrupted by us
        self.serial = Port(self.device_name, patience)

    def close(self):
        """Close the port."""
        self.serial.close()

    def stop(self, fresh=True):
        """Interrupt the program on the board and enter the raw REPL.

        fresh: then restart the interpreter without main.py, for an empty heap.
        """
        self.stopped = True
        heard = b""
        begin = last = time.monotonic()
        self._interrupt()
        while RAW not in heard:
            heard += self.serial.more(0.2)
            now = time.monotonic()
            if now - begin > self.patience:
                raise self._silent(heard)
            if now - last > _AGAIN_S:
                last = now
                self._interrupt()
        self._quiet()
        if fresh:
            self.serial.write(b"\x04")
            self._await(_REBOOT)
            self._await(RAW)
            self._quiet()
        self.serial.write(b"\x01")  # a prompt for the first command
        self._await(RAW)
        self.in_raw_repl = True

    def reset(self):
        """Reset the chip, and stop what it starts; its port may go away and come back meanwhile.

        Raises DeployError.
        """
        self.exec_raw_no_follow("import machine; machine.reset()")
        end = time.monotonic() + self.patience
        time.sleep(_GONE_S)
        while True:
            try:
                self.close()
                self.device_name = find(self._name)  # it may have another name now
                self.serial = Port(self.device_name, self.patience)
                self.stop()
                return
            except (DeployError, OSError) as e:
                if time.monotonic() > end:
                    raise e if isinstance(e, DeployError) else gone(self.device_name)
                time.sleep(_LOOK_S)

    def _interrupt(self):
        self.serial.write(b"\r\x03")
        time.sleep(0.05)
        self.serial.write(b"\r\x01")

    def _quiet(self):
        """Wait for silence, which a program that prints for ever does not keep."""
        end = time.monotonic() + _QUIET_S
        while self.serial.more(0.05) and time.monotonic() < end:
            pass

    def read_until(self, *args, **options):
        """As mpremote's, but not for ever: a board that has restarted may print without end."""
        self.serial.limit(self.patience * _LONG)
        try:
            return super().read_until(*args, **options)
        finally:
            self.serial.limit(None)

    def _await(self, ending):
        heard = b""
        end = time.monotonic() + self.patience
        while not heard.endswith(ending):
            heard += self.serial.read(1)
            if time.monotonic() > end:
                raise self._silent(heard)

    def _silent(self, heard):
        """Return the DeployError for a board that said heard instead of the raw REPL's banner."""
        device = self.device_name
        text = re.sub(r"[^ -~]+", " ", heard.decode("ascii", "replace")).strip()
        echo = re.sub(rb"[\r\n\x00-\x1f]", b"", heard)
        if not heard or not echo:
            return DeployError(
                f"nothing answers on {device}",
                "is this the board's USB port? press its reset button; without MicroPython on it: "
                "make flash BOARD=… FIRMWARE=…",
            )
        if re.search(rb"\r\n(ERROR|OK|\+CME ERROR[^\r]*)\r\n", heard):
            return DeployError(
                f"{device} is the module's AT port, not a board", "give the board's port as PORT="
            )
        if b">>> " in heard or b"Traceback" in heard or b"MicroPython" in heard:
            return DeployError(
                f"the program on {device} does not stop", "press the board's reset button, again"
            )
        return DeployError(
            f"what answers on {device} is not MicroPython's prompt; it says: {text[:60]}",
            "press the board's reset button and try again at once, give another PORT=, or put "
            "MicroPython on it: make flash BOARD=… FIRMWARE=…",
        )

    def run(self, code, step=None):
        """Run code on the board and return what it prints; raises DeployError."""
        try:
            return self.exec(code).decode()
        except TransportExecError as e:
            raise _failed(e.error_output, step)
        except (TransportError, UnicodeDecodeError) as e:
            raise DeployError(
                f"the board on {self.device_name} answers strangely: {e}",
                step or "press its reset button and try again",
            )

    def write(self, path, data, progress=None):
        """Write data to the file path on the board; progress(bytes) behind every part."""
        self.run("from binascii import a2b_base64 as _a\n_f=open(%r,'wb')" % path)
        for at in range(0, len(data), _CHUNK):
            part = data[at : at + _CHUNK]
            self.run("_f.write(_a(%r))" % b64encode(part))
            if progress:
                progress(len(part))
        self.run("_f.close()")

    def restart(self):
        """Leave the raw REPL in whatever state and have the board start its program."""
        self.serial.write(b"\r\x03\x03")
        self._quiet()
        self.serial.write(b"\x02")
        self._quiet()
        self.serial.write(b"\x04")
        self.in_raw_repl = self.stopped = False

    def lines(self, seconds):
        """Yield what the board prints, a line at a time, for so many seconds (None: for ever)."""
        end = None if seconds is None else time.monotonic() + seconds
        while end is None or time.monotonic() < end:
            self._held += self.serial.more(0.2)
            while b"\n" in self._held:  # whoever ends here has not lost the rest
                line, _, self._held = self._held.partition(b"\n")
                yield line.decode("utf-8", "replace").rstrip("\r")


def _failed(trace, step):
    """Return the BoardError for a traceback of code that we ran on the board."""
    last = trace.strip().splitlines()[-1] if trace.strip() else "no reason given"
    number = None
    if last.startswith("OSError"):
        digits = re.search(r"(\d+)", last)
        names = [value for name, value in _NUMBERS.items() if name in last]
        number = names[0] if names else int(digits[1]) if digits else None
    if number in _STEPS:
        what, better = _STEPS[number]
        return BoardError(what, better, number, last)
    if last.startswith("MemoryError"):
        what = "the board has too little memory free"
        return BoardError(what, step or "press its reset button and try again", number, last)
    return BoardError(
        f"the board refuses: {last}", step or "press its reset button and try again", number, last
    )
