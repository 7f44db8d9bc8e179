"""The numbers of LwM2M: value types, operations and result codes."""

from micropython import const

# Value types, numbered as MIPL's valuetype (guide 3.5). TEXT is only of a write: characters that
# came where the hex of opaque bytes was announced.
TEXT = const(0)
STRING = const(1)
OPAQUE = const(2)
INTEGER = const(3)
FLOAT = const(4)
BOOLEAN = const(5)

# What a resource allows, as a bit mask.
READ = const(1)
WRITE = const(2)
EXECUTE = const(4)

# Results: CoAP's codes as an int, 4.04 = 404 (OMA TS 1.0 7.1.2).
CONTENT = const(205)
CHANGED = const(204)
BAD_REQUEST = const(400)
UNAUTHORIZED = const(401)
NOT_FOUND = const(404)
NOT_ALLOWED = const(405)
NOT_ACCEPTABLE = const(406)
