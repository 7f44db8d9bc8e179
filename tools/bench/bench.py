"""The bench as a whole: stations, the platform behind them, and its HTTP server."""

import asyncio
import time

from bench.platform import Platform
from bench.pump import Pump
from bench.station import Station
from bench.ticks import BenchClock
from bench.web import serve_http

DEFAULT_KEY = "bench-key"
ALL_TRACES, MIN_TRACE, MAX_TRACE = 25_000, 200, 5000  # lines
IMEI, IMSI = "867725030000018", "460040000000018"


class Bench:
    """Modules and platform on one clock.

    store: a Store, None = in memory. key: the product's master key. modules: how many; the
    identities count up from imei and imsi. baud, wiring, options: of each Station. push: None, or
    (url, token) of where to push; raises AddressError for a URL elsewhere.
    """

    def __init__(
        self,
        store=None,
        key=DEFAULT_KEY,
        modules=1,
        baud=9600,
        imei=IMEI,
        imsi=IMSI,
        wiring=None,
        network_ms=80,
        push=None,
        **options,
    ):
        self.key = key
        self.http = ""
        self.hands_on = False  # somebody has moved something in the console
        self.progress = ""  # what is being done at the moment, for the console
        clock = BenchClock()
        self.platform = Platform(clock, time.time, store, network_ms=network_ms)
        self._pump = Pump(self.platform.poll, self.platform.next_ms)
        self.platform.timers.on_sooner = self._pump.wake
        self.stations = [
            Station(
                clock,
                self.platform,
                number,
                baud,
                wiring,
                trace_lines(modules),
                imei=counted(imei, number),
                imsi=counted(imsi, number),
                wall=time.time,
                **options,
            )
            for number in range(modules)
        ]
        self.push = None
        if push:
            from bench.push import Push  # here, since its HTTP client takes a while to load

            self.push = Push(self.platform, *push)
        self._web = None
        self._say = lambda text: None

    async def serve_http(self, host, port):
        """Serve the HTTP API and the console. Raises AddressError."""
        # Here, since the console takes a second to load.
        from bench.api import make_app
        from bench.console import attach

        app = make_app(self)
        attach(app, self)
        self._web = await serve_http(app, host, port)
        self.http = self._web.address

    async def run(self):
        """Drive everything until cancelled. Raises what one of the parts raises."""
        work = [self._pump.run(), *(station.shell.pump() for station in self.stations)]
        if self.push:
            work.append(self.push.run())
        tasks = [asyncio.create_task(each) for each in work]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in tasks:
                task.cancel()

    def tell_storage(self, say):
        """Have say(sentence) called when the database cannot be written, and when it can again."""

        self._say = say
        self.platform.on_storage = lambda storage: say(str(storage))

    @property
    def trouble(self):
        """Return what is wrong with the database, for the console; "" = nothing."""
        return self.platform.store.trouble

    async def close(self):
        """End the HTTP server and give the database back."""
        if self._web:
            await self._web.close()
        lost = self.platform.store.close()
        if lost:
            self._say("%d datapoints could not be written and are lost" % lost)


def trace_lines(modules):
    """Return the lines each module's trace keeps, so that many modules do not fill the memory."""
    return min(MAX_TRACE, max(MIN_TRACE, ALL_TRACES // modules))


def counted(digits, number):
    """Return a string of digits, as many as before, counted up by number."""
    return str(int(digits) + number).zfill(len(digits))[-len(digits) :]
