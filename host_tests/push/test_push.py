"""The push: URL check, signatures, messages, order, and what happens when nobody takes them."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from push_rig import IMEI, MSG, TOKEN, Receiver, Source, md5, pushing, until

from bench.platform import messages as m
from bench.platform.events import Stored
from bench.push import check_url
from bench.push.signed import body
from bench.serve import AddressError


def running(push):
    return until(lambda: push.state == "running")


# -- URL check --------------------------------------------------------------------------------


def test_the_url_is_checked_with_a_signature_before_anything_is_pushed():
    source = Source().observe()

    async def main(push, source, receiver):
        assert push.state == "checking"
        source.notify(20.5)
        await until(lambda: push.sent)
        (check,) = receiver.checks
        assert re.fullmatch("[A-Za-z0-9]{8}", check["nonce"])
        assert check["signature"] == md5(TOKEN, check["nonce"], check["msg"])
        assert check["who"] == "me"  # the URL's own query stays
        assert receiver.targets[0].startswith("/push?who=me&msg=")
        assert receiver.targets[1] == "/push?who=me"
        assert (push.state, push.sent, push.failed) == ("running", 1, 0)

    pushing(main, source=source)


@pytest.mark.parametrize(
    ("plan", "why"),
    [
        (["wrong"] * 4, "answered the URL check with something else than its msg"),
        ([401] * 4, "answered with status 401"),
        ([302] * 4, "answered with status 302"),
        (["cut"] * 4, "broke off: "),
    ],
)
def test_without_a_good_check_nothing_is_pushed(plan, why):
    async def main(push, source, receiver):
        receiver.check_plan += plan
        source.notify(20.5)
        await until(lambda: push.state.startswith("stopped"))
        assert push.state.startswith("stopped: URL check failed: the receiver " + why)
        source.notify(20.6)
        assert (receiver.posts, push.sent, push.failed) == ([], 0, 4)
        assert (push.dropped, push.waiting) == (2, 0)

    pushing(main, source=Source().observe())


def test_another_token_at_the_receiver_stops_the_push():
    async def main(push, source, receiver):
        await until(lambda: push.state.startswith("stopped"))
        assert len(receiver.checks) == 4
        assert TOKEN not in push.state

    pushing(main, receiver=Receiver("another token"))


def test_a_receiver_that_comes_later_gets_what_has_waited():
    async def main(push, source, receiver):
        port = receiver.port
        await receiver.close()
        source.register()
        await until(lambda: push.failed >= 2)
        assert (push.state, push.problem) == ("checking", "cannot be reached")
        await receiver.listen(port)
        await until(lambda: push.sent)
        assert push.state == "running"

    pushing(main, gaps_s=(0.02,) * 50)


# -- messages ---------------------------------------------------------------------------------


def test_a_datapoint_as_the_facts_show_it():
    async def main(push, source, receiver):
        await running(push)
        source.notify(20.5)
        await until(lambda: push.sent)
        (point,) = source.platform.store.points.latest(source.device.id)
        assert receiver.posts == [
            {
                "type": 1,
                "dev_id": source.device.id,
                "ds_id": "3303_0_5700",
                "at": point.at_ms,
                "value": 20.5,
                "imei": IMEI,
            }
        ]
        assert receiver.refused == 0
        assert b"application/json" in receiver.headers

    pushing(main, source=Source().observe())


@pytest.mark.parametrize(
    ("kind", "value", "shown"),
    [
        (m.STRING, 'Célsius 温度 "q" \\ </x>', 'Célsius 温度 "q" \\ </x>'),
        (m.OPAQUE, b"\x00\xff", [0, 255]),
        (m.BOOLEAN, True, True),
        (m.INTEGER, -(1 << 63), -(1 << 63)),
        (m.FLOAT, float("nan"), None),
    ],
)
def test_every_type_of_value_is_pushed_as_ascii_json(kind, value, shown):
    async def main(push, source, receiver):
        await running(push)
        source.platform.tell(Stored(source.device, 3303, 0, 5701, value, 1))
        await until(lambda: push.sent)
        assert receiver.posts[0]["value"] == shown
        assert receiver.bodies[0].isascii()
        assert receiver.refused == 0

    pushing(main, source=Source().register())


def test_online_and_offline_are_pushed():
    async def main(push, source, receiver):
        await running(push)
        source.register()
        await until(lambda: push.sent == 1)
        source.up(m.Deregister(IMEI))
        await until(lambda: push.sent == 2)
        for post, status in zip(receiver.posts, (1, 0), strict=True):
            assert post.pop("at") > 1_700_000_000_000
            assert post == {
                "type": 2,
                "dev_id": source.device.id,
                "status": status,
                "login_type": 10,
            }

    pushing(main)


def test_a_lifetime_that_runs_out_is_pushed_as_offline():
    async def main(push, source, receiver):
        await running(push)
        source.clock.advance(3600_000)
        source.platform.poll()
        await until(lambda: push.sent)
        assert (receiver.posts[0]["type"], receiver.posts[0]["status"]) == (2, 0)

    pushing(main, source=Source().register())


def cached(source, kind, path, **fields):
    later = source.platform.wall_ms() + 3600_000
    command = source.platform.cached.add(source.device, kind, path, expired_ms=later, **fields)
    source.notify(1.0)
    return command


def test_the_result_of_a_cached_read_is_pushed():
    async def main(push, source, receiver):
        await running(push)
        command = cached(source, "READ", (3303, -1, -1))
        values = (
            m.Value(3303, 0, 5700, m.FLOAT, 20.5),
            m.Value(3303, 0, 5701, m.OPAQUE, b"Cel"),
            m.Value(3303, 1, 5700, m.FLOAT, 21.5),
        )
        source.answer(205, values)
        await until(lambda: len(receiver.messages) == 2)
        assert receiver.messages[1] == {
            "type": 7,
            "cmd_id": command.uuid,
            "imei": IMEI,
            "dev_id": source.device.id,
            "cmd_type": 0,
            "send_time": command.sent_ms,
            "send_status": 5,
            "confirm_time": command.confirmed_ms,
            "confirm_status": 0,
            "confirm_body": {
                "obj_id": 3303,
                "obj_inst": [
                    {
                        "obj_inst_id": 0,
                        "res": [
                            {"res_id": 5700, "val": 20.5},
                            {"res_id": 5701, "val": [67, 101, 108]},
                        ],
                    },
                    {"obj_inst_id": 1, "res": [{"res_id": 5700, "val": 21.5}]},
                ],
            },
        }
        assert receiver.refused == 0

    pushing(main, source=Source().observe())


@pytest.mark.parametrize(
    ("kind", "fields", "number", "code", "status"),
    [
        ("WRITE", {"payload": [(5850, True)]}, 1, 204, (5, 0)),
        ("WRITE", {"payload": [(5850, True)]}, 1, 405, (6, 1)),
        ("EXECUTE", {"args": "reset"}, 2, 404, (6, 3)),
        ("EXECUTE", {"args": "reset"}, 2, 401, (6, 8)),
    ],
)
def test_the_result_of_a_cached_write_or_execute_is_pushed(kind, fields, number, code, status):
    async def main(push, source, receiver):
        await running(push)
        cached(source, kind, (3306, 0, 5850), **fields)
        source.answer(code)
        await until(lambda: len(receiver.messages) == 2)
        shown = receiver.messages[1]
        assert (shown["cmd_type"], "confirm_body" in shown) == (number, False)
        assert (shown["send_status"], shown["confirm_status"]) == status

    pushing(main, source=Source().observe())


def test_a_cached_command_that_was_never_sent_has_no_result_to_push():
    async def main(push, source, receiver):
        await running(push)
        later = source.platform.wall_ms() + 10_000
        source.platform.cached.add(source.device, "READ", (3303, 0, 5700), expired_ms=later)
        source.clock.advance(20_000)
        source.platform.poll()
        source.notify(1.0)
        await until(lambda: push.sent)
        assert [each["type"] for each in receiver.messages] == [1]

    pushing(main, source=Source().observe())


# -- order ------------------------------------------------------------------------------------


def test_datapoints_that_wait_go_together_and_everything_stays_in_order():
    async def main(push, source, receiver):
        for number in range(150):
            source.notify(float(number))
        source.up(m.Deregister(IMEI))
        source.observe()
        source.notify(150.0)
        await until(lambda: push.sent == 153)
        values = [each["value"] for each in receiver.messages if each["type"] == 1]
        assert values == [float(number) for number in range(151)]
        shapes = [
            (len(post), 1) if type(post) is list else post["type"] for post in receiver.posts
        ]
        assert shapes == [(100, 1), (50, 1), 2, 2, 1]

    pushing(main, source=Source().observe())


@pytest.mark.parametrize("trouble", [500, 404, 302, 204, "slow", "cut", "drip"])
def test_what_is_not_taken_is_sent_again_as_it_was_before_all_else(trouble):
    async def main(push, source, receiver):
        await running(push)
        receiver.plan += [trouble, trouble]
        source.notify(1.0)
        await until(lambda: receiver.bodies)
        source.notify(2.0)
        source.notify(3.0)
        await until(lambda: push.sent == 3)
        assert [each["value"] for each in receiver.messages] == [1.0, 2.0, 3.0]
        assert receiver.bodies[0] == receiver.bodies[1] == receiver.bodies[2]
        assert (push.failed, push.dropped) == (2, 0)

    pushing(main, source=Source().observe(), timeout_s=0.1)


def test_an_endless_answer_is_not_kept():
    async def main(push, source, receiver):
        await running(push)
        receiver.plan.append("flood")
        source.notify(1.0)
        await until(lambda: push.sent, seconds=2)
        source.notify(2.0)
        await until(lambda: push.sent == 2)

    pushing(main, source=Source().observe())


def test_a_message_is_given_up_in_the_end_and_the_next_ones_go_on():
    async def main(push, source, receiver):
        await running(push)
        receiver.plan += [500] * 4
        source.notify(1.0)
        await until(lambda: receiver.bodies)
        source.notify(2.0)
        await until(lambda: push.sent)
        assert [each["value"] for each in receiver.messages] == [2.0]
        assert (push.failed, push.dropped, push.state) == (4, 1, "running")

    pushing(main, source=Source().observe())


def test_too_many_failures_in_total_stop_the_push_and_what_comes_then_is_lost():
    async def main(push, source, receiver):
        states = []
        push.on_state = states.append
        await running(push)
        receiver.plan += [500] * 100
        source.notify(1.0)
        await until(lambda: push.dropped == 1)
        source.notify(2.0)
        source.notify(3.0)
        await until(lambda: push.state.startswith("stopped"))
        why = "stopped: 7 requests failed; last, the receiver answered with status 500"
        assert states == ["running", why]
        source.notify(9.0)
        assert (push.sent, push.failed, push.dropped, push.waiting) == (0, 7, 4, 0)
        assert len(receiver.bodies) == 7

    pushing(main, source=Source().observe(), max_failures=7, gaps_s=(0.01,) * 3)


def test_the_oldest_of_too_many_waiting_messages_are_dropped():
    async def main(push, source, receiver):
        for number in range(30):
            source.notify(float(number))
        assert (push.waiting, push.dropped) == (10, 20)
        await until(lambda: push.sent == 10)
        assert [each["value"] for each in receiver.messages] == list(range(20, 30))

    pushing(main, source=Source().observe(), keep=10)


def test_draining_waits_until_all_is_taken_but_not_for_ever():
    async def main(push, source, receiver):
        await running(push)
        receiver.plan += [500, 500]
        source.notify(1.0)
        await push.drain(5)
        assert push.sent == 1
        receiver.plan += [500] * 4
        source.notify(2.0)
        await push.drain(0.02)
        assert (push.sent, push.dropped) == (1, 0)

    pushing(main, source=Source().observe())


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=8,
    ).filter(lambda msg: float("inf") not in _flat(msg) and float("-inf") not in _flat(msg))
)
def test_the_signature_is_over_the_very_letters_of_the_body(msg):
    raw = body("token", msg)
    text, signature, nonce = (part.decode() for part in MSG.fullmatch(raw).groups())
    assert signature == md5("token", nonce, text)
    assert json.loads(raw)["msg"] == msg


def _flat(msg):
    if isinstance(msg, list | dict):
        return [
            x for each in (msg.values() if isinstance(msg, dict) else msg) for x in _flat(each)
        ]
    return [msg]


# -- where to ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:9000",
        "http://127.0.0.1/",
        "http://127.9.8.7:80/a/b?c=d&e=%20",
        "http://localhost:9000/push",
        "http://LOCALHOST:9000/",
        "http://[::1]:9000/push",
    ],
)
def test_urls_on_this_computer(url):
    assert check_url(url) == url


@pytest.mark.parametrize(
    "url",
    [
        "",
        "127.0.0.1:9000",
        "//127.0.0.1/",
        "http:127.0.0.1",
        "http:///push",
        "https://127.0.0.1:9000/",
        "ftp://127.0.0.1/",
        "file:///etc/passwd",
        "http://example.com/",
        "http://localhost.example.com/",
        "http://127.0.0.1.example.com/",
        "http://localhost@example.com/",
        "http://example.com#@127.0.0.1/",
        "http://example.com\\@127.0.0.1/",
        "http://127.0.0.1\\@example.com/",
        "http://user:secret@127.0.0.1/",
        "http://127.0.0.1%2eexample.com/",
        "http://%31%32%37.0.0.1/",
        "http://0.0.0.0:9000/",
        "http://[::]/",
        "http://[::ffff:8.8.8.8]/",
        "http://10.0.0.1/",
        "http://169.254.169.254/",
        "http://183.230.40.33/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://127.1/",
        "http://0177.0.0.1/",
        "http://127.0.0.1:0/",
        "http://127.0.0.1:/",
        "http://127.0.0.1:65536/",
        "http://127.0.0.1:x/",
        "http://127.0.0.1/ x",
        "http://127.0.0.1/\r\nHost: example.com",
        "http://127.0.0.1/\t",
        "http://127.0.0.1/é",
        "http://localho\u017ft/",
        "http://①27.0.0.1/",
        "http://127.0.0.1/#x",
        "http://[::1/",
        "http://127.0.0.1/" + "a" * 1000,
    ],
)
def test_urls_elsewhere_or_doubtful_are_refused_in_a_sentence(url):
    with pytest.raises(AddressError, match="the push URL") as caught:
        check_url(url)
    assert "secret" not in str(caught.value)


def test_a_proxy_of_the_environment_is_not_asked(monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)

    async def main(push, source, receiver):
        await running(push)

    pushing(main)


def test_a_redirect_is_not_followed():
    async def main(push, source, receiver):
        async with Receiver() as other:
            receiver.location = other.url
            receiver.check_plan += [302]
            receiver.plan += [302, 307]
            await running(push)
            source.notify(1.0)
            await until(lambda: push.sent)
            assert push.failed == 3
            assert other.targets == []

    pushing(main, source=Source().observe())
