"""Options every command takes, before or after its name, and their types."""

import click

from onenet.address import BENCH
from onenet.paths import parse_path
from onenet.session import Session
from onenet.times import now, parse_duration, parse_moment


class Parsed(click.ParamType):
    """A parameter read by parse(text), which raises ValueError with what is wrong."""

    def __init__(self, parse, name):
        self.parse, self.name = parse, name

    def convert(self, value, param, ctx):
        if not isinstance(value, str):
            return value
        try:
            return self.parse(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


def digits(most):
    """Return a parser of 1 to most digits."""

    def parse(text):
        if not (text.isascii() and text.isdigit() and len(text) <= most):
            raise ValueError("%r has to be 1 to %d digits" % (text, most))
        return text

    return parse


def _resource(text):
    path = parse_path(text)
    if path.rid is None:
        raise ValueError("%r: name a resource, such as 3303/0/5605" % text)
    return path


RESOURCE = Parsed(_resource, "path")
PATH = Parsed(parse_path, "path")
DURATION = Parsed(parse_duration, "duration")
PAST = Parsed(lambda text: parse_moment(text, now(), -1), "time")


def _keep(ctx, param, value):
    if value is not None:
        ctx.ensure_object(Session).options[param.name] = value


def _option(*names, **settings):
    return click.Option(names, expose_value=False, callback=_keep, default=None, **settings)


def common(hidden=False):
    """Return the common options; hidden where a command's own help would drown in them."""
    return [
        _option(
            "--url", metavar="URL", hidden=hidden, help="Default: ONENET_URL, then %s." % BENCH
        ),
        _option(
            "--key",
            metavar="KEY",
            hidden=hidden,
            help="Others on this computer can see it: better ONENET_KEY or a file.",
        ),
        _option(
            "--key-file",
            metavar="FILE",
            hidden=hidden,
            help="Holds the key (or lines key=…, url=…); chmod 600. Default: ONENET_KEY_FILE.",
        ),
        _option(
            "--imei",
            metavar="IMEI",
            type=Parsed(digits(17), "imei"),
            hidden=hidden,
            help="The device. Default: ONENET_IMEI, then the only one there is.",
        ),
        _option(
            "--device",
            metavar="ID",
            type=Parsed(digits(19), "id"),
            hidden=hidden,
            help="The device by its id.",
        ),
        _option(
            "--timeout",
            metavar="S",
            type=click.IntRange(5, 40),
            hidden=hidden,
            help="How long the platform waits for the device, 5 to 40 s (25).",
        ),
        _option(
            "--json",
            "as_json",
            is_flag=True,
            help="Print the platform's answer as it is, for programs.",
        ),
        _option(
            "--verbose",
            is_flag=True,
            hidden=hidden,
            help="Print every request and its answer's time on stderr.",
        ),
    ]


class Command(click.Command):
    """A command that takes the common options, too."""

    def __init__(self, *args, **settings):
        settings.setdefault(
            "epilog", "--url, --key-file, --imei and the others of `onenet --help` work here, too."
        )
        super().__init__(*args, **settings)
        self.params += common(hidden=True)


class Group(click.Group):
    """The command line: its commands take the common options, too."""

    command_class = Command

    def list_commands(self, ctx):
        """Return the names in the order they were added: that of a device's life."""
        return list(self.commands)

    def __init__(self, *args, **settings):
        super().__init__(*args, **settings)
        self.params += common()
