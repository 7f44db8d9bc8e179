"""What the pins, UARTs and I2C buses of a board can do, from the tables of its definition.

Needed only while a configuration is checked, and forgotten behind it. The tables (module pins)
name pins in texts as "4 6-11" or "X1 Y1-Y12":

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

What is left out or None, but for PINS, the board does not have.
"""

_LINES = ("ONEWIRE", "I2C_SCL", "I2C_SDA")  # open drain, with a pull-up
_PORTS = {"UART_TX": 0, "UART_RX": 1, "I2C_SCL": 0, "I2C_SDA": 1}


def split(name):
    """Return (letters, number) of a pin as "PA12" or 12; number -1 where there is none."""
    name = str(name)
    head = name.rstrip("0123456789")
    digits = name[len(head) :]
    if not digits or (digits[0] == "0" and digits != "0"):
        return name, -1
    return head, int(digits)


def has(words, pin):
    """Return whether the text words, as "4 6-11" or "X1 Y1-Y12", names pin."""
    head, number = split(pin)
    for word in words.split():
        first, _, last = word.partition("-")
        low = split(first)
        high = split(last or first)[1]
        if low[0] == head and low[1] <= number <= high:
            return True
    return False


class Rules:
    """One check of a configuration; remembers the UART and the bus that were named last."""

    def __init__(self, board):
        self.board = board
        self.port = None  # (what it is called, its pins for TX or SCL, for RX or SDA)

    def _table(self, name, default):
        """Return the table called name, default where the board has none."""
        value = getattr(self.board, name, None)
        return default if value is None else value

    def fixed(self, number, kind):
        """Return the pins that the UART or bus (kind) takes because it cannot have others."""
        ports = self._table("UARTS" if kind == "uart" else "BUSES", {})
        return ports[number] if self._table("FIXED", False) else ()

    def uart_problem(self, uart):
        """Return why the module cannot be on this UART, or None when it can."""
        problem = None
        if uart == self._table("REPL_UART", None):
            problem = "is the REPL's UART"
        return self._port("UART", uart, self._table("UARTS", {}), problem)

    def bus_problem(self, bus):
        """Return why this is no I2C bus of the board, or None when it is one."""
        return self._port("I2C", bus, self._table("BUSES", {}), None)

    def _port(self, name, number, ports, problem):
        if number in ports and not problem:
            self.port = ("%s %d" % (name, number),) + ports[number]
            return None
        problem = problem or "is no %s of this board" % name
        if not ports:
            return problem + ", which has none"
        return "%s: give %s" % (problem, " or ".join([str(n) for n in sorted(ports)]))

    def same(self, pin):
        """Return the one name that all names of a pin share."""
        for pair in self._table("ALIASES", "").split():
            name, _, other = pair.partition("=")
            if name == pin:
                return other
        return pin

    def pin_problem(self, pin, use):
        """Return why pin cannot be used, or None when it can.

        use: the constant of the board definition that has its default, as "SWITCH"; "" for none.
        """
        board = self.board
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

    def _dimmer(self, pin):
        can = self._table("PWM_PINS", {})
        if can == "" or pin in can:
            return None
        if not can:
            return "cannot dim: no pin of this board can"
        return "has no timer for a dimmer: give one of " + " ".join(sorted(can))

    def _line(self, pin, use):
        """Check a pin of the UART or bus named last."""
        if use not in _PORTS:
            return None
        name, *pins = self.port
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
