"""The HTTP server inside the bench's loop, and a bench of many modules."""

import asyncio
import time

import pytest

from bench.bench import Bench, trace_lines
from bench.web import serve_http

REQUEST = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


async def hello(scope, receive, send):
    """The least application: head and body in two writes, as frameworks do."""
    if scope["type"] == "http":
        headers = [(b"content-length", b"2")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"hi"})


def test_a_reply_does_not_wait_for_the_clients_delayed_acknowledgement():
    async def main():
        web = await serve_http(hello, "127.0.0.1", 0)
        reader, writer = await asyncio.open_connection(*web.address.split(":"))
        took = []
        for _ in range(30):
            begun = time.monotonic()
            writer.write(REQUEST)
            await reader.readuntil(b"hi")
            took.append(time.monotonic() - begun)
        writer.close()
        await web.close()
        return sorted(took)[15]

    assert asyncio.run(main()) < 0.03  # with Nagle's algorithm it is 0.04 and more


@pytest.mark.parametrize(("modules", "lines"), [(1, 5000), (5, 5000), (50, 500), (500, 200)])
def test_many_modules_keep_shorter_traces(modules, lines):
    assert trace_lines(modules) == lines


def test_each_module_of_a_bench_has_its_share():
    async def main():
        bench = Bench(modules=50, baud=0)
        for station in bench.stations:
            for number in range(600):
                station.trace.line(">", b"AT+%d" % number)
        await bench.close()
        return {len(station.trace.lines) for station in bench.stations}

    assert asyncio.run(main()) == {500}
