"""The local OneNET: devices, registrations, operations and datapoints, without a socket."""

from bench.platform.onenet import Platform
from bench.platform.operations import Operation

__all__ = ["Operation", "Platform"]
