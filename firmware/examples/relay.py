"""Let the platform switch a relay at GPIO 26, and register again whenever that ended.

On a PC: `make bench` in one terminal, `make example NAME=relay` in another, and in a third
`.venv/bin/onenet write 3306/0/5850=1`.
"""

import asyncio

import machine

from lwm2m import Actuation, Client
from m5310 import Modem


async def main() -> None:
    pin = machine.Pin(26, machine.Pin.OUT, value=0)
    async with Modem(machine.UART(2, 9600, rxbuf=1024, timeout=0)) as modem:
        await modem.attach(timeout_ms=180_000)
        async with Client(modem, [Actuation(0, switch=pin)], log=print) as client:
            while True:
                await client.register(lifetime_s=3600)
                print("registered")
                print("not registered any more:", await client.lost())


asyncio.run(main())
