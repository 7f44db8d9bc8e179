"""python -m deploy.cli: the commands behind make deploy, wipe, logs, config, flash …"""

import contextlib
import functools
import sys
from pathlib import Path

import click

from deploy import care
from deploy.boards import BOARDS, load
from deploy.deploying import LOG_S, Order, deploy
from deploy.doctor.case import Order as Examination
from deploy.doctor.run import doctor as examine
from deploy.errors import DeployError
from deploy.flashing import DRIVE_S, flash
from deploy.passthrough import QUIET_S, join
from deploy.screen import Screen
from deploy.session import orderly


class _Place(click.Path):
    """A path, in which ~ is the home folder: not every shell replaces it behind a =."""

    def convert(self, value, param, ctx):
        """Return value as a Path."""
        return Path(super().convert(value, param, ctx)).expanduser()


_FOLDER = _Place()
_STARTS = "the board starts the version it has"
_OWN = "look at its permissions and at the room on the disk; then again"
_INTERRUPTED = {"flash": "once more: the firmware on the board may be half of one"}


@click.group()
@click.option(
    "--wait",
    type=click.FloatRange(0, min_open=True),
    default=10.0,
    show_default=True,
    help="Seconds to wait for an answer of the board, and for its first line after a start.",
)
@click.option("--boards", type=_FOLDER, default=BOARDS, hidden=True)
@click.pass_context
def main(ctx, wait, boards):
    """Put the node on a board, and look after it there."""
    ctx.obj = {"wait": wait, "boards": boards, "screen": Screen()}


def command(work):
    """Make work a command whose errors end in a sentence and status 1."""
    name = work.__name__.rstrip("_")

    @main.command(name, help=work.__doc__)
    @click.pass_obj
    @functools.wraps(work)
    def run(obj, **options):
        screen = obj["screen"]
        try:
            with orderly():
                sys.exit(work(obj, screen, **options) or 0)
        except DeployError as e:
            screen.error(e)
            sys.exit(1)
        except OSError as e:  # of this computer: a full disk, a folder of somebody else
            screen.error(DeployError(f"{e.filename or 'this computer'}: {e.strerror or e}", _OWN))
            sys.exit(1)
        except KeyboardInterrupt:
            screen.error(DeployError("interrupted", _INTERRUPTED.get(name, _STARTS)))
            sys.exit(130)

    return run


port = click.option("--port", default="auto", help="Anything mpremote takes; default: auto.")
board = click.option("--board", default="", help="Name of a folder in boards/.")


@command
@port
@board
@click.option("--config", type=_FOLDER, help="Also replace the board's config.json by this file.")
@click.option("--src", is_flag=True, help="Readable files instead of compiled ones.")
@click.option("--lines", is_flag=True, help="Compiled with names and lines for tracebacks.")
@click.option("--log", default=LOG_S, show_default=True, help="Seconds of log to show.")
def install(obj, screen, port, board, config, src, lines, log):
    """Copy what changed to the board, verify it, switch over and start it."""
    known = load(board, obj["boards"])
    deploy(Order(port, known, not src, config, lines, obj["wait"], log), screen)


@command
@port
@click.option("--all", "everywhere", is_flag=True, help="Every file, the configuration too.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def wipe(obj, screen, port, everywhere, yes):
    """Remove the node from the board; config.json stays."""
    care.wipe(port, obj["wait"], screen, everywhere, yes)


@command
@port
@click.option("--to", default=None, type=_FOLDER, help="An empty or new folder.")
def backup(obj, screen, port, to):
    """Copy every file of the board to this computer."""
    care.backup(port, obj["wait"], screen, to)


@command
@port
@board
@click.option("--file", default=None, type=_FOLDER, help="Upload this instead of editing.")
def config(obj, screen, port, board, file):
    """Edit config.json of the board, check it, put it there, keep the previous one."""
    care.configure(port, obj["wait"], screen, board, file)


@command
@port
@click.option("--for", "seconds", default=None, type=float, help="Stop after so many seconds.")
def logs(obj, screen, port, seconds):
    """Follow the log without stopping the node."""
    with contextlib.suppress(KeyboardInterrupt):  # it is how this ends
        care.logs(port, obj["wait"], screen, seconds)


@command
@port
def trace(obj, screen, port):
    """Interrupt the node, print what it has recorded, start it again."""
    care.trace(port, obj["wait"], screen)


@command
@port
def repl(obj, screen, port):
    """The board's Python prompt."""
    return care.repl(port)


own_config = click.option("--config", type=_FOLDER, help="This instead of the board's own.")


@command
@port
@board
@own_config
@click.option("--loopback", is_flag=True, help="A wire joins TX and RX, there is no module.")
@click.option("--actuate", is_flag=True, help="Move the actuators.")
@click.option("--search", default=120.0, show_default=True, help="Seconds for a network search.")
def doctor(obj, screen, port, board, config, loopback, actuate, search):
    """Look at the board, its wires, module, network, sensors and actuators; say what is wrong."""
    order = Examination(port, board, config, loopback, actuate, search, obj["wait"], obj["boards"])
    return 0 if examine(order, screen) else 1


@command
@port
@board
@own_config
@click.option("--baud", type=click.IntRange(300, 921600), help="Default: module.baud.")
@click.option("--echo", is_flag=True, help="Show what is typed.")
@click.option("--quiet", default=QUIET_S, show_default=True, help="Seconds after the last input.")
def passthrough(obj, screen, port, board, config, baud, echo, quiet):
    """Join this terminal, or the input, to the module through the board."""
    order = Examination(port, board, config, patience=obj["wait"], boards=obj["boards"])
    join(order, screen, baud, echo, quiet)


@command
@port
@board
@click.option("--firmware", default=None, type=_FOLDER, help="The downloaded file.")
@click.option("--yes", is_flag=True, help="Do not ask before everything is erased.")
def flash_(obj, screen, port, board, firmware, yes):
    """Put MicroPython on the board; erases everything on it."""
    wait = max(DRIVE_S, obj["wait"])
    return flash(load(board, obj["boards"]), port, firmware, screen, yes, wait)


if __name__ == "__main__":
    main()
