"""AT commands through the board: what is sent, what comes back, and every line heard."""

import re
from dataclasses import dataclass, field

_FINAL = re.compile(r"(OK|ERROR|\+(?:CME|CIS|CMS) ERROR: ?(\d+))$")
_TURN_MS = 500  # for one listening: Ctrl-C is heeded between two


@dataclass
class Answer:
    """What a command brought: lines, the result behind them ("" if none came), its number."""

    lines: list = field(default_factory=list)
    result: str = ""
    code: int = 0

    @property
    def ok(self):
        """Whether the module said OK."""
        return self.result == "OK"

    @property
    def said(self):
        """The result in words."""
        return self.result or "no answer"

    def find(self, pattern):
        """Return the first match of pattern in one of the lines, or None."""
        return next((found for line in self.lines if (found := re.match(pattern, line))), None)


class Talk:
    """The module behind the board on link; doctor_line is there, and its UART is open.

    heard: every whole line since the beginning, without the echo of commands.
    """

    def __init__(self, link):
        self._link = link
        self._rest = ""
        self.heard = []

    def raw(self, text, ms):
        """Write text (bytes); return the bytes that come within ms, or until it is quiet."""
        return self._bytes("doctor_line.ask(%r, %d)" % (text, ms))[1]

    def _bytes(self, code):
        ms, _, data = self._link.run(code).strip().partition(" ")
        return int(ms), bytes.fromhex(data)

    def ask(self, text, ms=2000):
        """Send the command text and return the Answer, waiting at most about ms for its result."""
        answer = Answer()
        code = "doctor_line.ask(%r, %d)" % (text.encode() + b"\r\n", min(ms, _TURN_MS))
        while True:
            took, data = self._bytes(code)
            for line in self._lines(data):
                if line == text:
                    continue  # its echo
                self.heard.append(line)
                if found := _FINAL.match(line):
                    answer.result, answer.code = line, int(found[2] or 0)
                elif not answer.result:
                    answer.lines.append(line)
            ms -= max(took, 1)
            if answer.result or ms <= 0:
                return answer
            code = "doctor_line.hear(%d)" % min(ms, _TURN_MS)

    def wait(self, pattern, ms):
        """Return the first match of pattern in a line that comes within about ms, or None."""
        while ms > 0:
            took, data = self._bytes("doctor_line.hear(%d)" % min(ms, _TURN_MS))
            found = None
            for line in self._lines(data):
                self.heard.append(line)
                found = found or re.match(pattern, line)
            if found:
                return found
            ms -= max(took, 1)
        return None

    def _lines(self, data):
        *lines, self._rest = re.split(r"[\r\n]+", self._rest + data.decode("latin-1"))
        return [line for line in lines if line]
