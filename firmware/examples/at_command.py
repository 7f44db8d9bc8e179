"""Send AT commands to the module, and print what it answers.

On a PC: `make bench` in one terminal, `make example NAME=at_command` in another.
"""

import asyncio

import machine

from m5310 import AtError, Modem


async def main() -> None:
    async with Modem(machine.UART(2, 9600, rxbuf=1024, timeout=0)) as modem:
        for text in (b"AT+CGMR", b"AT+CSQ", b"AT+NOSUCH"):
            try:
                lines = await modem.command(text)
                print(text, lines)
            except AtError as e:
                print(e)


asyncio.run(main())
