"""A notification whose OK does not come in time: its fate is unknown, and it is not sent twice."""

import pytest
from node_rig import play
from test_node_events import trick
from test_node_outbox import FAST, stored

from m5310 import errors
from m5310.errors import AtError


def notified(r, text):
    """Return the notifications sent with text in them."""
    return [line for line in r.sent if "MIPLNOTIFY" in line and text in line]


async def cut_off(r, late_ms, read=True):
    """Measure 51.5, and have the module keep back the OK; the platform reads meanwhile."""
    trick(r, "late", "AT+MIPLNOTIFY", ms=late_ms)
    r.board.set_temp("ds18x20-0", 51.5)
    await r.until(lambda: notified(r, "51.5"), 60)
    if read:
        assert (await r.ask("read", 3303, 0, 5700)).code == 205


@pytest.mark.parametrize("late_ms", [800, 1500, 2500, 8000])
@pytest.mark.parametrize("box", [{}, FAST])
def test_a_notification_cut_off_for_an_operation_is_stored_once(tmp_path, late_ms, box):
    async def scene(r):
        await r.online()
        await r.sleep(20)
        await cut_off(r, late_ms)
        await r.sleep(150)
        held = r.node.status()["at"]["held"]
        return stored(r).count(51.5), len(notified(r, ",5700,4,4,51.5")), held

    got = play(scene, config=box, folder=str(tmp_path / "box"))
    assert got == (1, 1, 1)


@pytest.mark.parametrize("box", [{}, FAST])
def test_a_notification_whose_ok_comes_behind_its_time_is_stored_once(tmp_path, box):
    async def scene(r):
        await r.online()
        await r.sleep(20)
        await cut_off(r, 3000, read=False)
        await r.sleep(150)
        timeouts = r.node.status()["at"]["timeouts"]
        return stored(r).count(51.5), len(notified(r, ",5700,4,4,51.5")), timeouts

    assert play(scene, config=box, folder=str(tmp_path / "box")) == (1, 1, 1)


def test_one_that_is_refused_is_sent_again():
    async def scene(r):
        await r.online()
        await r.sleep(20)
        trick(r, "error", "AT+MIPLNOTIFY", text="+CIS ERROR: 601")
        r.board.set_temp("ds18x20-0", 51.5)
        await r.until(lambda: 51.5 in stored(r), 60)
        return stored(r).count(51.5)

    assert play(scene) == 1


def test_a_kept_reading_whose_ok_is_late_is_not_sent_again_once_it_is_confirmed(tmp_path):
    async def scene(r):
        await r.online()
        await r.sleep(20)
        r.module.air.delay_ms = 2500  # the confirmation comes behind the time limit too
        trick(r, "late", "AT+MIPLNOTIFY", ms=3000)
        r.node.courier.outbox.add([(3303, 0, 5700, 33.25, 0)])
        await r.until(lambda: notified(r, "33.25"), 60)
        await r.sleep(100)
        return len(notified(r, "33.25")), stored(r).count(33.25), len(r.node.courier.outbox)

    assert play(scene, config=FAST, baud=0, folder=str(tmp_path / "box")) == (1, 1, 0)


def failing(r, *errors_):
    """Have the notifications that come end with errors_, and return the calls of renew."""
    left = list(errors_)
    notify = r.node.modem.mipl.notify

    async def fail(*args):
        if left:
            raise left.pop(0)
        await notify(*args)

    r.node.modem.mipl.notify = fail
    return left


@pytest.mark.parametrize(
    ("kind", "renewals"),
    [(errors.HELD, 0), (errors.BUSY, 0), (errors.TIMEOUT, 1), (errors.CME, 1)],
)
def test_what_gave_way_is_no_failure_of_the_session(kind, renewals):
    """Five failures in a row have the registration renewed; giving way to an operation is none."""

    async def scene(r):
        await r.online()
        await r.sleep(20)
        left = failing(r, *[AtError(kind) for _ in range(6)])
        temperature = 40.0
        while left:
            temperature += 0.5
            r.board.set_temp("ds18x20-0", temperature)
            await r.sleep(10)
        await r.sleep(10)
        return r.sent.count("AT+MIPLUPDATE=0,0,0"), r.node.supervisor.sessions

    assert play(scene, baud=0) == (renewals, 1)


def test_a_value_that_has_no_form_on_the_line_is_not_tried_for_ever():
    async def scene(r):
        await r.online()
        await r.sleep(20)
        notify = r.node.modem.mipl.notify
        tried = []

        async def counted(*args):
            tried.append(args[3])
            await notify(*args)

        r.node.modem.mipl.notify = counted
        instance = r.node.registry.instance(3303, 0)
        instance.put(5700, 1e12)
        await r.sleep(1)
        del r.node.sampler.slots[:]  # the value stays
        await r.sleep(120)
        unfit = tried.count(5700)
        instance.put(5700, 22.5)
        await r.until(lambda: 22.5 in stored(r), 30)
        return unfit, r.node.status()["notifier"]["unfit"]

    assert play(scene, baud=0) == (1, 1)


def test_a_kept_reading_that_has_no_form_on_the_line_does_not_block_those_behind_it(tmp_path):
    async def scene(r):
        await r.online()
        await r.sleep(20)
        courier = r.node.courier
        courier.outbox.add([(3303, 0, 5700, 1e12, 0), (3303, 0, 5700, 33.25, 0)])
        await r.until(lambda: 33.25 in stored(r), 120)
        return courier.unwanted, stored(r).count(33.25)

    got = play(scene, config=FAST, baud=0, folder=str(tmp_path / "box"))
    assert got == (1, 1)
