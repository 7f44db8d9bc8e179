"""The numbers of the MIPL command set: value types, operations of the platform, a result."""

from micropython import const

# Value types of +MIPLWRITE, READRSP and NOTIFY (facts/protocol.md 5.8). TEXT is none of the
# module's: characters that came where the hex of opaque bytes was announced.
TEXT = const(0)
STRING = const(1)
OPAQUE = const(2)
INTEGER = const(3)
FLOAT = const(4)
BOOLEAN = const(5)

# Operations of the platform, in the order of KINDS and NAMES in operations.py.
READ = const(0)
WRITE = const(1)
EXECUTE = const(2)
OBSERVE = const(3)
PARAMETER = const(4)
DISCOVER = const(5)

BAD_REQUEST = const(11)  # the result of an answer that stands for 4.00
