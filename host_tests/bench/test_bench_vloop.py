"""The event loop in virtual time: order, cancelling, awaiting, deadlocks, late tasks."""

import asyncio

import pytest
import vtime
from vloop import DeadlockError

clock = vtime.clock


def test_tasks_wake_in_the_order_they_are_due():
    seen = []

    async def sleeper(ms):
        await clock.sleep_ms(ms)
        seen.append((ms, clock.ticks_ms()))

    async def program():
        tasks = [asyncio.create_task(sleeper(ms)) for ms in (30, 10, 20, 10, 0)]
        await clock.sleep_ms(25)
        seen.append("main")
        await clock.sleep_ms(25)
        assert all(task.done() for task in tasks)

    vtime.run(program())
    assert seen == [(0, 0), (10, 10), (10, 10), (20, 20), "main", (30, 30)]


def test_a_cancelled_task_cleans_up_where_it_waits_and_its_timer_is_forgotten():
    seen = []

    async def sleeper():
        try:
            await clock.sleep_ms(1000)
        finally:
            seen.append(clock.ticks_ms())

    async def program():
        task = asyncio.create_task(sleeper())
        await clock.sleep_ms(5)
        assert task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert task.cancelled()
        assert not task.cancel()
        return clock.ticks_ms()

    assert vtime.run(program()) == 5
    assert seen == [5]


def test_who_awaits_a_task_gets_its_result_or_its_exception():
    async def good():
        await clock.sleep_ms(3)
        return 7

    async def bad():
        await clock.sleep_ms(3)
        raise KeyError("x")

    async def program():
        tasks = [asyncio.create_task(good()), asyncio.create_task(bad())]
        assert await tasks[0] == 7
        with pytest.raises(KeyError):
            await tasks[1]
        assert await tasks[0] == 7
        assert isinstance(tasks[1].exception(), KeyError)

    vtime.run(program())


def test_events_and_sleeps_of_asyncio_work_too():
    async def program():
        event = asyncio.Event()
        task = asyncio.create_task(event.wait())
        await asyncio.sleep(0.25)
        event.set()
        return await task, clock.ticks_ms()

    assert vtime.run(program()) == (True, 250)


def test_waiting_for_what_never_comes_is_told():
    async def program():
        await asyncio.Event().wait()

    with pytest.raises(DeadlockError):
        vtime.run(program())


def test_tasks_left_behind_are_cancelled():
    seen = []

    async def left():
        try:
            while True:
                await clock.sleep_ms(10)
        finally:
            seen.append("end")

    async def program():
        task = asyncio.create_task(left())
        await clock.sleep_ms(15)
        assert not task.done()

    vtime.run(program())
    assert seen == ["end"]


def test_a_task_nobody_asks_is_not_lost_silently(capsys):
    async def fails():
        raise KeyError("lost")

    async def program():
        task = asyncio.create_task(fails())
        await clock.sleep_ms(1)
        assert task.done()

    vtime.run(program())
    assert "KeyError: 'lost'" in capsys.readouterr().err


def test_stretched_time_lets_tasks_wake_late_but_in_order():
    seen = []

    async def sleeper(ms):
        await clock.sleep_ms(ms)
        seen.append((ms, clock.ticks_ms()))

    async def program():
        tasks = [asyncio.create_task(sleeper(ms)) for ms in (12, 11, 40)]
        await clock.sleep_ms(50)
        assert all(task.done() for task in tasks)

    vtime.run(program(), stretch=lambda due, now: due + 10)
    assert seen == [(11, 21), (12, 21), (40, 50)]
