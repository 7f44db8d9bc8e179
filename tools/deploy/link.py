"""The one place that talks to a board: mpremote's raw REPL, with errors a person can act on."""

import contextlib
import errno
import math
import re
import time
from base64 import b64encode

from mpremote.transport import TransportError, TransportExecError
from mpremote.transport_serial import SerialTransport

from deploy.errors import BoardError, DeployError, missing
from deploy.ports import Overdue, Port, find, gone

RAW = b"raw REPL; CTRL-B to exit\r\n"
PATIENCE_S = 10
_AGAIN_S = 1.5  # a board that is just starting misses the first Ctrl-C
_QUIET_S = 2
_LONG = 3  # times the patience, for all that one command prints
_SLOW = 4  # times that, where the board goes through many files
_DONE = b"\x04>"  # behind what a command prints: the board is still in its raw REPL
_GONE_S = 0.3  # a port of USB goes away behind a reset, and later comes back
_LOOK_S = 0.2
_PROMPT = b">>> "
_PROMPT_S = 1.5  # for a prompt to be echoed
_REBOOT = b"soft reboot\r\n"
_CHUNK = 768  # bytes of a file for one command; a heap of 64 KB holds that many times
_NUMBERS = {"ENOSPC": errno.ENOSPC, "EIO": errno.EIO, "EROFS": errno.EROFS, "ENOENT": errno.ENOENT}
_FAULTS = ("AttributeError", "NameError", "NotImplementedError", "SyntaxError", "TypeError")
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
        self.serial.limit(self.serial.patience * _LONG)
        try:
            return super().read_until(*args, **options)
        except Overdue as e:
            raise self._overdue(e)
        finally:
            self.serial.limit(None)

    def _overdue(self, error):
        """Return the DeployError for a command that did not end in time: error is an Overdue."""
        there, other = self._still_there()
        if there:
            longer = math.ceil(self.patience * _LONG)
            return DeployError(
                f"the board on {self.device_name} has not finished within {error.seconds:g} s",
                f"a slow board takes longer: WAIT={longer}; the version on it is as it was",
            )
        return self._restarted() if other else error

    def _still_there(self):
        """Interrupt the board; return whether it was at our command, and else at another program.

        Ctrl-C tells a slow board from one that has restarted: only the raw REPL, in which our
        commands run, ends its output with 04 and a prompt.
        """
        heard = b""
        end = time.monotonic() + self.patience
        with contextlib.suppress(DeployError):
            self.serial.write(b"\x03")
            while not heard.endswith((_DONE, _PROMPT)) and time.monotonic() < end:
                heard += self.serial.more(_LOOK_S)
        there = heard.endswith(_DONE)
        return there, bool(heard) and not there

    def _restarted(self):
        return DeployError(
            f"the board on {self.device_name} has restarted in the middle",
            "look after its supply, and try again; the version on it is as it was",
        )

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
                "is this the board's USB port? press its reset button; a slow board: WAIT=30; "
                "without MicroPython on it: make flash BOARD=… FIRMWARE=…",
            )
        if re.search(rb"\r\n(ERROR|OK|\+CME ERROR[^\r]*)\r\n", heard):
            return DeployError(
                f"{device} is the module's AT port, not a board", "give the board's port as PORT="
            )
        if b">>> " in heard or b"Traceback" in heard or b"MicroPython" in heard:
            return DeployError(
                f"the program on {device} does not stop within {self.patience:g} s",
                "press the board's reset button, and try again; a slow board: WAIT=30",
            )
        return DeployError(
            f"what answers on {device} is not MicroPython's prompt; it says: {text[:60]}",
            "press the board's reset button and try again at once, give another PORT=, or put "
            "MicroPython on it: make flash BOARD=… FIRMWARE=…",
        )

    def run(self, code, step=None, slow=False):
        """Run code on the board and return what it prints; raises DeployError.

        slow: it goes through many files, and need not print anything meanwhile.
        """
        self.serial.patience = self.patience * (_SLOW if slow else 1)
        try:
            return self.exec(code).decode()
        except TransportExecError as e:
            raise _failed(e.error_output, step)
        except (TransportError, UnicodeDecodeError) as e:
            if self._still_there()[1]:
                raise self._restarted()
            raise DeployError(
                f"the board on {self.device_name} answers strangely: {e}",
                step or "press its reset button and try again",
            )
        finally:
            self.serial.patience = self.patience

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

    @property
    def prompting(self):
        """Whether the last that the board printed is a prompt of its REPL."""
        return self._held.endswith(_PROMPT)

    def ask_prompt(self):
        """Have a board that is at its prompt, and has said nothing so far, show it.

        A program that reads no input, as the node, is not disturbed: what is typed waits until it
        ends, and is an empty line then. Ctrl-B makes a friendly REPL of a raw one, which echoes
        nothing.
        """
        for key in (b"\r", b"\x02"):
            self.serial.write(key)
            end = time.monotonic() + _PROMPT_S
            while not self.prompting and time.monotonic() < end:
                self._held += self.serial.more(_LOOK_S)
            if self._held:
                return

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
    if last.startswith("ImportError"):
        return BoardError(*missing(last), number, last)  # whatever was done, it goes on failing
    if last.startswith(_FAULTS):
        better = "a newer MicroPython (make flash); if it has that one, please report this line"
        return BoardError(f"the board refuses: {last}", better, number, last)
    return BoardError(
        f"the board refuses: {last}", step or "press its reset button and try again", number, last
    )
