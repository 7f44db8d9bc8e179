"""config, backup, wipe and trace on a board."""

import json
import time

from deploy_rig import ROOT, refused, started_again

from deploy import link as links
from deploy.errors import DeployError
from deploy.link import Link
from deploy.ports import gone

EXAMPLE = ROOT / "firmware" / "config.example.json"


def test_a_configuration_is_checked_uploaded_and_the_previous_one_kept(board, version):
    one = board()
    version("A")
    refused(one.run("config"), "there is no node on this board yet", "make deploy")
    assert "there was none" in one.install().output
    data = json.loads(EXAMPLE.read_text())
    data["log"]["level"] = 2
    mine = one.folder / "mine.json"
    mine.write_text(json.dumps(data))
    assert "config.old.json" in one.run("config", "--file", mine).output
    assert "as it was" in one.run("config", "--file", mine).output
    data["sensors"][0]["pin"] = 99
    mine.write_text(json.dumps(data))
    refused(one.run("config", "--file", mine), "sensors[0].pin: 99 is no pin", "nothing was chang")
    refused(one.install("--config", mine), "99 is no pin", "nothing was changed")
    refused(one.run("config", "--file", one.folder / "no"), "cannot be read", "existing file")
    refused(one.run("config", "--board", "XX"), "there is no board XX", "PC")
    one.run("backup", "--to", one.folder / "copy")
    now = json.loads((one.folder / "copy/config.json").read_text())
    assert now["log"]["level"] == 2
    assert (one.folder / "copy/config.old.json").read_bytes() == EXAMPLE.read_bytes()


def test_an_edited_configuration_is_offered_again_while_it_is_wrong(board, version, monkeypatch):
    one = board()
    version("A")
    one.install()
    monkeypatch.setenv("XDG_CONFIG_HOME", str(one.folder))
    texts = [b"{]", EXAMPLE.read_bytes().replace(b'"pause_ms": 20', b'"pause_ms": 30')]

    def edit(filename):
        with open(filename, "wb") as f:
            f.write(texts.pop(0))

    monkeypatch.setattr("deploy.care.click.edit", edit)
    result = one.run("config", text="y\n")
    assert "is no valid JSON at line 1" in result.output
    assert "config.json is on the board" in result.output
    assert not texts
    for nobody in ("n\n", ""):
        texts.append(b"{]")
        refused(one.run("config", text=nobody), "as it was", "config-PC.json")


def test_wipe_asks_and_leaves_the_configuration(board, version):
    one = board()
    version("A")
    one.install()
    for nobody in ("n\n", ""):
        refused(one.run("wipe", text=nobody), "nothing was removed", "YES=1")
    assert "7 files removed" in one.run("wipe", "--yes").output
    assert "nothing to remove" in one.run("wipe", "--yes").output
    one.run("backup", "--to", one.folder / "copy")
    assert [path.name for path in (one.folder / "copy").iterdir()] == ["config.json"]
    refused(one.run("backup", "--to", one.folder / "copy"), "is no empty folder", "TO=")
    refused(one.run("backup", "--to", one.path), "is no empty folder", "TO=")
    refused(one.run("backup", "--to", one.path / "x"), "cannot be written: Not a dir", "TO=")
    refused(one.run("trace"), "no node runs on this board", "make deploy")
    assert "1 files removed" in one.run("wipe", "--yes", "--all").output
    assert "this is A" in one.install().output


def test_the_end_of_logs_is_no_error(board, version, monkeypatch):
    one = board()
    version("A")
    one.install()

    def ctrl_c(*args):
        raise KeyboardInterrupt

    monkeypatch.setattr("deploy.care._follow", ctrl_c)
    result = one.run("logs")
    assert result.exit_code == 0
    assert "error" not in result.output


def test_a_prompt_needs_somebody_who_types(board):
    refused(board().run("repl"), "is for a terminal", "mpremote connect")


WATCHED = b"""
import machine
import time
from node.hold import held
if not held():
    dog = machine.WDT(timeout=1000)
    while True:
        dog.feed()
        print("this is", machine.reset_cause())
        machine.UART(2).any()
        time.sleep_ms(50)
"""


def test_a_watchdog_does_not_bite_while_somebody_is_at_work(board, version, monkeypatch):
    one = board()
    hold = (ROOT / "firmware/node/hold.py").read_bytes()
    version("A", {"main.py": WATCHED, "lib/node/hold.py": hold})
    mine = one.folder / "mine.json"
    mine.write_text(json.dumps(json.loads(EXAMPLE.read_text()) | {"safety": {"watchdog": 5}}))
    one.install("--config", mine)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(one.folder))

    def edit(filename):
        time.sleep(1.5)

    monkeypatch.setattr("deploy.care.click.edit", edit)
    result = one.run("config")
    assert "as it was" in result.output
    started_again(one, "5")  # behind a soft reset
    assert "not fed" not in one.output
    link = Link(one.port, 5)  # as somebody who leaves it in its prompt
    link.stop()
    link.close()
    assert one.wait_for("watchdog: not fed for 1000 ms, reset")
    started_again(one, "3")
    one.run("backup", "--to", one.folder / "copy")
    assert not (one.folder / "copy/stop").exists()


def test_a_port_that_goes_away_while_the_chip_resets_is_waited_for(board, monkeypatch):
    link = Link(board().port, 5)
    link.stop()
    real, left = (
        links.Port,
        [
            DeployError("there is no port"),
            gone(link.device_name),
        ],
    )

    def absent(*args):
        if left:
            raise left.pop()
        return real(*args)

    monkeypatch.setattr(links, "Port", absent)
    link.reset()
    assert link.run("print(1)").strip() == "1"
    link.close()
