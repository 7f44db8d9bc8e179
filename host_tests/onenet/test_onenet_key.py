"""Where the platform and the key come from, and that the key is never printed."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st
from onenet_rig import IMEI, onenet

from onenet.address import parse_base
from onenet.errors import Misuse
from onenet.key import Key, read_key_file

SECRET = "Vi6FtBwzz3secret=="
AWAY = "http://platform.invalid"


@pytest.fixture
def key_file(tmp_path):
    """Return a function that writes a key file of a mode and returns its path as text."""

    def write(content=SECRET + "\n", mode=0o600):
        path = tmp_path / "key"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        path.chmod(mode)
        return str(path)

    return write


def sent(server):
    return server.last().headers["api-key"]


def test_the_bench_needs_no_key(server):
    assert server.onenet("devices").exit_code == 0
    assert sent(server) == "bench-key"


def test_another_computer_needs_a_key():
    result = onenet("devices", "--url", AWAY)
    assert result.exit_code == 2
    assert "needs a key" in result.stderr and "--key-file" in result.stderr


def test_the_key_comes_from_the_option_then_the_environment_then_the_file(server, key_file):
    path = key_file()
    env = {"ONENET_KEY_FILE": path}
    server.onenet("devices", env=env)
    assert sent(server) == SECRET
    env["ONENET_KEY"] = "of-the-environment"
    server.onenet("devices", env=env)
    assert sent(server) == "of-the-environment"
    server.onenet("devices", "--key-file", path, env=env)
    assert sent(server) == SECRET
    server.onenet("devices", "--key", "of-the-option", env=env)
    assert sent(server) == "of-the-option"
    assert server.onenet("devices", "--key", "a", "--key-file", path).exit_code == 2


def test_the_url_comes_from_the_option_then_the_environment_then_the_file(server, key_file):
    path = key_file("key=%s\nurl=%s\n" % (SECRET, server.url))
    assert onenet("devices", "--key-file", path).exit_code == 0
    assert sent(server) == SECRET
    env = {"ONENET_URL": "http://127.0.0.1:9"}
    assert onenet("devices", "--key-file", path, env=env).exit_code == 1
    assert onenet("devices", "--key-file", path, "--url", server.url, env=env).exit_code == 0


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o644, 0o666, 0o601])
def test_a_file_others_may_use_is_refused(server, key_file, mode):
    path = key_file(mode=mode)
    result = server.onenet("devices", "--key-file", path)
    assert result.exit_code == 2 and server.seen == []
    assert "chmod 600 " + path in result.stderr


@pytest.mark.parametrize("mode", [0o600, 0o400])
def test_a_file_of_ones_own_is_taken(key_file, mode):
    assert read_key_file(key_file(mode=mode)) == {"key": SECRET}


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (SECRET, {"key": SECRET}),
        ("\n  %s \r\n\n" % SECRET, {"key": SECRET}),
        ("key = %s\nurl = http://x" % SECRET, {"key": SECRET, "url": "http://x"}),
        ("abc=def==", {"key": "abc=def=="}),
    ],
)
def test_a_key_file_holds_the_key_or_names(key_file, content, found):
    assert read_key_file(key_file(content)) == found


@pytest.mark.parametrize(
    ("content", "word"),
    [
        ("", "holds no key"),
        (" \n\n", "holds no key"),
        ("url=http://x", "holds no key"),
        ("key=", "holds no key"),
        (SECRET + "\nsecond", "more than a key"),
        ("schlüssel", "not ASCII"),
        (b"\xff\xfe\x00", "not ASCII"),
        ("two words", "no key"),
        (SECRET * 60, "no key"),
    ],
)
def test_a_file_that_holds_no_key_is_refused(server, key_file, content, word):
    result = server.onenet("devices", "--key-file", key_file(content))
    assert result.exit_code == 2 and word in result.stderr and server.seen == []
    assert SECRET not in result.output and "words" not in result.output


def test_a_missing_file_and_what_is_none_are_refused(server, tmp_path):
    for path in (tmp_path / "none", tmp_path, "/dev/null", "a\0b"):
        result = server.onenet("devices", "--key-file", str(path))
        assert result.exit_code == 2 and "key file" in result.stderr
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe, 0o600)
    assert server.onenet("devices", "--key-file", str(pipe)).exit_code == 2
    assert server.seen == []


def test_somebody_elses_file_is_refused(key_file, monkeypatch):
    path = key_file()
    monkeypatch.setattr(os, "getuid", lambda: 4711)
    with pytest.raises(Misuse, match="belongs to somebody else"):
        read_key_file(path)


@pytest.mark.parametrize(
    "key", ["", "a\r\nX-Other: 1", "a\nb", "naïve", "a b", "a\tb", "\x7f", "k" * 513]
)
def test_what_cannot_be_a_header_is_refused_unseen(server, key):
    result = server.onenet("devices", "--key", key)
    assert result.exit_code == 2 and "the key from --key" in result.stderr
    assert server.seen == []
    assert len(key) < 3 or key not in result.output


@given(st.text(max_size=30))
def test_a_key_is_refused_or_sent_as_it_is(text):
    try:
        headers = Key(text, "there").headers()
    except Misuse:
        assert not text or any(not "!" <= mark <= "~" for mark in text)
    else:
        assert headers == {"api-key": text}


def test_a_key_prints_as_stars():
    key = Key(SECRET, "there")
    assert SECRET not in "%r %s %r" % (key, key, {"key": key})
    assert key.hide("x" + SECRET + "y") == "x***y"
    assert not hasattr(key, "__dict__")


def echo(request):
    """Answer with whatever came, the key included."""
    return {"errno": 3, "error": "no: %s %s" % (request.headers["api-key"], request.query)}


@pytest.mark.parametrize("more", [[], ["--verbose"], ["--json"]])
def test_no_output_shows_the_key(server, key_file, more):
    server.replies = {"GET /nbiot": echo, "GET /devices": lambda request: echo(request)["error"]}
    env = {"ONENET_KEY": SECRET}
    for line in (["read", "3303", "--imei", IMEI], ["devices", "--search", SECRET], ["--help"]):
        result = server.onenet(*line, *more, env=env)
        assert SECRET not in result.output and result.exit_code in (0, 1)
    assert "***" in server.onenet("read", "3303", "--imei", IMEI, *more, env=env).output
    dead = onenet("devices", "--url", "http://127.0.0.1:9", "--key", SECRET, *more)
    assert dead.exit_code == 1 and SECRET not in dead.output
    assert SECRET not in onenet("--key", SECRET, "--key-file", key_file(), "devices").output


def test_a_request_is_shown_without_its_headers(server):
    shown = server.onenet("read", "3303", "--imei", IMEI, "--verbose").stderr
    assert (
        "GET %s/nbiot?imei=%s&obj_id=3303" % (server.url, IMEI) in shown and "api-key" not in shown
    )


def test_a_key_in_clear_is_warned_of(monkeypatch):
    calls = []
    monkeypatch.setattr(
        "onenet.client.Client.call", lambda *args, **_: calls.append(args) or {"errno": 0}
    )
    clear = onenet("devices", "--url", AWAY, "--key", SECRET)
    assert "the key travels to %s in clear" % AWAY in clear.stderr and SECRET not in clear.output
    hidden = onenet("devices", "--url", AWAY.replace("http", "https"), "--key", SECRET)
    assert hidden.stderr == "" and len(calls) == 2


def test_no_proxy_stands_before_this_computer(server):
    env = {"HTTP_PROXY": "http://127.0.0.1:9", "http_proxy": "http://127.0.0.1:9"}
    assert server.onenet("devices", env={**env, "ALL_PROXY": "http://127.0.0.1:9"}).exit_code == 0


@pytest.mark.parametrize(
    ("text", "loopback", "clear"),
    [
        ("http://127.0.0.1:8310", True, False),
        ("http://127.8.9.1", True, False),
        ("http://localhost:80/", True, False),
        ("http://[::1]:8310", True, False),
        ("https://api.heclouds.com", False, False),
        ("http://api.heclouds.com/base/", False, True),
        ("http://127.0.0.1.example", False, True),
        ("http://0.0.0.0:1", False, True),
    ],
)
def test_a_url_is_this_computer_or_another(text, loopback, clear):
    base = parse_base(text)
    assert (base.loopback, base.clear) == (loopback, clear) and not base.url.endswith("/")


@pytest.mark.parametrize(
    "text",
    [
        "127.0.0.1:8310",
        "ftp://127.0.0.1",
        "http://",
        "http:///devices",
        "http://127.0.0.1:0",
        "http://127.0.0.1:65536",
        "http://127.0.0.1:x",
        "http://127.0.0.1/?a=1",
        "http://127.0.0.1/#a",
        "http://a b",
        "http://a\nb",
        "http://[::1",
        "http://a..b",
        "http://%s.example" % ("a" * 70),
        "http://münchen",
    ],
)
def test_what_is_no_url_is_refused(text):
    result = onenet("devices", "--url", text, "--key", SECRET)
    assert result.exit_code == 2 and "--url http://HOST:PORT" in result.stderr


def test_a_password_in_the_url_is_not_repeated():
    result = onenet("devices", "--url", "http://me:%s@127.0.0.1" % SECRET)
    assert result.exit_code == 2 and SECRET not in result.output
