"""Open files and connections are bounded: a flood of clients does not end the bench."""

import asyncio
import contextlib
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest
from api_rig import LiveRig

from bench import limits

TOOLS = Path(__file__).parents[2] / "tools"
ASK = b"GET /devices HTTP/1.1\r\nhost: x\r\napi-key: bench-key\r\nconnection: close\r\n\r\n"
ANY = ("--http", "127.0.0.1:0", "--at", "127.0.0.1:0", "--board", "127.0.0.1:0", "--memory")


def bench(soft, hard, *options):
    """Start the bench where so many files may be open."""
    return subprocess.Popen(
        [sys.executable, "-u", "-m", "bench.cli", *ANY, *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PYTHONPATH": str(TOOLS)},
        preexec_fn=lambda: resource.setrlimit(  # noqa: PLW1509
            resource.RLIMIT_NOFILE, (soft, hard)
        ),
    )


def test_more_modules_than_files_are_refused_with_a_sentence():
    process = bench(1024, 1024, "--modules", "500")
    out = process.communicate(timeout=30)[0]
    assert process.returncode == 2
    assert out.startswith("m5310-bench: 500 modules need 2264 open files, and 1024 are allowed")
    assert len(out.splitlines()) == 1


def test_a_limit_that_may_be_raised_is_raised():
    process = bench(64, 1024, "--modules", "40")
    try:
        lines = [process.stdout.readline() for _ in range(40)]
    finally:
        process.terminate()
        rest = process.communicate(timeout=30)[0]
    assert all(line.startswith("simulated M5310") for line in lines)
    assert "Traceback" not in rest


async def asked(url, *parts, pause_s=0.0):
    """Send parts, pause_s apart; return all that comes back until the end."""
    host, _, port = url.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    got = []

    async def take():
        with contextlib.suppress(OSError):
            while data := await reader.read(4096):
                got.append(data)

    async with asyncio.timeout(5):
        taking = asyncio.create_task(take())
        for part in parts:
            if not writer.is_closing():
                writer.write(part)
            await asyncio.sleep(pause_s)
        await taking
    writer.close()
    return b"".join(got)


@pytest.mark.parametrize(
    "parts",
    [
        [],
        [b"GET /devi"],
        [b"\r\n"] * 40,
        [b"GET / HTTP/1.1\r\n", *[b"x: y\r\n"] * 40],
        [ASK.replace(b"connection: close\r\n", b""), *[b"\r\n"] * 40],
    ],
    ids=["silent", "half a line", "line ends", "header by header", "after a request"],
)
def test_a_head_that_does_not_come_ends_the_connection(monkeypatch, parts):
    monkeypatch.setattr(limits, "HEAD_S", 0.3)
    with LiveRig(register=False) as rig:
        answer = asyncio.run(asked(rig.url, *parts, pause_s=0.05))
    assert answer.count(b"HTTP/1.1 200") == (len(parts) > 0 and b"/devices HTTP" in parts[0])


def test_half_open_connections_keep_nobody_out(monkeypatch):
    monkeypatch.setattr(limits, "MAX_HTTP", 10)

    async def flood(url):
        host, _, port = url.removeprefix("http://").partition(":")
        idle = [await asyncio.open_connection(host, int(port)) for _ in range(60)]
        answers = await asyncio.gather(*(asked(url, ASK) for _ in range(5)))
        open_ones = 0
        for reader, writer in idle:
            try:
                async with asyncio.timeout(0.02):
                    await reader.read(1)
            except TimeoutError:
                open_ones += 1
            except OSError:
                pass
            writer.close()
        return answers, open_ones

    with LiveRig(register=False) as rig:
        answers, open_ones = asyncio.run(flood(rig.url))
    assert [answer[:12] for answer in answers] == [b"HTTP/1.1 200"] * 5
    assert open_ones <= 10


def test_no_free_file_is_one_sentence():
    said = []

    async def body():
        loop = asyncio.get_running_loop()
        limits.tell_exhaustion(loop, said.append)
        for _ in range(1000):
            loop.call_exception_handler({"message": "socket.accept() out of system resource"})

    asyncio.run(body())
    assert said == ["too many files are open: new connections wait until others are closed"]
