"""UDP through the module: send ten bytes to the echo server of guide 2.2, print what comes back.

On a PC: `make bench` in one terminal, `make echo` in another; the bench plays the server.
"""

import asyncio
import sys

import machine

from m5310.clock import Clock
from m5310.errors import AtError
from m5310.modem import Modem

SERVER = ("183.230.40.150", 36000)
PORT = 2334
TEXT = b"0123456789"


async def main():
    clock = Clock()
    uart = machine.UART(2, baudrate=9600, rxbuf=2048, timeout=0)
    modem = Modem(uart, clock, print, lambda op: None)
    task = asyncio.create_task(modem.at.run())
    try:
        await modem.at.sync(30000)
        await modem.bring_up(180000)
        sock = await modem.udp(PORT).open()
        print("socket %d on port %d" % (sock.ref, PORT))
        sent = await sock.sendto(TEXT, SERVER)
        print("sent %d bytes to %s:%d" % ((sent,) + SERVER))
        answer = await sock.recvfrom(timeout_ms=10000)
        await sock.close()
    except AtError as e:
        print("no echo: %s" % e)
        return 1
    finally:
        task.cancel()
    if answer is None:
        print("no echo within 10 s: is the network there, does the server answer?")
        return 1
    print("received %r from %s:%d" % (answer[0], answer[1][0], answer[1][1]))
    return 0


try:
    status = asyncio.run(main())
except KeyboardInterrupt:
    print("interrupted")
    status = 130
sys.exit(status)
