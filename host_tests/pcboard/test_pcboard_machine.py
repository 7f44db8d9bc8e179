"""machine, onewire and pins of boards/PC: the same as the virtual devices, called from afar."""

import contextlib
import io
import json
import os
import signal
import subprocess

import fakeboard
import vboard
from pcboard_rig import ROOT, STILL, UPY, accept, name

# Runs with the proxies and with the devices themselves: every line it prints must be the same.
SAME = """
import time
import machine, onewire
from machine import ADC, I2C, PWM, Pin
from pins import mcu_temperature

def t(what, *args, **options):
    try:
        print(repr(what(*args, **options)))
    except (OSError, ValueError, TypeError, onewire.OneWireError) as e:
        print(type(e).__name__, e.args)
    except AttributeError:
        print("AttributeError")

def constants(kind, names):
    print([getattr(kind, name) for name in names])

constants(Pin, ("IN", "OUT", "OPEN_DRAIN", "PULL_UP", "PULL_DOWN"))
constants(ADC, ("ATTN_0DB", "ATTN_2_5DB", "ATTN_6DB", "ATTN_11DB"))
constants(onewire.OneWire, ("SEARCH_ROM", "MATCH_ROM", "SKIP_ROM"))

relay = Pin(26, Pin.OUT, value=1)
for call in (relay, relay.value, relay.off, relay, relay.on, relay, relay.toggle, relay.value):
    t(call)
t(relay, 1); t(relay, False); t(relay); t(relay.value, True); t(relay)
t(relay.value, 0); t(relay); t(relay.value, x=1); t(relay)
t(relay.init, Pin.OUT, value=0); t(relay); t(relay.init, mode=Pin.IN); t(relay.value, 1); t(relay)
t(Pin(5, Pin.IN, Pin.PULL_UP).value); t(Pin(5, mode=Pin.IN, pull=Pin.PULL_DOWN).value)
for bad in (-1, 40, "A0", 1.0, None, True, [26], b"26"):
    t(Pin, bad)
t(Pin, 34, Pin.OUT); t(Pin, 5, 9); t(Pin); t(Pin, 5, nosuch=1); t(relay.value, 1, 2)
t(lambda: relay.nosuch())
print(hasattr(relay, "on"), hasattr(relay, "nosuch"))

dimmer = PWM(Pin(25), freq=1000, duty_u16=65535)
t(dimmer.freq); t(dimmer.duty_u16); t(dimmer.duty_u16, 7); t(dimmer.duty_u16)
t(dimmer.freq, 50); t(dimmer.freq); t(dimmer.init, freq=60, duty_u16=1); t(dimmer.duty_u16)
for bad in (-1, 65536, 1.5, "7", None and 0):
    t(dimmer.duty_u16, bad)
t(dimmer.freq, 0); t(dimmer.deinit); t(dimmer.duty_u16); t(PWM, 34); t(lambda: PWM(25).duty_u16())

adc = ADC(Pin(34), atten=ADC.ATTN_11DB)
t(adc.read_u16); t(adc.read_uv); t(lambda: ADC(34).read_u16()); t(ADC, 4); t(ADC, 34, atten=4)

bus = I2C(0, scl=Pin(22), sda=Pin(21), freq=100_000)
buf = bytearray(6)
t(bus.scan); t(bus.writeto, 0x45, b""); t(bus.readfrom, 0x44, 6); t(bus.readfrom_into, 0x44, buf)
t(bus.writeto, 0x44, b"\\x2c\\x06"); t(bus.writeto, 0x44, b"\\x24\\x00", True)
time.sleep(0.1)
t(bus.readfrom_into, 0x44, buf); print(buf)
t(bus.writeto, 0x44, bytearray(b"\\x24\\x00")); time.sleep(0.1); t(bus.readfrom, 0x44, 3)
t(bus.writeto, 0x44, memoryview(b"\\x24\\x00")); time.sleep(0.1)
big = bytearray(10)
t(bus.readfrom_into, 0x44, memoryview(big)[2:8]); print(big)
t(bus.readfrom, 0x44, -1); t(bus.readfrom, 0x44, 5000); t(I2C, 2); t(lambda: I2C(1).scan())

wire = onewire.OneWire(Pin(4))
t(wire.scan); t(wire.reset); t(wire.reset, True); t(wire.write, b"\\xcc\\x44"); t(wire.readbit)
time.sleep(0.8)
t(wire.readbit); rom = wire.scan()[0]; nine = bytearray(9)
t(wire.select_rom, rom); t(wire.writebyte, 0xBE); t(wire.readinto, nine); print(nine)
t(wire.crc8, nine); t(wire.crc8, rom); t(wire.readbyte); t(wire.writebit, 1); t(wire.readinto, rom)
empty = onewire.OneWire(Pin(5))
t(empty.reset); t(empty.reset, required=True); t(empty.scan); t(empty.readbyte)

t(mcu_temperature)
"""


def test_a_pin_has_no_interrupt_as_no_handler_can_be_called_from_here(node):
    status, out, _ = node("from machine import Pin\nprint(hasattr(Pin(26), 'irq'))").end()
    assert (status, out.split()) == (0, ["False"])


def test_every_call_gives_what_the_devices_themselves_give(node):
    fakeboard.fresh(None)
    direct = io.StringIO()
    with contextlib.redirect_stdout(direct):
        exec(SAME, {"__name__": "same"})
    status, out, err = node(SAME, before=STILL).end()
    assert (status, err.count("\n")) == (0, 1)
    assert out.splitlines() == direct.getvalue().splitlines()
    assert len(out.splitlines()) > 100
    for part in ("OSError (19,)", "OneWireError ()", "TypeError", "AttributeError", "ValueError"):
        assert part in out


def test_a_program_that_makes_its_devices_anew_for_every_use_goes_on(node):
    code = """
from machine import Pin, PWM
for i in range(300):
    Pin(26, Pin.OUT, value=i & 1)
    assert Pin(26, Pin.OUT).value() == i & 1
    PWM(Pin(25), freq=1000 + i, duty_u16=i)
print(PWM(Pin(25), duty_u16=9).duty_u16())
"""
    assert node(code).end()[:2] == (0, "9\n")


def test_a_call_too_long_is_an_error_and_the_next_one_works(node):
    code = """
from machine import I2C
bus = I2C(0)
for size in (5000, 50_000):
    try:
        bus.writeto(0x44, bytes(size))
    except ValueError as e:
        print(e)
    print(bus.scan())
"""
    status, out, _ = node(code).end()
    assert (status, out) == (0, "more than 8192 characters in a call\n[68, 118]\n" * 2)


def test_a_node_that_floods_the_call_line_can_still_call(node):
    code = """
import os
from machine import Pin
pin = Pin(26, Pin.OUT)
line = open(os.getenv("BOARD_DEVICE"), "r+b", buffering=0)
for part in (bytes(1000), b"{}\\n" * 300, b"x" * 997 + b":\\n"):
    for _ in range(100):
        line.write(part)
pin.on()
print(pin())
"""
    assert node(code).end()[:2] == (0, "1\n")


def test_machine_without_its_board_says_how_to_start_it():
    env = {k: v for k, v in os.environ.items() if k != "BOARD_DEVICE"}
    env["MICROPYPATH"] = "boards/PC:.frozen"
    command = [UPY, "-c", "import machine"]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "ImportError: no board: start with `make node`" in done.stdout + done.stderr


def test_machine_stands_before_the_built_in_one_and_keeps_its_rest(node):
    code = """
import machine, umachine
print(machine.idle is umachine.idle, hasattr(machine, "mem32"))
print(machine.unique_id(), machine.freq())
print(machine.reset_cause() == machine.PWRON_RESET, hasattr(machine, "UART"))
print(hasattr(machine, "NoSuch"))
"""
    status, out, _ = node(code).end()
    assert status == 0
    assert out == "True True\nb'm5310-pc' 240000000\nTrue True\nFalse\n"


def test_reset_ends_the_process_with_status_3_even_where_every_error_is_caught(node):
    """The program prints if it goes on: a reset is no error that a task could survive."""
    code = """
import asyncio, machine
async def main():
    try:
        machine.reset()
    except Exception:
        print("it went on")
asyncio.run(main())
"""
    assert node(code).end()[:2] == (3, "")


def test_the_watchdog_lets_a_fed_node_live_and_kills_a_starving_one(node, server):
    code = """
import machine, time
try:
    machine.WDT(timeout=0)
except ValueError as e:
    print(e)
w = machine.WDT(timeout=400)
for _ in range(8):
    time.sleep_ms(100); w.feed()
print("fed")
time.sleep(5)
print("survived")
"""
    status, out, err = node(code, name(server)).end()
    assert status == 128 + signal.SIGKILL
    assert out == "WDT timeout must be from 1 to 3600000 ms\nfed\n"
    assert err == "watchdog: not fed for 400 ms, reset\n"


def test_the_firmware_s_own_drivers_use_the_virtual_board(node, server):
    code = """
import pins, time
from node import actuators, sensors
from node.startup.config import load
from node.startup.check import validate
done = load("firmware/config.example.json", pins)
shared = {}
extra = validate({"sensors": [{"type": t, "instance": i} for i, t in
                         enumerate(("ntc", "sht3x", "mcu"))]}, pins)
drivers = [sensors.make(spec, shared) for spec in done["sensors"] + extra["sensors"]]
waits = [driver.start() for driver in drivers]
time.sleep_ms(max(waits))
print(["%.1f" % driver.read() for driver in drivers])
made = actuators.make(done["actuators"][0])
made["on_off"](True); made["dimmer"](100); made["multistate"]("high")
"""
    one = node(code, before=STILL, board=name(server))
    peer = accept(server)
    status, out, _ = one.end()
    assert (status, out) == (0, "['21.5', '23.0', '22.2', '21.8', '41.0']\n")
    told = b""
    while part := peer.recv(4096):
        told += part
    board = vboard.VBoard()
    for line in map(json.loads, told.splitlines()):
        if "pin" in line:
            board.set_pin(line["pin"], line["value"])
        elif "pwm" in line:
            board.set_duty(line["pwm"], line["duty_u16"])
    assert (board.pins, board.pwm) == ({26: 1, 32: 0, 33: 1}, {25: 65535})
