"""Serve one thermometer to the platform: an NTC below 10 k at GPIO 34, read every 10 s.

On a PC: `make bench` in one terminal, `make example NAME=thermometer` in another.
"""

import asyncio
from math import log

import machine

from lwm2m import Client, Temperature
from m5310 import Modem


async def main() -> None:
    adc = machine.ADC(machine.Pin(34), atten=machine.ADC.ATTN_11DB)
    async with Modem(machine.UART(2, 9600, rxbuf=1024, timeout=0)) as modem:
        await modem.attach(timeout_ms=180_000)
        async with Client(modem, [Temperature(0)], log=print) as client:
            await client.register(lifetime_s=3600)
            while client.registered:
                part = adc.read_u16() / 65536  # of the supply: part / (1 - part) * 10 k is the NTC
                kelvin = 1 / (1 / 298.15 + log(part / (1 - part)) / 3950)
                client[3303, 0].update(kelvin - 273.15)
                await asyncio.sleep(10)


asyncio.run(main())
