"""Boards that are slow, that restart, that are gone, and that sit at their prompt: told apart."""

import contextlib
import io
import os
import pty
import select
import subprocess
import threading
import tty
import types

import pytest
from deploy_rig import ROOT, refused, run

from deploy import care, probe
from deploy import install as install_module
from deploy import link as links
from deploy.errors import DeployError
from deploy.files import read
from deploy.link import Link

WAIT = 0.4
PROMPT = b"\r\n>>> "
BANNER = b'\r\nMicroPython v1.26.0 on 2026-01-01; a board with a chip\r\nType "help()"' + PROMPT


class Talker:
    """The other end of a pseudo terminal. says(key) returns what is written when key is typed.

    chatter: what is written every 50 ms, until says() sets it to b"".
    """

    def __init__(self, says, chatter=b""):
        self.chatter = chatter
        self.typed = b""
        self._says = says
        self._master, self._slave = pty.openpty()
        tty.setraw(self._slave)
        self.name = os.ttyname(self._slave)
        self._ended = False
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self):
        with contextlib.suppress(OSError):
            while not self._ended:
                if select.select([self._master], [], [], 0.05)[0]:
                    for key in os.read(self._master, 256):
                        self.typed += bytes([key])
                        os.write(self._master, self._says(self, bytes([key])))
                elif self.chatter:
                    os.write(self._master, self.chatter)

    def write(self, data):
        """Say data."""
        os.write(self._master, data)

    def close(self):
        self._ended = True
        self._thread.join(2)
        os.close(self._slave)
        os.close(self._master)


@pytest.fixture
def talker():
    made = []

    def make(*arguments):
        made.append(Talker(*arguments))
        return made[-1]

    yield make
    for one in made:
        one.close()


def interrupted(answer):
    """Return what a board says that answers Ctrl-C with answer and is quiet then."""

    def says(board, key):
        if key == b"\x04":
            return b"OK"
        if key == b"\x03":
            board.chatter = b""
            return answer
        return b""

    return says


RAW_END = b"\x04Traceback (most recent call last):\r\nKeyboardInterrupt: \r\n\x04>"


RESTARTED = b"Traceback (most recent call last):\r\nKeyboardInterrupt: \r\n" + BANNER


@pytest.mark.parametrize(
    ("chatter", "answer", "what", "step"),
    [
        (b"", RAW_END, "has not finished within 0.4 s", "WAIT=2"),
        (b"a line\r\n", RAW_END, "has not finished within 1.2 s", "WAIT=2"),
        (b"", RESTARTED, "has restarted in the middle", "supply"),
        (b"a line\r\n", RESTARTED, "has restarted in the middle", "supply"),
        (b"", b"", "stopped answering", "reset button"),
    ],
)
def test_a_command_that_does_not_end(talker, chatter, answer, what, step):
    board = talker(interrupted(answer), chatter)
    link = raw_link(board)
    with pytest.raises(DeployError) as e:
        link.run("wait()")
    assert what in e.value.what, e.value.what
    assert step in e.value.step
    assert ("reset button" in e.value.step) == (not answer)
    link.close()


@pytest.mark.parametrize(
    ("answer", "what", "step"),
    [
        (RAW_END, "answers strangely", "reset button"),
        (RESTARTED, "has restarted in the middle", "supply"),
    ],
)
def test_an_answer_that_is_none_may_be_that_of_a_board_that_restarted(talker, answer, what, step):
    says = interrupted(answer)
    board = talker(lambda board, key: b"    0.100 on" if key == b"\x04" else says(board, key))
    link = raw_link(board)
    with pytest.raises(DeployError) as e:
        link.run("look()")
    assert what in e.value.what and step in e.value.step
    link.close()


def raw_link(board):
    """Return a Link to board as behind stop(): in the raw REPL, at a prompt for a command."""
    link = Link(board.name, WAIT)
    link.in_raw_repl, link.use_raw_paste = True, False
    board.write(b">")
    return link


def test_a_command_that_goes_through_many_files_may_take_longer(talker):
    begun = []

    def says(board, key):
        begun.append(key)
        if key == b"\x04":
            threading.Timer(3 * WAIT, board.write, [b"done\r\n\x04\x04>"]).start()
            return b"OK"
        return b""

    board = talker(says)
    link = raw_link(board)
    assert link.run("look()", slow=True) == "done\r\n"
    assert b"\x03" not in begun
    link.close()


@pytest.fixture
def hasty(monkeypatch):
    """Logs that do not wait long before they say something."""
    monkeypatch.setattr(care, "_LOOK_S", 0.3)
    monkeypatch.setattr(care, "_QUIET_S", 1.0)
    monkeypatch.setattr(links, "_PROMPT_S", 0.4)


def logs(board, seconds="3"):
    """Return what make logs prints of board, a Talker or a Board, in so many seconds."""
    port = board.name if isinstance(board, Talker) else board.port
    result = run("logs", "--port", port, "--for", seconds)
    assert result.exit_code == 0, result.output
    return result.output


def keys(**answers):
    """Return what answers each key with what answers have for its name."""
    names = {b"\r": "enter", b"\x02": "ctrl_b"}
    return lambda board, key: answers.get(names.get(key, ""), b"")


@pytest.mark.parametrize(
    ("answers", "typed"),
    [
        ({"enter": PROMPT, "ctrl_b": BANNER}, b"\r"),
        ({"ctrl_b": BANNER}, b"\r\x02"),  # a raw REPL, which echoes nothing
    ],
)
def test_logs_of_a_board_at_its_prompt_say_so(talker, hasty, answers, typed):
    board = talker(keys(**answers))
    said = logs(board)
    assert said.count("the board is at its Python prompt, and no node runs") == 1
    assert "make repl" in said and "reset button" in said
    assert "(quiet" not in said
    assert board.typed == typed


def test_logs_of_a_quiet_node_say_so_and_type_little(talker, hasty):
    board = talker(keys())
    said = logs(board, "4")
    assert said.count("(quiet, and not at its prompt: a node that is well has little to say") == 1
    assert "Python prompt" not in said
    assert board.typed == b"\r\x02"


def test_logs_of_a_node_that_speaks_type_nothing(talker, hasty):
    board = talker(keys(enter=PROMPT), b"    1.000 online\r\n")
    said = logs(board, "2")
    assert "    1.000 online" in said
    assert "quiet" not in said and "prompt" not in said
    assert not board.typed


def test_logs_tell_when_a_node_ends_at_the_prompt(talker, hasty):
    board = talker(keys(enter=PROMPT), b"    1.000 online\r\n")

    def end():
        board.chatter = b""
        board.write(b"MemoryError: \r\n" + BANNER)

    threading.Timer(1, end).start()
    said = logs(board, "4")
    assert said.index("online") < said.index("MemoryError") < said.index("Python prompt")
    assert not board.typed


QUIET_MAIN = b"""
from machine import UART
from node.app import NAME
from time import sleep_ms
print("this is", NAME)
uart = UART(2)
while True:
    uart.any()
    sleep_ms(2)
"""


def test_logs_do_not_disturb_a_program_of_a_real_interpreter(board, version, hasty):
    one = board()
    assert "at its Python prompt, and no node runs" in logs(one)
    version("A", {"main.py": QUIET_MAIN})
    one.install()
    assert "(quiet, and not at its prompt" in logs(one)
    assert "(quiet, and not at its prompt" in logs(one)
    said = one.install().output
    assert "nothing to copy" in said and "this is A" in said
    link = Link(one.port, 10)  # as a tool that was killed leaves it
    link.stop()
    link.close()
    assert "at its Python prompt, and no node runs" in logs(one)


def test_wait_is_for_every_command_on_a_board():
    targets = "deploy deploy-src config logs trace repl backup wipe flash doctor passthrough"
    for target in targets.split():
        more = ["BOARD=PC", "WAIT=37", "FIRMWARE=x"]
        done = subprocess.run(
            ["make", "-n", target, *more], cwd=ROOT, capture_output=True, text=True, check=True
        )
        assert "-m deploy --wait '37' " in done.stdout, target
        done = subprocess.run(
            ["make", "-n", target, "BOARD=PC"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        assert "--wait" not in done.stdout, target


@pytest.mark.parametrize("wait", ["0", "-1", "soon"])
def test_a_wait_that_is_none_is_refused(wait):
    result = run("logs", "--port", "/dev/ttyNONE", wait=wait)
    assert result.exit_code == 2
    assert "Invalid value for '--wait'" in result.output


def test_a_board_that_is_slow_to_stop_is_given_the_time_that_wait_says(talker):
    """The sentence of a board that does not stop has the way to wait longer."""
    board = talker(lambda board, key: b"busy\r\n>>> ")
    refused(run("trace", "--port", board.name, wait="1"), "does not stop within 1 s", "WAIT=30")
    silent = talker(keys())
    refused(run("trace", "--port", silent.name, wait="1"), "nothing answers on", "WAIT=30")


def test_a_frozen_node_is_no_board_without_a_node(board, monkeypatch):
    """make config, wipe and deploy on a board whose firmware has the node."""
    real = probe.probe

    def frozen(link):
        found = real(link)
        if not found.deployed:
            found.node, found.pins = ".frozen/node", "PC"
        return found

    monkeypatch.setattr("deploy.session.probe", frozen)
    one = board()
    refused(one.run("config", "--board", "ESP32_GENERIC"), "was made for BOARD=PC", "BOARD= out")
    mine = one.folder / "mine.json"
    mine.write_text((ROOT / "firmware/config.example.json").read_text())
    assert "config.json is on the board" in one.run("config", "--file", mine).output
    one.run("backup", "--to", one.folder / "copy")
    assert [path.name for path in (one.folder / "copy").iterdir()] == ["config.json"]
    said = one.run("wipe", "--yes").output
    assert "the node is part of the firmware" in said and "make flash" in said
    plans = []
    real_stage = install_module.stage

    def stage(link, plan, *more):
        plans.append(plan)
        return real_stage(link, plan, *more)

    monkeypatch.setattr("deploy.install.stage", stage)
    assert "the firmware of this board has a node too" in one.install("--log", "0").output
    assert not plans[0].direct  # half a package in lib/ would go before the frozen one


@pytest.mark.parametrize("size", [0, 1, 510, 510 * 32 - 1, 510 * 32, 510 * 32 + 1, 40_000])
def test_a_large_file_is_read_by_several_commands(size, tmp_path):
    path = tmp_path / "data"
    path.write_bytes(os.urandom(size))
    names, codes = {}, []

    def here(code):
        codes.append(code)
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            exec(code, names)
        return said.getvalue()

    assert read(types.SimpleNamespace(run=here), str(path)) == path.read_bytes()
    assert len(codes) == 1 + size // (510 * 32)
    assert names["_f"].closed
