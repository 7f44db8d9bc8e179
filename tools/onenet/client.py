"""HTTP to the platform: one call, one answer, both bounded."""

import json
import time

import httpx

from onenet.errors import Misuse, Refused, Strange, Unreachable
from onenet.hints import DEVICES, NBIOT
from onenet.text import short

CONNECT_S = 5
MAX_BYTES = 32 * 1024 * 1024  # of an answer
_START = "start `make run` or `make bench` in another terminal, or give --url"
_CHECK = "check --url, the network and the proxy"


class Client:
    """Sends calls to base with key. say(text) is told of each, without the key."""

    def __init__(self, base, key, say=None):
        self.base = base
        self._key = key
        self._say = say or (lambda text: None)
        self._http = httpx.Client(
            headers={**key.headers(), "user-agent": "onenet", "accept-encoding": "identity"},
            trust_env=not base.loopback,  # no proxy between this computer and itself
            # Loading the certificates takes longer than a call on this computer.
            verify=not (base.loopback and base.url.startswith("http:")),
            follow_redirects=False,  # the key is for base alone
        )

    def close(self):
        self._http.close()

    def call(self, method, path, params=None, body=None, wait_s=15):
        """Return the answer, a dict with errno 0. path begins with "/"; params without None.

        Raises Unreachable, Strange, or Refused when errno is another.
        """
        query = {name: value for name, value in (params or {}).items() if value is not None}
        began = time.monotonic()
        status, content = self._exchange(method, path, query, body, began + wait_s, wait_s)
        text = self._key.hide(content.decode("utf-8", "replace"))
        self._say("  %s in %d ms" % (short(text, 2000), (time.monotonic() - began) * 1000))
        return _checked(path, status, text, self.base.url)

    def _exchange(self, method, path, query, body, deadline, wait_s):
        """Return (HTTP status, bytes of the answer)."""
        request = self._request(method, path, query, body, wait_s)
        self._say(self._key.hide("%s %s" % (method, request.url)))
        if body is not None:
            self._say("  " + self._key.hide(json.dumps(body)))
        content = bytearray()
        try:
            answer = self._http.send(request, stream=True)
            try:
                for chunk in answer.iter_bytes():
                    content += chunk
                    self._bound(content, deadline)
            finally:
                answer.close()
        except httpx.TimeoutException as error:
            raise self._late(error, wait_s) from None
        except httpx.ConnectError as error:
            raise self._absent(error) from None
        except httpx.HTTPError as error:
            reason = self._key.hide(str(error)) or type(error).__name__
            message = "the connection to %s broke: %s" % (self.base.url, reason)
            raise Unreachable(message, "try again") from None
        return answer.status_code, bytes(content)

    def _request(self, method, path, query, body, wait_s):
        limits = httpx.Timeout(wait_s, connect=CONNECT_S)
        url = self.base.url + path
        try:
            return self._http.build_request(method, url, params=query, json=body, timeout=limits)
        except (httpx.InvalidURL, UnicodeError):
            raise Misuse("%s and these words make no URL" % self.base.url, "check them") from None

    def _bound(self, content, deadline):
        if len(content) > MAX_BYTES:
            raise Strange(
                "%s answers with more than %d MiB" % (self.base.url, MAX_BYTES >> 20),
                "ask for less, such as with --limit",
            )
        if time.monotonic() > deadline:
            raise Unreachable("%s does not come to an end of its answer" % self.base.url, _CHECK)

    def _late(self, error, wait_s):
        if isinstance(error, httpx.ConnectTimeout):
            return Unreachable("nothing answers at %s" % self.base.url, _CHECK)
        return Unreachable(
            "%s gave no answer within %d s" % (self.base.url, wait_s),
            "is something else listening there? " + _CHECK,
        )

    def _absent(self, error):
        if self.base.loopback:
            return Unreachable("nothing answers at %s" % self.base.url, _START)
        return Unreachable("nothing answers at %s: %s" % (self.base.url, error), _CHECK)


def _checked(path, status, text, url):
    """Return the answer if it is one with errno 0."""
    try:
        reply = json.loads(text, parse_constant=_no_number)
        errno = int(reply["errno"])
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
        raise Strange(
            "%s answers, but not as OneNET does (HTTP %d): %s"
            % (url, status, short(text, 80) or "nothing"),
            "check --url",
        ) from None
    if errno:
        family = NBIOT if path.startswith("/nbiot") else DEVICES
        raise Refused(family, errno, short(str(reply.get("error") or ""), 300), reply)
    if status >= 300:
        raise Strange("%s answers %s with HTTP status %d" % (url, path, status), "check --url")
    return reply


def _no_number(name):
    raise ValueError(name)
