"""Opening what UART, BAUD and BOARD name. Unloads itself behind each opening: heap is scarce."""

import os
import socket
import sys


def open_uart(baudrate):
    """Return the Port of UART, default 127.0.0.1:5310; BAUD goes before baudrate.

    Ends the process with status 2 and a sentence where they are unusable.
    """
    target = os.getenv("UART") or "127.0.0.1:5310"
    hint = "nothing listens on %s: start `make bench`, or give UART=HOST:PORT or UART=/dev/…"
    baud = os.getenv("BAUD") or str(baudrate)
    if not baud.isdigit():
        _end("BAUD=%s: must be a number" % baud)
    return _open("UART", target, int(baud), hint % target)


def open_board(target):
    """Return the Port of the bench's virtual board; ends the process as open_uart does."""
    return _open("BOARD", target, 9600, "nothing listens there: start `make bench`")


def _end(text):
    print(text, file=sys.stderr)
    raise SystemExit(2)


def _open(variable, target, baud, hint):
    """Return the Port of target: HOST:PORT, or the path of a serial device or pty with baud."""
    sys.modules.pop(__name__, None)
    if "/" in target:
        from port_tty import BAUDS, TtyPort

        if baud not in BAUDS:
            _end("BAUD=%d: must be one of %s" % (baud, str(BAUDS)[1:-1]))
        return TtyPort(target, baud, "there is no such device: plug it in, or check the name")
    host, _, port = target.rpartition(":")
    if not host or not port.isdigit() or not 0 < int(port) < 65536:
        text = "%s=%s: must be HOST:PORT or the path of a device, as /dev/ttyUSB0"
        _end(text % (variable, target))
    if host[0] == "[" and host[-1] == "]":
        host = host[1:-1]
    try:  # once: asking for a name blocks, and later nothing may
        address = socket.getaddrinfo(host, int(port), 0, socket.SOCK_STREAM)[0]
    except OSError:
        _end("%s=%s: cannot find host %s" % (variable, target, host))
    from port import Port

    return Port(target, address, hint)
