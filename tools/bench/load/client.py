"""Who asks the HTTP API meanwhile, and how long each answer took."""

import asyncio
import itertools
import time
from datetime import datetime, timedelta, timezone

import httpx

LATEST, MINUTE, STATUS, RESOURCES, READ = (
    "newest datapoints",
    "datapoints of a minute",
    "status of all",
    "resources",
    "real-time read",
)
API_KINDS = (LATEST, MINUTE, STATUS, RESOURCES)  # answered by the platform alone
BEIJING = timezone(timedelta(hours=8))
READ_EVERY_S = 1


class Client:
    """Asks at a pace. samples: list of (at s, kind, latency in ms). errors: what went wrong."""

    def __init__(self, api, key):
        self.samples = []
        self.errors = []
        self._http = httpx.AsyncClient(
            base_url=api, headers={"api-key": key}, timeout=30, trust_env=False
        )

    async def devices(self):
        """Return {imei: device id}."""
        found = {}
        for page in itertools.count(1):
            data = await self.get("/devices", page=page, per_page=100)
            found.update({each["rg_id"]: int(each["id"]) for each in data["devices"]})
            if len(found) >= data["total_count"]:
                return found

    async def ask(self, devices, per_second):
        """Ask the platform-only calls in turn, about every device, until cancelled."""
        calls = itertools.product(devices.items(), API_KINDS)
        ids = ",".join(str(number) for number in devices.values())
        for (imei, number), kind in itertools.cycle(list(calls)):
            begun = time.monotonic()
            await self._measure(kind, *_request(kind, imei, number, ids))
            await asyncio.sleep(max(begun + 1 / per_second - time.monotonic(), 0))

    async def read(self, devices):
        """Read a resource from one node after the other, until cancelled."""
        for imei in itertools.cycle(devices):
            query = {"imei": imei, "obj_id": 3303, "obj_inst_id": 0, "res_id": 5700}
            await self._measure(READ, "/nbiot", query)
            await asyncio.sleep(READ_EVERY_S)

    async def get(self, path, **query):
        """Return the data of a call. Raises httpx.HTTPError, ValueError for an errno."""
        reply = (await self._http.get(path, params=query)).json()
        if reply["errno"]:
            raise ValueError("errno %d %s" % (reply["errno"], reply["error"]))
        return reply["data"]

    async def close(self):
        await self._http.aclose()

    # -- inside -------------------------------------------------------------------------------

    async def _measure(self, kind, path, query):
        begun = time.monotonic()
        try:
            await self.get(path, **query)
        except (httpx.HTTPError, ValueError, KeyError) as error:
            self.errors.append("%s: %s" % (kind, error or type(error).__name__))
            return
        now = time.monotonic()
        self.samples.append((now, kind, (now - begun) * 1000))


def _request(kind, imei, number, ids):
    """Return path and query of a call."""
    if kind == LATEST:
        return "/devices/%d/datapoints" % number, {}
    if kind == MINUTE:
        start = (datetime.now(BEIJING) - timedelta(minutes=1)).strftime("%Y-%m-%dT%H:%M:%S")
        query = {"datastream_id": "3303_0_5700", "start": start, "limit": 100}
        return "/devices/%d/datapoints" % number, query
    if kind == STATUS:
        return "/devices/status", {"devIds": ids}
    return "/nbiot/resources", {"imei": imei}
