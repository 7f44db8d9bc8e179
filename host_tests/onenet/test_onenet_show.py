"""What is printed: tables, CSV, plots; and that nothing from a server moves the terminal."""

import csv
import io
import json
import unicodedata
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from onenet_rig import IMEI, succ

from onenet.plot import draw
from onenet.text import as_json, plain, shown

EVIL = "\x1b]0;owned\x07\x1b[2J[red]x[/red]:smile:\u202e\x9b1m\r\n\x00"
SHOWN = r"\x1b]0;owned\x07\x1b[2J[red]x[/red]:smile:\u202e\x9b1m\x0d\x0a\x00"
AT = "2026-11-23 08:00:%02d.000"


def points(stream, *values, second=0):
    found = [{"at": AT % (second + n), "value": value} for n, value in enumerate(values)]
    return {"id": stream, "datapoints": found}


def data(*streams, **more):
    return succ({**more, "count": 1, "datastreams": list(streams)})


def interrupt(seconds):
    raise KeyboardInterrupt


def evil_server(server):
    device = {"id": "7", "title": EVIL, "rg_id": IMEI, "create_time": EVIL, EVIL: EVIL}
    server.replies = {
        "GET /devices": succ({"total_count": 1, "devices": [device]}),
        "GET /devices/7": succ(device),
        "GET /devices/status": succ({"devices": [device]}),
        "GET /nbiot": succ([{"obj_inst_id": 0, "res": [{"res_id": 5700, "val": EVIL}]}]),
        "GET /nbiot/discover": {"errno": 5106, "error": EVIL},
        "GET /nbiot/resources": EVIL,
        "GET /devices/7/datapoints": data(
            {"id": EVIL, "datapoints": [{"at": EVIL, "value": EVIL}]}
        ),
        "GET /nbiot/offline": succ({"uuid": EVIL}),
        "GET /nbiot/offline/history": succ({"items": [{"cmd_uuid": EVIL, "send_status": EVIL}]}),
        "GET /nbiot/offline/history/42742677": succ({"cmd_uuid": EVIL, EVIL: {EVIL: EVIL}}),
        "PUT /nbiot/offline/cancel/all": succ({"succ": [EVIL]}),
    }


@pytest.mark.parametrize("more", [[], ["--json"], ["--verbose"]])
@pytest.mark.parametrize(
    "line",
    [
        "devices",
        "device",
        "status",
        "read 3303",
        "read 3303 --cached",
        "discover 3303",
        "resources",
        "datapoints",
        "datapoints --csv",
        "datapoints --plot",
        "watch",
        "history",
        "history 42742677",
        "cancel-cached --all",
    ],
)
def test_control_characters_and_markup_are_only_shown(server, monkeypatch, line, more):
    monkeypatch.setattr(
        "onenet.commands.watch.time", SimpleNamespace(sleep=interrupt, monotonic=float)
    )
    evil_server(server)
    if more == ["--json"] and ("--csv" in line or "--plot" in line):
        more = []
    result = server.onenet(*line.split(), *more)
    bad = [mark for mark in result.output if unicodedata.category(mark) in ("Cc", "Cf")]
    assert set(bad) <= {"\n"}
    assert "[red]x" in result.output


def test_people_see_what_the_text_holds(server):
    evil_server(server)
    assert SHOWN in server.onenet("read", "3303").stdout
    assert SHOWN in server.onenet("discover", "3303").stderr


@given(st.text())
def test_escaped_text_is_printable_and_ordinary_text_stays(text):
    assert all(
        unicodedata.category(mark)[0] != "C" or unicodedata.category(mark) == "Cn"
        for mark in plain(text)
    )
    if text.isprintable():
        assert plain(text) == text


@given(st.text() | st.lists(st.integers(0, 255), max_size=4))
def test_json_is_ascii_without_controls_and_reads_back(value):
    text = as_json(value)
    assert text.isascii() and text.isprintable() and json.loads(text) == value


def test_characters_of_all_languages_stay():
    assert plain("Kühlhaus 冷库 °C") == "Kühlhaus 冷库 °C"
    assert shown("\U000e0001\ud800") == r"\U000e0001\ud800"


def test_a_table_in_a_pipe_is_not_cut(server):
    server.replies["GET /nbiot"] = succ(
        [{"obj_inst_id": 0, "res": [{"res_id": 1, "val": "x" * 300}]}]
    )
    assert "x" * 300 in server.onenet("read", "3303", "--imei", IMEI).stdout


# Datapoints


def test_datapoints_are_listed_oldest_first(server):
    server.replies["GET /devices/7/datapoints"] = data(
        points("3303_0_5700", 21.5, "20.5"), points("9_0_1", [1, 2], second=1)
    )
    lines = server.onenet("datapoints", "--device", "7").stdout.splitlines()
    assert [line.split()[2:] for line in lines[2:]] == [
        ["3303/0/5700", "Sensor", "Value", "21.5"],
        ["3303/0/5700", "Sensor", "Value", "20.5"],
        ["9/0/1", "hex:0102"],
    ]


def test_datapoints_as_csv_read_back(server):
    text = 'a,"b"'
    server.replies["GET /devices/7/datapoints"] = data(points("3303_0_5700", 21.5, text))
    rows = list(
        csv.reader(io.StringIO(server.onenet("datapoints", "--csv", "--device", "7").stdout))
    )
    assert rows == [
        ["at", "path", "value"],
        [AT % 0, "3303/0/5700", "21.5"],
        [AT % 1, "3303/0/5700", text],
    ]


def test_paths_choose_streams(server):
    streams = [
        points("%s" % name, 1) for name in ("3303_0_5700", "3303_1_5700", "3306_0_5850", "x")
    ]
    server.replies["GET /devices/7/datapoints"] = data(*streams)
    for paths, found in (("3303", 2), ("3303/1", 1), ("3303 3306/0/5850", 3), ("9", 0)):
        reply = json.loads(
            server.onenet("datapoints", *paths.split(), "--json", "--device", "7").stdout
        )
        assert len(reply["data"]["datastreams"]) == found


def test_the_cursor_is_followed_until_everything_is_there(server):
    server.replies["GET /devices/7/datapoints"] = [
        data(points("3303_0_5700", 1, 2), cursor="a"),
        data(points("3303_0_5700", 3, 4, second=2), points("3303_1_5700", 5), cursor="b"),
        data(points("3303_1_5700", 6, second=5)),
    ]
    result = server.onenet("datapoints", "--since", "1h", "--json", "--device", "7")
    reply = json.loads(result.stdout)["data"]
    values = {one["id"]: [p["value"] for p in one["datapoints"]] for one in reply["datastreams"]}
    assert values == {"3303_0_5700": [1, 2, 3, 4], "3303_1_5700": [5, 6]}
    assert reply["count"] == 6 and "cursor" not in reply and result.stderr == ""
    assert [request.query.get("cursor") for request in server.seen] == [None, "a", "b"]
    assert len({request.query["start"] for request in server.seen}) == 1


def test_a_limit_ends_the_pages_and_says_so(server):
    server.replies["GET /devices/7/datapoints"] = data(points("3303_0_5700", 1, 2), cursor="a")
    result = server.onenet("datapoints", "--since", "1h", "--limit", "2", "--device", "7")
    assert len(server.seen) == 1 and server.last().query["limit"] == "2"
    assert "there is more: raise --limit" in result.stderr and result.exit_code == 0


@pytest.mark.parametrize("last", [data(cursor="b"), data(points("1_0_1", 3), cursor="a")])
def test_a_cursor_that_leads_nowhere_is_left(server, last):
    server.replies["GET /devices/7/datapoints"] = [data(points("1_0_1", 1), cursor="a"), last]
    assert server.onenet("datapoints", "--since", "1h", "--device", "7").exit_code == 0
    assert len(server.seen) == 2


def test_a_plot_shows_the_path_the_range_and_the_times(server):
    server.replies["GET /devices/7/datapoints"] = data(
        points("3303_0_5700", 20.5, "21.5", 30.5),
        points("3303_0_5701", "Cel"),
        points("1_0_1", True),
    )
    result = server.onenet("datapoints", "--plot", "--device", "7")
    assert server.last().query == {"limit": "300"}
    for word in ("3303/0/5700 Sensor Value", "30.5", "20.5", "08:00:00", "08:00:02", "1/0/1"):
        assert word in result.stdout
    assert result.stderr == "onenet: no numbers to draw: 3303/0/5701\n"
    assert max(map(len, result.stdout.splitlines())) <= 80


def test_nothing_to_plot_is_said(server):
    server.replies["GET /devices/7/datapoints"] = data(points("3303_0_5701", "Cel"))
    assert "no datapoints" in server.onenet("datapoints", "--plot", "--device", "7").stdout


TIMES = st.datetimes().map(lambda at: at.isoformat(" ", "milliseconds"))
VALUES = st.one_of(st.floats(), st.integers(), st.booleans(), st.text(max_size=5), st.none())


@given(st.lists(st.tuples(TIMES | st.text(max_size=5), VALUES), max_size=6))
def test_any_points_are_drawn_or_left_out(found):
    text, left_out = draw({"3303_0_5700": found}, 80)
    assert bool(text) != bool(left_out)
