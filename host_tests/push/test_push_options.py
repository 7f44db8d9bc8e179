"""--push and --push-token of m5310-bench and make run."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from push_rig import Receiver

from bench.cli import main as bench_main
from bench.run import main as run_main

TOOLS = Path(__file__).parents[2] / "tools"
PUSH = ["--push", "http://127.0.0.1:9/", "--push-token"]


@pytest.mark.parametrize("program", [bench_main, run_main])
@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--push", "http://127.0.0.1:9/"], "go together"),
        (["--push-token", "abc"], "go together"),
        (["--push", "http://example.com/", "--push-token", "abc"], "not on this computer"),
        (["--push", "", "--push-token", "abc"], "the push URL is not 1 to"),
        ([*PUSH, "s3"], "3 to 32 printable"),
        ([*PUSH, "s3" * 17], "3 to 32 printable"),
        ([*PUSH, "s3\x07xx"], "3 to 32 printable"),
        ([*PUSH, "s3é"], "3 to 32 printable"),
    ],
)
def test_unusable_options_are_status_2_and_the_token_is_not_shown(program, options, told):
    command = [] if program is bench_main else ["--", "true"]
    result = CliRunner().invoke(program, [*options, "--memory", *command])
    assert result.exit_code == 2, result.output
    assert told in result.output
    assert "s3" not in result.output


def test_the_bench_tells_where_it_pushes_and_how_that_stands():
    async def main():
        async with Receiver("to-ken") as receiver:
            options = ["--at", "127.0.0.1:0", "--board", "127.0.0.1:0", "--http", "127.0.0.1:0"]
            options += ["--memory", "--push", receiver.url, "--push-token", "to-ken"]
            bench = await asyncio.create_subprocess_exec(
                *(sys.executable, "-u", "-m", "bench.cli", *options),
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                env={**os.environ, "PYTHONPATH": str(TOOLS)},
            )
            try:
                async with asyncio.timeout(30):
                    out = await bench.stdout.readuntil(b"(running)\n")
                bench.send_signal(signal.SIGINT)
                out = (out + (await bench.communicate())[0]).decode()
            finally:
                if bench.returncode is None:
                    bench.kill()
            assert bench.returncode == 0
            assert "push            %s (checking)\n" % receiver.url in out
            assert "push            %s (running)\n" % receiver.url in out
            assert "to-ken" not in out

    asyncio.run(main())
