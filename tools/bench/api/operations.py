"""Waiting for a device's answer without holding anyone else up."""

import asyncio

from bench.api.envelope import Kind, Problem
from bench.platform.operations import BUSY, OFFLINE, REFUSED


async def finished(operation):
    """Wait until the device did what was asked. Raises Problem if it did not."""
    done = asyncio.get_running_loop().create_future()
    operation.on_done(lambda _: done.done() or done.set_result(None))
    await done
    if operation.ok:
        return operation
    if operation.name == REFUSED:
        raise Problem(Kind.LIMIT if operation.limit else Kind.INVALID, operation.reason)
    if operation.name == OFFLINE:
        raise Problem(Kind.OFFLINE)
    if operation.name == BUSY:
        raise Problem(Kind.INTERNAL)
    raise Problem(Kind.UNSUCCESS, operation.sub_reason)
