"""The whole way: the real node on a board, against the bench, asked over HTTP."""

import json
import re
import sys
import time

import httpx
from deploy_rig import ROOT, Process

from replay.player import play
from replay.record import parse

IMEI = "867725030000018"


def ask(http, method, path, **options):
    answer = httpx.request(method, http + path, headers={"api-key": "bench-key"}, **options)
    return answer.json()


def test_a_deployed_node_registers_by_itself_and_answers_a_read(board, tmp_path):
    command = [sys.executable, "-m", "bench.cli", "--http", "127.0.0.1:0", "--memory"]
    command += ["--at", "127.0.0.1:0", "--board", "127.0.0.1:0", "--register-after", "0.2"]
    bench = Process(command, tmp_path / "bench.log")
    try:
        at = bench.wait_for(r"M5310 ([\d.]+:\d+),")[1]
        http = bench.wait_for(r"console +(http://[\d.]+:\d+)/")[1]
        one = board(uart=at)
        first = one.install("--log", "2")
        assert first.exit_code == 0, first.output
        assert re.search(r"(\d+) files copied, \d+ compared by hash", first.output)
        assert "looking for the module" in first.output
        read = {"imei": IMEI, "obj_id": 3303, "obj_inst_id": 0, "res_id": 5700}
        ask(http, "POST", "/devices", json={"title": "x", "auth_info": {IMEI: "460040000000018"}})
        end = time.monotonic() + 20
        while (answer := ask(http, "GET", "/nbiot", params=read))["errno"]:
            assert time.monotonic() < end, (answer, one.output)
            time.sleep(0.2)
        assert 10 < answer["data"][0]["res"][0]["val"] < 40

        again = one.install("--log", "1")  # it was online: de-registers, is compared, starts
        assert "nothing to copy" in again.output
        assert "board|" in again.output
        log = one.run("logs", "--for", "4")
        assert "online" in log.output
        trace = one.run("trace").output
        assert trace.startswith("# trace of m5310-node, dialect seed\n")
        assert re.search(r"(?m)^ +\d+\.\d{3} > AT\+MIPL\w+=0,\d+,.+\n +\d+\.\d{3} <[uf] ", trace)
        assert "MIPLCLOSE" not in trace  # the way out has not pushed out what was going on
        assert IMEI not in trace
        assert "860000000000018" in trace
        assert re.search(r"(?m)^# session {", trace)
        decisions = play(parse(trace.encode()))  # as make replay does
        assert len(decisions) > 10 and all(each.same for each in decisions)
        back = one.run("backup", "--to", tmp_path / "copy")
        assert back.exit_code == 0, back.output
        assert (tmp_path / "copy/lib/node/app.mpy").read_bytes()[:1] == b"M"
    finally:
        bench.end()


def test_readable_files_replace_compiled_ones(board, tmp_path):
    one = board("--size", "2048")  # the old version stays until the new one is there
    config = json.loads((ROOT / "firmware/config.example.json").read_text())
    (tmp_path / "config.json").write_text(json.dumps(config | {"log": {"trace": 0}}))
    assert one.install("--config", tmp_path / "config.json").exit_code == 0
    status = one.run("trace").output  # nothing else is there to be shown
    assert "keeps no trace (log.trace is 0, or its heap too short)" in status
    assert re.search(r"(?m)^# session {", status)
    assert "removed" in one.install("--src").output
    listing = one.folder / "src"
    assert one.run("backup", "--to", listing).exit_code == 0
    assert (listing / "lib/node/app.py").exists()
    assert not list(listing.rglob("*.mpy"))
