"""python -m deploy: deploy.cli, which Ctrl-C ends without a word while it is being loaded."""

import signal

from entry import run

signal.signal(signal.SIGINT, signal.SIG_DFL)

if __name__ == "__main__":
    run("deploy.cli", "deploy", prog_name="deploy")
