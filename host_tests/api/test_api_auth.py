"""The master key, and tokens signed with it."""

import base64
import hashlib
import hmac
from urllib.parse import quote

import pytest
from api_rig import KEY, START_S, ApiRig

VERSION = "2018-10-31"


def token(method="sha1", end=START_S + 60, res="products/123", key=KEY, version=VERSION, **other):
    """Sign as the documents say; facts platform.md 1.1."""
    text = "%s\n%s\n%s\n%s" % (end, method, res, version)
    access_key = base64.b64encode(key.encode())
    digest = getattr(hashlib, method, hashlib.sha1)
    sign = base64.b64encode(hmac.new(base64.b64decode(access_key), text.encode(), digest).digest())
    fields = {"version": version, "res": res, "et": end, "method": method, "sign": sign.decode()}
    fields |= other
    return "&".join("%s=%s" % (name, quote(str(value), "")) for name, value in fields.items())


@pytest.fixture(scope="module")
def rig():
    one = ApiRig(register=False)
    yield one
    one.close()


def ask(rig, text, path="/devices", **more):
    return rig.call("GET", path, headers={"authorization": text} | more, key=None)


@pytest.mark.parametrize("method", ["md5", "sha1", "sha256"])
def test_a_token_opens(rig, method):
    assert ask(rig, token(method)).errno == 0
    assert ask(rig, token(method, res="products/123/devices/x")).errno == 0


@pytest.mark.parametrize(
    "text",
    [
        token(end=START_S),
        token(end=START_S - 1),
        token(end="1e12"),
        token(end=""),
        token(method="sha512"),
        token(method=""),
        token(key="another"),
        token(version="2017-01-01"),
        token(res="everything"),
        token(sign=""),
        token(sign="\xff"),
        token(res="products/124").replace("124", "123"),
        token() + "&et=%d" % (START_S + 1000),
        "version=" + "x" * 2000,
        "Bearer x",
        "&&==&",
        "sign",
    ],
)
def test_all_else_does_not(rig, text):
    assert ask(rig, text).errno == 3
    assert ask(rig, text, "/nbiot").errno == 1


def test_the_key_goes_before_a_token(rig):
    assert ask(rig, token(), **{"api-key": "wrong"}).errno == 3
    assert ask(rig, "x", **{"api-key": KEY}).errno == 0


def test_a_blank_around_the_key_does_not_matter(rig):
    assert rig.call("GET", "/devices", key=KEY + "  ").errno == 0


def test_a_key_need_not_be_ascii():
    rig = ApiRig(register=False, key="schlüssel")
    header = "schlüssel".encode().decode("latin-1")
    assert rig.call("GET", "/devices", headers={"api-key": "schlüssel"}, key=None).errno == 0
    assert rig.call("GET", "/devices", headers={"api-key": header}, key=None).errno == 3
    rig.close()
