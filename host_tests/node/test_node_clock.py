"""The time of a reading is real UTC, wherever the module is and whichever form its clock has."""

import datetime

import node_rig
import pytest
from clock_rig import Rtc, now, ready


def play(scene, form, config=None, module=None, **options):
    config = {"module.clock": form, **(config or {})}
    module = {"cclk": form, **(module or {})}
    return node_rig.play(scene, config=config, module=module, **options)


def printed(r):
    """Return what the module printed for AT+CCLK?."""
    return [text for _, way, text in r.lines if way == "<" and text.startswith("+CCLK:")]


@pytest.mark.parametrize("form, hour", [("utc", "02"), ("local", "10")])
def test_a_reading_taken_in_china_bears_the_time_of_utc(form, hour):
    async def scene(r):
        await ready(r)
        await r.sleep(20)
        op = await r.ask("read", 3303, 0, 5518)
        return printed(r), now(r) - op.values[0].value

    told, age = play(scene, form, {"onenet.timestamps": True})
    assert told[0].startswith("+CCLK:26/11/22,%s:" % hour) and told[0].endswith("+32")
    assert -1 <= age <= 11


@pytest.mark.parametrize("form", ["utc", "local"])
def test_the_rtc_is_set_to_utc(form):
    rtc = Rtc()

    async def scene(r):
        await ready(r)
        return now(r)

    at = play(scene, form, rtc=rtc)
    (date,) = rtc.set
    told = datetime.datetime(*date[:3], *date[4:7], tzinfo=datetime.UTC)
    assert abs(told.timestamp() - at) < 15


@pytest.mark.parametrize("form", ["utc", "local"])
def test_readings_that_wait_and_the_trace_bear_utc(form, tmp_path):
    async def scene(r):
        await ready(r)
        await r.sleep(30)
        r.module.set_network(False)
        begun = now(r)
        await r.until(lambda: len(r.node.courier.outbox) >= 2, 1200)
        ended = now(r)
        oid, _, _, _, when = r.node.courier.outbox.first()
        head = list(r.node.trace.lines())[1]
        return begun, ended, oid, when, head

    begun, ended, oid, when, head = play(
        scene,
        form,
        {"onenet.timestamps": True, "outbox.readings": 64, "outbox.period": 60},
        folder=str(tmp_path / "box"),
    )
    assert oid == 3303 and begun - 15 <= when <= ended
    date = datetime.datetime.fromisoformat(head.partition(" is ")[2].replace(" UTC", "+00:00"))
    assert abs(date.timestamp() - ended) < 2


@pytest.mark.parametrize(
    "unset",
    ["80/01/06,00:00:13", '"80/01/06,00:00:13"', "2000/01/01,00:00:10+08", "20/01/01,00:00:00+32"],
)
def test_a_clock_no_network_has_set_is_no_time_and_is_asked_for_again(unset):
    rtc = Rtc()

    async def scene(r):
        await ready(r)
        early = r.node.registry.instance(3303, 0).get(5518), list(rtc.set)
        await r.until(lambda: rtc.set, 150)
        return early, r.sent.count("AT+CCLK?"), now(r)

    early, asked, at = play(
        scene,
        "utc",
        {"onenet.timestamps": True},
        {"clock_ms": 100_000, "unset_clock": unset},
        rtc=rtc,
    )
    assert early == (None, []) and 4 <= asked <= 5
    (date,) = rtc.set
    told = datetime.datetime(*date[:3], *date[4:7], tzinfo=datetime.UTC)
    assert abs(told.timestamp() - at) < 15


def test_the_clock_is_asked_for_again_behind_a_renewal():
    rtc = Rtc()

    async def scene(r):
        await ready(r)
        await r.sleep(100)
        return len(rtc.set), r.node.modem.network.time

    count, time = play(scene, "utc", {"onenet.lifetime": 120}, rtc=rtc)
    assert count == 2 and time[:3] == (2026, 11, 22)
