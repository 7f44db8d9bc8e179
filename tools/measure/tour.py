"""The whole tour of the guide, every operation judged, and the least heap in which it passes."""

import asyncio

from bench.boardlink import BoardLink
from bench.run import judge
from bench.scenario import steps
from bench.wiring import load
from measure.clock import run
from measure.real import RealNode, environment, sleep_ms
from measure.settings import settings, written
from measure.work import Unmeasurable

_LEAST, _MOST, _STEP = 48, 256, 2  # K
_TRIES = 2  # so often in a row it has to pass: a heap falls to pieces differently each time
_READY_MS = 40_000
_STEP_MS = 15_000
_PLATFORM = {"network_ms": 10}
_BAD = ("MemoryError", "memory allocation failed", "Traceback")


async def passes(heap, name):
    """Return "" if a node in `heap` K passes the whole tour, or what it fails at."""
    config = settings(9600)
    for sensor in config["sensors"]:
        sensor["period"] = 1
    path = written(name, config)
    # The line is as fast as it can be: how long it takes is of no interest.
    env = environment(name, path)
    node = RealNode(name, env, 0, heap="%dK" % heap, least_s=0.001, platform=_PLATFORM)
    async with node:
        try:
            problem = await node.beside(_tour(node, load(path)))
        except Unmeasurable as error:
            problem = str(error)
        status = await node.leave()
    if problem:
        return problem
    bad = [word for word in _BAD if word in node.log.read_text(errors="replace")]
    if status != 0 or bad:
        return "it ends with status %s, %s" % (status, bad)
    return ""


async def _tour(node, wiring):
    if not await _until(lambda: _ready(node), _READY_MS):
        return "it is not online"
    for step in steps(node.module.imei, BoardLink(node.board), wiring):
        problem = await _stepped(node, step)
        if problem:
            return "%s: %s" % (step.title, problem)
    return ""


async def _stepped(node, step):
    loop = asyncio.get_running_loop()
    end = loop.time() + step.settle_s + 1
    while True:
        operation = step.ask(node.platform)
        for each in (operation.before, operation):
            if each and not await _until(lambda each=each: each.done, _STEP_MS):
                return "not done"
        problem = judge(step, operation)
        while problem and operation.kind != "read" and loop.time() < end:
            await asyncio.sleep(0.02)  # pins follow a moment after the answer
            problem = judge(step, operation)
        if not problem or operation.kind != "read" or loop.time() > end:
            return problem
        await asyncio.sleep(0.1)


async def _until(condition, ms):
    for _ in range(ms // 5):
        if condition():
            return True
        await sleep_ms(5)
    return False


def _ready(node):
    device = node.platform.device(node.module.imei)
    return bool(
        device and device.online and device.observed and not (device.sent or device.waiting)
    )


def least(say):
    """Return (the least heap in K that passes the tour, why the next smaller one does not)."""
    low, high, why = _LEAST - _STEP, _MOST, "not tried"
    while high - low > _STEP:
        middle = (low + high) // 2 // _STEP * _STEP
        problem = _problem(middle)
        say("memory: tour in %d K: %s" % (middle, problem or "passes"))
        if problem:
            low, why = middle, problem
        else:
            high = middle
    while problem := _problem(high):  # just above the edge it passes now and then
        high, why = high + _STEP, problem
        if high > _MOST + _STEP:
            raise Unmeasurable("the tour does not pass in %d K: %s" % (_MOST, problem))
    return high, why


def _problem(heap):
    for _ in range(_TRIES):
        problem = run(passes(heap, "tour"))
        if problem:
            return problem
    return ""
