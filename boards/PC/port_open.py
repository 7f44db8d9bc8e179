"""Opening a port, again and again, with a pause that grows from 50 ms to 2 s; telling the user.

Each trouble is told once. Unloads itself when the port is up: heap is scarce.
"""

import errno
import select
import socket
import sys
import time

from micropython import const

_LONGEST_PAUSE_MS = const(2000)
_CONNECT_MS = const(3000)
_HINTS = {
    "UART": "nothing listens on %s: start `make bench`, or give UART=HOST:PORT or UART=/dev/…",
    "BOARD": "nothing listens on %s: start `make bench`",
}


def wait(port, ms):
    """Give opening up to ms: for the start only, so that the first bytes are not lost."""
    while not port.ready() and port.since is None and ms > 0:
        time.sleep_ms(1)
        ms -= 1


def move_on(port):
    """Move on with opening port; after a loss, when its pause is over."""
    if port.since is not None:
        if time.ticks_diff(time.ticks_ms(), port.since) < port.pause:
            return
        port.pause = min(2 * port.pause, _LONGEST_PAUSE_MS)
        port.since = None
    port.up = port.open() if hasattr(port, "open") else _connect(port)
    if port.up:
        _tell(port, None)
        sys.modules.pop(__name__, None)


def _connect(port):
    """Return whether the TCP connection is there; the first call begins it."""
    try:
        if not port.stream:
            port.begun = time.ticks_ms()
            port.stream = socket.socket(port.address[0], socket.SOCK_STREAM)
            port.stream.setblocking(False)
            port.stream.connect(port.address[-1])
    except OSError as e:
        if e.errno not in (errno.EINPROGRESS, errno.EALREADY, errno.EAGAIN):
            return lost(port)
    poll = select.poll()
    poll.register(port.stream, select.POLLOUT)
    found = poll.poll(0)
    if found and found[0][1] == select.POLLOUT:
        return True
    if found or time.ticks_diff(time.ticks_ms(), port.begun) > _CONNECT_MS:
        lost(port)
    return False


def lost(port, text=None):
    """Close port, say text (None: what to do), and begin the pause. Return False."""
    port.close()
    _tell(port, text or _HINTS[port.variable] % port.name)
    port.since = time.ticks_ms()
    return False


def _tell(port, text):
    if text != port.told:
        port.told = text
        print("%s: %s" % (port.name, text or "connected"), file=sys.stderr)
