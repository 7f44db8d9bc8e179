"""Datapoints over the API: newest, history, pages."""

from datetime import datetime, timedelta

import pytest
from api_rig import START_S, ApiRig
from hypothesis import given, settings
from hypothesis import strategies as st

START = "2026-11-24T00:00:00"


def path(rig):
    return "/devices/%d/datapoints" % rig.device.id


def shown(data):
    """Return {stream: [(at, value)]}."""
    return {
        stream["id"]: [(point["at"], point["value"]) for point in stream["datapoints"]]
        for stream in data["datastreams"]
    }


def fill(rig, rid=5700, count=5, gap_ms=1000):
    for number in range(count):
        rig.node.notify(rid, "4,4,%d.5" % number)
        rig.run(gap_ms)


def values(rig, **query):
    streams = shown(rig.get(path(rig), **query).data)
    return {stream: [value for _, value in points] for stream, points in streams.items()}


def test_without_parameters_the_newest_of_each_stream_is_shown(rig):
    fill(rig, 5700)
    fill(rig, 5601, 2)
    assert values(rig) == {"3303_0_5601": [1.5], "3303_0_5700": [4.5]}


def test_the_form_is_the_documents(rig):
    rig.run(35_123)
    fill(rig, count=1)
    assert rig.get(path(rig), imei=rig.imei).body == (
        b'{"errno":0,"data":{"count":1,"datastreams":[{"id":"3303_0_5700",'
        b'"datapoints":[{"at":"2026-11-24 00:00:35.123","value":0.5}]}]},"error":"succ"}'
    )


def test_limit_alone_shows_the_newest_first(rig):
    fill(rig)
    assert values(rig, limit=2) == {"3303_0_5700": [4.5, 3.5]}


def test_start_shows_the_oldest_first(rig):
    fill(rig)
    assert values(rig, start="2026-11-24T00:00:02") == {"3303_0_5700": [2.5, 3.5, 4.5]}
    assert values(rig, start="2026-11-24T00:00:02.001") == {"3303_0_5700": [3.5, 4.5]}
    assert values(rig, start="2026-11-24T00:00:01", end="2026-11-24T00:00:02") == {
        "3303_0_5700": [1.5, 2.5]
    }
    assert values(rig, start="2027-11-24T00:00:02") == {}


def test_end_without_start_is_ignored(rig):
    fill(rig)
    assert values(rig, end="2026-11-24T00:00:01") == {"3303_0_5700": [4.5]}


def test_a_span_of_more_than_a_year_is_ignored(rig):
    fill(rig)
    assert values(rig, start="2025-11-23T00:00:00", end="2026-11-25T00:00:00") == {
        "3303_0_5700": [4.5]
    }
    assert len(values(rig, start="2025-11-25T00:00:00", end=START)["3303_0_5700"]) == 1
    assert len(values(rig, start="2001-01-01T00:00:00")["3303_0_5700"]) == 5


def test_streams_are_chosen_by_id(rig):
    fill(rig, 5700, 2)
    fill(rig, 5601, 2)
    assert values(rig, datastream_id="3303_0_5601,3303_0_1") == {"3303_0_5601": [1.5]}
    assert values(rig, datastream_id="1_2_3", limit=9) == {}
    assert values(rig, datastream_id="3303_0_5700", start=START) == {"3303_0_5700": [0.5, 1.5]}


@pytest.mark.parametrize(
    "sent, value",
    [
        ('1,3,"Cel"', "Cel"),
        ("2,3,0a647b", [10, 100, 123]),
        ("3,4,-7", -7),
        ("4,4,20.123", 20.123),
        ("5,1,1", True),
    ],
)
def test_values_keep_their_type(rig, sent, value):
    rig.node.notify(5700, sent)
    rig.step()
    data = rig.get("/devices/datapoints", devIds=str(rig.device.id)).data
    (stream,) = data["devices"][0]["datastreams"]
    assert (stream["value"], type(stream["value"])) == (value, type(value))


def test_newest_of_several_devices(rig):
    fill(rig)
    number = rig.device.id
    other = rig.platform.create_device("867725030000099", "1", title="other").id
    data = rig.get("/devices/datapoints", devIds="%d,%d,7" % (other, number)).data
    newest = {"id": "3303_0_5700", "at": "2026-11-24 00:00:04.000", "value": 4.5}
    assert data == {
        "devices": [
            {"id": other, "title": "other", "datastreams": []},
            {"id": number, "title": rig.imei, "datastreams": [newest]},
        ]
    }


def test_a_read_is_no_datapoint(rig):
    assert rig.nbiot(obj_id=3303).errno == 0
    assert values(rig) == {}


@pytest.fixture(scope="module")
def empty():
    one = ApiRig()
    yield one
    one.close()


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    points=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 5)), max_size=40),
    limit=st.integers(1, 12),
    first=st.integers(0, 5),
)
def test_pages_joined_are_all_points_once(empty, points, limit, first):
    """Several streams, several points at one time, any page size."""
    rig = empty
    rig.store.points.forget(rig.device.id)
    expected = {}
    for number, (stream, second) in enumerate(points):
        rig.store.points.add(rig.device.id, (3303, 0, stream), number, (START_S + second) * 1000)
        if second >= first:
            expected.setdefault("3303_0_%d" % stream, []).append((second, number))
    start = datetime.fromisoformat(START) + timedelta(seconds=first)
    query = {"start": start.isoformat(), "limit": limit}
    got, pages = {}, 0
    while True:
        data = rig.get(path(rig), **query).data
        for stream, found in shown(data).items():
            assert len(found) <= limit
            got.setdefault(stream, []).extend(found)
        pages += 1
        if "cursor" not in data:
            break
        assert data["count"] > 0
        query["cursor"] = data["cursor"]
    assert {stream: [number for _, number in found] for stream, found in got.items()} == {
        stream: [number for _, number in sorted(found)] for stream, found in expected.items()
    }
    assert all(found == sorted(found, key=lambda point: point[0]) for found in got.values())
    assert pages <= len(points) // limit + 1
