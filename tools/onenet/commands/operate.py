"""resources, discover, read, write, execute: what the device has and does."""

import click

from onenet.commands.keeping import keepable, show_kept
from onenet.errors import Misuse, Refused
from onenet.names import name_of
from onenet.options import PATH, RESOURCE, Command
from onenet.paths import Path
from onenet.replies import as_dicts, as_number, data_of, values_of
from onenet.show import print_table
from onenet.values import parse_writes, value_hint

_INSTANCE_AT_MOST = "name an object or an instance, such as 3303 or 3303/0"


@click.command(cls=Command)
@click.argument("path", type=PATH, required=False)
@click.pass_obj
def resources(session, path):
    """Show what the device has, as it told when it registered."""
    if path and path.rid is not None:
        raise Misuse(_INSTANCE_AT_MOST)
    reply = session.onenet.resources(session.imei(), path)
    session.answer(reply, _show_resources)


def _show_resources(reply):
    rows = []
    for item in as_dicts(data_of(reply).get("item")):
        oid = as_number(item.get("obj_id"))
        for instance in as_dicts(item.get("instances")):
            iid = as_number(instance.get("inst_id"))
            rows += _rows(oid, iid, instance.get("resources"))
    empty = "nothing known: the device is offline, or the platform is asking it; `onenet status`"
    print_table(("path", "name"), rows, empty)


def _rows(oid, iid, rids):
    rids = rids if isinstance(rids, list) else []
    paths = [Path(oid, iid, as_number(rid)) for rid in rids] or [Path(oid, iid)]
    return [(str(path), name_of(path)) for path in paths]


@click.command(cls=Command)
@click.argument("path", type=PATH)
@click.pass_obj
def discover(session, path):
    """Ask the device which resources an object has."""
    if path.rid is not None:
        raise Misuse(_INSTANCE_AT_MOST)
    reply = session.onenet.discover(session.imei(), path)

    def show(reply):
        rows = []
        for item in as_dicts(reply.get("data")):
            rows += _rows(path.oid, as_number(item.get("obj_inst_id")), item.get("res_id"))
        print_table(("path", "name"), rows, "the device names no resources of %s" % path)

    session.answer(reply, show)


@click.command(cls=Command)
@click.argument("path", type=PATH)
@keepable
@click.pass_obj
def read(session, path, keeping):
    """Read a resource, an instance or an object."""
    imei = session.imei()
    if keeping:
        session.answer(session.onenet.keep_read(imei, path, **keeping), show_kept)
        return
    reply = session.onenet.read(imei, path)
    session.answer(reply, lambda reply: show_values(path.oid, reply))


def show_values(oid, reply):
    """Print the values of the answer to a read."""
    rows = [(str(path), name_of(path), value) for path, value in values_of(oid, reply)]
    print_table(("path", "name", "value"), rows, "the device gives no values")


@click.command(cls=Command)
@click.argument("values", nargs=-1, required=True, metavar="PATH=VALUE [RESOURCE=VALUE]...")
@click.option(
    "--mode",
    type=click.Choice(["1", "2"]),
    default="2",
    help="1 replaces the instance, 2 changes what is named (default).",
)
@keepable
@click.pass_obj
def write(session, values, mode, keeping):
    """Write resources of one instance.

    onenet write 3306/0/5850=1 5851=22

    Numbers, true and false are sent as such; text:12 is the text 12, hex:0102 are bytes.
    """
    try:
        path, data = parse_writes(values)
    except ValueError as error:
        raise Misuse(str(error), "onenet write 3306/0/5850=1 5851=22") from None
    imei = session.imei()
    if keeping:
        session.answer(session.onenet.keep_write(imei, path, data, mode, **keeping), show_kept)
        return
    try:
        reply = session.onenet.write(imei, path, data, mode)
    except Refused as error:
        if "BAD_REQUEST" in error.message:
            error.next_step = value_hint(data) or error.next_step
        raise
    written = ", ".join("%s/%d" % (path, item["res_id"]) for item in data)
    session.answer(reply, lambda reply: click.echo("written: %s" % written))


@click.command(cls=Command)
@click.argument("path", type=RESOURCE)
@click.argument("arguments", required=False)
@keepable
@click.pass_obj
def execute(session, path, arguments, keeping):
    """Execute a resource, such as 3303/0/5605 reset."""
    imei = session.imei()
    if keeping:
        reply = session.onenet.keep_execute(imei, path, arguments, **keeping)
        session.answer(reply, show_kept)
        return
    reply = session.onenet.execute(imei, path, arguments)
    session.answer(reply, lambda reply: click.echo("executed: %s" % path))


COMMANDS = (resources, discover, read, write, execute)
