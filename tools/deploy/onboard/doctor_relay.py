"""Runs on the board: carries bytes between the PC's terminal and the module's UART."""

import select
import sys
from time import sleep_ms, ticks_diff, ticks_ms

import machine

_SIGN = b"\0"  # that the PC is still there; not for the module


def run(uart, limit):
    """Carry bytes until Ctrl-C; without a sign from the PC for limit ms the board restarts."""
    poll = select.poll()
    poll.register(sys.stdin, select.POLLIN)
    typed = sys.stdin.buffer
    shown = sys.stdout.buffer
    buf = bytearray(128)
    view = memoryview(buf)
    seen = ticks_ms()
    try:
        while True:
            n = uart.any()
            n = n and uart.readinto(buf, min(n, len(buf)))
            if n:
                shown.write(view[:n])
            for _ in poll.ipoll(0 if n else 2):
                byte = typed.read(1)
                seen = ticks_ms()
                if byte != _SIGN:
                    _send(uart, byte)
            if ticks_diff(ticks_ms(), seen) > limit:
                machine.reset()
    except KeyboardInterrupt:
        pass


def _send(uart, byte):
    for _ in range(100):  # a UART that takes nothing loses it
        if uart.write(byte):
            return
        sleep_ms(1)
