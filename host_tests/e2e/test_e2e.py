"""Real processes in real time: the node under the real MicroPython, in a small heap."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "firmware" / "config.example.json"
HEAP = "256K"  # of the 64-bit port; a board of 32 bits needs about half
APART = ["--http", "127.0.0.1:0", "--memory"]  # of the benches of other tests
NODE = [sys.executable, "-m", "pcnode", "--heap", HEAP]


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Process:
    """A child whose output is collected in a file; ended at the end of the test."""

    def __init__(self, command, path):
        self.path = path
        with path.open("wb") as out:
            self.child = subprocess.Popen(
                command, stdout=out, stderr=subprocess.STDOUT, cwd=ROOT, start_new_session=True
            )

    @property
    def output(self):
        return self.path.read_text(errors="replace")

    def wait_for(self, pattern, seconds, count=1):
        end = time.monotonic() + seconds
        while len(re.findall(pattern, self.output)) < count:
            assert time.monotonic() < end, f"no {pattern!r} x {count} in:\n{self.output}"
            time.sleep(0.1)

    def signal(self, number):
        os.killpg(self.child.pid, number)

    def end(self):
        if self.child.poll() is None:
            self.signal(signal.SIGCONT)
            self.signal(signal.SIGKILL)
        self.child.wait()


@pytest.fixture
def start(tmp_path):
    running = []

    def begin(name, command):
        running.append(Process([str(part) for part in command], tmp_path / f"{name}.log"))
        return running[-1]

    yield begin
    for process in running:
        process.end()


@pytest.fixture
def bench(start):
    at, board = free_port(), free_port()
    process = start(
        "bench",
        [sys.executable, "-m", "bench.cli", "--at", f"127.0.0.1:{at}"]
        + ["--board", f"127.0.0.1:{board}", "--register-after", "1", *APART],
    )
    process.uart = f"127.0.0.1:{at}"
    process.wait_for(str(at), 15)
    return process


@pytest.mark.parametrize("profile", ["seed", "m5310a"])
def test_all_operations_of_the_guide_within_a_small_heap(start, profile):
    """In real time, so at a higher rate than 9600: test_node_flows has that, in virtual time."""
    command = [sys.executable, "-m", "bench.run", "--baud", "57600", "--profile", profile]
    command += [*APART, "--", *NODE]
    run = start("run", command)
    run.wait_for("every operation performed", 90)  # sampling periods long, and a busy computer's
    run.signal(signal.SIGINT)
    assert run.child.wait(20) == 0, run.output
    asked, answered, correct = map(
        int, re.search(r"(\d+) asked, (\d+) answered, (\d+) correct", run.output).groups()
    )
    assert asked == answered == correct >= 50
    assert "de-registered  yes" in run.output
    assert "Traceback" not in run.output


def test_a_stopped_bench_that_goes_on_finds_the_node_registered_again(bench, start, tmp_path):
    config = json.loads(EXAMPLE.read_text())
    for sensor in config["sensors"]:
        sensor["period"] = 1  # something to tell, so that the silence is noticed soon
    file = tmp_path / "config.json"
    file.write_text(json.dumps(config))
    node = start("node", [*NODE, "--uart", bench.uart, "--config", file])
    node.wait_for(" online", 30)
    bench.signal(signal.SIGSTOP)
    node.wait_for("the module is silent", 50)
    bench.signal(signal.SIGCONT)
    node.wait_for(" online", 40, count=2)
    node.signal(signal.SIGINT)
    assert node.child.wait(15) == 0
    assert "de-registered" in node.output
    assert "Traceback" not in node.output


def test_a_bench_that_is_started_anew_is_found_again(start):
    at = free_port()
    command = [sys.executable, "-m", "bench.cli", "--at", f"127.0.0.1:{at}"]
    command += ["--board", f"127.0.0.1:{free_port()}", "--register-after", "1", *APART]
    first = start("first", command)
    first.wait_for(str(at), 15)
    node = start("node", [*NODE, "--uart", f"127.0.0.1:{at}"])
    node.wait_for(" online", 30)
    first.end()
    start("second", command)
    node.wait_for(" online", 90, count=2)
    assert "Traceback" not in node.output


def test_a_silent_module_is_told_of_with_what_to_check(start):
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        s.listen()
        node = start("node", [*NODE, "--uart", f"127.0.0.1:{s.getsockname()[1]}"])
        node.wait_for("no OK from the module on UART 2 at 9600 baud: check that TX and RX", 30)
        assert node.child.poll() is None  # it keeps trying
        node.signal(signal.SIGINT)
        assert node.child.wait(15) == 0
    assert "Traceback" not in node.output


def test_nothing_listening_is_told_of_with_what_to_do(start):
    port = free_port()
    node = start("node", [*NODE, "--uart", f"127.0.0.1:{port}"])
    node.wait_for(f"nothing listens on 127.0.0.1:{port}: start `make bench`", 20)
    assert "Traceback" not in node.output


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("module.baud", 1234, "module.baud: 1234"),
        ("onenet.lifetime", 5, "onenet.lifetime: 5"),
        ("module.uart", 0, "module.uart: 0 is the REPL's UART"),
        ("module.speed", 9600, 'module: "speed" is no known field'),
    ],
)
def test_a_wrong_configuration_names_the_field_and_ends_with_status_2(
    start, tmp_path, path, value, said
):
    config = json.loads(EXAMPLE.read_text())
    part, name = path.split(".")
    config[part][name] = value
    file = tmp_path / "config.json"
    file.write_text(json.dumps(config))
    node = start("node", [*NODE, "--config", file])
    assert node.child.wait(20) == 2
    assert said in node.output
    assert "Traceback" not in node.output


def test_a_missing_configuration_says_what_to_copy(start, tmp_path):
    node = start("node", [*NODE, "--config", tmp_path / "none.json"])
    assert node.child.wait(20) == 2
    assert "is missing: copy config.example.json to it" in node.output


def test_the_example_gets_its_echo_and_can_be_interrupted(bench, start):
    command = [*NODE, "--main", "examples/udp_echo.py", "--uart"]
    echo = start("echo", [*command, bench.uart])
    assert echo.child.wait(30) == 0, echo.output
    assert re.search(r"received b'\[[\d.:]+\]0123456789' from 183.230.40.150:36000", echo.output)
    echo = start("nobody", [*command, f"127.0.0.1:{free_port()}"])
    echo.wait_for("nothing listens on", 20)
    echo.signal(signal.SIGINT)
    assert echo.child.wait(10) == 130
    assert "Traceback" not in echo.output


def test_the_example_prints_answers_and_refusals(bench, start):
    command = [*NODE, "--main", "examples/at_command.py", "--uart", bench.uart]
    example = start("example", command)
    assert example.child.wait(30) == 0, example.output
    assert re.search(r"b'AT\+CSQ' \[b'\+CSQ:\d+,99'\]", example.output)
    assert "AT+NOSUCH" in example.output
    assert "Traceback" not in example.output


def test_the_example_prints_what_the_module_sends_by_itself(start, tmp_path):
    faults = [{"at": 0.5 * n, "do": "insert", "line": "+NPSMR:1"} for n in range(60)]
    script = tmp_path / "faults.json"
    script.write_text(json.dumps({"faults": faults}))
    at = free_port()
    command = [sys.executable, "-m", "bench.cli", "--at", f"127.0.0.1:{at}", *APART]
    bench = start("bench", [*command, "--board", f"127.0.0.1:{free_port()}", "--faults", script])
    bench.wait_for(str(at), 15)
    command = [*NODE, "--main", "examples/urc_listener.py", "--uart", f"127.0.0.1:{at}"]
    example = start("example", command)
    example.wait_for("listening", 20)
    example.wait_for(r"b'\+NPSMR:1'", 20)
    example.signal(signal.SIGINT)
    assert example.child.wait(10) == 130
    assert "Traceback" not in example.output


@pytest.fixture
def served(start):
    """Return serve(name), which returns an example that has registered, and `onenet` for it."""
    at, http = free_port(), free_port()
    command = [sys.executable, "-m", "bench.cli", "--at", f"127.0.0.1:{at}", "--memory"]
    command += ["--board", f"127.0.0.1:{free_port()}", "--register-after", "1"]
    bench = start("bench", [*command, "--http", f"127.0.0.1:{http}"])
    bench.wait_for("HTTP API", 15)
    url = ["--url", f"http://127.0.0.1:{http}"]

    def onenet(*words):
        command = [Path(sys.executable).with_name("onenet"), *url, *words]
        return subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)

    def serve(name):
        example = start(
            name, [*NODE, "--main", f"examples/{name}.py", "--uart", f"127.0.0.1:{at}"]
        )
        end = time.monotonic() + 40
        while "online" not in onenet("status").stdout:
            assert time.monotonic() < end, example.output
            time.sleep(0.3)
        return example, onenet

    return serve


def test_the_example_serves_a_thermometer(served):
    example, onenet = served("thermometer")
    read = onenet("read", "3303/0/5700")
    assert re.search(r"\b2[0-4]\.\d", read.stdout), read
    assert onenet("execute", "3303/0/5605", "reset").returncode == 0
    assert "Traceback" not in example.output


def test_the_example_serves_a_relay(served):
    example, onenet = served("relay")
    assert onenet("write", "3306/0/5850=1").returncode == 0
    assert re.search(r"\btrue\b|\bon\b|\b1\b", onenet("read", "3306/0/5850").stdout.lower())
    assert onenet("write", "3306/0/5851=101").returncode == 1
    assert example.output == "registered\n"


def test_a_configuration_can_be_checked_alone(start, tmp_path):
    file = tmp_path / "config.json"
    command = [*NODE, "--check", "--config", file]
    file.write_text('{"sensors": [{"type": "mcu", "instance": 0}]}')
    assert start("right", command).child.wait(20) == 0
    file.write_text("{}")
    wrong = start("wrong", command)
    assert wrong.child.wait(20) == 2
    assert wrong.output == "configuration: sensors: is missing\n"


def test_udp_with_a_fifth_of_all_datagrams_lost_loses_and_doubles_nothing(start, tmp_path):
    at, board = free_port(), free_port()
    faults = tmp_path / "faults.json"
    lossy = {"at": 0, "do": "air", "seconds": 16, "loss": 0.2}
    faults.write_text(json.dumps({"seed": 7, "faults": [lossy]}))
    command = [sys.executable, "-m", "bench.cli", "--at", f"127.0.0.1:{at}", "--baud", "57600"]
    command += ["--board", f"127.0.0.1:{board}", "--register-after", "1", "--udp", *APART]
    bench = start("bench", [*command, "--udp-key", "a shared key", "--faults", faults])
    bench.wait_for(str(at), 15)
    config = json.loads(EXAMPLE.read_text())
    config["udp"] = {"server": "10.0.0.2:5700", "period": 1, "key": "a shared key"}
    config["onenet"]["enabled"] = False
    for sensor in config["sensors"]:
        sensor["period"] = 1
    file = tmp_path / "config.json"
    file.write_text(json.dumps(config))
    env = ["env", f"DATA={tmp_path}/"]
    node = start("node", [*env, *NODE, "--uart", f"127.0.0.1:{at}", "--config", file])
    bench.wait_for('"number"', 60, count=40)
    node.signal(signal.SIGINT)
    assert node.child.wait(20) is not None
    bench.signal(signal.SIGINT)
    assert bench.child.wait(20) == 0, bench.output
    readings = [json.loads(line) for line in bench.output.splitlines() if line[:1] == "{"]
    assert [each["number"] for each in readings] == list(range(len(readings)))
    acknowledged = int(re.search(r"'acknowledged': (\d+)", node.output)[1])
    assert len(readings) - 30 <= acknowledged <= len(readings)
    again = int(re.search(r"readings, (\d+) came again", bench.output)[1])
    assert again > 0
    assert "Traceback" not in node.output
