"""history, cancel-cached: the commands the platform keeps for the device."""

import functools
import re

import click

from onenet.commands.operate import show_values
from onenet.errors import Misuse
from onenet.fetch import gather
from onenet.options import PAST, Command, Parsed
from onenet.replies import as_dicts, as_number, data_of
from onenet.show import print_facts, print_table
from onenet.times import sent

_STATES = {
    1: "waiting",
    2: "cancelled",
    3: "sent",
    4: "expired",
    5: "done",
    6: "failed",
    7: "timed out",
    8: "undefined",
}


def parse_uuid(text):
    """Return text if it can be a command's uuid. Raises ValueError if not."""
    if not re.fullmatch("[0-9A-Za-z-]{8,64}", text) or not any(map(str.isdigit, text)):
        raise ValueError("%r is no command's uuid: `onenet history` lists them" % text)
    return text


_UUID = Parsed(parse_uuid, "uuid")


@click.command(cls=Command)
@click.argument("uuid", type=_UUID, required=False)
@click.option(
    "--since", metavar="TIME", type=PAST, default="1d", help="Such as 1h or a time (1d)."
)
@click.pass_obj
def history(session, uuid, since):
    """List the cached commands, or show the one with this UUID."""
    imei = session.imei()
    if uuid:
        session.answer(session.onenet.kept(imei, uuid), _show_one)
        return
    call = functools.partial(session.onenet.history, imei, sent(since))
    session.answer(gather(call, "items"), _show_list)


def _show_list(reply):
    heads = ("uuid", "type", "state", "confirmed", "created", "expires", "tries left")
    names = ("create_time", "expired_time", "remain")
    rows = [
        (item.get("cmd_uuid"), item.get("type"), _state(item), item.get("confirm_status"))
        + tuple(item.get(name) for name in names)
        for item in data_of(reply)["items"]
    ]
    print_table(heads, rows, "no cached commands since then")


def _state(item):
    number = as_number(item.get("send_status"))
    return _STATES.get(number, item.get("send_status"))


def _show_one(reply):
    item = dict(data_of(reply))
    item["send_status"] = _state(item)
    result, told = item.pop("cmd_result", None), as_dicts(item.pop("feedback_msg", None))
    print_facts(item.items())
    if told:
        click.echo()
        rows = [(one.get("feedback_time"), one.get("feedback_status")) for one in told]
        print_table(("at", "what came back"), rows, "")
    if result:
        click.echo()
        show_values(as_number(item.get("obj_id")), {"data": result})


@click.command("cancel-cached", cls=Command)
@click.argument("uuid", type=_UUID, required=False)
@click.option("--all", "everything", is_flag=True, help="All that still wait.")
@click.pass_obj
def cancel_cached(session, uuid, everything):
    """Cancel a cached command that still waits."""
    if bool(uuid) == everything:
        raise Misuse("name one UUID, or give --all", "`onenet history` lists them")
    reply = session.onenet.cancel_kept(session.imei(), uuid or "all")

    def show(reply):
        if uuid:
            click.echo("cancelled: %s" % uuid)
            return
        done = data_of(reply).get("succ")
        failed = data_of(reply).get("failed")
        rows = [(one, "cancelled") for one in _texts(done)]
        rows += [(one, "could not be cancelled") for one in _texts(failed)]
        print_table(("uuid", "state"), rows, "none waits")

    session.answer(reply, show)


def _texts(value):
    return [str(one) for one in value] if isinstance(value, list) else []


COMMANDS = (history, cancel_cached)
