"""make deploy: the whole way from the sources to a node that starts."""

import time
from dataclasses import dataclass

from deploy import install
from deploy.errors import DeployError
from deploy.files import fetch, new_folder, read
from deploy.options import of_board, usual
from deploy.payload import payload, selected
from deploy.probe import check
from deploy.session import workshop
from deploy.settings import checked, default

LOG_S = 5.0  # for which the first log lines are shown
_ALIEN = ("boot.py", "main.py")


@dataclass
class Order:
    """What is asked for: port, board, compiled or sources, config: a path, or None.

    lines: compiled with line numbers for tracebacks.
    """

    port: str
    board: object
    compiled: bool = True
    config: object = None
    lines: bool = False
    patience: float = 10
    log_s: float = LOG_S


def deploy(order, screen):
    """Bring the node to the board; return the number of files copied. Raises DeployError."""
    began = time.monotonic()
    board = order.board
    given = order.config and checked(order.config, board)
    files = payload(board, order.compiled, order.lines)
    with workshop(order.port, order.patience, screen.say) as (link, found):
        check(found, board, order.compiled, link.device_name)
        screen.say(
            f"{link.device_name}: {board.name}, MicroPython {found.number}, "
            f"{found.free // 1024} KB free"
        )
        if found.frozen:
            screen.say("the firmware of this board has a node too; the files go before it")
        _lacking(link, board, screen)
        wanted = selected(files, of_board(link, board, given), board)
        copied = _update(link, found, wanted, board, given, screen)
        screen.say(f"done in {time.monotonic() - began:.1f} s; the board starts:")
        link.restart()
        _first_lines(link, order, screen)
    return copied


def _update(link, found, wanted, board, config, screen):
    old = install.scan(link, [], ["config.json"])
    if config is None and not old:
        config = checked(default(board), board)
        screen.say(f"config.json: there was none, {default(board).name} of this board goes there")
    present = install.scan(link)
    plan = install.compare(wanted, present)
    changed = bool(plan.copy or plan.remove)
    if changed:  # a configuration is checked anew by what is deployed
        plan.remove += install.STAMPS
    if not found.deployed and not found.node:  # files in lib/ go before a frozen node at once
        install.first(plan, present)
    if config is not None:
        with_config(link, wanted, plan, config, old)
    if not plan.copy and not plan.remove:
        screen.say(f"nothing to copy: all {len(wanted)} files are on the board, compared by hash")
        return 0
    if changed and not found.deployed:
        _keep_others(link, present, plan, board, screen)
    apply(link, found, wanted, plan, screen, board)
    compared = {path: data for path, data in wanted.items() if path not in install.CONFIGS}
    install.verify(link, compared)
    gone = [path for path in plan.remove if not path.endswith(".ok")]
    removed = f", {len(gone)} removed" if gone else ""
    screen.say(f"{len(plan.copy)} files copied{removed}, {len(compared)} compared by hash")
    return len(plan.copy)


def with_config(link, wanted, plan, config, old):
    """Add the configuration config (bytes) to what is copied, and keep the one there is."""
    if old:
        before = read(link, "config.json")
        if before == config:
            return
        wanted["config.old.json"] = before
        plan.copy.append("config.old.json")
    wanted["config.json"] = config
    plan.copy.append("config.json")


def apply(link, found, wanted, plan, screen, board):
    """Stage and switch; when that fails before the switch, the board is as it was."""
    need = install.room(plan, wanted, found.block)
    left = install.scan(link, ["next"], [])
    have = found.free + sum(size for size, _ in left.values())
    if need > have:
        _never(found, wanted, board)
        raise DeployError(
            f"too little room: the new files need {need // 1024} KB beside the old version, "
            f"and {have // 1024} KB are free",
            "make backup, make wipe (config.json stays), then deploy again",
        )
    total = sum(len(wanted[path]) for path in plan.copy)
    try:
        with screen.bar(total) as progress:
            install.stage(link, plan, wanted, progress)
    except DeployError as e:
        if getattr(e, "errno", None) is not None:
            install.forget(link, plan)
        raise
    install.switch(link, plan, wanted)


def _never(found, wanted, board):
    """Raise DeployError if not even an empty file system of the board could hold it all."""
    whole = install.first(install.Plan(list(wanted), []), {})
    need = install.room(whole, wanted, found.block)
    if not found.size or need <= found.size:
        return
    what = (
        f"these files take {need // 1024} KB, and the file system of the board has "
        f"{found.size // 1024} KB in all"
    )
    least = room_for(board, found.block)
    if least <= found.size:
        step = "without LINES=1, with a configuration that needs less"
        raise DeployError(what, f"make deploy, {step}: from {least // 1024} KB on")
    raise DeployError(what, too_small(board))


def room_for(board, block):
    """Return how many bytes a new board's file system has to have; raises DeployError."""
    files = payload(board)
    files = selected(files, usual(board), board)
    files["config.json"] = default(board).read_bytes()
    return install.room(install.first(install.Plan(list(files), []), {}), files, block)


def too_small(board):
    """Return the next step where the node cannot be had as files."""
    if board.port == "unix":
        return "a larger image: make pcboard ARGS='--image FILE --size 1024'"
    return f"freeze the node into the firmware: last part of boards/{board.name}/README.md"


def _keep_others(link, present, plan, board, screen):
    """Save what somebody else has put where our files go."""
    alien = {path: present[path] for path in _ALIEN if path in present and path in plan.copy}
    if alien:
        folder = new_folder(board.name)
        fetch(link, alien, folder)
        screen.say(f"{' and '.join(alien)} of the board: kept in {folder}")


def _lacking(link, board, screen):
    for name in board.mip:
        if link.run("try:\n import %s\nexcept ImportError: print(1)" % name).strip():
            command = f".venv/bin/mpremote connect {link.device_name} mip install {name}"
            screen.warn(f"this MicroPython lacks {name}; to have it on the board: {command}")


def _first_lines(link, order, screen):
    """Show the board's log for log_s seconds, from its first line on."""
    seen = False
    patience = max(order.log_s, order.patience if order.log_s else 0)
    for line in link.lines(patience):
        seen = _shown(line, screen)
        if seen:
            break
    if not seen:
        screen.say("(no line yet: make logs follows it)")
        return
    for line in link.lines(order.log_s):
        _shown(line, screen)


def _shown(line, screen):
    """Show a line if it is the log's; return whether it is."""
    if not line.strip() or "soft reboot" in line or line.startswith(">>> "):
        return False
    screen.log(line)
    if line.startswith("Traceback"):
        screen.warn("the node does not start; make logs shows more")
    return True
