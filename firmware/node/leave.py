"""The way out: deregister within a time limit, then tell what the watchdog will do."""

import asyncio


async def leave(node, limit):
    """De-register in order, limit ms at most; for a loop in which nothing else runs."""
    engine = asyncio.create_task(node.modem.at.run())
    leaving = asyncio.create_task(node.supervisor.shutdown())
    while not leaving.done():
        if limit <= 0:
            node.log("not de-registered: the module took too long", 0)
            break
        limit -= 20
        if node.watchdog:
            node.watchdog.feed()
        await node.clock.sleep_ms(20)
    leaving.cancel()
    engine.cancel()
    if node.watchdog:
        node.watchdog.left()
