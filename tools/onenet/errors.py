"""What can go wrong, each with a sentence, what to do next and the exit status."""

import click

from onenet.hints import hint
from onenet.text import plain


class Failure(click.ClickException):
    """A request that failed: exit status 1. next_step says what to do, "" = nothing."""

    def __init__(self, message, next_step=""):
        super().__init__(message)
        self.next_step = next_step

    def show(self, file=None):
        click.echo("onenet: " + plain(self.message), file=file, err=file is None)
        if self.next_step:
            click.echo("  " + plain(self.next_step), file=file, err=file is None)


class Misuse(Failure):
    """A command that cannot be carried out as it was given: exit status 2."""

    exit_code = 2


class Unreachable(Failure):
    """No answer came."""


class Strange(Failure):
    """Something answered, but not as OneNET does."""


class Refused(Failure):
    """The platform answered with an errno other than 0; reply is the whole answer."""

    def __init__(self, family, errno, text, reply):
        super().__init__("%s (errno %d)" % (text or "refused", errno), hint(family, errno, text))
        self.errno = errno
        self.reply = reply
