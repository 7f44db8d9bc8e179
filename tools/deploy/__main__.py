"""python -m deploy: deploy.cli, which Ctrl-C ends without a word while it is being loaded."""

import signal

signal.signal(signal.SIGINT, signal.SIG_DFL)

from deploy.cli import main  # noqa: E402 - that takes a moment

main(prog_name="deploy")
