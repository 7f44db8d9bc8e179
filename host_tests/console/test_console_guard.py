"""Who may talk to the console: raw HTTP against the guard before a small application."""

import asyncio

import pytest

from bench.console.guard import REFUSAL, Guard, is_api
from bench.web import serve_http

HERE = ["127.0.0.1", "127.0.0.1:8310", "localhost", "LOCALHOST:8310", "[::1]", "[::1]:8310"]
ELSEWHERE = [
    "evil.example",
    "evil.example:8310",
    "127.0.0.1.evil.example",
    "evil.example#127.0.0.1",
    "user@127.0.0.1",
    "127.0.0.1@evil.example",
    "localhost.",
    "localhost:",
    "localhost:8310:1",
    "127.0.0.1, evil.example",
    "127.1",
    "0.0.0.0",
    "::1",
    "10.0.0.1",
    "",
]


async def application(scope, receive, send):
    """Says where it was asked; accepts any websocket."""
    if scope["type"] == "lifespan":
        for _ in range(2):
            kind = (await receive())["type"]
            await send({"type": kind + ".complete"})
    elif scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.close"})
    else:
        body = b"reached " + scope["path"].encode()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": body})


def ask(*requests):
    """Send each request's lines on a connection of its own; return the answers as text."""

    async def talk():
        web = await serve_http(Guard(application), "127.0.0.1", 0)
        host, port = web.address.rsplit(":", 1)
        answers = []
        for lines in requests:
            reader, writer = await asyncio.open_connection(host, int(port))
            writer.write("\r\n".join([*lines, "Connection: close", "", ""]).encode("latin-1"))
            async with asyncio.timeout(5):
                answers.append((await reader.read()).decode("latin-1"))
            writer.close()
        await web.close()
        return answers

    return asyncio.run(talk())


def get(path, *headers):
    return ["GET %s HTTP/1.1" % path, *headers]


def websocket(path, *headers):
    key = "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=="
    lines = get(path, *headers, "Upgrade: websocket", "Sec-WebSocket-Version: 13", key)
    return [*lines, "Connection: Upgrade"]


def upgrade(path, *headers):
    """Return whether a websocket was let through."""
    lines = websocket(path, *headers)

    async def talk():
        web = await serve_http(Guard(application), "127.0.0.1", 0)
        host, port = web.address.rsplit(":", 1)
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write("\r\n".join([*lines, "", ""]).encode("latin-1"))
        async with asyncio.timeout(5):
            status = (await reader.readline()).decode("latin-1")
        writer.close()
        await web.close()
        return " 101 " in status, status

    return asyncio.run(talk())


def refused(answer):
    return " 403 " in answer.split("\r\n")[0] and REFUSAL.decode() in answer


def test_the_console_answers_the_names_of_this_computer():
    for host, answer in zip(HERE, ask(*(get("/", "Host: " + host) for host in HERE)), strict=True):
        assert "reached /" in answer, (host, answer)


def test_the_console_refuses_every_other_host():
    answers = ask(*(get("/", "Host: " + host) for host in ELSEWHERE))
    for host, answer in zip(ELSEWHERE, answers, strict=True):
        assert "reached" not in answer, (host, answer)
        assert refused(answer) or " 400 " in answer.split("\r\n")[0], (host, answer)


def test_no_host_and_two_hosts_are_refused():
    two = get("/", "Host: 127.0.0.1", "Host: evil.example")
    for answer in ask(["GET / HTTP/1.0"], two):
        assert "reached" not in answer


def test_the_api_is_asked_with_any_host():
    paths = ["/devices", "/devices/1", "/nbiot", "/nbiot/execute?imei=1", "/docs", "/openapi.json"]
    for answer in ask(*(get(path, "Host: api.heclouds.com/") for path in paths)):
        assert "reached" in answer


def test_what_only_begins_like_the_api_is_the_console():
    paths = ["/devicesx", "/nbiot.html", "//devices", "/openapi.jsonx", "/_nicegui/devices"]
    for answer in ask(*(get(path, "Host: evil.example") for path in paths)):
        assert refused(answer)
    assert not is_api("/") and is_api("/devices/")


def test_a_page_of_another_site_gets_nothing():
    host = "Host: 127.0.0.1:8310"
    good = ask(get("/", host, "Origin: http://127.0.0.1:8310"), get("/", host))
    bad = ask(
        get("/", host, "Origin: http://evil.example"),
        get(
            "/_nicegui_ws/socket.io/?EIO=4&transport=polling", host, "Origin: https://evil.example"
        ),
        get("/", host, "Origin: null"),
        get("/", host, "Origin: http://127.0.0.1:8310", "Origin: http://evil.example"),
        get("/", host, "Origin: http://127.0.0.1:8310.evil.example"),
    )
    assert all("reached" in answer for answer in good)
    assert all(refused(answer) for answer in bad)


@pytest.mark.parametrize("path", ["/_nicegui_ws/socket.io/?EIO=4&transport=websocket", "/devices"])
@pytest.mark.parametrize(
    ("headers", "let_through"),
    [
        (("Host: 127.0.0.1:8310", "Origin: http://127.0.0.1:8310"), True),
        (("Host: localhost:8310", "Origin: http://localhost:8310"), True),
        (("Host: 127.0.0.1:8310", "Origin: http://evil.example"), False),
        (("Host: evil.example:8310", "Origin: http://evil.example:8310"), False),
        (("Host: evil.example:8310", "Origin: http://127.0.0.1:8310"), False),
        (("Host: 127.0.0.1:8310",), False),
    ],
)
def test_a_websocket_needs_an_origin_of_this_computer(path, headers, let_through):
    assert upgrade(path, *headers)[0] is let_through


def test_the_console_may_ask_nobody_else_and_be_framed_by_nobody():
    page, api = ask(get("/", "Host: LOCALHOST:8310"), get("/devices", "Host: localhost:8310"))
    assert "connect-src 'self' ws://localhost:8310 wss://localhost:8310;" in page
    assert "frame-ancestors 'none'" in page and "x-frame-options: DENY" in page
    assert "http:" not in page.lower().split("content-security-policy:")[1].split("\r\n")[0]
    assert "content-security-policy" not in api
