"""The numbers of the driver, for whoever builds on it: value types and operations.

The driver itself has those it needs as private constants: these take no heap, these here would.
"""

from micropython import const

# Value types of +MIPLWRITE, READRSP and NOTIFY (facts/protocol.md 5.8). TEXT is none of the
# module's: characters that came where the hex of opaque bytes was announced.
TEXT = const(0)
STRING = const(1)
OPAQUE = const(2)
INTEGER = const(3)
FLOAT = const(4)
BOOLEAN = const(5)

# Operations of the platform, in the order of operations.KINDS.
READ = const(0)
WRITE = const(1)
EXECUTE = const(2)
OBSERVE = const(3)
PARAMETER = const(4)
DISCOVER = const(5)
