"""The stand-in's terminal with interpreters and readers as slow, or as fast, as they can be."""

import asyncio
import contextlib
import os
import signal
import sys
import termios

import pytest

from deploy import outlet, standin, stop
from deploy.relay import Relay, unread
from upytest import interpreter

BANNER = b'MicroPython 1.29 on 2026-07-12; linux version\r\nType "help()" for more.\r\n>>> '
RAW = b"raw REPL; CTRL-B to exit\r\n>"


async def until(condition, seconds=10):
    """Return what condition returns as soon as that is true."""
    end = asyncio.get_running_loop().time() + seconds
    while not (result := condition()):
        assert asyncio.get_running_loop().time() < end, "it never happened"
        await asyncio.sleep(0.002)
    return result


class Fake:
    """Both ends of a Relay: what a test writes as the interpreter, and types as a person."""

    def __init__(self):
        self.relay = Relay()
        self.stop = stop.Stop(self.relay)
        self.seen = b""
        self._port = os.open(self.relay.name, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)

    def close(self):
        self.stop.close()
        self.relay.close()
        os.close(self._port)

    def type(self, data):
        """Type data."""
        os.write(self._port, data)

    def say(self, data):
        """Write data as the interpreter."""
        os.write(self.relay.slave, data)

    def mark(self, running, up=True):
        """Mark the terminal as the interpreter does."""
        mode = termios.tcgetattr(self.relay.slave)
        mode[0] &= ~(termios.BRKINT | termios.IGNPAR)
        mode[0] |= termios.BRKINT * running | termios.IGNPAR * up
        termios.tcsetattr(self.relay.slave, termios.TCSANOW, mode)

    def prompt(self):
        """Come to the friendly REPL's first prompt."""
        self.mark(False)
        self.say(BANNER)

    async def got(self, count):
        """Return count bytes that came to the interpreter, once they are there."""
        await until(lambda: unread(self.relay.slave) >= count)
        return os.read(self.relay.slave, count)

    async def hears(self, ending):
        """Return what came out of the terminal, up to ending."""

        def look():
            with contextlib.suppress(BlockingIOError):
                self.seen += os.read(self._port, 4096)
            return ending in self.seen

        await until(look)
        heard, _, self.seen = self.seen.partition(ending)
        return heard + ending

    async def quiet(self):
        """Let everything happen that is going to happen by itself."""
        await asyncio.sleep(0.05)


def with_fake(test):
    """Make test(fake) a test."""

    async def run():
        fake = Fake()
        try:
            await asyncio.wait_for(test(fake), 20)
        finally:
            fake.close()

    def wrapped():
        asyncio.run(run())

    wrapped.__name__, wrapped.__doc__ = test.__name__, test.__doc__
    return wrapped


def test_an_interpreter_that_writes_before_its_start_is_known_enters_the_raw_repl(
    tmp_path, monkeypatch
):
    """On a busy computer its banner comes before asyncio says that it has been started."""
    real = asyncio.create_subprocess_exec

    async def slow(*command, **options):
        node = await real(*command, **options)
        await until(lambda: one.relay._tail or one.relay.raw)
        await asyncio.sleep(0.3)
        return node

    class Host:
        def forget(self):
            pass

        def offer(self, name, function):
            pass

    async def run():
        nonlocal one
        one = standin.StandIn(Host(), tmp_path / "none", "64K", False, 0)
        one._command = [interpreter(), "-i", "-c", "1"]
        monkeypatch.setattr(standin, "BUILD", tmp_path)
        monkeypatch.setattr(standin.asyncio, "create_subprocess_exec", slow)
        task = asyncio.create_task(one.run({}, lambda: None))
        fake = Fake()
        os.close(fake._port)
        fake._port = os.open(one.relay.name, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        try:
            await fake.hears(b">>> ")
            fake.type(b"\x01")
            await fake.hears(RAW)
            for _ in range(2):
                fake.type(b"\x04")
                assert b"MicroPython" not in (await fake.hears(b"soft reboot\r\n"))
                assert await fake.hears(RAW) == RAW
            fake.type(b"print(6*7)\x04")
            assert await fake.hears(b"\x04>") == b"OK42\r\n\x04\x04>"
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
            one.relay.close()
            fake.close()

    one = None
    asyncio.run(run())


@with_fake
async def test_the_raw_repl_is_entered_once_however_its_banner_is_cut(fake):
    fake.relay.begin(fake.stop, True)
    fake.type(b"print(1)\x04")
    fake.mark(True)
    fake.say(b"of boot.py\n")
    for byte in BANNER:
        assert not unread(fake.relay.slave)
        fake.say(bytes([byte]))
        await asyncio.sleep(0.001)
    fake.mark(False)
    assert await fake.got(1) == b"\x01"
    await fake.quiet()
    assert not unread(fake.relay.slave)  # neither a second Ctrl-A nor what was typed
    for byte in b"\r\n" + RAW:
        fake.say(bytes([byte]))
        await asyncio.sleep(0.001)
    assert await fake.got(9) == b"print(1)\x04"
    assert await fake.hears(b">") == b"of boot.py\r\n" + RAW
    assert fake.relay.raw


@with_fake
async def test_the_last_prompt_counts_also_when_more_was_written_behind_it(fake):
    fake.relay.begin(fake.stop, False)
    fake.prompt()
    fake.say(b"\r\n" + RAW)
    await until(lambda: fake.relay.raw)
    fake.say(b"\r\n" + BANNER + b"\r\n")  # Ctrl-B and Ctrl-D before anybody looked
    fake.relay.end(True)
    assert not fake.relay.raw


@with_fake
async def test_a_slow_reader_gets_everything(fake):
    fake.relay.begin(fake.stop, False)
    whole = b"".join(b"%07d\n" % i for i in range(100_000))
    os.set_blocking(fake.relay.slave, False)
    sent = 0
    while sent < len(whole):  # 1.6 times what is kept: the interpreter has to wait
        with contextlib.suppress(BlockingIOError):
            sent += os.write(fake.relay.slave, whole[sent : sent + 1000])
        if sent > outlet.MOST:
            break
        await asyncio.sleep(0)
    await fake.quiet()
    heard = b""
    while sent < len(whole) or not heard.endswith(b"0099999\r\n"):
        with contextlib.suppress(BlockingIOError):
            sent += os.write(fake.relay.slave, whole[sent : sent + 1000])
        with contextlib.suppress(BlockingIOError):
            heard += os.read(fake._port, 4096)
        await asyncio.sleep(0)
    assert heard == whole.replace(b"\n", b"\r\n")


def test_without_a_reader_nobody_waits(monkeypatch):
    monkeypatch.setattr(outlet, "NOBODY_S", 0.1)

    @with_fake
    async def run(fake):
        fake.relay.begin(fake.stop, False)
        os.set_blocking(fake.relay.slave, False)
        line = b"x" * 999 + b"\n"
        for _ in range(3 * outlet.MOST // len(line)):
            await until(lambda: _try(fake.relay.slave, line))
        await asyncio.sleep(0.2)
        await until(lambda: _try(fake.relay.slave, b"lost\n"))
        await fake.quiet()
        assert b"lost" not in (await fake.hears(b"x" * 99))
        while True:  # whoever comes later gets what is new
            with contextlib.suppress(BlockingIOError):
                os.read(fake._port, 4096)
                continue
            break
        await until(lambda: _try(fake.relay.slave, b"news\n"))
        await fake.hears(b"news\r\n")

    run()


def _try(fd, data):
    """Return whether all of data could be written."""
    try:
        return os.write(fd, data) == len(data)
    except BlockingIOError:
        return False


@with_fake
async def test_what_is_typed_behind_a_soft_reset_is_kept_and_forgotten_by_a_hard_one(fake):
    for keep in (True, False):
        fake.relay.begin(fake.stop, False)
        fake.prompt()
        fake.say(b"\r\n" + RAW)
        await until(lambda: fake.relay.raw)
        fake.type(b"\x04abc")
        await until(lambda: unread(fake.relay.slave) == 4)
        os.read(fake.relay.slave, 1)
        fake.relay.end(keep)
        assert not unread(fake.relay.slave)
        fake.relay.begin(fake.stop, True)
        fake.mark(True)
        fake.prompt()
        assert await fake.got(1) == b"\x01"
        fake.say(b"\r\n" + RAW)
        fake.type(b"d")
        assert await fake.got(4 if keep else 1) == (b"abcd" if keep else b"d")
        fake.relay.end(False)


@with_fake
async def test_more_than_a_terminal_holds_comes_to_the_interpreter_whole(fake):
    fake.relay.begin(fake.stop, False)
    fake.prompt()
    fake.say(b"\r\n" + RAW)
    await until(lambda: fake.relay.raw)
    whole = bytes(range(32, 127)) * 1000
    sent, got = 0, b""
    os.set_blocking(fake.relay.slave, False)
    while len(got) < len(whole):
        before = len(got), sent
        with contextlib.suppress(BlockingIOError):
            sent += os.write(fake._port, whole[sent : sent + 1000])
        if sent == before[1] or sent == len(whole):  # it is full everywhere
            with contextlib.suppress(BlockingIOError):
                got += os.read(fake.relay.slave, 777)
        await asyncio.sleep(0)
    assert got == whole


PROGRAM = """
import signal, sys, time
def told(number, frame):
    print("signal", flush=True)
signal.signal(signal.SIGINT, told)
print("ready", flush=True)
while True:
    time.sleep(10)
"""


@pytest.mark.parametrize("up", [False, True])
def test_a_signal_comes_only_to_a_program_that_is_up_and_does_not_look(monkeypatch, up):
    monkeypatch.setattr(stop, "_HEED_S", 0.1)

    @with_fake
    async def run(fake):
        fake.relay.begin(fake.stop, False)
        fake.mark(True, up)
        node = await asyncio.create_subprocess_exec(
            sys.executable, "-c", PROGRAM, stdout=asyncio.subprocess.PIPE
        )
        try:
            fake.stop.node = node
            assert await node.stdout.readline() == b"ready\n"
            fake.type(b"abc\r\x03def\r\x03")
            await until(lambda: unread(fake.stop.fd) == 1)  # twice in a row is once
            if up:
                assert await node.stdout.readline() == b"signal\n"
                await until(lambda: not unread(fake.stop.fd))
                fake.type(b"\x03")
                assert os.read(await _readable(fake.stop.fd), 9) == b"\x03"  # it looks this time
            await asyncio.sleep(0.3)
            fake.stop.node = None
        finally:
            node.send_signal(signal.SIGKILL)
            left = await node.stdout.read()
            await node.wait()
        assert left == b""

    run()


async def _readable(fd):
    """Return fd as soon as something can be read."""
    await until(lambda: unread(fd))
    return fd
