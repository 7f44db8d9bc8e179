"""What one run of the command line works with: its options, the platform, the device."""

import os
from functools import cached_property

import click

from onenet.address import BENCH, parse_base
from onenet.calls import OneNet
from onenet.client import Client
from onenet.errors import Misuse, Refused
from onenet.key import BENCH_KEY, Key, read_key_file
from onenet.show import print_reply
from onenet.target import find_id, find_imei
from onenet.text import plain


class Session:
    """options: url key key_file imei device as_json verbose timeout, where given."""

    def __init__(self):
        self.options = {}
        self._close = []

    def close(self):
        for close in self._close:
            close()

    @property
    def as_json(self):
        return bool(self.options.get("as_json"))

    @cached_property
    def onenet(self):
        """Return the platform. Raises Misuse for an unusable URL or key."""
        base, key = self._where()
        if base.clear:
            click.echo(
                "onenet: the key travels to %s in clear: https:// is better" % base.url, err=True
            )
        client = Client(base, key, self._say if self.options.get("verbose") else None)
        self._close.append(client.close)
        return OneNet(client, self.options.get("timeout"))

    def imei(self):
        return find_imei(self.onenet, *self._device())

    def device_id(self):
        return find_id(self.onenet, *self._device())

    def given_imei(self):
        """Return the IMEI that was given, None if none was."""
        return self._device()[0]

    def answer(self, reply, show):
        """Print an answer: as it came with --json, else as show(reply) does."""
        if self.as_json:
            print_reply(reply)
        else:
            show(reply)

    def refused(self, error):
        """Print the answer of a refusal for a program."""
        if self.as_json and isinstance(error, Refused):
            print_reply(error.reply)

    def _where(self):
        """Return (Base, Key). An option goes before the environment, that before the file."""
        key, source, file_url = self._key()
        url = self.options.get("url") or os.environ.get("ONENET_URL") or file_url or BENCH
        try:
            base = parse_base(url)
        except ValueError as error:
            raise Misuse(
                str(error), "--url http://HOST:PORT, or leave it out for the bench"
            ) from None
        if key is None and not base.loopback:
            raise Misuse(
                "%s needs a key" % base.url,
                "give it with --key-file FILE (chmod 600), ONENET_KEY_FILE or ONENET_KEY",
            )
        return base, Key(BENCH_KEY, "here") if key is None else Key(key, source)

    def _key(self):
        """Return (key, where it came from, URL of the key file); None for what was not given."""
        key, path = self.options.get("key"), self.options.get("key_file")
        if key is not None and path is not None:
            raise Misuse("--key and --key-file: give one of them")
        if key is not None:
            return key, "--key", None
        if path is None and os.environ.get("ONENET_KEY"):
            return os.environ["ONENET_KEY"], "ONENET_KEY", None
        path = path if path is not None else os.environ.get("ONENET_KEY_FILE")
        if not path:
            return None, "", None
        found = read_key_file(path)
        return found["key"], path, found.get("url")

    def _device(self):
        """Return (imei, device id), at most one of them set."""
        imei, device_id = self.options.get("imei"), self.options.get("device")
        if imei and device_id:
            raise Misuse("--imei and --device: give one of them")
        if imei or device_id:
            return imei, device_id
        named = os.environ.get("ONENET_IMEI")
        if named and not (named.isascii() and named.isdigit() and len(named) <= 17):
            raise Misuse("ONENET_IMEI holds no IMEI of 15 digits: %r" % named)
        return named or None, None

    @staticmethod
    def _say(text):
        click.echo(plain(text), err=True)
