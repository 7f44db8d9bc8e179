"""A node or a module with one thing changed for the worse. Each takes pytest's monkeypatch."""

import asyncio

from at import AtClient, client
from at.command import Command
from bench.module import Module
from bench.module.syntax import PARAMETER, cis
from lwm2m.client import Dispatcher
from lwm2m.registry import Registry
from m5310.operations import Operation
from m5310.requests import Repeats, Requests
from m5310.session import Mipl
from node.outbox import Outbox
from node.outbox.courier import Courier
from node.sampler import Sampler
from node.supervisor import Supervisor

_WHEN_MS = 8000  # behind the start, when all is well


def wrap(monkeypatch, cls, name, around):
    """Have around(real, self, ...) called instead of cls.name."""
    real = getattr(cls, name)

    def wrapped(self, *args, **options):
        return around(real, self, *args, **options)

    monkeypatch.setattr(cls, name, wrapped)


def every(count):
    """Return what is true once in count calls."""
    calls = 0

    def now():
        nonlocal calls
        calls += 1
        return calls % count == 0

    return now


def beside(monkeypatch, act):
    """Have act(at) awaited beside the node, once, when all is well."""

    async def later(at):
        await at.clock.sleep_ms(_WHEN_MS)
        await act(at)

    def around(real, self):
        self.sabotage = asyncio.create_task(later(self))
        return real(self)

    wrap(monkeypatch, AtClient, "run", around)


# -- 1: answered exactly once, in time and rightly --------------------------------------------


def silent_at_times(monkeypatch):
    now = every(10)
    wrap(monkeypatch, AtClient, "reply", lambda real, self, reply: now() or real(self, reply))


def answers_twice(monkeypatch):
    def around(real, self, op, *rest):
        real(self, op, *rest)
        if op.kind == 0:
            real(self, op, *rest)

    wrap(monkeypatch, Requests, "_answer", around)


def answers_late(monkeypatch):
    def around(real, self, reply):
        async def later():
            await self.clock.sleep_ms(3500)
            real(self, reply)

        asyncio.create_task(later())  # noqa: RUF006 - the loop has it
        return True

    wrap(monkeypatch, AtClient, "reply", around)


def answers_with_another_code(monkeypatch):
    now = every(5)

    def around(real, self, *path):
        return (405, []) if now() else real(self, *path)

    wrap(monkeypatch, Registry, "read", around)


# -- 2: writes are executed once, as they say -------------------------------------------------


def forgets_what_it_did(monkeypatch):
    monkeypatch.setattr(Repeats, "code", lambda self, op: 0)


def drives_by_itself(monkeypatch):
    def around(real, self, *path):
        self.write(3306, 0, [(5851, 2, b"\x64")])
        return real(self, *path)

    wrap(monkeypatch, Registry, "read", around)


def writes_nothing(monkeypatch):
    monkeypatch.setattr(Registry, "write", lambda self, *args: 204)


# -- 3: no other operation's id, no value that the board does not have ------------------------


def names_another_msgid(monkeypatch):
    now = every(10)

    def around(real, self, result, out):
        real(self, result, out)
        if now():
            out[:] = out.replace(b",%d," % self.msgid, b",990001,")

    wrap(monkeypatch, Operation, "_short", around)


def reads_what_is_not(monkeypatch):
    def around(real, self, *path):
        code, values = real(self, *path)
        return code, [(i, r, k, v + 1 if r == 5851 else v) for i, r, k, v in values]

    wrap(monkeypatch, Registry, "read", around)


# -- 4: only lines that it means to send, whole -----------------------------------------------


def sends_a_command_of_nobody(monkeypatch):
    async def act(at):
        await at.command(b"AT+CFUN=0")

    beside(monkeypatch, act)


def sends_two_lines_for_one(monkeypatch):
    """As if a string of the platform had brought a line end with it."""

    async def act(at):
        at.port.put(b'AT+MIPLWRITERSP=0,1,"\rAT+NRB"')
        at._transmit(at.clock.ticks_ms())

    beside(monkeypatch, act)


def cuts_a_line_off(monkeypatch):
    """Though no module has said that it starts."""

    async def act(at):
        at.port.put(b'AT+MIPLREADRSP=0,1,1,3303,0,5701,1,66,"%s",0,0' % (b"x" * 66))
        at._transmit(at.clock.ticks_ms())
        at.restart()

    beside(monkeypatch, act)


def ends_lines_otherwise(monkeypatch):
    now = every(20)

    def around(real, self, at):
        if now():
            self.port.out.extend(b"\n")
        real(self, at)

    wrap(monkeypatch, AtClient, "_transmit", around)


# -- 5: no form that the module refuses -------------------------------------------------------


def module_that_wants_another_form(monkeypatch):
    def refused(module, args):
        raise cis(PARAMETER)

    def around(real, self, *args, **options):
        real(self, *args, **options)
        self._commands["+MIPLEXECUTERSP", "set"] = refused

    wrap(monkeypatch, Module, "__init__", around)


# -- 6: readings ------------------------------------------------------------------------------


def notifies_what_was_not_measured(monkeypatch):
    def around(real, self, msgid, oid, iid, rid, kind, value, ackid=0):
        return real(self, msgid, oid, iid, rid, kind, value + 0.05 * (rid == 5602), ackid)

    wrap(monkeypatch, Mipl, "notify", around)


def loses_readings_of_the_outbox(monkeypatch):
    now = every(3)

    def around(real, self):
        if real(self) and now():
            self.done()
        return real(self)

    wrap(monkeypatch, Outbox, "first", around)


def sends_a_reading_for_ever(monkeypatch):
    monkeypatch.setattr(Outbox, "done", lambda self: None)


def keeps_readings_for_itself(monkeypatch):
    async def nothing(self, now):
        pass

    monkeypatch.setattr(Courier, "_deliver", nothing)


# -- 7: tasks, handlers, queues ---------------------------------------------------------------


def a_task_fails(monkeypatch):
    async def run(self):
        await self.clock.sleep_ms(_WHEN_MS)
        raise RuntimeError("sabotage")

    monkeypatch.setattr(Sampler, "run", run)


def a_handler_fails(monkeypatch):
    def around(real, self, line):
        real(self, line)
        raise KeyError("sabotage")

    wrap(monkeypatch, Requests, "_operation", around)


def an_operation_fails(monkeypatch):
    now = every(10)

    def around(real, self, op):
        if now():
            raise KeyError("sabotage")
        return real(self, op)

    wrap(monkeypatch, Dispatcher, "_change", around)


def queues_without_end(monkeypatch):
    async def act(at):
        at.queue += [Command(b"AT+CSQ", 2000, b"+CSQ:") for _ in range(3)]
        work = [at.command(b"AT+CSQ", 2000, b"+CSQ:") for _ in range(9)]
        await asyncio.gather(*[asyncio.create_task(each) for each in work])

    monkeypatch.setattr(client, "_MAX_QUEUE", 100)
    beside(monkeypatch, act)


# -- 8: online --------------------------------------------------------------------------------


def leaves_by_itself(monkeypatch):
    async def act(at):
        await at.command(b"AT+MIPLCLOSE=0")

    beside(monkeypatch, act)


def gives_up(monkeypatch):
    async def recover(self, error):
        await asyncio.Future()

    monkeypatch.setattr(Supervisor, "_recover", recover)


def changes_its_rate(monkeypatch):
    async def act(at):
        at.port.uart.init(baudrate=19200)

    beside(monkeypatch, act)


# -- 9: the heap ------------------------------------------------------------------------------


def keeps_every_operation(monkeypatch):
    def around(real, self, op):
        self.worst.setdefault("kept", []).append(bytes(1000))
        real(self, op)

    wrap(monkeypatch, Dispatcher, "handle", around)


def leaves_tasks_behind(monkeypatch):
    async def idle():
        await asyncio.Future()

    def around(real, self, op):
        asyncio.create_task(idle())  # noqa: RUF006 - the loop has it
        real(self, op)

    wrap(monkeypatch, Dispatcher, "handle", around)
