"""The board by itself: is it the right one, its MicroPython, memory, files and configuration."""

from deploy.deploying import room_for, too_small
from deploy.doctor.report import fail, ok, warn
from deploy.plan import choose
from deploy.probe import another_board, faults

_MEMORY = "import gc; gc.collect(); print(gc.mem_free(), gc.mem_alloc())"
# KB of heap that a node takes, on 32 and on 64 bits: as files, and frozen into the firmware.
_LEAST = {False: 64, True: 84}
_LEAST_FROZEN = {False: 40, True: 54}


def board(case):
    """Is it the board that BOARD= names? With another one's pins nothing else may be tried."""
    found = case.found
    wrong = another_board(found, case.board, case.link.device_name)
    if found.name != "micropython":
        wrong = next(faults(found, case.board))
    if wrong:
        yield fail(wrong.what, None, wrong.step)
        return
    yield ok(f"{case.board.name} on {case.link.device_name}: {found.machine}")
    if found.board not in ("", case.board.name):
        how = "deployed with" if found.deployed else "built for"
        yield warn(
            f"the node on it was {how} BOARD={found.board}",
            "the pins are another board's",
            case.make("deploy"),
        )


def micropython(case):
    """Can its MicroPython run the node?"""
    found = case.found
    wrong = list(faults(found, case.board))
    for fault in wrong:
        yield fail(fault.what, None, fault.step)
    if not wrong:
        yield ok(f"{found.number}, loads .mpy files of version {found.mpy}")


def memory(case):
    """Is the heap large enough?"""
    free, used = [int(word) // 1024 for word in case.link.run(_MEMORY).split()]
    said = f"{free} KB free of {free + used} KB"
    wide = case.link.run("import sys; print(sys.maxsize > 1 << 32)").strip() == "True"
    least = (_LEAST_FROZEN if case.found.frozen else _LEAST)[wide]
    if free < least:
        step = (
            "few sensors, log.level 0 or 1; or the node frozen into the firmware, see the last "
            f"part of boards/{case.board.name}/README.md"
        )
        if case.hosted:
            step = "make pcboard without --heap"
        yield warn(said, f"a node takes about {least} KB", step)
    else:
        yield ok(said)


def files(case):
    """Is there room for the node, and is it there?"""
    found = case.found
    free = f"{found.free // 1024} KB free"
    if found.deployed:
        yield ok(f"{free}; the node is there, version {found.deployed['version']}")
        return
    if found.fault:
        said = f"{free}; a node or a board definition is there and cannot be loaded"
        yield warn(said, found.fault, case.make("deploy"))
        return
    if found.node:
        how = "part of the firmware" if found.frozen else f"in {found.node}, copied by other means"
        yield ok(f"{free}; the node is there, {how}")
        return
    need = room_for(case.board, found.block)
    if found.free >= need:
        yield ok(f"{free}; no node yet: {case.make('deploy')}")
    elif not found.size and not found.free:
        yield fail(
            "no file system",
            "the board's flash memory is not formatted, or damaged",
            f"make flash BOARD={case.board.name}: it erases everything",
        )
    elif found.size and need > found.size:
        yield fail(
            f"{found.size // 1024} KB in all",
            f"the node takes {need // 1024} KB: as files it does not fit on this board",
            too_small(case.board),
        )
    else:
        yield fail(
            free,
            f"the node takes {need // 1024} KB while it is deployed",
            "make backup, then make wipe ALL=1",
        )


def configuration(case):
    """Which configuration is gone by, and is it right?"""
    case.plan, errors = choose(case.link, case.board, case.order.config)
    for error in errors:
        yield fail(error.what, None, error.step)
    if case.plan:
        module = case.plan.module
        said = f"{case.plan.source}: {case.plan.where} at {module['baud']} baud"
        yield warn(f"going on with {said}") if errors else ok(said)
