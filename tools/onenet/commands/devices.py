"""devices, status, device, create, update, delete: the devices of the product."""

import functools
import sys

import click

from onenet.commands.profile import profiled
from onenet.errors import Failure, Misuse
from onenet.fetch import gather
from onenet.options import Command
from onenet.replies import as_dicts, as_flag, as_id, data_of, imei_of, label
from onenet.show import print_facts, print_table


@click.command(cls=Command)
@click.option("--search", metavar="WORD", help="Only those whose title or IMEI holds WORD.")
@click.option("--tag", metavar="TAG", help="Only those with this tag.")
@click.option("--online/--offline", default=None, help="Only those that are on- or offline.")
@click.pass_obj
def devices(session, search, tag, online):
    """List the devices of the product."""
    query = {"key_words": search, "tag": tag, "online": online}
    call = functools.partial(session.onenet.devices, **query)
    session.answer(gather(call, "devices"), _show_devices)


def _show_devices(reply):
    rows = [
        (as_id(one.get("id")), imei_of(one), one.get("title"), _state(one), one.get("create_time"))
        for one in data_of(reply)["devices"]
    ]
    heads = ("id", "imei", "title", "state", "created")
    print_table(heads, rows, "no devices: onenet create --imei … --imsi …")


def _state(device):
    return "online" if as_flag(device.get("online")) else "offline"


@click.command(cls=Command)
@click.pass_obj
def status(session):
    """Say whether the device is online (registered)."""
    imei = session.given_imei()
    reply = session.onenet.status(session.device_id(), imei)
    found = as_dicts(data_of(reply).get("devices"))

    def show(_):
        rows = [(as_id(one.get("id")), one.get("title"), _state(one)) for one in found]
        print_table(("id", "title", "state"), rows, "")

    if session.as_json or found:
        session.answer(reply, show)
    if not found:
        raise Failure("there is no such device", "`onenet devices` lists what there is")


@click.command(cls=Command)
@click.pass_obj
def device(session):
    """Show everything the platform knows of the device."""
    session.answer(session.onenet.detail(session.device_id()), _show_device)


def _show_device(reply):
    facts = dict(data_of(reply))
    streams = [label(str(one.get("id"))) for one in as_dicts(facts.pop("datastreams", None))]
    print_facts([*facts.items(), ("datastreams", " ".join(streams) or None)])


@click.command(cls=Command)
@profiled
@click.option("--imsi", required=True, metavar="IMSI", help="Of its SIM card, 15 digits.")
@click.option("--chip", type=click.IntRange(1, 6), metavar="N", help="Of a test device, 1 to 6.")
@click.option("--psk", metavar="PSK", help="For DTLS, 8 to 16 letters and digits.")
@click.option("--observe/--no-observe", "obsv", default=None, help="Observed when it registers.")
@click.option("--auth-code", "auth", metavar="CODE", help="Has to come with its registration.")
@click.pass_obj
def create(session, profile, imsi, **given):
    """Create a device.

    onenet create --imei 867725030000018 --imsi 460040000000018 --title "Cold store"
    """
    imei = session.given_imei()
    if not imei:
        raise Misuse("--imei: name the module's IMEI, 15 digits", "AT+CGSN=1 prints it")
    if not (imsi.isascii() and imsi.isdigit() and len(imsi) <= 16):
        raise Misuse("--imsi: up to 15 digits", "AT+CIMI prints it")
    body = {
        "title": "node " + imei,
        "protocol": "LWM2M",
        "auth_info": {imei: imsi},
        **profile,
        **{name: value for name, value in given.items() if value is not None},
    }

    def show(reply):
        made = as_id(data_of(reply).get("device_id"))
        click.echo("created: device %s with IMEI %s" % (made, imei))

    session.answer(session.onenet.create(body), show)


@click.command(cls=Command)
@profiled
@click.pass_obj
def update(session, profile):
    """Change the title and the like of the device.

    onenet update --title "Roof" --tag outside
    """
    if not profile:
        raise Misuse("nothing to change", "give --title, --desc, --tag or another option")
    device_id = session.device_id()
    reply = session.onenet.update(device_id, profile)
    session.answer(reply, lambda reply: click.echo("updated: device %s" % device_id))


@click.command(cls=Command)
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def delete(session, yes):
    """Delete the device and all its data."""
    if not yes and (session.as_json or not sys.stdin.isatty()):
        raise Misuse("nobody is there to ask whether to delete it", "add --yes")
    device_id = session.device_id()
    if not yes:
        click.confirm("delete device %s and all its data?" % device_id, abort=True, err=True)
    reply = session.onenet.delete(device_id)
    session.answer(reply, lambda reply: click.echo("deleted: device %s" % device_id))


COMMANDS = (devices, status, device, create, update, delete)
