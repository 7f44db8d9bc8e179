"""The start on a board, under the real MicroPython: the configuration used, and kept."""

import json

import pytest
from start_rig import MAIN, ONLINE, PROGRAM, board, files, proven, start, write

__all__ = ("board",)  # a fixture


def test_a_good_configuration_is_kept_only_when_it_was_online(board):
    write(board / "config.json")
    before = files(board)
    for _ in range(2):  # there is none to go back to: nothing is counted
        assert "NODE 2" in start(board)
        assert files(board) == before
    proven(board)
    before = files(board)
    said = start(board)
    assert "started after power on" not in said or "NODE 2" in said
    assert files(board) == before


def test_a_changed_configuration_has_three_starts_to_get_online(board):
    proven(board, sensors=1)
    write(board / "config.json")
    for count in (1, 2, 3):
        said = start(board)
        assert f"config.json has not been online yet: start {count} of 3" in said
        assert "NODE 2" in said
        assert "STATUS None" in said
    before = files(board)
    for _ in range(2):
        said = start(board)
        assert "NODE 1" in said
        why = "config.json was not online at 3 starts; a changed one is tried anew"
        assert (
            said.count(
                f"running on config.prev.json, the last configuration that was online: {why}"
            )
            == 2
        )
        assert files(board) == before
    write(board / "config.json", sensors=3)
    said = start(board)
    assert "start 1 of 3" in said
    assert "NODE 3" in said


def test_one_that_gets_online_at_its_third_start_stays(board):
    proven(board, sensors=1)
    write(board / "config.json")
    start(board)
    start(board)
    start(board, PROGRAM + ONLINE)
    assert not (board / "config.tries.txt").exists()
    before = files(board)
    said = start(board)
    assert "NODE 2" in said
    assert "not been online" not in said
    assert files(board) == before


def test_a_wrong_configuration_is_not_counted(board):
    proven(board, sensors=1)
    write(board / "config.json", onenet={"lifetime": 5})
    for _ in range(4):
        assert "configuration: onenet.lifetime: 5 must be" in start(board)
    assert not (board / "config.tries.txt").exists()


def test_a_copy_that_cannot_be_used_is_no_way_back(board):
    write(board / "config.json")
    (board / "config.prev.json").write_text("{")
    for _ in range(5):
        assert "NODE 2" in start(board)


def test_a_wrong_configuration_is_named_and_the_last_good_one_used(board):
    proven(board, sensors=1)
    write(board / "config.json", onenet={"lifetime": 5})
    said = start(board)
    assert "configuration: onenet.lifetime: 5 must be" in said
    assert "running on config.prev.json, the last configuration that was online" in said
    assert "NODE 1" in said


def test_a_configuration_the_board_refuses_does_not_replace_the_last_good_one(board):
    proven(board, sensors=1)
    config = json.loads((board / "config.json").read_text())
    config["sensors"].append({"type": "ntc", "instance": 1, "pin": 4})  # has no ADC
    config["sensors"][0]["pin"] = 5
    (board / "config.json").write_text(json.dumps(config))
    said = start(board)
    assert "configuration: sensors[1]: " in said
    assert "NODE 1" in said
    kept = json.loads((board / "config.prev.json").read_text())
    assert len(kept["sensors"]) == 1


def test_with_no_configuration_that_can_be_used_the_board_ends_in_its_repl(board):
    said = start(board)
    assert "config.json: is missing: copy config.example.json to it" in said
    assert "NODE None" in said


def test_a_file_system_that_takes_nothing_does_not_stop_the_node(board):
    proven(board, sensors=1)
    write(board / "config.json")
    (board / "config.tries.txt.tmp").mkdir()
    said = start(board)
    assert "the starts with config.json cannot be counted" in said
    assert "NODE 2" in said


@pytest.mark.parametrize("text", ["", "once", "once\n", "anything at all, and long"])
def test_a_file_named_stop_keeps_the_node_from_starting(board, text):
    write(board / "config.json")
    (board / "stop").write_text(text)
    said = start(board, MAIN)
    assert said.count("\n") == 2
    assert said.startswith("the node does not start")
    assert "behind it" in said
    assert (board / "stop").exists() == (text.strip() != "once")
    assert not (board / "restarts.txt").exists()


def test_a_pin_that_is_held_low_keeps_the_node_from_starting(board):
    write(board / "config.json", safety={"stop_pin": 13})
    low = "import vdevices\nvdevices.board.set_pin(13, 0)\n"
    said = start(board, low + MAIN)
    assert said == "the node does not start: pin 13, safety.stop_pin, is held low\nbehind it\n"
    held = "from node.hold import held\nprint(held())\n"
    assert start(board, held) == "False\n"  # the pull-up
    for config in ("{", '{"safety": null}', '{"safety": {"stop_pin": [1]}, "stop_pin": 1}'):
        (board / "config.json").write_text(config)
        assert start(board, held) == "False\n"
