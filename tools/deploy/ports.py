"""PORT: which serial device it means, and opening that; all errors in words."""

import errno
import glob
import os
import re
import sys
import termios
import time
from urllib.parse import urlsplit

import serial
import serial.tools.list_ports

from deploy.errors import DeployError

_LINUX = {"a": "/dev/ttyACM%s", "u": "/dev/ttyUSB%s"}
_GROUP = "sudo usermod -aG dialout $USER, then log in again"
_GIVE = "plug the board in with a data cable, or give PORT=/dev/…"
_SERVED = ("socket", "rfc2217")  # a board at another computer, by the names that pyserial has


def attached():
    """Return the USB serial ports there are, sorted."""
    found = [port for port in serial.tools.list_ports.comports() if port.vid is not None]
    return sorted(found, key=lambda port: port.device)


def find(name):
    """Return the device that name means: auto, id:SERIAL, port:NAME, a0, u1, c3 or a device.

    A device may be a URL of pyserial's, as socket://HOST:PORT. Raises DeployError.
    """
    name = name or "auto"
    if name == "auto":
        found = attached()
        if not found:
            raise DeployError("no board is attached by USB", _GIVE)
        if len(found) > 1:
            rows = "".join(
                f"\n    PORT={port.device}  {port.product or port.description or ''}"
                f"  id:{port.serial_number}"
                for port in found
            )
            raise DeployError(f"{len(found)} serial ports are attached:{rows}", "give one of them")
        return found[0].device
    if name.startswith("id:"):
        for port in attached():
            if port.serial_number == name[3:]:
                return port.device
        raise DeployError(f"no board with the serial number {name[3:]} is attached", _GIVE)
    if short := re.fullmatch(r"([auc])(\d+)", name):
        return _LINUX.get(short[1], "COM%s") % short[2]
    name = name.removeprefix("port:")
    if "://" in name:
        _check_url(name)
    return name


def _check_url(url):
    """Raise DeployError for a URL that names no place."""
    scheme, _, rest = url.partition("://")
    try:
        place = urlsplit("//" + rest)
        complete = place.hostname and place.port
    except ValueError:  # a port that is no number, or too large
        complete = False
    if scheme in _SERVED and not complete:
        raise DeployError(f"{url} names no host and port", f"give PORT={scheme}://HOST:PORT")


def _served(device, text):
    """Return the DeployError for a board at another computer that cannot be reached."""
    if "refused" in text:
        return DeployError(
            f"nothing listens on {device}", "start what serves the board's port there"
        )
    if any(word in text for word in ("RFC2217", "pipe", "reset")):
        return DeployError(
            f"what answers on {device} serves another program, or does not speak RFC 2217",
            "end the other program, or give PORT=socket://HOST:PORT where it carries bare bytes",
        )
    why = text.rpartition("] ")[2].rpartition(": ")[2]  # without numbers and the name again
    return DeployError(f"{device} cannot be reached: {why}", "check its name and the network")


def _reason(device, error):
    """Return the DeployError for error, which opening device raised."""
    number = getattr(error, "errno", None)
    text = str(error)
    if device.partition("://")[0] in _SERVED:
        return _served(device, text)
    if "://" in device:
        return DeployError(
            f"{device} is no port: {text}", "give PORT=/dev/…, or socket://HOST:PORT"
        )
    if number == errno.ENOENT or "FileNotFound" in text:
        near = glob.glob("/dev/ttyACM*") + glob.glob("/dev/ttyUSB*") + glob.glob("/dev/cu.usb*")
        seen = f"there are {', '.join(sorted(near))}" if near else _GIVE
        return DeployError(f"there is no port {device}", seen)
    if number in (errno.EACCES, errno.EPERM) or "PermissionError" in text:
        return DeployError(f"you may not open {device}: permission denied", _GROUP)
    if number in (errno.EBUSY, errno.EAGAIN):
        return DeployError(
            f"{device} is in use by another program",
            "end make repl, make logs or the editor that has it open",
        )
    if number in (errno.ENXIO, errno.EIO):
        return DeployError(f"nothing is behind {device}", "plug the board in again")
    if os.path.exists(device):
        return DeployError(f"{device} is no serial port", _GIVE)
    return DeployError(f"{device} cannot be opened: {text}", _GIVE)


class Overdue(DeployError):
    """The board did not finish within `seconds`: it is slow, it restarted, or it is gone."""

    def __init__(self, device, seconds):
        super().__init__(
            f"the board on {device} stopped answering",
            "press its reset button and try again; the version on it is as it was",
        )
        self.seconds = seconds


class Port:
    """An open serial port, as mpremote's transport uses one; every trouble is a DeployError.

    patience: seconds for which reading waits for a byte.
    """

    def __init__(self, device, patience, baud=115200):
        self.device = device
        self.patience = patience
        self._read = b""
        self._limit = self._end = None
        options = {"timeout": 0.05, "exclusive": True}
        if not device.startswith("rfc2217:"):  # which has no time limit for writing
            options["write_timeout"] = patience
        try:
            self._serial = serial.serial_for_url(device, baud, **options)
        except (OSError, ValueError, termios.error) as e:
            raise _reason(device, e)

    @property
    def fd(self):
        """The file descriptor, for select; None where there is none."""
        try:
            return self._serial.fileno()
        except (OSError, AttributeError):
            return None

    def close(self):
        """Close it."""
        self._serial.close()

    def limit(self, seconds):
        """Have read() raise Overdue when seconds are over; None: it may go on."""
        self._limit = seconds
        self._end = seconds and time.monotonic() + seconds

    def more(self, seconds):
        """Return the bytes there are, waiting for the first at most so many seconds."""
        data, self._read = self._read, b""
        return data or self._fetch(seconds)

    def _fetch(self, seconds):
        data = b""
        end = time.monotonic() + seconds
        try:
            if not seconds and not self._serial.in_waiting:
                return data
            while not data:
                data = self._serial.read(max(1, self._serial.in_waiting))
                if time.monotonic() > end:
                    break
        except (OSError, TypeError, termios.error):  # TypeError: closed under our hands
            raise gone(self.device)
        return data

    def inWaiting(self):
        """Return how many bytes can be read at once."""
        if not self._read:
            self._read = self._fetch(0)
        return len(self._read)

    def read(self, size):
        """Return size bytes; raises Overdue when none came for `patience` seconds."""
        if self._end and time.monotonic() > self._end:
            raise Overdue(self.device, self._limit)
        while len(self._read) < size:
            data = self._fetch(self.patience)
            if not data:
                raise Overdue(self.device, self.patience)
            self._read += data
        data, self._read = self._read[:size], self._read[size:]
        return data

    def write(self, data):
        """Write data."""
        try:
            return self._serial.write(data)
        except serial.SerialTimeoutException:
            raise DeployError(f"{self.device} takes no data", "unplug the board, plug it in again")
        except (OSError, TypeError, termios.error):
            raise gone(self.device)


def gone(device):
    """Return the DeployError for a device that went away."""
    if "://" in device:
        return DeployError(
            f"the connection to {device} was closed",
            "is another program connected there, is the board plugged in there? then try again",
        )
    where = "" if sys.platform == "darwin" else " (dmesg shows why)"
    return DeployError(f"{device} went away{where}", "check the cable and try again")
