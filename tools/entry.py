"""python -m entry MODULE ...: as python -m MODULE, but without a traceback for what users do.

Ctrl-C while it loads or where the program does not expect it, an output that is full (/dev/full)
or closed (| head -1): one sentence at most, and exit status 1, or 130 for Ctrl-C.
"""

import contextlib
import errno
import importlib
import os
import signal
import sys

INTERRUPTED = 130
OUTPUT = (errno.ENOSPC, errno.EFBIG, errno.EDQUOT, errno.EIO)


def load(name):
    """Return the module called name; Ctrl-C meanwhile ends the program with status 130."""
    before = signal.signal(signal.SIGINT, lambda *_: os._exit(INTERRUPTED))
    module = importlib.import_module(name)
    if not hasattr(module, "main"):
        module = importlib.import_module(name + ".__main__")
    signal.signal(signal.SIGINT, before)
    return module


def run(name, program="", **options):
    """Run main(**options) of the module called name, and leave with its exit status."""
    status = 0
    try:
        load(name).main(**options)
    except SystemExit as end:
        status = end.code
    except KeyboardInterrupt:
        status = INTERRUPTED
    except OSError as error:
        status = _output_failed(error, program or name)
    try:
        sys.stdout.flush()
    except OSError as error:
        status = status or _output_failed(error, program or name)
        # What is left in the buffer goes nowhere, so that Python does not try again at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(status)


def _output_failed(error, program):
    """Return status 1 once it is said what is wrong; nothing is said of a pipe closed on purpose.

    Raises error if it has another cause.
    """
    if error.errno in OUTPUT:
        with contextlib.suppress(OSError):
            text = "%s: the output cannot be written: %s" % (program, error.strerror)
            print(text, file=sys.stderr)
    elif error.errno != errno.EPIPE:
        raise error
    return 1


def onenet():
    run("onenet.cli", "onenet")


def bench():
    run("bench.cli", "m5310-bench")


def udp():
    run("uplink.cli", "m5310-udp")


if __name__ == "__main__":
    del sys.argv[0]
    run(sys.argv[0])
