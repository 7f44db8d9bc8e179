"""The UDP uplink: readings out and commands in, without OneNET (docs/udp-uplink.md)."""

from .uplink import Uplink, stream_of

__all__ = ["Uplink", "stream_of"]
