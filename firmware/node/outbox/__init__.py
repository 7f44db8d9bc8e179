"""The outbox: readings kept in files until the platform has confirmed them.

`store` is the ring of files, which the UDP uplink uses as well; `courier` keeps and delivers.
"""

from .store import Outbox

__all__ = ["Outbox"]
