"""What the firmware of a board does at a start, for the unix port behind a stand-in.

Mounts the image as "/", runs boot.py and main.py from it, and returns: the interpreter goes on
with its REPL. The environment has IMAGE (path), IMAGE_FAT (1: FAT, else LittleFS2), RUN_MAIN, and
POWER_CUT: 0, or the number of the block write at which the power fails.
"""

import os
import sys
import termios

import chip  # noqa: F401 - nothing can be imported from the computer once the image is mounted
import machine
import onewire  # noqa: F401
import uart_more  # noqa: F401
import vfs

_IGNPAR = 4  # the same everywhere; see relay.py


class Flash:
    """A file as a block device; its length is a multiple of the block size."""

    def __init__(self, path, size, cut):
        self._file = open(path, "r+b", buffering=0)
        self._size = size
        self._count = self._file.seek(0, 2) // size
        self._cut = cut

    def readblocks(self, block, buf, offset=0):
        """Fill buf from block on."""
        self._file.seek(block * self._size + offset)
        self._file.readinto(buf)

    def writeblocks(self, block, buf, offset=0):
        """Write buf from block on, unless the power fails now."""
        if self._cut == 1:
            os.system("kill -9 $PPID")
        self._cut -= 1
        self._file.seek(block * self._size + offset)
        self._file.write(buf)

    def ioctl(self, request, arg):
        """Answer how many blocks there are (4) and their size (5); erase one (6)."""
        if request == 6:
            self._file.seek(arg * self._size)
            self._file.write(b"\xff" * self._size)
            return 0
        return {4: self._count, 5: self._size}.get(request, 0)


class Uart(machine.UART):
    """machine.UART, at whose rate the line is where it has one: TCP has none."""

    def __init__(self, id_, baudrate=9600, **options):
        super().__init__(id_, baudrate, **options)
        try:
            machine.call(0, "uart_baud", (baudrate,))
        except OSError:
            pass


def _mount():
    """Mount the image as "/", formatted if it is not yet; never leave the computer's own there."""
    path = os.getenv("IMAGE")
    fat = os.getenv("IMAGE_FAT") == "1"
    kind = vfs.VfsFat if fat else vfs.VfsLfs2
    flash = Flash(path, 512 if fat else 4096, int(os.getenv("POWER_CUT")))
    vfs.umount("/")
    try:
        vfs.mount(kind(flash), "/")
    except OSError:
        kind.mkfs(flash)
        vfs.mount(kind(flash), "/")
    os.chdir("/")
    sys.path[:] = ["", ".frozen", "/lib"]


def _run(name, names):
    """Run the file name if there is one, as a board does; return whether to go on."""
    try:
        with open(name) as f:
            text = f.read()
    except OSError:
        return True
    try:
        exec(compile(text, name, "exec"), names)
    except SystemExit:
        raise
    except BaseException as e:
        sys.print_exception(e)
        return False
    return True


def _up():
    """Mark the terminal: from now on a signal interrupts the program."""
    mode = termios.tcgetattr(0)
    mode[0] |= _IGNPAR
    termios.tcsetattr(0, termios.TCSANOW, mode)


def start(names):
    """Start the board; names are the globals of its programs and of the REPL behind them."""
    _up()
    uart = open(os.getenv("UART_DEVICE"), "r+b", buffering=0)
    machine.open = lambda *args, **options: uart  # it is opened when a program asks for it
    machine.UART = Uart
    _mount()
    if _run("boot.py", names) and os.getenv("RUN_MAIN") == "1":
        _run("main.py", names)
