"""What drives a simulation in real time: work when it is due, or when somebody says so."""

import asyncio

MIN_SLEEP_S = 0.002
IDLE_S = 60


class Pump:
    """Calls work() whenever next_ms() has run down or wake() was called.

    next_ms: returns ms until there is work, 0 = now, None = nothing is planned. least_s: it does
    not sleep for less.
    """

    def __init__(self, work, next_ms, least_s=MIN_SLEEP_S):
        self._work = work
        self._least_s = least_s
        self._next_ms = next_ms
        self._event = asyncio.Event()

    def wake(self):
        """There may be something to do at once."""
        self._event.set()

    async def run(self):
        """Drive until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            self._event.clear()
            self._work()
            wait_ms = self._next_ms()
            wait_s = IDLE_S if wait_ms is None else max(wait_ms / 1000, self._least_s)
            # Asked for while it worked: the others get a turn, then it goes on.
            if self._event.is_set():
                await asyncio.sleep(0)
                continue
            timer = loop.call_later(min(wait_s, IDLE_S), self._event.set)
            await self._event.wait()
            timer.cancel()
