"""Send a datagram to the echo server of guide 2.2, and print what comes back.

On a PC: `make bench` in one terminal, `make echo` in another; the bench plays the server.
"""

import asyncio
import sys

import machine

from m5310 import Modem


async def main() -> None:
    async with Modem(machine.UART(2, 9600, rxbuf=1024, timeout=0), log=print) as modem:
        await modem.attach(timeout_ms=180_000)
        async with modem.udp(2334) as socket:
            await socket.sendto(b"0123456789", ("183.230.40.150", 36000))
            answer = await socket.recvfrom(timeout_ms=10_000)
    if answer is None:
        sys.exit("no echo within 10 s: is the network there, does the server answer?")
    print("received %r from %s:%d" % (answer[0], answer[1][0], answer[1][1]))


try:
    asyncio.run(main())
except KeyboardInterrupt:
    sys.exit(130)
