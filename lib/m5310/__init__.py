"""Driver for China Mobile's M5310 family of NB-IoT modules: network, UDP, OneNET session."""

from m5310.errors import AtError
from m5310.modem import Modem

__all__ = ("AtError", "Modem")
__version__ = "0.1.0"
