"""--cached and what goes with it: a command the platform keeps until the device is heard of."""

import functools

import click

from onenet.errors import Misuse
from onenet.options import Parsed
from onenet.replies import data_of
from onenet.text import shown
from onenet.times import now, parse_moment, sent

TRIGGERS = {"register": 1, "update": 2, "notify": 4}
_EXPIRES = "1h"


def parse_triggers(text):
    """Return the bit mask of register,update,notify. Raises ValueError for another word."""
    mask = 0
    for word in text.split(","):
        if word not in TRIGGERS:
            raise ValueError("%r is none of %s" % (word, ", ".join(TRIGGERS)))
        mask |= TRIGGERS[word]
    return mask


def _later(text):
    moment = parse_moment(text, now(), +1)
    if moment <= now():
        raise ValueError("%r is over already" % text)
    return moment


_LATER = Parsed(_later, "time")
_OPTIONS = (
    click.option(
        "--cached", is_flag=True, help="Let the platform keep it until the device is heard of."
    ),
    click.option(
        "--expires",
        metavar="TIME",
        type=_LATER,
        help="With --cached: kept how long, such as 1h (1h).",
    ),
    click.option(
        "--valid", metavar="TIME", type=_LATER, help="With --cached: not sent before, such as 10m."
    ),
    click.option(
        "--retry",
        metavar="N",
        type=click.IntRange(0, 10),
        help="With --cached: tries, 0 to 10 (3).",
    ),
    click.option(
        "--trigger",
        metavar="WHEN",
        type=Parsed(parse_triggers, "trigger"),
        help="With --cached: sent upon register, update, notify; a comma between (all).",
    ),
)


def keepable(function):
    """Add the options; hand on keeping, the parameters of the call, None without --cached."""

    @functools.wraps(function)
    def wrapped(*args, cached, expires, valid, retry, trigger, **more):
        given = {"--expires": expires, "--valid": valid, "--retry": retry, "--trigger": trigger}
        if not cached:
            for name, value in given.items():
                if value is not None:
                    raise Misuse("%s goes with --cached" % name)
            return function(*args, keeping=None, **more)
        expires = expires or parse_moment(_EXPIRES, valid or now(), +1)
        if valid and valid >= expires:
            raise Misuse("--valid has to be before --expires")
        keeping = {
            "expired_time": sent(expires),
            "valid_time": sent(valid) if valid else None,
            "retry": retry,
            "trigger_msg": trigger,
        }
        return function(*args, keeping=keeping, **more)

    for option in reversed(_OPTIONS):
        wrapped = option(wrapped)
    return wrapped


def show_kept(reply):
    uuid = shown(data_of(reply).get("uuid"))
    click.echo("kept as %s until the device is heard of: onenet history %s" % (uuid, uuid))
