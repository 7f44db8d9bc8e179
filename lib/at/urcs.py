"""The URC table: who is called for which unsolicited line."""

from micropython import const

from at.command import is_unnamed

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from collections.abc import Callable

    from at.command import Command, Test


class Urcs:
    """Handlers of unsolicited result codes by the beginning of the line.

    `on_other(line)` is asked about what no entry takes; it returns whether it took it. `failed(e)`
    is called with exceptions that no input should cause. `taken` and `malformed` count lines.
    """

    def __init__(self, failed: "Callable[[Exception], None]") -> None:
        self.failed = failed
        self.on_other: "Test | None" = None
        self.taken = 0
        self.malformed = 0
        self._entries: "list[tuple[bytes, Test, Test | None, bool]]" = []

    def add(
        self, prefix: bytes, handler: "Test", answer: "Test | None" = None, cut: bool = False
    ) -> None:
        """Call handler(line) for every unsolicited line that begins with prefix.

        answer, cut: see AtClient.urc().
        """
        self._entries.append((prefix, handler, answer, cut))

    def dispatch(self, line: bytearray, cut: bool = False) -> bool:
        """Call the handler of line; return whether there is one. cut: line lacks its end."""
        for prefix, handler, _, takes_cut in self._entries:
            if line.startswith(prefix):
                if cut and not takes_cut:
                    return False
                self.taken += 1
                try:
                    handler(line)
                except (ValueError, IndexError):
                    self.malformed += 1
                except Exception as e:  # a fault of ours: the next line must not suffer from it
                    self.failed(e)
                return True
        if not cut and self.on_other and self.says(self.on_other, line):
            self.taken += 1
            return True
        return False

    def answers(self, cmd: "Command", line: bytearray) -> bool:
        """Return True if line is an information line of cmd by its prefix and form."""
        if not cmd.prefix or not line.startswith(cmd.prefix):
            return False
        if cmd.shape:
            return self.says(cmd.shape, line)
        if not cmd.declared:
            for prefix, _, answer, _ in self._entries:
                if line.startswith(prefix):  # a report, unless it has the form of an answer
                    named = cmd.asks or len(prefix) < len(cmd.prefix)
                    return bool(named and answer and self.says(answer, line))
        return True

    def could_answer(self, cmd: "Command", line: bytearray) -> bool:
        """Return True if line may be an information line of cmd, wherever else it may belong."""
        if self.answers(cmd, line) or (cmd.bare and self.says(cmd.bare, line)):
            return True
        return cmd.open and cmd.asks and is_unnamed(line)

    def says(self, test: "Test", line: bytearray) -> bool:
        """Return what test says of line; a test that raises says no."""
        try:
            return bool(test(line))
        except Exception as e:
            self.failed(e)
            return False
