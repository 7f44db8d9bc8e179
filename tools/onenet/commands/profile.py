"""What can be said of a device when it is created or changed (facts platform.md 1.2.1)."""

import functools
import json

import click

from onenet.errors import Misuse
from onenet.options import Parsed

_OPTIONS = (
    click.option("--title", metavar="TEXT", help="Its name."),
    click.option("--desc", metavar="TEXT", help="What it is."),
    click.option(
        "--tag", "tags", multiple=True, metavar="TAG", help="Can be given several times."
    ),
    click.option("--location", nargs=2, type=float, metavar="LON LAT", help="In degrees."),
    click.option("--private/--public", default=None, help="Whether others may see it."),
    click.option(
        "--other", metavar="JSON", type=Parsed(json.loads, "json"), help="Whatever else."
    ),
)


def profiled(function):
    """Add the options and hand what was given on as profile, the body's part of it."""

    @functools.wraps(function)
    def wrapped(*args, title, desc, tags, location, private, other, **more):
        given = {
            "title": title,
            "desc": desc,
            "tags": list(tags) or None,
            "location": _place(*location) if location else None,
            "private": private,
            "other": other,
        }
        profile = {name: value for name, value in given.items() if value is not None}
        return function(*args, profile=profile, **more)

    for option in reversed(_OPTIONS):
        wrapped = option(wrapped)
    return wrapped


def _place(lon, lat):
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise Misuse("--location: longitude -180 to 180, then latitude -90 to 90")
    return {"lon": lon, "lat": lat}
