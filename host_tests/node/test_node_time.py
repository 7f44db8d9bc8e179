"""Time from the network: the RTC, timestamps of readings, the outbox and the trace."""

import datetime
import itertools

import node_rig
import pytest
from clock_rig import Rtc, now, ready


def play(scene, profile="seed", module=None, **options):
    return node_rig.play(scene, module={"profile": profile, **(module or {})}, **options)


def test_the_rtc_is_set_when_the_network_tells_and_with_each_renewal():
    rtc = Rtc()

    async def scene(r):
        await ready(r)
        first = len(rtc.set)
        await r.sleep(100)
        told = rtc.set[-1]
        date = datetime.datetime(*told[:3], *told[4:7], tzinfo=datetime.UTC)
        return first, len(rtc.set), abs(date.timestamp() - now(r))

    first, after, off = play(scene, rtc=rtc, config={"onenet.lifetime": 120})
    assert (first, after) == (1, 2) and off < 61


def test_a_clock_that_is_empty_at_first_is_asked_again():
    rtc = Rtc()

    async def scene(r):
        await ready(r)
        early = list(rtc.set)
        await r.until(lambda: rtc.set, 150)
        return early, r.sent.count("AT+CCLK?")

    early, asked = play(scene, rtc=rtc, module={"clock_ms": 100_000})
    assert early == [] and 4 <= asked <= 5


def test_without_an_rtc_and_timestamps_it_is_asked_once():
    async def scene(r):
        await ready(r)
        await r.sleep(200)
        return r.sent.count("AT+CCLK?")

    assert play(scene, config={"onenet.lifetime": 120}) == 1


@pytest.mark.parametrize("profile", ["seed", "m5310a"])
def test_readings_bear_the_time_of_their_measurement(profile):
    async def scene(r):
        await ready(r)
        assert r.device.resources[3303] == [5700, 5701, 5601, 5602, 5603, 5604, 5605, 5518]
        await r.sleep(20)
        op = await r.ask("read", 3303, 0, 5518)
        age = now(r) - op.values[0].value
        await r.sleep(60)
        said = [text for text in r.sent if ",3303,0,5518,3," in text and "NOTIFY" in text]
        seen = len(said)
        r.board.set_temp("ds18x20-0", 44.0)
        await r.sleep(15)
        said = [text for text in r.sent if ",3303,0,5518,3," in text and "NOTIFY" in text]
        return age, seen, len(said)

    age, before, after = play(scene, profile, config={"onenet.timestamps": True})
    assert -1 <= age <= 11
    assert before <= 2  # the first value, and the first time: a time alone is no news
    assert after == before + 1


@pytest.mark.parametrize("profile", ["seed", "m5310a"])
def test_what_waited_in_the_outbox_comes_with_its_time(profile, tmp_path):
    async def scene(r):
        events = []
        r.platform.listen(events.append)
        await ready(r)
        await r.sleep(30)
        r.board.set_temp("ds18x20-0", -11.5)
        await r.sleep(12)
        r.module.set_network(False)
        begun = now(r)
        await r.until(lambda: len(r.node.courier.outbox) >= 4, 2400)
        ended = now(r)
        r.board.set_temp("ds18x20-0", 33.0)
        r.module.set_network(True)
        await r.until(lambda: not len(r.node.courier.outbox), 900)
        await r.sleep(5)
        told = [e for e in events if type(e).__name__ == "Stored" and e.path[:2] == (3303, 0)]
        pairs = [
            (a.value, b.value)
            for a, b in itertools.pairwise(told)
            if a.path[2] == 5518 and b.path[2] == 5700
        ]
        return begun, ended, [when for when, value in pairs if value == -11.5]

    begun, ended, times = play(
        scene,
        profile,
        config={"onenet.timestamps": True, "outbox.readings": 64, "outbox.period": 60},
        folder=str(tmp_path / "box"),
    )
    waited = [when for when in times if begun <= when <= ended]
    assert len(waited) >= 2 and waited == times[-len(waited) :], times
    assert times == sorted(times)


def test_the_trace_says_what_time_it_is():
    async def scene(r):
        await ready(r)
        await r.sleep(30)
        head = list(r.node.trace.lines())[:2]
        return head, now(r)

    head, time = play(scene, config={"onenet.timestamps": True})
    at, _, told = head[1][2:].partition(" is ")
    date = datetime.datetime.strptime(told, "%Y-%m-%d %H:%M:%S UTC").replace(tzinfo=datetime.UTC)
    assert float(at) > 30 and abs(date.timestamp() - time) < 2
