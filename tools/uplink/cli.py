"""m5310-udp: decode the node's datagrams, or serve as their other end."""

import asyncio
import json
import re
import sqlite3
import sys
from collections.abc import MutableMapping
from pathlib import Path

import click

from uplink import codec
from uplink.receiver import Receiver

_COMMAND = re.compile(
    r"(?:(?P<imei>\d{15}) +)?(?P<op>read|write|execute) +(?P<path>\d+(?:/\d+){0,2})(?P<rest>.*)"
)
_PAIR = re.compile(r"(?:(\d+)=)?(\S+)")


@click.group()
def main():
    """The other end of the node's UDP datagrams, see docs/udp-uplink.md."""


@main.command()
@click.argument("text", metavar="HEX")
@click.option("--key-file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def decode(text, key_file):
    """Print what the datagram HEX says, as JSON."""
    try:
        message = codec.decode(bytes.fromhex(text), read_key(key_file))
    except ValueError as error:
        click.echo("m5310-udp: %s" % error, err=True)
        sys.exit(1)
    if isinstance(message, codec.Answer):
        click.echo(json.dumps(message.__dict__))
        return
    for reading in message.readings:
        click.echo(as_json(message.imei, reading))
    if not message.readings:
        click.echo(json.dumps({"imei": message.imei, "next": message.first}))


@main.command()
@click.option("--at", default="127.0.0.1:5700", show_default=True, help="ADDRESS:PORT")
@click.option("--key-file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--state", type=click.Path(dir_okay=False, path_type=Path), help="What was received."
)
def serve(at, key_file, state):
    """Print each reading once, as a line of JSON; commands come from the standard input.

    A command is [IMEI] read 3303/0/5700, write 3306/0/5850=1 [5851=22], execute 3303/0/5605 reset.
    Without an IMEI it goes to the node that was heard last.
    """
    host, _, port = at.rpartition(":")
    if not host or not port.isdigit():
        raise click.BadParameter("%r is not ADDRESS:PORT" % at)
    try:
        asyncio.run(_serve(host, int(port), read_key(key_file), State(state) if state else None))
    except OSError as error:
        click.echo("m5310-udp: cannot serve %s: %s" % (at, error.strerror), err=True)
        sys.exit(2)
    except KeyboardInterrupt:
        pass


def read_key(path):
    """Return the key in a file without its line end, None for no path."""
    if not path:
        return None
    key = path.read_bytes().strip()
    if not 8 <= len(key) <= 64:
        raise click.ClickException(
            "%s holds %d bytes: write udp.key of the node into it, 8 to 64 bytes"
            % (path, len(key))
        )
    return key


def as_json(imei, reading):
    """Return a reading as a line of JSON."""
    path = "%d/%d/%d" % (reading.oid, reading.iid, reading.rid)
    found = {"imei": imei, "number": reading.number, "path": path, "time": reading.time}
    return json.dumps({**found, "value": reading.value})


def parse(line):
    """Return (imei or None, operation, path, values) of a command line. Raises ValueError."""
    found = _COMMAND.fullmatch(line.strip())
    if not found:
        raise ValueError("a command is read, write or execute, and a path: write 3306/0/5850=1")
    path = [int(part) for part in found["path"].split("/")]
    rest = found["rest"]
    imei = int(found["imei"]) if found["imei"] else None
    if found["op"] == "write":
        if len(path) != 3 or not rest.startswith("="):
            raise ValueError("a write is PATH=VALUE [RESOURCE=VALUE ...]")
        pairs = _PAIR.findall("%d%s" % (path[2], rest))
        values = [part for rid, value in pairs for part in (int(rid or -1), _value(value))][1:]
    else:
        values = [rest.strip()] if rest.strip() else []
    return imei, found["op"], tuple(path + [-1] * (3 - len(path))), tuple(values)


def _value(text):
    try:
        return json.loads(text)
    except ValueError:
        return text


class State(MutableMapping):
    """{(imei, stream): next number} in an SQLite file."""

    def __init__(self, path):
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.execute(
            "CREATE TABLE IF NOT EXISTS streams (imei, stream, next, PRIMARY KEY (imei, stream))"
        )

    def __getitem__(self, place):
        found = self._db.execute(
            "SELECT next FROM streams WHERE imei=? AND stream=?", place
        ).fetchone()
        if not found:
            raise KeyError(place)
        return found[0]

    def __setitem__(self, place, number):
        self._db.execute("INSERT OR REPLACE INTO streams VALUES (?, ?, ?)", (*place, number))

    def __delitem__(self, place):
        self._db.execute("DELETE FROM streams WHERE imei=? AND stream=?", place)

    def __iter__(self):
        return iter(self._db.execute("SELECT imei, stream FROM streams").fetchall())

    def __len__(self):
        return self._db.execute("SELECT count(*) FROM streams").fetchone()[0]


class _Protocol(asyncio.DatagramProtocol):
    def __init__(self, receiver):
        self.receiver = receiver
        self.last = None

    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, address):
        for answer in self.receiver.handle(data):
            self.transport.sendto(answer, address)


async def _serve(host, port, key, state):
    heard = []

    def told(imei, reading):
        heard[:] = [imei]
        click.echo(as_json(imei, reading))

    def answered(command):
        said = {"imei": command.imei, "command": command.operation, "path": command.path}
        said.update(code=command.done.code, values=command.done.values)
        click.echo(json.dumps(said))

    receiver = Receiver(told, answered, key, state)
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(
        lambda: _Protocol(receiver), local_addr=(host, port)
    )
    click.echo("serving on %s:%d" % transport.get_extra_info("sockname")[:2], err=True)
    try:
        while True:
            line = await loop.run_in_executor(None, sys.stdin.readline)
            if not line:
                await asyncio.Event().wait()
            if line.strip():
                _ask(receiver, heard, line)
    finally:
        transport.close()


def _ask(receiver, heard, line):
    try:
        imei, *rest = parse(line)
        if imei is None and not heard:
            raise ValueError("no node was heard yet: begin with its IMEI")
        receiver.command(imei or heard[0], *rest)
    except ValueError as error:
        click.echo("m5310-udp: %s" % error, err=True)


if __name__ == "__main__":
    main()
