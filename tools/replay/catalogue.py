"""What answer the driver expects to each command: its own code is asked, there is no second list.

Every command of the driver is sent once to an AtClient that only takes notes.
"""

import asyncio

from at.replies import Replies
from m5310 import dialects, errors
from m5310.errors import AtError
from m5310.modem import Modem
from m5310.network import Network
from m5310.session import REGISTERED, Mipl
from m5310.udp import Udp

_HEAD = b"=?"
_OBJECT = (3303, "1", 6, 1, "5700")


class _Noted(BaseException):
    """A command was sent that the code around it would wait for: it is noted, that is enough."""


class Notes:
    """Stands for an AtClient: `commands` is {head: [keyword arguments of Command, ...]}."""

    def __init__(self, clock):
        self.clock = clock
        self.commands = {}
        self.answers = {}  # head: lines, or a function that is called
        self.resync = None
        self.hold_ms = self.pause_ms = 0
        self.listening = False
        self.replies = Replies(clock, None, None, 75)
        self.event = asyncio.Event

    def urc(self, prefix, handler, answer=None, cut=False):
        """As an AtClient's."""

    async def command(self, text, timeout_ms=2000, prefix=None, shape=None, bare=None, slow=False):
        """Take note; answer as prepared, else with OK alone."""
        head = head_of(text)
        way = {"timeout_ms": timeout_ms, "prefix": prefix, "shape": shape, "bare": bare}
        way["slow"] = slow
        ways = self.commands.setdefault(head, [])
        if way not in ways:
            ways.append(way)
            ways.sort(key=lambda each: each["timeout_ms"])
        answer = self.answers.get(head, [])
        return answer() if callable(answer) else answer

    def restart(self, kind):
        """As an At's."""

    async def sync(self, timeout_ms):
        """As an AtClient's."""
        raise _Noted


def head_of(text):
    """Return the part of a command (bytes) that says which one it is: AT+CEREG?, AT+MIPLOPEN=."""
    for at, byte in enumerate(text):
        if byte in _HEAD:
            return text[: at + 1]
    return text


def commands(dialect, clock):
    """Return {head: [{"timeout": ms, "prefix": ...}, ...]} of every command of the driver, the
    ways it is used in by their time limits."""
    at = Notes(clock)
    network = Network(at, clock)
    mipl = Mipl(at, clock, dialect, lambda op: None)
    network.state = 1

    def opened():
        mipl.state = REGISTERED
        return []

    def refused():
        raise AtError(errors.ERROR)

    def updated():
        mipl.updates += 1
        return []

    at.answers = {b"AT+MIPLOPEN=": opened, b"AT+MIPLUPDATE=": updated, b"AT+NSOCR=": [b"+NSOCR:1"]}
    network.power = (10, 86400, 20.48)
    _run(network.attach(lambda text: None, 1, "46000", 3555))
    _run(dialects.detect(at, None))
    _run(network.ask())
    _run(network.signal())
    at.answers[b"AT+MIPLCREATEEX="] = refused  # what older firmware gets comes then
    for name in ("seed", "m5310a"):  # a node finds out which one it needs
        mipl.requests.speak(dialects.get(name))
        _run(mipl.open([_OBJECT], server="127.0.0.1:5683"))
    _run(mipl.update())
    _run(mipl.notify(1, 3303, 0, 5700, 4, 1.0))
    _run(mipl.close())
    _run(mipl.remove(3303))
    _run(_sockets(Udp(at, clock)))
    modem = Modem(None, clock, lambda text: None, lambda op: None)
    modem.at = at
    _run(modem.reboot())
    return at.commands


async def _sockets(udp):
    sock = await udp.socket(4000)
    for flags in (None, 0):
        await sock.sendto(b"x", ("127.0.0.1", 7), flags)
    await sock.check()
    await sock.close()


def _run(coro):
    """Run a coroutine that never has to wait."""
    try:
        while True:
            coro.send(None)
    except (StopIteration, _Noted):
        return
    finally:
        coro.close()
