"""Commands that arrive by UDP, executed on the objects (docs/udp-uplink.md)."""

from micropython import const

from lwm2m.values import NOT_ALLOWED, STRING

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from collections.abc import Callable

    from lwm2m.registry import Registry

_READ = const(0)
_WRITE = const(1)
_EXECUTE = const(2)
_KEPT = const(8)  # commands whose answers are kept


class Remote:
    """Executes commands on a Registry."""

    def __init__(self, registry: "Registry") -> None:
        self.registry = registry

    def execute(
        self, operation: int, oid: int, iid: int, rid: int, values: list
    ) -> tuple[int, list]:
        """Return (code, [iid, rid, value, ...]); what is listed is what a read found.

        operation: 0 read, 1 write, 2 execute. values: of a write [value, rid, value, ...], of an
        execute [argument text] or []. Raises ValueError, TypeError or IndexError for a command
        that is malformed.
        """
        if operation == _READ:
            code, found = self.registry.read(oid, iid, rid)
            return code, [field for iid, rid, _, value in found for field in (iid, rid, value)]
        if operation == _WRITE:
            rids = [rid] + values[1::2]
            if len(rids) * 2 - 1 != len(values):
                raise ValueError("pairs")
            pairs = [(each, STRING, _raw(value)) for each, value in zip(rids, values[::2])]
            return self.registry.write(oid, iid, pairs), []
        if operation == _EXECUTE:
            return self.registry.execute(oid, iid, rid, _raw(values[0]) if values else b""), []
        return NOT_ALLOWED, []


class Commands:
    """Executes each command once, and knows its answer when it arrives again.

    execute: as Remote.execute. count: commands executed.
    """

    def __init__(self, execute: "Callable[..., tuple[int, list]]") -> None:
        self.execute = execute
        self.count = 0
        self._answers = []  # (number, (code, values)), the newest last
        self._newest = -1  # number

    def answer(self, number: int, fields: list) -> tuple[int, list]:
        """Return (code, values) for a command: [operation, oid, iid, rid, values ...].

        Raises ValueError, TypeError or IndexError if it is malformed, or older than the commands
        whose answers are kept.
        """
        for known, answer in self._answers:
            if known == number:
                return answer
        if number <= self._newest:
            raise ValueError("an old command")
        answer = self.execute(*fields[:4], fields[4:])
        self._newest = number
        self.count += 1
        self._answers = self._answers[1 - _KEPT :] + [(number, answer)]
        return answer


def _raw(value: object) -> bytes:
    """Return value as the bytes of a text, as a write on the UART would carry it."""
    if isinstance(value, (bytes, bytearray)):
        return bytes(value)
    if value is True or value is False:
        value = int(value)
    return str(value).encode()
