"""machine.UART of boards/PC: every byte, over TCP, pty and device, and what comes and goes."""

import os
import select
import socket
import termios
import time

import pytest
from pcboard_rig import ECHO, accept, connections, listen, name, receive

EVERY = bytes(range(256))


def test_bytes_of_any_value_go_both_ways_unchanged(node, server):
    node(ECHO, name(server))
    peer = accept(server)
    data = EVERY * 8
    for start in range(0, len(data), 1000):
        peer.sendall(data[start : start + 1000])
        assert receive(peer, len(data[start : start + 1000])) == data[start : start + 1000]


def test_what_a_node_leaves_unread_is_bounded_and_told_at_the_end(node, server):
    code = """
import machine, sys, time
u = machine.UART(2, 9600)
print("up"); sys.stdin.readline()
print(u.read(5))
total = 5
while u.any():
    total += len(u.read())
    time.sleep_ms(100)
print(total)
"""
    one = node(code, name(server))
    peer = accept(server)
    assert one.line() == "up"
    peer.sendall(b"first" + bytes(100_000))
    time.sleep(0.3)
    one.go()
    status, out, err = one.end()
    first, total = out.split()
    assert (status, first) == (0, "b'first'")
    assert err.startswith("the node left ") and err.endswith(" bytes from the module unread\n")
    assert int(err.split()[3]) + int(total) == 100_005
    assert 16_000 < int(total) < 50_000


def test_a_peer_that_goes_away_and_comes_back_finds_the_node_again(node, server):
    one = node(ECHO, name(server))
    peer = accept(server)
    port = server.getsockname()[1]
    server.close()
    peer.close()
    assert one.line("stderr") == f"127.0.0.1:{port}: the other side closed; trying again"
    assert one.line("stderr").startswith("nothing listens on")
    time.sleep(0.3)
    with listen(port) as again:
        peer = accept(again)
        assert one.line("stderr") == f"127.0.0.1:{port}: connected"
        peer.sendall(b"AT\r")
        assert receive(peer, 3) == b"AT\r"


@pytest.mark.parametrize("greet", [b"", b"x"])
def test_a_peer_that_closes_at_once_is_not_stormed(node, server, greet):
    one = node(ECHO, name(server))
    assert one.line() == "up"
    count = connections(server, 1.6, greet)
    assert 3 <= count <= 6  # after 0, 100, 300, 700, 1500 ms
    one.close()
    assert one.rest["stderr"].count(b"\n") <= 2 * count


def test_an_ipv6_address_stands_in_brackets(node):
    with socket.socket(socket.AF_INET6) as server:
        try:
            server.bind(("::1", 0))
        except OSError:
            pytest.skip("this machine has no IPv6")
        server.listen()
        server.settimeout(15)
        node(ECHO, "[::1]:%d" % server.getsockname()[1])
        peer = accept(server)
        peer.sendall(b"AT")
        assert receive(peer, 2) == b"AT"


def test_nobody_there_is_told_once_with_what_to_do_and_writes_vanish(node):
    with listen() as server:
        free = name(server)
    code = """
import machine, time
u = machine.UART(2, 9600)
for _ in range(100):
    if u.write(b"AT\\r") != 3 or u.any() or u.read() is not None or u.readline() is not None:
        print("wrong")
    if u.readinto(bytearray(4)) is not None:
        print("wrong")
    time.sleep_ms(5)
print("done")
"""
    status, out, err = node(code, free).end()
    assert (status, out) == (0, "done\n")
    hint = "start `make bench`, or give UART=HOST:PORT or UART=/dev/…"
    assert err == f"nothing listens on {free}: {hint}\n"


def test_the_first_and_the_last_bytes_written_arrive(node, server):
    data = "b'AT\\r' + bytes(range(256)) * 40"
    node(f"import machine; machine.UART(2, 9600).write({data})", name(server))
    assert receive(accept(server), 3 + 256 * 40) == b"AT\r" + EVERY * 40


def test_a_peer_that_does_not_read_never_blocks_the_node(node, server):
    code = """
import machine, time
u = machine.UART(2, 9600)
worst = total = 0
data = bytes(4096)
while total < 12_000_000:
    t = time.ticks_ms()
    total += u.write(data)
    worst = max(worst, time.ticks_diff(time.ticks_ms(), t))
print(worst < 300)
"""
    server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
    one = node(code, name(server))
    with accept(server):
        assert one.line() == "True"
    assert one.line("stderr") == f"{name(server)}: the other side does not read; trying again"


def test_the_uart_works_with_select_and_asyncio_streams(node, server):
    code = """
import machine, asyncio, select
u = machine.UART(2, 9600)
p = select.poll(); p.register(u, select.POLLIN)
print(p.poll(0))
async def main():
    s = asyncio.StreamReader(u), asyncio.StreamWriter(u)
    s[1].write(b"AT\\r\\n"); await s[1].drain()
    print(await s[0].readline(), await s[0].readexactly(3), await s[0].read(9))
asyncio.run(main())
p.modify(u, select.POLLIN | select.POLLOUT)
print([flags for _, flags in p.poll(0)] == [select.POLLOUT])
"""
    one = node(code, name(server))
    peer = accept(server)
    assert one.line() == "[]"
    assert receive(peer, 4) == b"AT\r\n"
    peer.sendall(b"OK")
    time.sleep(0.1)
    peer.sendall(b"\r\n")
    time.sleep(0.1)
    peer.sendall(b"abc")
    time.sleep(0.1)
    peer.sendall(b"rest")
    assert one.line() == r"b'OK\r\n' b'abc' b'rest'"
    assert one.line() == "True"


def test_every_way_to_read_and_the_rest_of_the_class(node, server):
    code = """
import errno, machine, sys
u = machine.UART(1, baudrate=9600, bits=8, parity=None, stop=1, tx=17, rx=16, rxbuf=64, timeout=0)
print("up"); sys.stdin.readline()
buf = bytearray(4)
print(u.any(), u.read(2), u.readinto(buf), bytes(buf), u.readinto(buf, 1), buf, u.readinto(buf, 0))
print(u.readline(), u.readline(), u.read(300) == bytes(300), len(u.read()), u.read(), u.readline())
print("next"); sys.stdin.readline()
print(u.any(), u.init(9600, rxbuf=512), u.deinit(), u.any(), u.flush(), u.txdone())
try:
    u.init(115200)
except OSError as e:
    print(e.errno == errno.EOPNOTSUPP)
print(hasattr(u, "sendbreak"), u.write(b"bye"))
"""
    one = node(code, name(server))
    peer = accept(server)
    assert one.line() == "up"
    peer.sendall(b"abcdefgh\nij\n" + bytes(700))
    time.sleep(0.2)
    one.go()
    assert one.line() == "256 b'ab' 4 b'cdef' 1 bytearray(b'gdef') None"
    assert one.line() == r"b'h\n' b'ij\n' True 400 None None"
    assert one.line() == "next"
    peer.sendall(b"123")
    time.sleep(0.2)
    one.go()
    assert one.line() == "3 None None 0 None True"
    assert one.line() == "True"
    assert one.line() == "False 3"
    assert receive(peer, 3) == b"bye"


def test_a_device_goes_on_at_another_rate(node):
    master, slave = os.openpty()
    code = """
import machine, sys
u = machine.UART(1, baudrate=4800)
for baud in (115200, 57600):
    u.init(baudrate=baud, rxbuf=1024, timeout=0)
    print(baud); sys.stdin.readline()
try:
    u.init(baudrate=-1)
except OSError as e:
    print(e)
"""
    one = node(code, os.ttyname(slave), 4800)
    for baud in (termios.B115200, termios.B57600):
        one.line()
        assert termios.tcgetattr(slave)[4:6] == [baud] * 2
        one.go()
    assert "EINVAL" in one.line()
    assert one.end()[0] == 0
    os.close(master)
    os.close(slave)


def test_a_pty_carries_every_byte_unchanged_at_the_asked_rate(node):
    master, slave = os.openpty()
    one = node(ECHO, os.ttyname(slave), 4800)
    assert one.line() == "up"
    assert termios.tcgetattr(slave)[4:6] == [termios.B4800] * 2
    os.write(master, EVERY)
    got = b""
    while len(got) < 256 and select.select([master], [], [], 15)[0]:
        got += os.read(master, 512)
    os.close(slave)
    os.close(master)
    assert got == EVERY


def test_a_device_that_disappears_is_waited_for(node, tmp_path):
    link = tmp_path / "tty"  # stands for /dev/ttyUSB0, which a USB adapter makes and takes away
    master, slave = os.openpty()
    link.symlink_to(os.ttyname(slave))
    one = node(ECHO, str(link))
    assert one.line() == "up"
    link.unlink()
    os.close(slave)
    os.close(master)
    assert one.line("stderr") == f"{link}: the device went away; waiting for it"
    assert one.line("stderr").startswith(f"{link}: there is no such device")
    master, slave = os.openpty()
    link.symlink_to(os.ttyname(slave))
    assert one.line("stderr") == f"{link}: connected"
    os.write(master, b"AT\r")
    assert os.read(master, 16) == b"AT\r"
    os.close(slave)
    os.close(master)


def test_a_file_that_is_no_serial_device_is_said_so_and_left_alone(node, tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"text")
    code = (
        "import machine, time; u = machine.UART(2); u.write(b'x'); time.sleep(1); print(u.any())"
    )
    status, out, err = node(code, str(path)).end()
    assert (status, out) == (0, "0\n")
    assert err == f"{path}: this is no serial device\n"
    assert path.read_bytes() == b"text"
