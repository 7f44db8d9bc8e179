"""What the pins, UARTs and I2C buses of a board can do, by its definition (module pins).

Most definitions have tables, whose texts name pins as "4 6-11" or "X1 Y1-Y12":

    PINS, PIN_HELP  every pin there is, and what to say where another is named
    REFUSED         ((pins, why), ...): those a configuration must not use
    INPUTS          pins that can only be inputs
    PULLED_UP       pins that must be high when the chip starts: for lines with a pull-up only
    ADC_PINS        pins that can measure
    PWM_PINS        pins that can dim: a text, "" for any; or {pin: (timer, channel)}
    UARTS, BUSES    {number: (TX or SCL pins, RX or SDA pins)}, "" for any
    FIXED           True: each UART and bus has these pins and no others (STM32)
    ALIASES         second names, as "D9=PC7"
    REPL_UART       the UART of the REPL, None for USB

What is left out or None, but for PINS, the board does not have. A definition without PINS may have
functions instead: uart_problem(uart) and pin_problem(pin, driven).
"""

from micropython import const

from node import option

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from typing import Any

_LINES = ("ONEWIRE", "I2C_SCL", "I2C_SDA")  # open drain, with a pull-up
_PORTS = {"UART_TX": 0, "UART_RX": 1, "I2C_SCL": 0, "I2C_SDA": 1}


def rules_of(board: object) -> "Rules | Functions":
    """Return the rules of a board definition, or of None."""
    return Rules(board) if hasattr(board, "PINS") else Functions(board)


class Functions:
    """Rules of a board that has functions for them, or none; its methods are those of Rules."""

    def __init__(self, board: "Any") -> None:
        self._board = board

    def fixed(self, number: int, kind: str) -> tuple:
        """Return (): the pins of its UARTs and buses can be chosen."""
        return ()

    def same(self, pin: "int | str") -> "int | str":
        """Return pin: it has one name."""
        return pin

    def uart_problem(self, uart: int) -> "str | None":
        """Return why the module cannot be on this UART, or None."""
        function = getattr(self._board, "uart_problem", None)
        return function(uart) if function else None

    def bus_problem(self, bus: int) -> "str | None":
        """Return None: any bus will do."""
        return None

    def pin_problem(self, pin: "int | str", use: str, driven: bool = False) -> "str | None":
        """Return why pin cannot be used, or None; driven: as an output."""
        function = getattr(self._board, "pin_problem", None)
        return function(pin, driven) if function else None


def split(name: "int | str") -> "tuple[str, int]":
    """Return (letters, number) of a pin as "PA12" or 12; number -1 where there is none."""
    name = str(name)
    head = name.rstrip("0123456789")
    digits = name[len(head) :]
    if not digits or (digits[0] == "0" and digits != "0"):
        return name, -1
    return head, int(digits)


def has(words: str, pin: "int | str") -> bool:
    """Return True if the text words, as "4 6-11" or "X1 Y1-Y12", names pin."""
    head, number = split(pin)
    for word in words.split():
        first, _, last = word.partition("-")
        low = split(first)
        high = split(last or first)[1]
        if low[0] == head and low[1] <= number <= high:
            return True
    return False


class Rules:
    """Rules of a board with tables, for one check: it remembers the port that was named last."""

    def __init__(self, board: "Any") -> None:
        self._board = board
        self._name = ""  # of the UART or bus that was named last, as "UART 2"
        self._ports: tuple = ()  # its pins for TX or SCL, for RX or SDA

    def _table(self, name: str, default: "Any") -> "Any":
        """Return the table called name, default where the board has none."""
        return option(self._board, name, default)

    def fixed(self, number: int, kind: str) -> tuple:
        """Return the pins of a UART or bus (kind) that cannot have others, () if it can."""
        ports = self._table("UARTS" if kind == "uart" else "BUSES", {})
        return ports[number] if self._table("FIXED", False) else ()

    def uart_problem(self, uart: int) -> "str | None":
        """Return why the module cannot be on this UART, or None."""
        problem = None
        if uart == self._table("REPL_UART", None):
            problem = "is the REPL's UART"
        return self._port("UART", uart, self._table("UARTS", {}), problem)

    def bus_problem(self, bus: int) -> "str | None":
        """Return why this is no I2C bus of the board, or None."""
        return self._port("I2C", bus, self._table("BUSES", {}), None)

    def _port(self, name: str, number: int, ports: dict, problem: "str | None") -> "str | None":
        """Remember port number; return problem, or that it is none of ports."""
        if number in ports and not problem:
            self._name = "%s %d" % (name, number)
            self._ports = ports[number]
            return None
        problem = problem or "is no %s of this board" % name
        if not ports:
            return problem + ", which has none"
        return "%s: give %s" % (problem, " or ".join([str(n) for n in sorted(ports)]))

    def same(self, pin: "int | str") -> "int | str":
        """Return the first name of a pin that has several, as PC7 of D9."""
        for pair in self._table("ALIASES", "").split():
            name, _, other = pair.partition("=")
            if name == pin:
                return other
        return pin

    def pin_problem(self, pin: "int | str", use: str, driven: bool = False) -> "str | None":
        """Return why pin cannot be used, or None.

        use: the constant of the board definition that has its default, as "SWITCH"; "" for none.
        """
        board = self._board
        if isinstance(pin, int) != board.PINS[0].isdigit() or not has(board.PINS, self.same(pin)):
            return "is no pin of this board: give " + self._table("PIN_HELP", board.PINS)
        pin = self.same(pin)
        for words, why in self._table("REFUSED", ()):
            if has(words, pin):
                return why + ": give another pin"
        if use not in ("ADC", "UART_RX") and has(self._table("INPUTS", ""), pin):
            return "can only be an input: give another pin"
        if use not in _LINES and has(self._table("PULLED_UP", ""), pin):
            return "must be high when the chip starts: only for 1-wire and I2C lines"
        measuring = self._table("ADC_PINS", "")
        if use == "ADC" and not has(measuring, pin):
            return "cannot measure: " + ("give one of " + measuring if measuring else "none can")
        if use == "DIMMER":
            return self._dimmer(pin)
        return self._line(pin, use)

    def _dimmer(self, pin: "int | str") -> "str | None":
        can = self._table("PWM_PINS", {})
        if can == "" or pin in can:
            return None
        if not can:
            return "cannot dim: no pin of this board can"
        return "has no timer for a dimmer: give one of " + " ".join(sorted(can))

    def _line(self, pin: "int | str", use: str) -> "str | None":
        """Return why pin cannot be a line of the UART or bus named last, or None."""
        if use not in _PORTS:
            return None
        name, pins = self._name, self._ports
        if self._table("FIXED", False):
            return "has its fixed pins %s and %s at %s: leave the field out" % (
                pins[0],
                pins[1],
                name,
            )
        words = pins[_PORTS[use]]
        if words and not has(words, pin):
            return "cannot be %s of %s: give one of %s" % (use.split("_")[1], name, words)
        return None
