"""The HTTP server, inside the bench's own loop."""

import asyncio
import contextlib
import socket

import uvicorn

from bench.limits import BoundedHttp
from bench.serve import AddressError, listen, name_of

LEAVE_S = 2


class _Server(uvicorn.Server):
    """uvicorn without its signal handlers: Ctrl-C is the bench's."""

    @contextlib.contextmanager
    def capture_signals(self):
        yield


class Web:
    """A server that runs; address: "127.0.0.1:8310"."""

    def __init__(self, server, task, address):
        self._server = server
        self._task = task
        self.address = address

    async def close(self):
        """Stop; connections still open are cut after LEAVE_S."""
        self._server.should_exit = True
        with contextlib.suppress(TimeoutError, asyncio.CancelledError):
            async with asyncio.timeout(2 * LEAVE_S):
                await self._task


async def serve_http(app, host, port):
    """Serve an ASGI app; return its Web. Raises AddressError."""

    async def start(host, port):
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listener = socket.create_server((host, port), family=family, backlog=128)
        # asyncio leaves this out for a socket that it has not made; a reply would wait 40 ms for
        # the client's delayed acknowledgement. What accept() returns inherits it.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return listener

    listener = await listen(start, host, port, "the HTTP API (--http)")
    config = uvicorn.Config(
        app,
        http=BoundedHttp,  # httptools takes a whole URL as its target, as the guide's requests do
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=LEAVE_S,
        ws_max_size=1 << 20,
        server_header=False,
    )
    server = _Server(config)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started:
        if task.done():
            task.result()
            raise AddressError("the HTTP server did not start")
        await asyncio.sleep(0.01)
    return Web(server, task, name_of(listener))
