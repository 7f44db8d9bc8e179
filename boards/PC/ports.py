"""Opening what UART, BAUD and BOARD name. Unloads itself behind each opening: heap is scarce."""

import os
import socket
import sys

from micropython import const

_START_MS = const(200)  # the start waits so long for a port to come up


def open_uart(baudrate):
    """Return the Port of UART, default 127.0.0.1:5310; BAUD goes before baudrate.

    Ends the process with status 2 and a sentence where they are unusable.
    """
    baud = os.getenv("BAUD") or str(baudrate)
    if not baud.isdigit():
        _end("BAUD=%s: must be a number" % baud)
    return _open("UART", os.getenv("UART") or "127.0.0.1:5310", int(baud))


def open_board():
    """Return the Port of BOARD, the bench's virtual board; ends the process as open_uart does."""
    return _open("BOARD", os.getenv("BOARD"), 9600)


def _end(text):
    print(text, file=sys.stderr)
    raise SystemExit(2)


def _open(variable, name, baud):
    """Return the Port called name: HOST:PORT, or the path of a serial device or pty with baud."""
    from port_open import wait

    port = _device(variable, name, baud) if "/" in name else _tcp(variable, name)
    wait(port, _START_MS)
    sys.modules.pop(__name__, None)
    return port


def _device(variable, name, baud):
    from port_tty import BAUDS, TtyPort

    if baud not in BAUDS:
        _end("BAUD=%d: must be one of %s" % (baud, str(BAUDS)[1:-1]))
    return TtyPort(variable, name, baud)


def _tcp(variable, name):
    from port import Port

    host, _, port = name.rpartition(":")
    if not host or not port.isdigit() or not 0 < int(port) < 65536:
        text = "%s=%s: must be HOST:PORT or the path of a device, as /dev/ttyUSB0"
        _end(text % (variable, name))
    if host[0] == "[" and host[-1] == "]":
        host = host[1:-1]
    try:  # once: asking for a name blocks, and later nothing may
        address = socket.getaddrinfo(host, int(port), 0, socket.SOCK_STREAM)[0]
    except OSError:
        _end("%s=%s: cannot find host %s" % (variable, name, host))
    return Port(variable, name, address)
