"""The simulated M5310, without a socket: bytes in, bytes out, a clock handed in."""

from bench.module.core import Module
from bench.module.options import Options

__all__ = ["Module", "Options"]
