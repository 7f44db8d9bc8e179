"""The virtual board's line to the bench: greeting, changes, temperatures, rubbish; and alone."""

import json
import time

from pcboard_rig import accept, name

PINS = """
import machine, time
from pins import mcu_temperature
pin = machine.Pin(26, machine.Pin.OUT, value=0)
pwm = machine.PWM(25, freq=1000, duty_u16=0)
while True:
    pin.toggle(); pwm.duty_u16(pin.value() * 1000)
    try:
        print(mcu_temperature())
    except OSError as e:
        print("errno", e.errno)
    time.sleep_ms(20)
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
    node(PINS, board=name(server))
    lines = lines_of(accept(server))
    hello = next(lines)["hello"]
    assert set(hello) == {"temps", "pins", "pwm"}
    assert set(hello["temps"]) == {"ds18x20-0", "ds18x20-1", "ntc-0", "sht3x-0", "mcu"}
    seen = [next(lines) for _ in range(8)]
    assert {"pin": 26, "value": 1} in seen
    assert {"pin": 26, "value": 0} in seen
    assert {"pwm": 25, "duty_u16": 1000} in seen


def test_the_bench_sets_temperatures_and_takes_sensors_away(node, server):
    one = node(PINS, board=name(server))
    peer = accept(server)
    peer.sendall(b'{"temp": {"mcu": 71.5}}\n')
    one.until("71.5")
    peer.sendall(b'{"temp": {"mcu": nu')
    time.sleep(0.05)
    peer.sendall(b'll}}\n{"temp": {"ntc-0": 50}}\n')
    one.until("errno 19")
    peer.sendall(b'{"temp": {"mcu": 5, "ntc-0": 6}}\n')
    one.until("5.0")


def test_rubbish_on_the_link_is_skipped(node, server):
    one = node(PINS, board=name(server))
    peer = accept(server)
    for rubbish in (
        b"\xff\xfe\n",
        b"[]\n",
        b"5\n",
        b'{"temp": 5}\n',
        b'{"temp": {"nosuch": 5}}\n',
        b'{"temp": {"mcu": "hot"}}\n',
        b'{"temp": {"mcu": 1e999}}\n',
        b'{"temp": {"mcu": NaN}}\n',
        b"[" * 900 + b"\n",
        b"x" * 5000 + b"\n",
        b'{"temp": {"mcu": 99}}'.ljust(3000) + b"\n",
        b"\n\n",
    ):
        peer.sendall(rubbish)
        time.sleep(0.01)
    peer.sendall(b'{"temp": {"mcu": 12}}\n')
    seen = set()
    while "12.0" not in seen:
        seen.add(one.line())
    assert max(float(text) for text in seen) < 45  # none of it changed a thing


def test_a_new_bench_is_greeted_with_the_state_of_then(node, server):
    one = node(PINS, board=name(server))
    peer = accept(server)
    peer.sendall(b'{"temp": {"mcu": 55}}\n')
    one.until("55.0")
    peer.close()
    hello = next(lines_of(accept(server)))["hello"]
    assert hello["temps"]["mcu"] == 55
    assert "26" in hello["pins"]


def test_the_bench_is_told_how_sensors_nobody_holds_drift(node, server):
    work = "import machine, time; u = machine.UART(2)\nwhile True: u.any(); time.sleep_ms(20)"
    node(work, board=name(server))
    peer = accept(server)
    peer.sendall(b'{"temp": {"ntc-0": 5}}\n')
    lines = lines_of(peer)
    first = next(lines)["hello"]["temps"]["mcu"]
    told = [next(lines)["temp"] for _ in range(3)]
    drifted = [temps["mcu"] for temps in told if "mcu" in temps]
    assert drifted and 0.05 <= abs(drifted[0] - first) < 0.5
    assert not any("ntc-0" in temps for temps in told)


def test_alone_the_board_drifts(node):
    code = """
import time
from pins import mcu_temperature
first = mcu_temperature()
time.sleep(0.5)
print(0 < abs(mcu_temperature() - first) < 0.5)
"""
    assert node(code).end()[:2] == (0, "True\n")
