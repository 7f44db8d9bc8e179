"""The way out: de-register in order; loaded for that alone."""

import asyncio

from m5310.errors import AtError


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


async def deregister(supervisor):
    """De-register and take the session down in the guide's order (3.6)."""
    supervisor.stopping = True
    supervisor.say("shutting down")
    mipl = supervisor.modem.mipl
    try:
        await supervisor.modem.at.sync(3000)
        if supervisor.objects:
            await mipl.close()
        for entry in supervisor.objects:
            await mipl.remove(entry[0])
        supervisor.say("de-registered")
    except AtError as e:
        supervisor.log("not de-registered: %s" % e, 0)
