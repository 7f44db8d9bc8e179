"""onenet: the OneNET HTTP API from the command line."""

import sys

import click

from onenet.commands import cached, datapoints, devices, observe, operate, watch
from onenet.errors import Failure
from onenet.options import Group
from onenet.session import Session


class _Root(Group):
    """The root: prints what the platform answered when a program asked and was refused."""

    def invoke(self, ctx):
        session = ctx.ensure_object(Session)
        ctx.call_on_close(session.close)
        try:
            return super().invoke(ctx)
        except Failure as error:
            session.refused(error)
            raise


@click.group(
    cls=_Root,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit status: 0 done, 1 refused or unreachable, 2 not understood.",
)
def cli():
    """Devices, their resources and their data on OneNET: on the bench, or the real platform.

    Without options it talks to the bench on this computer. Paths are 3303 (object), 3303/0
    (instance) or 3303/0/5700 (resource). Times are Beijing's, as the platform shows them.
    """


for module in (devices, operate, observe, datapoints, watch, cached):
    for command in module.COMMANDS:
        cli.add_command(command)


def main():
    """Run the command line; a terminal that lacks a character gets its escape."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")
    cli(prog_name="onenet")


if __name__ == "__main__":
    main()
