"""AT command driver for modems on a UART: commands, URCs and urgent replies on asyncio."""

from at.client import AtClient
from at.errors import AtError
from at.port import Clock

__all__ = ("AtClient", "AtError", "Clock")
__version__ = "0.1.0"
