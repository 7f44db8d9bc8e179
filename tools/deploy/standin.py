"""A board without hardware: python -m deploy.standin --uart 127.0.0.1:5310 (make pcboard).

The real MicroPython behind a pseudo terminal, with a file system in an image file as "/", which
runs boot.py and main.py and restarts as a board does; its UART is a TCP port, a pseudo terminal or
a serial device, its pins those of the virtual board.
"""

import asyncio
import contextlib
import fcntl
import os
import signal
import sys
from pathlib import Path

import click
import devcode

import pcnode
from deploy.relay import Relay
from deploy.stop import Stop
from upytest import interpreter

ROOT = pcnode.ROOT
IMAGE = ROOT / "build" / "pcboard.img"
LINK = ROOT / "build" / "pcboard"
BUILD = ROOT / "build" / "standin"
_START = "import standin_boot; standin_boot.start(globals())"
_RESET = 3  # the exit status of machine.reset() on boards/PC
POWER_ON, RESET, BITE, SOFT_RESET = 1, 2, 3, 5  # machine.reset_cause() there
_PAUSE_S = 0.05  # between an end and the next start


class StandIn:
    """The board; options: heap, fat, power_cut (see standin_boot), image (path)."""

    def __init__(self, host, image, heap, fat, power_cut):
        self._host = host
        self._command = [interpreter(), "-X", f"heapsize={heap}", "-i", "-c", _START]
        self._env = {
            **os.environ,
            "MICROPYPATH": ":.frozen",
            "IMAGE": str(image),
            "IMAGE_FAT": str(int(fat)),
            "RESTARTS": "1",
        }
        self._cut = power_cut
        self._node = None
        self._dog = None
        self._cause = POWER_ON
        self.relay = Relay()

    async def run(self, names, told):
        """Run and restart until cancelled; told() is called before the first start."""
        told()
        raw = False
        while True:
            cut = self._cut
            self._cause, after = RESET, self._cause
            status = await self._life(names, raw, after)
            reset = _is_reset(status)
            if not reset:
                self._cause = SOFT_RESET
            elif self._dog:
                self._dog.cancel()  # a reset ends it, a soft one does not
                self._dog = None
            if reset and cut:
                self._cause = POWER_ON
            raw = self.relay.raw and not reset
            self.relay.emit(b"\r\n" if reset else b"MPY: soft reboot\r\n")
            await asyncio.sleep(_PAUSE_S)

    def fed(self, ms):
        """Start the watchdog, or its time again."""
        if self._dog:
            self._dog.cancel()
        self._dog = asyncio.get_running_loop().call_later(ms / 1000, self._bite, ms)

    def _bite(self, ms):
        print(f"watchdog: not fed for {ms} ms, reset", file=sys.stderr, flush=True)
        self._cause = BITE
        with contextlib.suppress(ProcessLookupError, AttributeError):
            self._node.kill()

    async def _life(self, names, raw, cause):
        """Run the interpreter once; return its exit status, -n for signal n."""
        stop = Stop(self.relay)
        env = {**self._env, **names, "STOP_DEVICE": stop.name}
        env |= {"RUN_MAIN": str(int(not raw)), "POWER_CUT": str(self._cut)}
        env["RESET_CAUSE"] = str(cause)
        self._cut = 0
        slave = self.relay.slave
        self.relay.begin(stop, raw)
        node = None
        try:
            node = stop.node = self._node = await asyncio.create_subprocess_exec(
                *self._command,
                env=env,
                cwd=BUILD,
                pass_fds=(stop.fd,),
                start_new_session=True,
                stdin=slave,
                stdout=slave,
                stderr=slave,
            )
            await node.wait()
        finally:
            if node and node.returncode is None:
                node.kill()
            self.relay.end(bool(node) and not _is_reset(node.returncode))
            self._host.forget()
            stop.close()
        return node.returncode


def build():
    """Compile what stands for the firmware of a board. Raises devcode.CompileError."""
    names = [f"boards/PC/{name}" for name in ("machine", "chip", "onewire", "uart_more")]
    sources = [ROOT / f"{name}.py" for name in (*names, "tools/deploy/standin_boot")]
    devcode.write(BUILD, devcode.compiled({path.name: path for path in sources}))


def _is_reset(status):
    """Return whether a life that ended with status was ended by a reset, of whatever kind."""
    return status is None or status == _RESET or status < 0


def make_image(path, kilobytes, fat=False):
    """Make the image if there is none, and return it open: nobody else may have it meanwhile.

    One of another length is left as it is. Raises ValueError.
    """
    try:
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("wb") as f:
                f.truncate(kilobytes * 1024)
        image = path.open("r+b")
        fcntl.flock(image, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise ValueError(
            f"{path} is in use by another board: end that one, or give another image and name, "
            "ARGS='--image FILE --link NAME'"
        )
    except OSError as e:
        raise ValueError(f"{path} cannot be the flash memory: {e.strerror}")
    size = image.seek(0, os.SEEK_END)
    if not size or size % (512 if fat else 4096):
        raise ValueError(f"{path} has {size} bytes, which is no flash memory: remove it")
    return image


def make_link(link, name):
    """Have link stand for the port name; raises ValueError."""
    try:
        if link.is_symlink():
            link.unlink()
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(name)
    except OSError as e:
        raise ValueError(f"{link} cannot be a name of the port: {e.strerror}")


async def _serve(uart, board, link, **options):
    sys.path.insert(0, str(pcnode.VIRTUAL))
    from vboard import VBoard

    from pchost.host import Host

    host = Host(VBoard(), uart, 9600, board)
    standin = StandIn(host, **options)
    host.offer("watchdog", standin.fed)
    loop = asyncio.get_running_loop()
    me = asyncio.current_task()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, me.cancel)
    make_link(link, standin.relay.name)

    def told():
        print(f"a board without hardware, on {standin.relay.name}")
        print(f"next, in another terminal: make deploy BOARD=PC PORT={shown(link)}", flush=True)

    try:
        await host.around(lambda names: standin.run(names, told))
    finally:
        standin.relay.close()
        with contextlib.suppress(OSError):
            link.unlink()


def shown(path):
    """Return path as one would type it in the project's folder."""
    return path.relative_to(ROOT) if path.is_relative_to(ROOT) else path


@click.command()
@click.option("--uart", default="127.0.0.1:5310", show_default=True, help="The module's AT port.")
@click.option("--board", default=None, help="HOST:PORT of the bench's virtual board.")
@click.option("--image", type=click.Path(path_type=Path), default=IMAGE, help="The flash memory.")
@click.option("--size", type=click.IntRange(16, 65536), default=1024, help="Of a new one, in KB.")
@click.option("--fat", is_flag=True, help="FAT, as in an STM32, instead of LittleFS.")
@click.option("--heap", default=pcnode.HEAP, show_default=True, help="Of the interpreter.")
@click.option("--link", type=click.Path(path_type=Path), default=LINK, help="Name of the port.")
@click.option("--power-cut", type=click.IntRange(0), default=0, help="At the n-th block written.")
def main(uart, board, image, size, fat, heap, link, power_cut):
    """Be a board with MicroPython on a pseudo terminal, until Ctrl-C."""
    build()
    options = {"image": image.resolve(), "heap": heap, "fat": fat, "power_cut": power_cut}
    try:
        with make_image(image, size, fat):
            asyncio.run(_serve(uart, board, link.absolute(), **options))
    except ValueError as e:
        print(e, file=sys.stderr)
        sys.exit(2)
    except (asyncio.CancelledError, KeyboardInterrupt):
        pass


if __name__ == "__main__":
    main()
