"""The log of a node whose terminal is slow, or read by nobody: no operation waits for it."""

import asyncio
import builtins
import re
from types import SimpleNamespace

import pytest
import vtime
from node_rig import play

from node import restarts
from node.log import Log


class Terminal:
    """What print() goes to: each line takes ms, in which nothing else runs."""

    def __init__(self, ms=0):
        self.ms = ms
        self.texts = []
        self.blocked_ms = 0

    def print(self, *texts):
        self.texts += " ".join(texts).split("\n")
        self.blocked_ms += self.ms
        vtime._loop.now += self.ms


@pytest.fixture
def terminal(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    made = Terminal()
    monkeypatch.setattr(builtins, "print", made.print)
    return made


def logged(scene, level, **options):
    """As play, with a log of this level that is printed."""
    return play(scene, log=Log(vtime.clock, level), **options)


def stamps(texts):
    """Return the times of the lines, in seconds, in their order."""
    return [float(text.split()[0]) for text in texts if re.match(r" *\d+\.\d{3} ", text)]


async def operations(r, rounds):
    """Have operations of every kind asked, alone and in bursts; return the answered ones."""
    done = []
    for n in range(rounds):
        done.append(await r.ask("read", 3303, 0, 5700))
        await r.sleep(1 + n % 4)
        done.append(await r.ask("write", 3306, 0, {5850: n & 1}))
        done.append(await r.ask("discover", 3306))
        done.append(await r.ask("read", 3303))
        burst = [r.platform.read(r.imei, 3303, 0, 5700) for _ in range(3)]
        await r.until(lambda: all(op.done for op in burst))  # noqa: B023 - in this round
        done += burst
        done.append(await r.ask("execute", 3303, 0, 5605))
        await r.sleep(7)
    return done


@pytest.mark.parametrize("baud", [9600, 115200])
@pytest.mark.parametrize("level", [1, 2, 3])
def test_every_operation_is_answered_while_nobody_reads_the_terminal(terminal, level, baud):
    async def scene(r):
        await r.online()
        terminal.ms = 500
        return await operations(r, 10), r.node.dispatcher.worst

    done, worst = logged(scene, level, baud=baud)
    assert {op.code for op in done} == {204, 205}
    assert len(done) == 80
    assert max(op.latency_ms for op in done) < 3000
    assert max(worst.values()) < 3000


def test_a_terminal_that_is_stopped_from_the_start_is_no_hindrance_either(terminal):
    terminal.ms = 500

    async def scene(r):
        await r.online(120)
        return await operations(r, 5)

    done = logged(scene, 3)
    assert {op.code for op in done} == {204, 205}
    assert max(op.latency_ms for op in done) < 3000


def test_what_a_stopped_terminal_takes_of_the_time_is_a_tenth(terminal):
    async def scene(r):
        await r.online()
        terminal.ms, terminal.blocked_ms = 500, 0
        start = r.clock.ticks_ms()
        await operations(r, 10)
        return terminal.blocked_ms / r.clock.ticks_diff(r.clock.ticks_ms(), start)

    assert logged(scene, 3) < 0.11


def test_a_slow_terminal_holds_an_operation_for_a_bounded_time(terminal):
    async def scene(r):
        await r.online()
        quick = (await r.ask("read", 3303)).latency_ms
        terminal.ms = 90  # 12 lines and their OKs would take 2 s
        return (await r.ask("read", 3303)).latency_ms - quick

    assert logged(scene, 3) < 700


@pytest.mark.parametrize("ms", [0, 1, 9])
def test_a_terminal_that_is_read_gets_every_line_in_order(terminal, ms):
    terminal.ms = ms

    async def scene(r):
        await r.online()
        await operations(r, 3)
        await r.sleep(5)
        return len(r.sent)

    sent = logged(scene, 3)
    texts = terminal.texts
    assert not any("not printed" in text for text in texts)
    assert stamps(texts) == sorted(stamps(texts))
    # Every line that was sent, but for the last ones that may wait when the scene ends.
    assert sent - 8 <= sum(" > " in text for text in texts) <= sent


def test_a_line_that_can_be_printed_is_printed_at_once(terminal):
    async def scene(r):
        await r.online()
        r.node.log("now", 0)
        return terminal.texts[-1].endswith(" now")

    assert logged(scene, 1)


def test_a_log_without_lines_to_print_sleeps_until_there_is_one(terminal):
    class Clock(vtime.VirtualClock):
        turns = 0

        async def sleep_ms(self, ms):
            self.turns += 1
            await vtime.clock.sleep_ms(ms)

    async def scene():
        clock = Clock()
        log = Log(clock)
        log.at = SimpleNamespace(replies=SimpleNamespace(queue=[]), quiet=lambda: True)
        task = asyncio.create_task(log.run())
        await vtime.clock.sleep_ms(60000)
        idle = clock.turns
        terminal.ms = 150
        log("slow", 0)
        log("waits", 0)
        await vtime.clock.sleep_ms(10000)
        busy = clock.turns
        await vtime.clock.sleep_ms(60000)
        task.cancel()
        return idle, busy > 0, clock.turns - busy, [text[10:] for text in terminal.texts]

    assert vtime.run(scene()) == (0, True, 0, ["slow", "waits"])


def test_when_the_terminal_is_read_again_it_is_told_how_much_is_missing(terminal):
    async def scene(r):
        await r.online()
        terminal.ms = 500
        await operations(r, 5)
        there = len(terminal.texts)
        terminal.ms = 0
        await r.sleep(30)
        await r.ask("read", 3303, 0, 5700)
        await r.sleep(5)
        return there

    there = logged(scene, 3)
    said = " lines were not printed"
    missing = [int(text.split()[0]) for text in terminal.texts if text.endswith(said)]
    assert sum(missing) > 100
    texts = terminal.texts[there:]
    assert not any(text.endswith(said) for text in texts[-20:])
    assert stamps(texts) == sorted(stamps(texts))
    assert any("MIPLREADRSP" in text for text in texts[-20:])


def test_a_slow_line_of_days_ago_holds_nothing(terminal):
    """Ticks wrap after 12 days: the pause behind a slow line is not to begin again."""

    async def scene(r):
        await r.until(lambda: r.node.supervisor.state == "online")
        terminal.ms = 500
        r.node.log("slow", 0)
        terminal.ms = 0
        there = len(terminal.texts)
        for _ in range(150):  # an hour each
            await r.sleep(1)
            vtime.clock.start += 3_600_000
        assert len(terminal.texts) == there  # nothing since, which would end the pause
        r.node.log("of today", 0)
        await r.sleep(30)

    logged(scene, 0, config={"onenet.lifetime": 86400})
    assert terminal.texts[-1].endswith("of today")


def test_what_waits_is_bounded(terminal):
    log = Log(vtime.clock, 3)

    async def scene(r):
        await r.online()
        terminal.ms = 500
        r.node.log("slow", 0)
        most = 0
        for n in range(500):
            r.node.log("x" * (n % 200), 3)
            most = max(most, sum(len(line) for line in log._lines))
        r.node.log("y" * 5000, 3)
        last = len(log._lines)
        return most, last, log.dropped

    most, last, dropped = play(scene, log=log)
    assert most <= 2048
    assert last == 1
    assert dropped >= 480


def test_before_a_restart_what_waits_is_printed(terminal):
    async def scene(r):
        await r.online()
        terminal.ms = 500
        await operations(r, 2)
        terminal.ms = 0
        restarts.restart(r.node.supervisor, "task sampler failed")
        return terminal.texts

    texts = logged(scene, 3, restart=lambda r: None)
    assert texts[-1].endswith("restarting the board: task sampler failed")


def test_before_a_restart_a_terminal_that_nobody_reads_is_waited_for_2_s(terminal):
    async def scene(r):
        await r.online()
        terminal.ms = 500
        await operations(r, 2)
        start = r.clock.ticks_ms()
        restarts.restart(r.node.supervisor, "task sampler failed")
        return r.clock.ticks_diff(r.clock.ticks_ms(), start), r.restarts

    took, restarted = logged(scene, 3, restart=lambda r: None)
    assert took <= 2500
    assert restarted == 1


def test_before_the_node_runs_all_is_printed_at_once(terminal):
    terminal.ms = 500
    log = Log(vtime.clock, 1)

    async def scene():
        for n in range(5):
            log("line %d" % n)
        log("not this", 2)

    vtime.run(scene())
    assert [text[10:] for text in terminal.texts] == ["line %d" % n for n in range(5)]
