"""Sends what happens on the platform to one receiver, in order, until too much has failed."""

import asyncio
import contextlib
from collections import deque

import httpx

from bench.push.messages import DATAPOINT, message
from bench.push.signed import body, random_text, signature
from bench.push.url import check_url

CHECKING, RUNNING, STOPPED = "checking", "running", "stopped"
TIMEOUT_S = 5
# 16 tries again, as the platform makes, but for a receiver that is being worked on: 10 minutes.
GAPS_S = (0.5, 1, 2, 4, 8, 15, 30) + 9 * (60,)
MAX_FAILURES = 2000
KEEP = 10_000  # messages that wait
BATCH = 100  # datapoints in one POST
MAX_ANSWER = 4096  # bytes


class Push:
    """The push of one Platform to one URL; facts platform.md 2.

    state: "checking" (of the URL), "running" or "stopped: why". problem: what failed last.
    sent: messages the receiver has taken. failed: requests it has not. dropped: messages lost,
    for the queue was full, they failed too often or the push has stopped. on_state: called with
    each new state. timeout_s: how long an answer may take; gaps_s: before each try again; then
    messages are given up, and if it was the check the push. Raises AddressError.
    """

    def __init__(
        self,
        platform,
        url,
        token,
        timeout_s=TIMEOUT_S,
        gaps_s=GAPS_S,
        max_failures=MAX_FAILURES,
        keep=KEEP,
    ):
        self.url = check_url(url)
        self.state = CHECKING
        self.problem = ""
        self.sent = self.failed = self.dropped = 0
        self.on_state = None
        self._token = token
        self._timeout_s = timeout_s
        self._gaps_s = gaps_s
        self._max_failures = max_failures
        self._keep = keep
        self._queue = deque()
        self._arrived = asyncio.Event()
        self._idle = asyncio.Event()
        platform.listen(self._note)

    @property
    def waiting(self):
        """Return how many messages wait."""
        return len(self._queue)

    async def run(self):
        """Check the URL, then send until cancelled. After the push has stopped it idles."""
        try:
            # No proxy, no redirect: nothing but the receiver is ever asked, by plain HTTP alone
            # (see check_url): it takes no certificates, and loading them took longest.
            async with httpx.AsyncClient(
                trust_env=False, follow_redirects=False, timeout=None, verify=False
            ) as client:
                await self._check(client)
                self._enter(RUNNING)
                while True:
                    await self._send_next(client)
        except _Stop as stop:
            self.dropped += len(self._queue)
            self._queue.clear()
            self._idle.set()
            self._enter("%s: %s" % (STOPPED, stop))
        await asyncio.Event().wait()

    async def drain(self, seconds):
        """Wait until all messages are taken, at most seconds, and only while the push runs."""
        if self.state == RUNNING:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._idle.wait()

    # -- inside -------------------------------------------------------------------------------

    def _note(self, event):
        shown = message(event)
        if shown is None:
            return
        if self.state.startswith(STOPPED):
            self.dropped += 1
            return
        if len(self._queue) >= self._keep:
            self._queue.popleft()
            self.dropped += 1
        self._queue.append(shown)
        self._idle.clear()
        self._arrived.set()

    def _enter(self, state):
        self.state = state
        if self.on_state:
            self.on_state(state)

    async def _check(self, client):
        """The URL check: the receiver has to give the message back."""

        async def ask():
            msg, nonce = random_text(16), random_text()
            query = {"msg": msg, "nonce": nonce, "signature": signature(self._token, nonce, msg)}
            url = httpx.URL(self.url).copy_merge_params(query)
            answer = await self._ask(client, client.build_request("GET", url, headers=_HEADERS))
            if answer != msg.encode():
                raise _Failure("answered the URL check with something else than its msg")

        if not await self._persist(ask):
            raise _Stop("URL check failed: the receiver " + self.problem)

    async def _send_next(self, client):
        """Wait for messages and have the receiver take some: datapoints together, others alone."""
        while not self._queue:
            self._arrived.clear()
            self._idle.set()
            await self._arrived.wait()
        taken = [self._queue.popleft()]
        while taken[-1]["type"] == DATAPOINT and self._queue and len(taken) < BATCH:
            if self._queue[0]["type"] != DATAPOINT:
                break
            taken.append(self._queue.popleft())
        content = body(self._token, taken if len(taken) > 1 else taken[0])
        headers = {**_HEADERS, "Content-Type": "application/json"}

        async def post():
            request = client.build_request("POST", self.url, content=content, headers=headers)
            await self._ask(client, request)

        done = False
        try:
            done = await self._persist(post)
        finally:
            if done:
                self.sent += len(taken)
            else:
                self.dropped += len(taken)

    async def _persist(self, attempt):
        """Await attempt() until it succeeds or has failed too often; return whether it did."""
        for gap_s in (*self._gaps_s, None):
            try:
                await attempt()
                return True
            except _Failure as failure:
                self.problem = str(failure)
            self.failed += 1
            if self.failed >= self._max_failures:
                raise _Stop(
                    "%d requests failed; last, the receiver %s" % (self.failed, self.problem)
                )
            if gap_s is not None:
                await asyncio.sleep(gap_s)
        return False

    async def _ask(self, client, request):
        """Return the beginning of the answer's body. Raises _Failure if it is no 200 in time."""
        try:
            async with asyncio.timeout(self._timeout_s):
                response = await client.send(request, stream=True)
                try:
                    found = b""
                    async for part in response.aiter_raw():
                        found += part
                        if len(found) > MAX_ANSWER:
                            break
                finally:
                    await response.aclose()
        except TimeoutError:
            raise _Failure("did not answer within %g s" % self._timeout_s) from None
        except httpx.ConnectError:
            raise _Failure("cannot be reached") from None
        except httpx.HTTPError as error:
            raise _Failure("broke off: %s" % (error or type(error).__name__)) from None
        if response.status_code != 200:
            raise _Failure("answered with status %d" % response.status_code)
        return found


_HEADERS = {"Accept-Encoding": "identity", "User-Agent": "m5310-bench"}


class _Failure(Exception):
    """One request that was not taken: what the receiver did."""


class _Stop(Exception):
    """The push is over: why."""
