"""A board at another computer: its port carried over TCP, bare or by RFC 2217."""

import contextlib
import os
import pty
import socket
import termios
import threading
import tty

import pytest
import serial.rfc2217
from click.testing import CliRunner

from deploy import standin
from deploy.link import Link


class Terminal(serial.Serial):
    """A serial port whose modem lines are those of a pseudo terminal: there are none."""

    cts = dsr = ri = cd = property(lambda self: False)

    def _update_dtr_state(self):
        pass

    def _update_rts_state(self):
        pass


class Bare:
    """What stands for serial.rfc2217.PortManager where nothing but bytes is carried."""

    def __init__(self, port, line):
        pass

    def filter(self, data):
        return [data]

    def escape(self, data):
        return [data]


class Line:
    """The server's end of a connection, for PortManager."""

    def __init__(self, connection):
        self.write = connection.sendall


def serve(server, device, kind):
    """Carry bytes between device and whoever connects, one after the other."""
    while True:
        try:
            connection = server.accept()[0]
        except OSError:
            return
        with connection, Terminal(device, timeout=0.02) as port:
            manager = kind(port, Line(connection))
            ended = threading.Event()
            back = threading.Thread(target=_back, args=(port, connection, manager, ended))
            back.start()
            with contextlib.suppress(OSError):
                while data := connection.recv(1024):
                    port.write(b"".join(manager.filter(data)))
            ended.set()
            back.join()


def _back(port, connection, manager, ended):
    with contextlib.suppress(OSError):
        while not ended.is_set():
            if data := port.read(1024):
                connection.sendall(b"".join(manager.escape(data)))


def test_the_uart_of_a_stand_in_has_the_rate_that_it_is_opened_with(board):
    master, slave = pty.openpty()
    tty.setraw(slave)
    one = board(uart=os.ttyname(slave))
    link = Link(one.port, 5)
    link.stop()
    for baud, constant in ((19200, termios.B19200), (115200, termios.B115200)):
        link.run("import machine; machine.UART(2, baudrate=%d)" % baud)
        assert termios.tcgetattr(slave)[4] == constant
    link.close()
    os.close(slave)
    os.close(master)


@pytest.mark.filterwarnings("ignore:set(Daemon|Name)")  # of pyserial
@pytest.mark.parametrize("scheme", ["socket", "rfc2217"])
def test_a_board_behind_a_server(board, version, scheme):
    one = board()
    version("A")
    with socket.create_server(("127.0.0.1", 0)) as server:
        kind = {"socket": Bare, "rfc2217": serial.rfc2217.PortManager}[scheme]
        args = (server, one.port, kind)
        thread = threading.Thread(target=serve, args=args, daemon=True)
        thread.start()
        one.port = f"{scheme}://127.0.0.1:{server.getsockname()[1]}"
        assert "this is A" in one.install().output
        assert "nothing to copy" in one.install().output
        assert one.run("wipe", "--yes").exit_code == 0
        server.shutdown(socket.SHUT_RDWR)
        thread.join(5)


def test_a_stand_in_that_cannot_be_says_why(board, tmp_path):
    one = board()
    odd = tmp_path / "odd"
    odd.write_bytes(b"abc")
    folder = tmp_path / "folder"
    folder.mkdir()
    for image, name, said in (
        (tmp_path / "flash.img", one.port, "in use by another board: end that one"),
        (odd, tmp_path / "a", "has 3 bytes, which is no flash memory"),
        (folder, tmp_path / "a", "cannot be the flash memory: Is a directory"),
        (tmp_path / "new", folder, "cannot be a name of the port: File exists"),
    ):
        result = CliRunner().invoke(standin.main, ["--image", str(image), "--link", str(name)])
        assert result.exit_code == 2, result.output
        assert said in result.output
    assert one.run("backup", "--to", tmp_path / "copy").exit_code == 0  # it lives on
