"""make passthrough: this terminal, or a pipe, joined to the module through the board."""

import contextlib
import os
import re
import select
import sys
import termios
import time
import tty

from deploy.doctor.case import Case
from deploy.errors import DeployError
from deploy.plan import choose
from deploy.probe import check
from deploy.session import visit

QUIET_S = 2.0  # after the last answer to what came through a pipe
_LIMIT_S = 10  # without a sign from here the board restarts by itself: the cable was pulled
_SIGN_S = 1
_LOOK_S = 0.02
_SIGN = b"\0"
_LEAVE = (b"\x1d", b"\x03")  # Ctrl-], Ctrl-C
_FINAL = re.compile(rb"[\r\n](OK|ERROR|\+C[A-Z]{2} ERROR:[^\r\n]*)\r?\n")
_ENDED = re.compile(rb"\x04(Traceback.*)?\x04>$", re.S)
_PART = 32  # bytes at a time: the board's own buffer is small


def join(order, screen, baud=None, echo=False, quiet=QUIET_S):
    """Carry bytes until the user leaves or the pipe ends; then the node starts again.

    Raises DeployError.
    """
    given = sys.stdin.fileno() if sys.stdin else os.open(os.devnull, os.O_RDONLY)
    with visit(order.port, order.patience) as (link, found):
        case = Case(link, found, order, None)
        check(found, case.board, False, link.device_name)
        case.plan, errors = choose(link, case.board, order.config)
        if not case.plan:
            raise errors[0]
        for error in errors:
            screen.warn(f"{error.what}; going on with {case.plan.source}")
        baud = baud or case.plan.module["baud"]
        case.open(baud)
        case.cargo.load("doctor_relay")
        link.run("import doctor_relay")
        link.use_raw_paste = False  # behind raw paste a stand-in does not see Ctrl-C
        link.exec_raw_no_follow("doctor_relay.run(doctor_line.uart, %d)" % (_LIMIT_S * 1000))
        line = _Line(link)
        if os.isatty(given):
            with _raw(given):
                _show(b"%s at %d baud; Ctrl-] leaves\r\n" % (case.plan.where.encode(), baud))
                _talk(line, given, echo)
        else:
            _feed(line, given, quiet, baud)
            if not line.heard:
                raise DeployError(
                    f"nothing came from {case.plan.where} at {baud} baud", case.make("doctor")
                )


def _show(data):
    try:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except (OSError, ValueError):
        raise DeployError("nobody reads what the module says any more")


class _Line:
    """The module behind the board. heard: bytes that came; last: when."""

    def __init__(self, link):
        self._link = link
        self._tail = b""
        self._signed = 0
        self.heard = 0
        self.last = time.monotonic()
        self._fds = [fd for fd in (link.serial.fd,) if fd is not None]

    def ready(self, others, seconds):
        """Return which of the descriptors others can be read, waiting at most so many seconds.

        What the module says ends the waiting as well.
        """
        if not self._fds:  # nobody would tell
            seconds = min(seconds, _LOOK_S)
        return select.select([*self._fds, *others], [], [], seconds)[0]

    def send(self, data):
        """Send bytes to the module."""
        self._link.serial.write(data.replace(_SIGN, b"").replace(b"\x03", b""))

    def turn(self):
        """Show what has come; return it. Raises DeployError when the board ended it."""
        now = time.monotonic()
        if now - self._signed > _SIGN_S:
            self._signed = now
            self._link.serial.write(_SIGN)
        data = self._link.serial.more(0)
        if data:
            self.last = now
            self.heard += len(data)
            self._tail = (self._tail + data)[-600:]
            if found := _ENDED.search(self._tail):
                lines = (found[1] or b"").decode(errors="replace").strip().splitlines()
                raise DeployError(
                    f"the board ended it: {lines[-1] if lines else 'no reason given'}", "try again"
                )
            _show(data)
        return data


@contextlib.contextmanager
def _raw(fd):
    """Have every key at once, Ctrl-C as well."""
    before = termios.tcgetattr(fd)
    tty.setraw(fd)
    try:
        yield
    finally:
        termios.tcsetattr(fd, termios.TCSADRAIN, before)


def _talk(line, given, echo):
    """Carry what is typed to the module, until Ctrl-] or Ctrl-C, or the terminal is gone."""
    while True:
        ready = line.ready([given], 0.2)
        line.turn()
        if given not in ready:
            continue
        data = os.read(given, _PART)
        if not data or any(key in data for key in _LEAVE):
            return
        line.send(data)
        if echo:
            _show(data.replace(b"\r", b"\r\n"))


def _feed(line, given, quiet, baud):
    """Send the lines of a pipe, one when the one before is answered or `quiet` seconds passed."""
    held = b""
    open_ = True
    since = None  # when the line that waits for its result was sent
    heard = b""
    while True:
        ready = line.ready([given] if open_ and not since else [], 0.05)
        if given in ready:
            data = os.read(given, 4096)
            open_ = bool(data)
            held += data
        heard += line.turn()
        now = time.monotonic()
        silent = now - max(line.last, since or 0) > quiet
        if since and (_FINAL.search(heard) or silent):
            since = None
        if since is None and held:
            text, end, rest = _cut(held)
            if end or not open_:
                held = rest
                if text:
                    heard = b"\n"
                    _send(line, text + b"\r", baud)
                    since = time.monotonic()
        if not open_ and not held and now - max(line.last, since or line.last) > quiet:
            return


def _cut(held):
    """Return (the first line, its end, the rest); CR, LF or both end a line."""
    found = re.search(rb"\r\n|\r|\n", held)
    return (held[: found.start()], found[0], held[found.end() :]) if found else (held, b"", b"")


def _send(line, text, baud):
    for at in range(0, len(text), _PART):
        line.send(text[at : at + _PART])
        time.sleep(_PART * 10 / baud if len(text) > _PART else 0)
