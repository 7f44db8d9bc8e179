"""A killed bench: what a node was told is stored is there, and the next bench goes on with it."""

import asyncio

from bench.load.client import Client
from bench.load.node import LoadNode
from bench.load.process import BenchProcess
from bench.load.stored import count, missing
from bench.platform.store import Store

RATE = 300  # notifications a second


async def load(bench, known, first):
    """Connect a node and have it notify; return it, its task and what the API said before."""
    client = Client(bench.api, bench.key)
    try:
        if known:
            await check(client, bench, known)
        node = LoadNode(*bench.modules[0], first)
        await node.connect()
        assert list(await client.devices()) == [node.imei]
    finally:
        await client.close()
    loop = asyncio.get_running_loop()
    return node, asyncio.create_task(node.notify(RATE, loop.time(), float("inf")))


async def check(client, bench, known):
    """The device of the run before is there, online, with its datapoints and its lifetime."""
    number, newest = known
    assert await client.devices() == {bench.modules[0][0]: number}
    status = await client.get("/devices/status", devIds=number)
    assert [(each["id"], each["online"]) for each in status["devices"]] == [(number, True)]
    streams = (await client.get("/devices/%d/datapoints" % number))["datastreams"]
    assert {each["id"]: each["datapoints"][0]["value"] for each in streams} == newest


def look(database, nodes):
    """Return (datapoints, (device id, newest values)) once nothing acknowledged is missing."""
    store = Store(database)
    try:
        assert missing(store, nodes) == []
        (row,) = store.devices()
        newest = {"%d_%d_%d" % each.path: each.value for each in store.points.latest(row.device)}
        return count(store), (row.device, newest)
    finally:
        store.close()


def test_sigkill_loses_no_acknowledged_datapoint_and_the_next_bench_goes_on(tmp_path):
    database = tmp_path / "onenet.db"

    async def main():
        nodes, before, known = [], 0, None
        for first in (1, 10_001):
            bench = await BenchProcess.start(1, database)
            try:
                node, notifying = await load(bench, known, first)
                nodes.append(node)
                async with asyncio.timeout(10):
                    while len(node.acknowledged) < 100:  # noqa: ASYNC110
                        await asyncio.sleep(0.01)
            finally:
                await bench.kill()
            await notifying
            await node.ended()
            node.close()
            assert node.waiting  # it was killed in the middle
            points, known = look(database, nodes)
            assert points - before >= len(node.acknowledged)
            before = points

    asyncio.run(main())
