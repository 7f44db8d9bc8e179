"""Options that the bench's programs share: its HTTP server and its database."""

from pathlib import Path

import click
import platformdirs

from bench.bench import DEFAULT_KEY
from bench.module import Options
from bench.module.profile import PROFILES
from bench.platform.store import Store, StoreError
from bench.serve import AddressError

DEFAULT_HTTP = "127.0.0.1:8310"
MAX_KEY = 128
TOKEN_LENGTHS = range(3, 33)


def default_db():
    """Return where the bench keeps its data; on Linux ~/.local/state/m5310-node/onenet.db."""
    return platformdirs.user_state_path("m5310-node") / "onenet.db"


def _check_key(ctx, param, value):
    if not (0 < len(value) <= MAX_KEY and value.isascii() and value.isprintable()):
        raise click.BadParameter("has to be 1 to %d printable ASCII characters" % MAX_KEY)
    if value != value.strip():
        raise click.BadParameter("begins or ends with a blank")
    return value


def server_options(command):
    """Add --http and --key to a click command."""
    for option in (
        click.option("--key", default=DEFAULT_KEY, callback=_check_key, help="The API's api-key."),
        click.option(
            "--http",
            default=DEFAULT_HTTP,
            show_default=True,
            help="HOST:PORT of the HTTP API and the console; port 0 = any free.",
        ),
    ):
        command = option(command)
    return command


profile_option = click.option(
    "--profile",
    default=Options.profile,
    show_default=True,
    type=click.Choice(list(PROFILES)),
    help="Generation of the module's firmware.",
)


clock_option = click.option(
    "--clock",
    default=Options.cclk,
    show_default=True,
    type=click.Choice(["utc", "local"]),
    help="What AT+CCLK? prints beside the zone: UTC, or local time as the M5311 does.",
)


def database_options(command):
    """Add --db and --memory to a click command."""
    for option in (
        click.option("--memory", is_flag=True, help="Keep nothing: no database."),
        click.option(
            "--db",
            type=click.Path(dir_okay=False, path_type=Path),
            help="Database of devices and datapoints.  [default: %s]" % default_db(),
        ),
    ):
        command = option(command)
    return command


def _check_token(ctx, param, value):
    # The token is not repeated: this ends up on a screen.
    if value is not None and not (
        len(value) in TOKEN_LENGTHS and value.isascii() and value.isprintable()
    ):
        raise click.BadParameter("has to be 3 to 32 printable ASCII characters")
    return value


def push_options(command):
    """Add --push and --push-token to a click command."""
    for option in (
        click.option(
            "--push-token",
            metavar="TOKEN",
            callback=_check_token,
            help="What the receiver of --push checks signatures with.",
        ),
        click.option(
            "--push",
            metavar="URL",
            help="Push datapoints, online states and results of cached commands there; this"
            " computer only: http://127.0.0.1:9000/push.",
        ),
    ):
        command = option(command)
    return command


def push_target(url, token):
    """Return (url, token), None if neither is given. Raises AddressError for a bad pair."""
    if url is None and token is None:
        return None
    if url is None or token is None:
        raise AddressError("--push URL and --push-token TOKEN go together")
    from bench.push import check_url

    return check_url(url), token


def open_store(path, memory):
    """Return the Store of --db PATH, or of --memory. Raises AddressError with what to do."""
    if path and memory:
        raise AddressError("give --db or --memory, not both")
    try:
        return Store() if memory else Store(path or default_db())
    except StoreError as error:
        raise AddressError(str(error)) from None
