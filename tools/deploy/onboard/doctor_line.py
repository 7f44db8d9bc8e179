"""Runs on the board: the module's line, as bytes out, bytes in and levels of its pins.

What is heard is printed as `MS HEX`: how long was listened, and the bytes.
"""

from binascii import hexlify
from time import sleep_ms, ticks_diff, ticks_ms

from machine import UART, Pin

_PART = 64  # bytes written at a time: some ports block that long
_QUIET_MS = 40  # behind the end of a line: nothing more is on its way
_SAMPLES = 20

uart = None
_buf = bytearray(128)


def start(number, baud, tx, rx, options):
    """Open UART number with its pins (None: it has fixed ones); raises ValueError or OSError."""
    global uart
    stop()
    more = dict(options)
    if tx is not None:
        more["tx"] = Pin(tx)
    if rx is not None:
        more["rx"] = Pin(rx)
    uart = UART(number, baudrate=baud, rxbuf=1024, timeout=0, **more)


def stop():
    """Let go of the pins."""
    global uart
    if uart:
        uart.deinit()
    uart = None


def say(text):
    """Write text (bytes); return whether the UART took all of it within a second."""
    at = 0
    begin = ticks_ms()
    while at < len(text):
        at += uart.write(text[at : at + _PART]) or 0
        if ticks_diff(ticks_ms(), begin) > 1000:
            return False
        sleep_ms(1)
    return True


def hear(ms, enough=400):
    """Print what comes within ms, sooner when a line came and silence, or `enough` bytes."""
    heard = b""
    begin = last = now = ticks_ms()
    while ticks_diff(now, begin) < ms and len(heard) < enough:
        n = uart.any()
        n = n and uart.readinto(_buf, min(n, len(_buf)))
        now = ticks_ms()
        if n:
            heard += _buf[:n]
            last = now
        elif heard[-1:] == b"\n" and ticks_diff(now, last) >= _QUIET_MS:
            break
        else:
            sleep_ms(2)
    print(ticks_diff(now, begin), hexlify(heard).decode())


def ask(text, ms):
    """Write text, then print as hear() does."""
    say(text)
    hear(ms)


def level(pin):
    """Print how often of 20 times pin is high, pulled down and then up by the board: `0 20`.

    `?` stands for a pull that this pin does not have. The UART must not be open.
    """
    said = []
    for name in ("PULL_DOWN", "PULL_UP"):
        try:
            p = Pin(pin, Pin.IN, getattr(Pin, name))
        except (OSError, ValueError, TypeError, AttributeError):
            said.append("?")
            continue
        high = 0
        for _ in range(_SAMPLES):
            sleep_ms(1)
            high += p.value()
        said.append(str(high))
    print(" ".join(said))
