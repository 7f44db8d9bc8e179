"""make wipe, backup, config, logs, trace, repl: what one does with a board that has the node."""

import re
import subprocess
import sys
import time
from pathlib import Path

import click

from deploy import install
from deploy.boards import load
from deploy.deploying import apply, with_config
from deploy.errors import DeployError
from deploy.files import everything, fetch, new_folder, read
from deploy.link import Link
from deploy.options import lacking
from deploy.ports import find
from deploy.session import visit, workshop
from deploy.settings import checked, problem

_QUIET_S = 10
_LOOK_S = 2
_QUIET = "(quiet, and not at its prompt: a node that is well has little to say at log.level 1)"
_AT_PROMPT = (
    "(the board is at its Python prompt, and no node runs: its reset button starts the node, as "
    "does Ctrl-D in make repl; what it says then is why it ended)"
)
_IDENTITY = re.compile(r"(?<!\d)(\d\d)(\d{8,14})(\d{4})(?!\d)")  # masked as in the trace
_TRACE = """
import sys
_m = sys.modules.get("node.app")
_n = getattr(_m, "node", None)
_t = getattr(_n, "trace", None)
print("NONE" if _n is None else "RING" if hasattr(_t, "lines") else "STATUS")
if hasattr(_t, "lines"):
    for _l in _t.lines():
        print(_l)
if _n is not None:
    _s = _n.status()
    for _p in sorted(_s):
        print("#", _p, _s[_p])
"""


def backup(port, patience, screen, folder=None):
    """Copy every file of the board to this computer; return the folder. Raises DeployError."""
    with workshop(port, patience, screen.say) as (link, found):
        name = found.board or found.platform
        folder = new_folder(name, folder)
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise DeployError(f"{folder} is no empty folder", "give another one as TO=")
        files = everything(link)
        fetch(link, files, folder)
    screen.say(f"{len(files)} files, compared by hash, in {folder}")
    return folder


def wipe(port, patience, screen, everywhere=False, sure=False):
    """Remove the node from the board, or every file; return how many. Raises DeployError."""
    with workshop(port, patience, screen.say) as (link, found):
        there = everything(link) if everywhere else install.scan(link)
        stamps = {} if everywhere else install.scan(link, [], install.STAMPS)
        if not there:
            screen.say(
                "there is nothing to remove: the node is part of the firmware, and make flash "
                "with a stock one takes it away"
                if found.frozen
                else "there is nothing to remove"
            )
            return 0
        what = "every file" if everywhere else f"the node ({len(there)} files; config.json stays)"
        if not sure and not screen.ask(f"remove {what} from {link.device_name}?"):
            raise DeployError("nothing was removed", "YES=1 saves the question")
        first = [path for path in ("main.py", "boot.py") if path in there]  # nothing half starts
        for path in first + [path for path in there if path not in first]:
            link.run("remove(%r)" % path)
        for path in stamps:
            link.run("remove(%r)" % path)
        link.run("clear()")
    screen.say(f"{len(there)} files removed")
    return len(there)


def configure(port, patience, screen, name=None, file=None):
    """Edit the board's config.json, or put file there, once it is right. Raises DeployError."""
    with workshop(port, patience, screen.say) as (link, found):
        if not (found.deployed or found.node):
            raise DeployError("there is no node on this board yet", "make deploy BOARD=…")
        board = load(name or found.board)
        if found.board not in ("", board.name):
            raise DeployError(
                f"the node on this board was made for BOARD={found.board}",
                "leave BOARD= out, or deploy again",
            )
        old = install.scan(link, [], ["config.json"])
        if file:
            new = checked(Path(file), board)
        else:
            new = _edited(read(link, "config.json") if old else b"{}", board, screen)
        if not found.frozen:  # what is frozen is all there
            _equipped(link, new, board, Path(file) if file else _draft(board))
        wanted, plan = {}, install.Plan([], [])
        with_config(link, wanted, plan, new, old)
        if not plan.copy:
            screen.say("config.json is as it was")
            return False
        apply(link, found, wanted, plan, screen, board)
    kept = ", the one before is config.old.json" if old else ""
    screen.say(f"config.json is on the board{kept}; the board starts: make logs")
    return True


def _equipped(link, config, board, path):
    """Raise DeployError where the board has not all that the configuration config needs."""
    lack = lacking(install.scan(link), config, board)
    if lack:
        raise DeployError(
            f"this configuration needs {', '.join(lack)}, and the board does not have that yet",
            f"make deploy BOARD={board.name} CONFIG={path}",
        )


def _draft(board):
    return Path(click.get_app_dir("m5310-node")) / f"config-{board.name}.json"


def _edited(data, board, screen):
    """Return the configuration data after an editor, when it is right."""
    draft = _draft(board)
    try:
        draft.parent.mkdir(parents=True, exist_ok=True)
        draft.write_bytes(data)
    except OSError as e:
        raise DeployError(f"{draft} cannot be written: {e.strerror}", "make config FILE=my.json")
    while True:
        try:
            click.edit(filename=str(draft))
        except click.ClickException as e:
            raise DeployError(e.message, "EDITOR=nano make config, or FILE=my.json")
        wrong = problem(draft, board)
        if not wrong:
            return draft.read_bytes()
        screen.warn(f"configuration: {wrong}")
        if not screen.ask("edit it again?", default=True):
            raise DeployError("config.json on the board is as it was", f"what you wrote: {draft}")


def logs(port, patience, screen, seconds=None):
    """Print what the board prints, without stopping it, for ever; survives its absence."""
    link = Link(port, patience)
    screen.say(f"the log of {link.device_name}; nothing is stopped; Ctrl-C ends this")
    end = None if seconds is None else time.monotonic() + seconds
    while end is None or time.monotonic() < end:
        try:
            _follow(link, screen, end)
        except DeployError as e:
            screen.warn(f"{e.what}; waiting for it")
            link.close()
            link = _back(port, patience)
    link.close()


def _follow(link, screen, end):
    """Print what comes until end; say of a board that says nothing whether it is at its prompt."""
    said = None
    quiet_s = 0.0
    heard = False  # something came, or the board was asked for its prompt
    while end is None or time.monotonic() < end:
        left = _LOOK_S if end is None else min(_LOOK_S, end - time.monotonic())
        quiet_s += left
        for line in link.lines(left):
            heard = True
            quiet_s = 0
            screen.say(line)
        if quiet_s and not heard:
            heard = True
            link.ask_prompt()
        if link.prompting and quiet_s:
            state = _AT_PROMPT
        elif quiet_s >= _QUIET_S:
            state = _QUIET
        else:
            continue
        if state != said:
            said = state
            screen.say(state)


def _back(port, patience):
    while True:
        try:
            return Link(port, patience)
        except DeployError:
            time.sleep(0.5)


def trace(port, patience, screen):
    """Interrupt the node, print its trace and its status, and start it again.

    What is no line of the trace is a remark, with # before it: make replay takes all of it.
    """
    with visit(port, patience, fresh=False) as (link, _):
        kind, *lines = link.run(_TRACE).splitlines()
        if kind == "NONE":
            raise DeployError("no node runs on this board", "make logs, or make deploy BOARD=…")
        if kind == "STATUS":
            screen.warn(
                "this node keeps no trace (log.trace is 0, or its heap too short); its status:"
            )
        for line in lines:
            screen.say(_IDENTITY.sub(lambda m: m[1] + "0" * len(m[2]) + m[3], line))
    screen.say("# the node was interrupted for this, and starts again")


def repl(port):
    """Be the board's REPL, by mpremote; return its exit status. Raises DeployError."""
    device = find(port)
    Link(device, 1).close()  # what is wrong with the port is said in our words
    if not sys.stdin.isatty():
        raise DeployError(
            "make repl is for a terminal, and its input is none",
            f".venv/bin/mpremote connect {device} resume exec CODE",
        )
    command = [sys.executable, "-m", "mpremote", "connect", device, "resume", "repl"]
    print("Ctrl-C interrupts the node, Ctrl-D starts it again, Ctrl-] leaves")
    return subprocess.run(command, check=False).returncode
