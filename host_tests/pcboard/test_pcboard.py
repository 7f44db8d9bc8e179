"""boards/PC under the real MicroPython: UART on TCP, pty and device, the link, machine itself."""

import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
UPY = Path(sys.executable).parent / "micropython"

ECHO = """
import machine, time
u = machine.UART(2, 9600, tx=17, rx=16, rxbuf={rxbuf}, txbuf=1024, timeout=0)
print("up")
buf = bytearray(64)
while True:
    n = u.readinto(buf, 60)
    if n:
        view = memoryview(buf)[:n]
        while len(view):
            view = view[u.write(view) or 0:]
    else:
        time.sleep_ms(2)
"""


class Node:
    """A micropython process on boards/PC."""

    def __init__(self, code, **env):
        path = "boards/PC:firmware:lib:.frozen"
        clean = {k: v for k, v in os.environ.items() if k not in ("UART", "BAUD", "BOARD")}
        self.process = subprocess.Popen(
            [UPY, "-c", code],
            cwd=ROOT,
            env={**clean, "MICROPYPATH": path, **env},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            stdin=subprocess.PIPE,
        )
        self.rest = {"stdout": b"", "stderr": b""}

    def line(self, stream="stdout", seconds=8):
        """Return the next line of stdout or stderr."""
        source = getattr(self.process, stream)
        while b"\n" not in self.rest[stream]:
            assert select.select([source], [], [], seconds)[0], "nothing printed"
            part = os.read(source.fileno(), 4096)
            assert part, "ended: %r" % self.rest[stream]
            self.rest[stream] += part
        line, _, self.rest[stream] = self.rest[stream].partition(b"\n")
        return line.decode()

    def end(self, seconds=10):
        """Wait for the end; return (status, stdout, stderr)."""
        out, err = self.process.communicate(timeout=seconds)
        return self.process.returncode, out.decode(), err.decode()


@pytest.fixture
def node():
    nodes = []

    def start(code, **env):
        nodes.append(Node(code, **env))
        return nodes[-1]

    yield start
    for one in nodes:
        if one.process.poll() is None:
            one.process.kill()
        one.process.communicate()


def listen(port=0):
    server = socket.socket()
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server.bind(("127.0.0.1", port))
    server.listen()
    server.settimeout(8)
    return server


def name(server):
    return "127.0.0.1:%d" % server.getsockname()[1]


def accept(server):
    peer, _ = server.accept()
    peer.settimeout(8)
    return peer


def receive(peer, count):
    data = b""
    while len(data) < count:
        part = peer.recv(count - len(data))
        assert part, "closed after %r" % data
        data += part
    return data


@pytest.fixture
def server():
    with listen() as one:
        yield one


# UART over TCP


def test_bytes_of_any_value_go_both_ways_unchanged(node, server):
    node(ECHO.format(rxbuf=2048), UART=name(server))
    peer = accept(server)
    data = bytes(range(256)) * 8
    for start in range(0, len(data), 1000):
        peer.sendall(data[start : start + 1000])
        assert receive(peer, len(data[start : start + 1000])) == data[start : start + 1000]


def test_what_finds_no_room_in_the_receive_buffer_is_lost_and_counted(node, server):
    code = """
import machine, sys
u = machine.UART(2, 9600, rxbuf=100)
print("up"); sys.stdin.readline()
print(u.any(), u.lost, u.read(40), u.any(), u.read(), u.read(), u.readinto(bytearray(4)))
"""
    one = node(code, UART=name(server))
    peer = accept(server)
    assert one.line() == "up"
    data = bytes(range(65, 91)) * 5
    peer.sendall(data)
    time.sleep(0.2)
    one.process.stdin.write(b"\n")
    one.process.stdin.flush()
    expected = "100 30 %r 60 %r None None" % (data[:40], data[40:100])
    assert one.line() == expected


def test_a_peer_that_goes_away_and_comes_back_finds_the_node_again(node, server):
    one = node(ECHO.format(rxbuf=2048), UART=name(server))
    peer = accept(server)
    port = server.getsockname()[1]
    server.close()
    peer.close()
    assert "closed; trying again" in one.line("stderr")
    assert "nothing listens on" in one.line("stderr")
    time.sleep(1)
    with listen(port) as again:
        peer = accept(again)
        assert one.line("stderr").endswith("connected")
        peer.sendall(b"AT\r")
        assert receive(peer, 3) == b"AT\r"


def test_a_peer_that_closes_at_once_is_not_stormed(node, server):
    one = node(ECHO.format(rxbuf=256), UART=name(server))
    end = time.monotonic() + 1.5
    count = 0
    while time.monotonic() < end:
        if select.select([server], [], [], 0.1)[0]:
            server.accept()[0].close()
            count += 1
    assert 3 <= count <= 6  # at 0, 50, 150, 350, 750, 1550 ms
    one.process.kill()
    assert one.end()[2].count("\n") <= 2 * count


def test_an_ipv6_address_stands_in_brackets(node):
    with socket.socket(socket.AF_INET6) as server:
        try:
            server.bind(("::1", 0))
        except OSError:
            pytest.skip("this machine has no IPv6")
        server.listen()
        server.settimeout(8)
        node(ECHO.format(rxbuf=256), UART="[::1]:%d" % server.getsockname()[1])
        peer = accept(server)
        peer.sendall(b"AT")
        assert receive(peer, 2) == b"AT"


def test_nobody_there_is_told_once_with_what_to_do_and_writes_vanish(node):
    with listen() as server:
        free = name(server)
    code = """
import machine, time
u = machine.UART(2, 9600)
for _ in range(200):
    if u.write(b"AT\\r") != 3 or u.any() or u.read() is not None:
        print("wrong")
    time.sleep_ms(5)
print("done")
"""
    status, out, err = node(code, UART=free).end()
    assert (status, out) == (0, "done\n")
    assert err.count("\n") == 1
    assert f"nothing listens on {free}: start `make bench`, or give UART=" in err


def test_the_first_bytes_written_after_the_constructor_arrive(node, server):
    node("import machine; machine.UART(2, 9600).write(b'AT\\r')", UART=name(server))
    assert receive(accept(server), 3) == b"AT\r"


def test_a_peer_that_does_not_read_never_blocks_the_node(node, server):
    code = """
import machine, time
u = machine.UART(2, 9600)
worst = total = 0
none = False
data = bytes(4096)
end = time.ticks_add(time.ticks_ms(), 800)
while time.ticks_diff(end, time.ticks_ms()) > 0:
    t = time.ticks_ms()
    n = u.write(data)
    worst = max(worst, time.ticks_diff(time.ticks_ms(), t))
    none = none or n is None
    total += n or 0
    if none: time.sleep_ms(1)
print(worst < 300, none, total > 4096)
"""
    one = node(code, UART=name(server))
    with accept(server):
        assert one.line() == "True True True"


def test_the_uart_works_with_select_and_asyncio_streams(node, server):
    code = """
import machine, asyncio, select
u = machine.UART(2, 9600)
p = select.poll(); p.register(u, select.POLLIN)
print(p.poll(0))
async def main():
    s = asyncio.StreamReader(u), asyncio.StreamWriter(u)
    s[1].write(b"AT\\r\\n"); await s[1].drain()
    print(await s[0].readline())
asyncio.run(main())
"""
    one = node(code, UART=name(server))
    peer = accept(server)
    assert one.line() == "[]"
    assert receive(peer, 4) == b"AT\r\n"
    peer.sendall(b"OK")
    time.sleep(0.1)
    peer.sendall(b"\r\n")
    assert one.line() == r"b'OK\r\n'"


def test_deinit_closes_and_init_opens_again(node, server):
    code = """
import machine
u = machine.UART(2, 9600)
u.deinit(); u.deinit()
print(u.any(), u.read(), u.write(b"x"))
u.init(9600, rxbuf=512)
u.write(b"two")
"""
    one = node(code, UART=name(server))
    assert accept(server).recv(1) == b""
    assert receive(accept(server), 3) == b"two"
    assert one.line() == "0 None None"


@pytest.mark.parametrize(
    "env, text",
    [
        ({"UART": "nonsense"}, "UART=nonsense: must be HOST:PORT or the path of a device"),
        ({"UART": "127.0.0.1:0"}, "UART=127.0.0.1:0: must be HOST:PORT"),
        ({"UART": "127.0.0.1:99999"}, "UART=127.0.0.1:99999: must be HOST:PORT"),
        ({"UART": ":5310"}, "UART=:5310: must be HOST:PORT"),
        ({"UART": "/dev/null", "BAUD": "1234"}, "BAUD=1234: must be one of 4800, 9600"),
        ({"UART": "/dev/null", "BAUD": "fast"}, "BAUD=fast: must be a number"),
    ],
)
def test_an_unusable_environment_ends_with_status_2_and_a_sentence(node, env, text):
    status, out, err = node("import machine; machine.UART(2, 9600); print('on')", **env).end()
    assert (status, out) == (2, "")
    assert err.startswith(text)
    assert err.count("\n") == 1


def test_an_unknown_host_is_said_once_at_the_start_and_ends_it(node):
    code = "import machine; machine.UART(2, 9600); print('on')"
    status, out, err = node(code, UART="no.such.host.invalid:5310").end(30)
    assert (status, out) == (2, "")
    assert err == "UART=no.such.host.invalid:5310: cannot find host no.such.host.invalid\n"


# UART on a pty or device


def test_a_pty_carries_every_byte_unchanged_at_the_asked_rate(node):
    import termios

    master, slave = os.openpty()
    one = node(ECHO.format(rxbuf=2048), UART=os.ttyname(slave), BAUD="4800")
    assert one.line() == "up"
    assert termios.tcgetattr(slave)[4:6] == [termios.B4800] * 2
    data = bytes(range(256))
    os.write(master, data)
    got = b""
    while len(got) < 256 and select.select([master], [], [], 8)[0]:
        got += os.read(master, 512)
    os.close(slave)
    os.close(master)
    assert got == data


def test_the_baud_rate_is_the_program_s_where_the_environment_has_none(node):
    import termios

    master, slave = os.openpty()
    code = "import machine; machine.UART(2, 57600); print('up'); input()"
    assert node(code, UART=os.ttyname(slave)).line() == "up"
    assert termios.tcgetattr(slave)[4] == termios.B57600
    os.close(slave)
    os.close(master)


def test_a_device_that_disappears_is_waited_for(node, tmp_path):
    link = tmp_path / "tty"  # stands for /dev/ttyUSB0, which a USB adapter makes and takes away
    master, slave = os.openpty()
    link.symlink_to(os.ttyname(slave))
    one = node(ECHO.format(rxbuf=256), UART=str(link))
    assert one.line() == "up"
    link.unlink()
    os.close(slave)
    os.close(master)
    assert one.line("stderr").endswith("the device went away; waiting for it")
    assert "there is no such device" in one.line("stderr")
    master, slave = os.openpty()
    link.symlink_to(os.ttyname(slave))
    assert one.line("stderr").endswith("connected")
    os.write(master, b"AT\r")
    assert os.read(master, 16) == b"AT\r"
    os.close(slave)
    os.close(master)


def test_a_file_that_is_no_serial_device_is_said_so(node, tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"text")
    one = node("import machine; u = machine.UART(2, 9600); print(u.any())", UART=str(path))
    status, out, err = one.end()
    assert (status, out) == (0, "0\n")
    assert err == f"{path}: this is no serial device\n"
    assert path.read_bytes() == b"text"


# The link to the bench

PINS = """
import machine, sys, time
pin = machine.Pin(26, machine.Pin.OUT, value=0)
pwm = machine.PWM(25, freq=1000, duty_u16=0)
while True:
    pin.toggle(); pwm.duty_u16(pin.value() * 1000)
    print(machine.board().temps["ntc-0"])
    time.sleep_ms(30)
"""


def lines_of(peer):
    data = b""
    while True:
        part = peer.recv(4096)
        assert part
        data += part
        while b"\n" in data:
            line, _, data = data.partition(b"\n")
            yield json.loads(line)


def test_the_bench_is_greeted_and_shown_every_change(node, server):
    node(PINS, BOARD=name(server))
    lines = lines_of(accept(server))
    hello = next(lines)["hello"]
    assert set(hello) == {"temps", "pins", "pwm"}
    assert set(hello["temps"]) == {"ds18x20-0", "ds18x20-1", "ntc-0", "sht3x-0", "mcu"}
    seen = [next(lines) for _ in range(8)]
    assert {"pin": 26, "value": 1} in seen
    assert {"pin": 26, "value": 0} in seen
    assert {"pwm": 25, "duty_u16": 1000} in seen


def until(one, text, tries=60):
    for _ in range(tries):
        if one.line() == text:
            return
    raise AssertionError("never printed %s" % text)


def test_the_bench_sets_temperatures_and_takes_sensors_away(node, server):
    one = node(PINS, BOARD=name(server))
    peer = accept(server)
    peer.sendall(b'{"temp": {"ntc-0": 71.5}}\n')
    until(one, "71.5")
    peer.sendall(b'{"temp": {"ntc-0": nu')
    time.sleep(0.05)
    peer.sendall(b'll}}\n{"temp": {"mcu": 50}}\n')
    until(one, "None")


def test_rubbish_on_the_link_is_skipped(node, server):
    one = node(PINS, BOARD=name(server))
    peer = accept(server)
    for rubbish in (
        b"\xff\xfe\n",
        b"[]\n",
        b"5\n",
        b'{"temp": 5}\n',
        b'{"temp": {"nosuch": 5}}\n',
        b'{"temp": {"ntc-0": "hot"}}\n',
        b'{"temp": {"ntc-0": 1e999}}\n',
        b"[" * 900 + b"\n",
        b"x" * 5000 + b"\n",
        b"\n\n",
    ):
        peer.sendall(rubbish)
    peer.sendall(b'{"temp": {"ntc-0": 12}}\n')
    until(one, "12.0")


def test_a_new_bench_is_greeted_with_the_state_of_then(node, server):
    node(PINS, BOARD=name(server))
    peer = accept(server)
    peer.sendall(b'{"temp": {"mcu": 55}}\n')
    next(lines_of(peer))
    time.sleep(0.2)
    peer.close()
    hello = next(lines_of(accept(server)))["hello"]
    assert hello["temps"]["mcu"] == 55
    assert "26" in hello["pins"]


def test_alone_the_board_drifts(node):
    code = """
import machine, time
b = machine.board()
first = dict(b.temps)
for _ in range(10): machine.Pin(5).value(); time.sleep_ms(25)
moved = [abs(first[k] - b.temps[k]) for k in first]
print(sum([x > 0 for x in moved]), max(moved) < 0.5)
"""
    assert node(code).end()[:2] == (0, "5 True\n")


# machine


def test_machine_stands_before_the_built_in_one_and_keeps_its_rest(node):
    code = """
import machine, umachine
print(machine.idle is umachine.idle, hasattr(machine, "mem32"))
print(machine.unique_id(), machine.freq())
print(machine.reset_cause() == machine.PWRON_RESET, hasattr(machine, "UART"))
"""
    status, out, err = node(code).end()
    assert (status, err) == (0, "")
    assert out == "True True\nb'm5310-pc' 240000000\nTrue True\n"


def test_reset_ends_the_process_with_status_3_even_from_a_task(node):
    code = """
import asyncio, machine
async def main():
    try:
        machine.reset()
    except Exception:
        print("caught")
asyncio.run(main())
"""
    assert node(code).end() == (3, "", "")


def test_the_watchdog_lets_a_fed_node_live_and_kills_a_starving_one(node):
    code = """
import machine, time
w = machine.WDT(timeout=400)
for _ in range(8):
    time.sleep_ms(100); w.feed()
print("fed")
time.sleep(5)
print("survived")
"""
    status, out, err = node(code).end()
    assert status == -signal.SIGKILL
    assert (out, err) == ("fed\n", "watchdog: not fed for 400 ms, reset\n")


def test_the_firmware_s_own_drivers_read_the_virtual_board(node):
    code = """
import machine, pins, time
from node import actuators, config, sensors
done = config.load("firmware/config.example.json", pins)
shared = {}
extra = config.validate({"sensors": [{"type": t, "instance": i} for i, t in
                         enumerate(("ntc", "sht3x", "mcu"))]}, pins)
drivers = [sensors.make(spec, shared) for spec in done["sensors"] + extra["sensors"]]
waits = [driver.start() for driver in drivers]
time.sleep_ms(max(waits))
temps = machine.board().temps
for driver, name in zip(drivers, ("ds18x20-0", "ds18x20-1", "ntc-0", "sht3x-0", "mcu")):
    print(abs(driver.read() - temps[name]) < 0.5)
made = actuators.make(done["actuators"][0])
made["on_off"](True); made["dimmer"](100); made["multistate"]("high")
print(sorted(machine.board().pins.items()), machine.board().pwm)
"""
    status, out, err = node(code).end()
    assert (status, err) == (0, "")
    assert out == "True\n" * 5 + "[(26, 1), (32, 0), (33, 1)] {25: 65535}\n"


# The board definition


def test_the_chips_without_a_board_function_are_read_the_port_s_way(monkeypatch):
    from types import ModuleType

    from node.sensors import mcu

    monkeypatch.setitem(sys.modules, "pins", ModuleType("pins"))
    esp32 = ModuleType("esp32")
    monkeypatch.setitem(sys.modules, "esp32", esp32)
    monkeypatch.setattr(mcu.sys, "platform", "esp32")
    esp32.raw_temperature = lambda: 122
    assert mcu.source()() == 50
    esp32.mcu_temperature = lambda: 41
    assert mcu.source()() == 41
    monkeypatch.setattr(mcu.sys, "platform", "zephyr")
    with pytest.raises(ValueError, match="not supported on zephyr"):
        mcu.source()


def test_every_pin_of_the_wiring_table_is_usable():
    import onewire
    import pins
    import vadc
    import vi2c

    assert (pins.ONEWIRE, pins.ADC) == (onewire.PIN, vadc.NTC_PIN)
    assert (pins.I2C, pins.I2C_SCL, pins.I2C_SDA) == (vi2c.BUS, vi2c.SCL, vi2c.SDA)
    outputs = (pins.ONEWIRE, pins.SWITCH, pins.DIMMER, pins.UART_TX, 32, 33, 27, 14)
    assert [pins.pin_problem(pin, True) for pin in outputs] == [None] * len(outputs)
    assert pins.pin_problem(pins.ADC, False) is None
    assert pins.uart_problem(pins.UART) is None
