"""The bench as a process of its own, with what the system knows of it."""

import asyncio
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

TOOLS = str(Path(__file__).resolve().parents[2])
ANY = "127.0.0.1:0"
START_S = 60
_MODULE = re.compile(r"simulated M5310 ([0-9.]+):(\d+), .*imei (\d+)")
_API = re.compile(r"HTTP API +(http://.*)/docs")
_PAGE = os.sysconf("SC_PAGE_SIZE")
_TICK = os.sysconf("SC_CLK_TCK")


class BenchProcess:
    """m5310-bench, started; modules: [(imei, host, port)]; api: its URL; key: the api-key."""

    def __init__(self, process, modules, api, key):
        self._process = process
        self._reader = asyncio.create_task(process.stdout.read())
        self.modules = modules
        self.api = api
        self.key = key

    @classmethod
    async def start(cls, modules, database, key="load-key"):
        """Start it with so many modules. Raises OSError with what it printed if it ends."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-u", "-m", "bench.cli", "--at", ANY, "--board", ANY, "--http", ANY),
            *("--modules", str(modules), "--baud", "0", "--register-after", "0.1"),
            *("--db", str(database), "--key", key),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, "PYTHONPATH": TOOLS},
            start_new_session=True,
        )
        found, api, out = [], "", ""
        try:
            async with asyncio.timeout(START_S):
                while not api:
                    line = (await process.stdout.readline()).decode()
                    out += line
                    if not line:
                        raise OSError("m5310-bench did not start:\n%s" % out)
                    if match := _MODULE.match(line):
                        found.append((match[3], match[1], int(match[2])))
                    elif match := _API.match(line):
                        api = match[1]
        except BaseException:
            if process.returncode is None:
                process.kill()
            raise
        return cls(process, found, api, key)

    @property
    def pid(self):
        return self._process.pid

    @property
    def ended(self):
        """Return the exit status, None while it runs."""
        return self._process.returncode

    def rss(self):
        """Return the memory it has in bytes."""
        return int(Path("/proc/%d/statm" % self.pid).read_text().split()[1]) * _PAGE

    def cpu_s(self):
        """Return the CPU time it has used."""
        return cpu_s(self.pid)

    async def stop(self):
        """Have it end properly; return what it printed."""
        return await self._end(signal.SIGINT)

    async def kill(self):
        """SIGKILL: it ends in the middle of whatever it does."""
        return await self._end(signal.SIGKILL)

    async def _end(self, number):
        if self.ended is None:
            self._process.send_signal(number)
        try:
            async with asyncio.timeout(20):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
        return (await self._reader).decode()


def cpu_s(pid):
    """Return the CPU time of a process in s."""
    fields = Path("/proc/%d/stat" % pid).read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICK
