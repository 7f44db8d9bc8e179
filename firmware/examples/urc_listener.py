"""Print what the module sends by itself: +NPSMR, when it enters or leaves power saving.

On a PC: `make bench` in one terminal, `make example NAME=urc_listener` in another. Ctrl-C ends it.
"""

import asyncio
import sys

import machine

from m5310 import Modem


async def main() -> None:
    async with Modem(machine.UART(2, 9600, rxbuf=1024, timeout=0)) as modem:
        modem.at.urc(b"+NPSMR:", lambda line: print(bytes(line)))
        await modem.command(b"AT+NPSMR=1")
        print("listening")
        await asyncio.Event().wait()  # for ever


try:
    asyncio.run(main())
except KeyboardInterrupt:
    sys.exit(130)
