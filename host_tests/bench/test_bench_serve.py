"""The shells: TCP, pty, board link, and the m5310-bench command."""

import asyncio
import contextlib
import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import termios
import time
import urllib.request
from pathlib import Path

import pytest
from click.testing import CliRunner

from bench.boardlink import BoardLink, new_board, serve_board
from bench.cli import main
from bench.module import Module
from bench.platform import Platform
from bench.port import Port
from bench.serve import AddressError, Shell, parse_address
from bench.ticks import BenchClock

TOOLS = Path(__file__).parents[2] / "tools"


def shell(baud=0):
    clock = BenchClock()
    module = Module(clock, Platform(clock), boot_ms=0, register_ms=0)
    return Shell(Port(module, clock, baud))


async def until(reader, end, seconds=5):
    async with asyncio.timeout(seconds):
        return await reader.readuntil(end)


async def with_server(body, baud=0):
    line = shell(baud)
    server = await line.serve_tcp("127.0.0.1", 0)
    pump = asyncio.create_task(line.pump())
    try:
        await asyncio.sleep(0.05)
        await body(line, server.sockets[0].getsockname()[1])
    finally:
        pump.cancel()
        server.close()


def test_a_client_talks_to_the_module():
    async def body(line, port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"AT\r\n")
        assert await until(reader, b"OK\r\n") == b"\r\nOK\r\n"
        writer.close()

    asyncio.run(with_server(body))


def test_the_module_lives_on_between_clients():
    async def body(line, port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"AT+CMEE=1\r\n")
        await until(reader, b"OK\r\n")
        writer.close()
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"AT+CMEE?\r\n")
        assert b"+CMEE:1" in await until(reader, b"OK\r\n")
        writer.close()

    asyncio.run(with_server(body))


def test_the_newest_client_has_the_line():
    async def body(line, port):
        old, old_writer = await asyncio.open_connection("127.0.0.1", port)
        old_writer.write(b"AT\r\n")
        await until(old, b"OK\r\n")
        new, writer = await asyncio.open_connection("127.0.0.1", port)
        assert await old.read() == b""
        writer.write(b"AT\r\n")
        assert await until(new, b"OK\r\n") == b"\r\nOK\r\n"
        writer.close()
        old_writer.close()

    asyncio.run(with_server(body))


def test_the_line_is_paced_both_ways():
    async def body(line, port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.sleep(0.1)
        begun = time.monotonic()
        writer.write(b"AT" + b" " * 118 + b"\r\n")
        await until(reader, b"OK\r\n")
        assert time.monotonic() - begun >= 122 * 10 / 4800
        writer.close()

    asyncio.run(with_server(body, baud=4800))


def test_a_flood_does_not_fill_the_memory():
    async def body(line, port):
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"\0" * 1_000_000)
        await asyncio.sleep(0.3)
        assert line.port.backlog < 100_000
        writer.close()

    asyncio.run(with_server(body, baud=4800))


def test_a_module_at_another_rate_is_heard_by_a_client_that_goes_there():
    async def talk(fd, data, seconds):
        os.write(fd, data)
        await asyncio.sleep(seconds)
        with contextlib.suppress(BlockingIOError):
            return os.read(fd, 100)
        return b""

    async def body(line, port):
        fd = os.open(line.serve_pty(), os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        mode = termios.tcgetattr(fd)
        try:
            assert b"OK" in await talk(fd, b"AT\r\n", 0.2)  # at whatever rate it was opened
            line.port.set_bauds(module=115200)
            assert b"OK" not in await talk(fd, b"AT\r\n", 0.2)
            mode[4] = mode[5] = termios.B115200
            termios.tcsetattr(fd, termios.TCSANOW, mode)
            await talk(fd, b"AT\r\n", 0.2)  # behind half a line of garbage
            assert b"OK" in await talk(fd, b"AT\r\n", 0.2)
        finally:
            os.close(fd)

    asyncio.run(with_server(body))


def test_a_pty_serves_one_client_after_the_other():
    async def body():
        line = shell()
        name = line.serve_pty()
        pump = asyncio.create_task(line.pump())
        for _ in range(2):
            descriptor = os.open(name, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
            await asyncio.sleep(0.1)
            os.write(descriptor, b"AT\r\n")
            await asyncio.sleep(0.2)
            assert os.read(descriptor, 100).endswith(b"\r\nOK\r\n")
            os.close(descriptor)
        pump.cancel()
        line.detach()

    asyncio.run(body())


def test_a_serial_device_is_served():
    async def body():
        far, near = os.openpty()  # near stands for the device, far for the cable's other end
        line = shell()
        line.serve_serial(os.ttyname(near), 9600)
        pump = asyncio.create_task(line.pump())
        await asyncio.sleep(0.1)
        os.write(far, b"AT\r")
        await asyncio.sleep(0.2)
        assert os.read(far, 100).endswith(b"\r\nOK\r\n")
        pump.cancel()
        line.detach()
        os.close(far)
        os.close(near)

    asyncio.run(body())


def test_the_board_link_carries_temperatures_down_and_pins_up():
    async def body():
        link = BoardLink(new_board())
        link.set_temp("ds18x20-0", 30.5)
        server = await serve_board(link, "127.0.0.1", 0)
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        assert json.loads(await until(reader, b"\n")) == {"temp": {"ds18x20-0": 30.5}}
        link.set_temp("ntc-0", None)
        assert json.loads(await until(reader, b"\n")) == {"temp": {"ntc-0": None}}
        hello = {"hello": {"temps": {"mcu": 39.5}, "pins": {"26": 1}, "pwm": {"25": 100}}}
        drift = {"temp": {"sht3x-0": 22.5, "ntc-0": 20}}
        pin, duty = {"pin": 32, "value": 1}, {"pwm": 25, "duty_u16": 200}
        for message in (hello, pin, duty, drift, {"x": 1}):
            writer.write(json.dumps(message).encode() + b"\n")
        await asyncio.sleep(0.2)
        assert (link.board.pins, link.board.pwm) == ({26: 1, 32: 1}, {25: 200})
        assert (link.refused, link.connected) == (1, True)
        temps = link.board.temps
        assert (temps["mcu"], temps["sht3x-0"], temps["ntc-0"]) == (39.5, 22.5, None)
        writer.close()
        await asyncio.sleep(0.1)
        assert not link.connected
        server.close()

    asyncio.run(body())


@pytest.mark.parametrize(
    "text", ["8.8.8.8:1", "0.0.0.0:1", "example.com:1", "127.0.0.1", "127.0.0.1:x", ":1", "[::]:1"]
)
def test_only_addresses_of_this_computer_are_served(text):
    with pytest.raises(AddressError):
        parse_address(text)


@pytest.mark.parametrize("text", ["127.0.0.1:0", "localhost:5310", "[::1]:65535", "127.9.9.9:1"])
def test_loopback_addresses(text):
    assert parse_address(text)[1] in (0, 5310, 65535, 1)


APART = ("--http", "127.0.0.1:0", "--memory")  # of the benches of other tests


def bench(*more, options=APART):
    return subprocess.Popen(
        [sys.executable, "-u", "-m", "bench.cli", "--board", "127.0.0.1:0", *options, *more],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PYTHONPATH": str(TOOLS)},
    )


def served(process):
    """Return the port a bench started says it serves the module on."""
    while True:
        line = process.stdout.readline()
        assert line, "the bench ended"
        if line.startswith("next"):
            return int(re.search(r"UART=[0-9.]+:(\d+)", line)[1])


def test_the_command_serves_survives_a_stop_and_ends_cleanly():
    process = bench("--at", "127.0.0.1:0", "--baud", "0", "--trace")
    try:
        port = served(process)
        for _ in range(2):
            with socket.create_connection(("127.0.0.1", port), timeout=5) as client:
                got = b""
                while not got.endswith(b"OK\r\n"):
                    client.sendall(b"AT\r\n")
                    time.sleep(0.2)
                    client.setblocking(False)
                    try:
                        got += client.recv(4096)
                    except BlockingIOError:
                        continue
            process.send_signal(signal.SIGSTOP)
            time.sleep(1)
            process.send_signal(signal.SIGCONT)
        process.send_signal(signal.SIGINT)
        out = process.communicate(timeout=60)[0]
    finally:
        process.kill()
    assert process.returncode == 0
    assert "> AT" in out
    assert "< OK" in out
    assert out.endswith("stopped\n")
    assert "Traceback" not in out


def test_a_port_in_use_is_told_in_a_sentence():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        process = bench("--at", "127.0.0.1:%d" % taken.getsockname()[1])
        out = process.communicate(timeout=20)[0]
    assert process.returncode == 2
    assert "is in use: stop the other bench, or choose another port" in out


def listening(pid):
    """Return the addresses a process listens on, as the kernel has them."""
    mine = {os.readlink(each) for each in Path(f"/proc/{pid}/fd").iterdir() if each.is_symlink()}
    found = []
    for family, table in ((socket.AF_INET, "tcp"), (socket.AF_INET6, "tcp6")):
        for row in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            _, local, _, state, *_, inode = row.split()[:10]
            if state == "0A" and f"socket:[{inode}]" in mine:
                raw = bytes.fromhex(local.partition(":")[0])
                words = [raw[at : at + 4][::-1] for at in range(0, len(raw), 4)]
                found.append(socket.inet_ntop(family, b"".join(words)))
    return found


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="Linux only")
def test_every_port_is_this_computers_alone():
    process = bench("--at", "127.0.0.1:0")
    try:
        served(process)
        assert listening(process.pid) == ["127.0.0.1"] * 3  # AT, board, HTTP
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("option", ["--at", "--board", "--http"])
@pytest.mark.parametrize("host", ["0.0.0.0", "[::]", "192.168.1.2", "example.com"])
def test_no_port_is_opened_to_others(option, host):
    result = CliRunner().invoke(main, [*APART, "--at", "127.0.0.1:0", option, host + ":0"])
    assert result.exit_code == 2
    assert "is not on this computer" in result.output


@pytest.mark.parametrize(
    "options",
    [
        ["--at", "10.0.0.1:5310"],
        ["--imei", "12"],
        ["--baud", "-1"],
        ["--serial", "/dev/null/none"],
        ["--serial", "/dev/ttyS0", "--baud", "0"],
        ["--pty", "--serial", "/dev/ttyS0"],
    ],
)
def test_wrong_options_are_status_2(options):
    process = bench(*options)
    out = process.communicate(timeout=20)[0]
    assert process.returncode == 2, out
    assert "Traceback" not in out


def test_a_locked_database_is_told_once_and_the_bench_goes_on(tmp_path):
    path = tmp_path / "onenet.db"
    with socket.create_server(("127.0.0.1", 0)) as free:
        http = "127.0.0.1:%d" % free.getsockname()[1]
    process = bench("--at", "127.0.0.1:0", options=("--http", http, "--db", str(path)))
    try:
        port = served(process)
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        with socket.create_connection(("127.0.0.1", port), timeout=5) as client:
            new = {"title": "x", "protocol": "LWM2M", "auth_info": {"1" * 15: "2" * 15}}
            request = urllib.request.Request(
                "http://%s/devices" % http, json.dumps(new).encode(), {"api-key": "bench-key"}
            )
            for _ in range(3):
                answer = json.load(urllib.request.urlopen(request, timeout=5))
                assert (answer["errno"], "locked" in answer["error"]) == (1, True)
            told = process.stdout.readline()
            client.settimeout(0.5)
            got = b""
            while b"OK" not in got:  # it boots
                client.sendall(b"AT\r\n")
                with contextlib.suppress(TimeoutError):
                    got += client.recv(4096)
            other.execute("COMMIT")
            told += process.stdout.readline()
            process.send_signal(signal.SIGINT)  # with a client there
            told += process.communicate(timeout=60)[0]
    finally:
        process.kill()
    assert process.returncode == 0
    down = (
        "m5310-bench: another program has locked the database. Until it can be written, what"
        " devices report waits in memory and changes by the API are refused"
    )
    assert told.splitlines() == [
        down,
        "m5310-bench: the database is written again",
        "",
        "stopped",
    ]


def test_clients_that_do_not_read_are_cut_when_the_next_one_comes():
    async def body(line, port):
        clients = []
        for _ in range(3):
            reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1)
            clients.append((reader, writer))
            writer.write(b"AT\r\n")
            await asyncio.sleep(0.05)
            line._send(b"x" * 6_000_000)  # more than the sockets hold
            await asyncio.sleep(0.05)
        server_tasks = [task for task in asyncio.all_tasks() if "_talk" in repr(task)]
        assert len(server_tasks) <= 1
        for _, writer in clients:
            writer.transport.abort()

    asyncio.run(with_server(body))


def test_the_most_bytes_a_paced_line_holds_are_kept_and_the_next_ones_lost():
    async def body(line, port):
        at_most = 65536  # tools/bench/serve.py
        line.feed(b"\0" * at_most)
        line.feed(b"\0" * 10)
        assert at_most < line.port.backlog <= at_most + 10
        line.feed(b"\0" * 1000)
        assert line.port.backlog <= at_most + 10

    asyncio.run(with_server(body, baud=4800))
