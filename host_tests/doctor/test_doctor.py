"""make doctor: every check, well and ill, in virtual time."""

import json
from base64 import b64decode
from types import SimpleNamespace

import pytest
from doctor_rig import HIGH, LOW, OPEN, Echo, FakeLink, Noise, Simulated, Wire, look
from vbus import Ds18b20

from deploy.boards import ROOT, load
from deploy.cargo import Cargo

LOCAL = ["board", "MicroPython", "memory", "files", "configuration"]
LINE = ["UART", "module"]
MODULE = ["baud rate", "identity", "SIM", "registration", "signal", "address", "OneNET", "supply"]
PARTS = ["sensor 0", "sensor 1", "actuator 0"]


@pytest.fixture
def seen(monkeypatch):
    """look(), its configuration that of the board's folder."""
    return lambda wire, **options: look(wire, monkey=monkeypatch, **options)


def failed(got, name, said, cause, step):
    """Check that of all checks this one has failed, with these words."""
    state = got[name]
    assert state[0] == "FAIL", got.found
    for words, text in zip((said, cause, step), state[1:], strict=True):
        assert words in text, state
    assert got.failed


def only(got, *names):
    """Check that exactly these checks have failed."""
    assert [name for name, state in got.states().items() if state == "FAIL"] == list(names)


def test_everything_is_well_and_nothing_is_left_behind(seen):
    wire = Simulated()
    got = seen(wire)
    assert set(got.states().values()) == {"ok"}, got.found
    assert list(got.found) == LOCAL + LINE + MODULE + PARTS
    assert "IMEI 867725030000018" in got["identity"][1]
    assert "IMSI 460040000000018" in got["SIM"][1]
    assert "-67 dBm, good" in got["signal"][1]
    assert got["address"][1] == "10.3.42.109"
    assert "21.50 °C" in got["sensor 0"][1]
    assert "event 6" in got["OneNET"][1]
    assert 'AT+MIPLADDOBJ=0,3303,2,"11",6,1' in wire.commands
    assert not wire.module.session.created
    assert not got.failed
    assert not any(got.link.vboard.pins.values()), got.link.vboard.pins


def test_another_rate_than_the_configured_one_is_found_and_gone_on_with(seen):
    got = seen(Simulated(115200))
    failed(got, "baud rate", "answers at 115200, module.baud is 9600", "rate", '"baud": 115200')
    only(got, "baud rate")
    got = seen(Simulated(38400))
    failed(got, "baud rate", "38400, which the node cannot use", "", "BAUD=38400")
    assert got["OneNET"][0] == "ok"


def test_a_module_that_was_not_awake_yet_is_not_said_to_have_another_rate(seen):
    class Late(Simulated):
        """Over TCP there are no rates."""

        def feed(self, data, baud, pins):
            if self.clock.now > 3000 + self.born:
                super().feed(data, 9600, pins)

        def take(self, baud):
            return super().take(9600)

    wire = Late()
    wire.born = wire.clock.now
    got = seen(wire)
    assert got["module"][:2] == ("ok", "answers AT at 9600 baud")
    assert got["baud rate"][0] == "ok"


@pytest.mark.parametrize(
    "levels, said, cause, step",
    [
        ({16: OPEN, 17: OPEN}, "nothing drives RX (16)", "not crossed", "RX (16) to TXD"),
        ({16: LOW, 17: OPEN}, "RX (16) is held low", "the module is off", "supply"),
        ({16: HIGH, 17: OPEN}, "RX (16) is high", "TX (17) to RXD", "reset the module"),
        ({16: OPEN, 17: HIGH}, "TX (17) is driven", "TX and RX are swapped", '"tx": 16, "rx": 17'),
    ],
)
def test_a_silent_line_is_told_apart_by_its_levels(seen, levels, said, cause, step):
    wire = Wire()
    wire.levels = levels
    got = seen(wire)
    failed(got, "module", said, cause, step)
    assert "no byte at 9600, 115200, 57600" in got["module"][1]
    only(got, "module")
    for name in MODULE:
        assert got[name][:2] == ("skipped", "waits for module, which failed")
    assert got["sensor 0"][0] == "ok"


def test_a_pc_with_nothing_behind_its_uart_is_told_to_start_the_bench(seen):
    got = seen(Wire(), board="PC", found={"platform": "linux", "machine": "linux [GCC 14]"})
    failed(got, "module", "no byte at 9600", "nothing is at the other end", "start make bench")


def test_swapped_wires_are_proved_where_any_pin_can_be_either(seen):
    wire = Simulated(pins=(16, 17))
    wire.levels = {16: OPEN, 17: HIGH}
    got = seen(wire)
    failed(got, "module", "the module answers on TX (17)", "swapped", "swap the two wires")


@pytest.mark.parametrize(
    "wire, said, step",
    [
        (Noise(b"\xf8\x80\x78"), "f8 80 78", "join GND"),
        (Noise(b"\0"), "nothing but zeros", "supply"),
        (Echo(), "what is sent comes back", "loopback test"),
    ],
)
def test_bytes_that_are_no_answer(seen, wire, said, step):
    got = seen(wire)
    failed(got, "module", said, "", step)
    only(got, "module")


def test_the_loopback_test(seen):
    got = seen(Echo(), loopback=True)
    assert got["loopback"][:2] == (
        "ok",
        "97 bytes came back at 9600 and at 115200 baud: the board's side works",
    )
    assert got["module"][0] == got["SIM"][0] == "skipped"
    assert not got.failed
    failed(seen(Wire(), loopback=True), "loopback", "0 of 97", "no wire", "join just these")
    failed(seen(Echo(1), loopback=True), "loopback", "77 of 97", "no wire", "join just these")
    bad = seen(Noise(b"\1\2"), loopback=True)
    failed(bad, "loopback", "not those that were sent", "no wire", "join just these")


def test_a_missing_sim(seen):
    got = seen(Simulated(sim_ms=10**8))
    failed(got, "SIM", "+CME ERROR 524", "no SIM", "push the SIM in")
    assert got["registration"][:2] == ("skipped", "waits for SIM, which failed")
    assert got["supply"][0] == "ok"
    only(got, "SIM")


def test_a_radio_that_is_off(seen):
    wire = Simulated()
    wire.module.radio.power(0)
    failed(seen(wire), "SIM", "CFUN is 0", "switched off", "AT+CFUN=1")


def test_a_network_that_denies_and_one_that_is_not_there(seen):
    wire = Simulated()
    wire.module.radio.stat = 3
    got = seen(wire)
    failed(got, "registration", "denied, after 12 s", "not activated", "operator")
    assert got["OneNET"][:2] == ("skipped", "waits for registration, which failed")
    wire = Simulated()
    wire.module.set_network(False)

    def locked(config):
        config["network"]["earfcn"] = 3555

    got = seen(wire, plan=locked, search_s=60)
    failed(got, "registration", "searching, after 60 s", "no NB-IoT cell", "network.earfcn out of")
    failed(got, "signal", "no signal (CSQ 99)", "antenna", "antenna")
    assert got.notes[-4:-1] == ["searching, 0 s …", "searching, 15 s …", "searching, 30 s …"]
    wire = Simulated()
    wire.module.radio.cops = 2
    wire.module.radio.search()
    failed(seen(wire), "registration", "not searching", "does not look", "AT+COPS=0")


def test_a_search_that_takes_its_time_is_waited_for(seen):
    wire = Simulated(register_ms=40_000)
    got = seen(wire)
    assert got["registration"][0] == "ok"
    assert "after 3" in got["registration"][1]
    assert got["OneNET"][0] == "ok"


def test_a_platform_that_refuses_and_one_that_is_silent(seen):
    got = seen(Simulated(platform={"auto_create": False}))
    failed(got, "OneNET", "event 7: registration failed", "IMEI or IMSI", "create the device")
    wire = Simulated()
    wire.module.air.loss = 1.0
    failed(seen(wire), "OneNET", "event 8", "does not answer for this device", "create the device")
    assert not wire.module.session.created


def speaking(dialect):
    """Return what changes a configuration to module.dialect dialect."""
    return lambda config: config["module"].update(dialect=dialect)


def test_firmware_with_other_commands(seen):
    got = seen(Simulated(), plan=speaking("m5310a"))
    failed(got, "OneNET", "AT+MIPLDISCOVERRSP=0,3303", "other OneNET", '"seed"')
    got = seen(Simulated(profile="m5310a"), plan=speaking("seed"))
    failed(got, "OneNET", "AT+MIPLCREATE is answered with", "other OneNET", '"m5310a"')
    warned = [finding[1] for finding in got.found["identity"] if finding[0] == "warn"]
    assert "this is an M5310-A" in warned[0]
    wire = Simulated()
    wire.module._commands.pop(("+MIPLVER", "read"))
    warned = [finding[1] for finding in seen(wire).found["identity"] if finding[0] == "warn"]
    assert "AT+MIPLVER?" in warned[0]


@pytest.mark.parametrize("profile", ["m5310a", "m5310sp3"])
@pytest.mark.parametrize("dialect", ["auto", "m5310a"])
def test_the_second_generation_is_found_or_configured(seen, profile, dialect):
    got = seen(Simulated(profile=profile), plan=speaking(dialect))
    assert not got.failed and not [f for f in got.found["identity"] if f[0] == "warn"], got.found


def test_a_module_that_restarts_when_it_transmits(seen):
    wire = Simulated()
    real = wire.module._commands["+MIPLOPEN", "set"]

    def sag(module, args):
        real(module, args)
        module.reboot("")

    wire.module._commands["+MIPLOPEN", "set"] = sag
    got = seen(wire)
    failed(got, "supply", "restarted during these checks", "its supply sags", "470 µF")
    assert got["OneNET"][0] == "FAIL"


def sensors(*specs):
    def change(config):
        config["sensors"] = [
            {"instance": i, "range": (-40, 125), "units": "Cel", **spec}
            for i, spec in enumerate(specs)
        ]
        config["actuators"] = []

    return change


DALLAS = {"type": "ds18x20", "pin": 4, "rom": None, "index": 0}
NTC = {"type": "ntc", "pin": 34, "r25": 10000, "b": 3950, "series": 10000, "side": "low"}
SHT = {"type": "sht3x", "bus": 0, "scl": 22, "sda": 21, "address": 68}


def test_sensors_that_are_there(seen):
    got = seen(Wire(), plan=sensors(DALLAS, NTC, SHT, {"type": "mcu"}))
    for number, text in enumerate(("21.50 °C", "22.2", "21.8", "41.00 °C")):
        assert got[f"sensor {number}"][0] == "ok", got.found
        assert text in got[f"sensor {number}"][1]


def test_sensors_that_are_not_there(seen):
    wire = Wire()
    link = FakeLink(wire)
    for name in link.vboard.temps:
        link.vboard.set_temp(name, None)
    link.vboard.pressure = None
    got = seen(wire, link=link, plan=sensors(DALLAS, NTC, SHT, {"type": "mcu"}))
    failed(got, "sensor 0", "no answer", "not connected", "4.7 kΩ from data to 3.3 V")
    failed(got, "sensor 1", "not connected", "between the pin and GND", "series resistor")
    failed(got, "sensor 2", "addresses that answer on this bus: none", "SDA or SCL", "4.7 kΩ")
    failed(got, "sensor 3", "no answer", "cannot read its chip", "leave this sensor out")


def test_other_quantities_and_a_contact(seen):
    humid = {**SHT, "object": 3304, "units": "%RH", "range": [0, 100]}
    air = {**SHT, "type": "bmp280", "address": 118, "object": 3315, "units": "hPa"}
    air["range"] = [300, 1000]
    contact = {"type": "pin", "object": 3342, "pin": 13, "pull": "up", "active": "low"}
    got = seen(Wire(), plan=sensors(humid, air, contact, {**air, "address": 119}))
    assert got["sensor 0"][:2] == ("ok", "sht3x on I2C 0, address 68: 45.00 %")
    warned = got["sensor 1"]
    assert warned[0] == "warn" and warned[1].endswith("address 118: 1013.25 hPa")
    assert got["sensor 2"][:2] == ("ok", "pin at pin 13: off now")
    failed(got, "sensor 3", "one answers at 118", "SDO", '"address": 118')


def test_sensors_at_other_places(seen):
    lost = {**DALLAS, "pin": 5}
    got = seen(Wire(), plan=sensors({**DALLAS, "index": 3}, {**SHT, "address": 69}, lost))
    failed(got, "sensor 0", "281A2B3C040000C6, 285D6E7F040000", "another", '"rom": "281A2B3C04')
    failed(got, "sensor 1", "one answers at 68", "ADDR", '"address": 68')
    failed(got, "sensor 2", "the wire is low", "no pull-up", "4.7 kΩ")


def test_a_sensor_without_supply_and_an_unlikely_value(seen, monkeypatch):
    monkeypatch.setattr(Ds18b20, "convert", lambda self: None)
    failed(seen(Wire()), "sensor 0", "85 °C", "no supply", "VDD to 3.3 V")
    monkeypatch.undo()
    link = FakeLink(Wire())
    link.vboard.set_temp("ds18x20-0", 110)
    got = look(Wire(), link=link, monkey=monkeypatch)
    assert got["sensor 0"][0] == "warn"
    assert "110.00 °C" in got["sensor 0"][1]


def test_actuators_move_only_where_it_is_allowed(seen):
    link = FakeLink(Wire())
    moved = []
    link.vboard.on_change(lambda *change: moved.append(change))
    assert seen(Wire(), link=link)["actuator 0"][0] == "ok"
    assert not [change for change in moved if change[2]]
    got = seen(Wire(), link=link, actuate=True)
    assert got["actuator 0"][:2] == (
        "ok",
        "switch at 26, dimmer at 25, states at 32, 33 moved, and off again",
    )
    for change in [("pin", 26, 1), ("pwm", 25, 32768), ("pin", 32, 1), ("pin", 33, 1)]:
        assert change in moved
    assert not any(link.vboard.pins.values())
    assert not any(link.vboard.pwm.values())
    link.vboard.broken.add(26)
    failed(seen(Wire(), link=link), "actuator 0", "held low", "cannot drive", "another pin")


def test_an_output_that_does_not_follow(seen):
    link = FakeLink(Wire())
    link.vboard.set_pin = lambda pin, value: link.vboard.pins.update({pin: 0})
    got = seen(Wire(), link=link, actuate=True)
    failed(got, "actuator 0", "pin 26 does not follow when it is set to 1", "joined", "take the")


def test_wrong_pins_are_named_by_the_nodes_own_check(seen, tmp_path):
    path = tmp_path / "config.json"
    data = {"module": {"tx": 1}, "sensors": [{"type": "mcu", "instance": 0}]}
    path.write_text(json.dumps(data))
    got = seen(Wire(), config=path)
    failed(got, "configuration", "module.tx: 1 belongs to the REPL", "", "CONFIG=file.json")
    assert got["all others"][0] == "skipped"
    got = seen(Wire(), link=FakeLink(Wire(), refuses=ValueError("UART(2) is static")))
    failed(got, "UART", "UART(2) is static", "does not have it", "other module.uart")
    only(got, "UART")
    assert got["module"][:2] == ("skipped", "waits for UART, which failed")


def test_another_board_is_not_touched(seen):
    wire = Simulated()
    got = seen(wire, found={"platform": "rp2", "machine": "Raspberry Pi Pico with RP2040"})
    failed(got, "board", "is an esp32 board", "", "give the BOARD= that it is")
    for name in ("MicroPython", "configuration", "all others"):
        assert got[name][0] == "skipped"
    assert not wire.commands
    got = seen(wire, found={"version": [1, 20, 0], "mpy": 5, "free": 4096})
    failed(got, "MicroPython", "too old", "", "make flash")
    assert len(got.found["MicroPython"]) == 2
    failed(got, "files", "4 KB free", "KB while it is deployed", "make wipe")
    assert got["OneNET"][0] == "ok"


def test_a_file_system_that_is_too_small_for_any_node(seen):
    f446 = {"block": 512, "free": 47 << 10, "size": 47 << 10}
    got = seen(Simulated(), found=f446)
    failed(got, "files", "47 KB in all", "does not fit", "ESP32_GENERIC/README.md")
    got = seen(Simulated(), found={**f446, "node": ".frozen/node"})
    assert got["files"][:2] == ("ok", "47 KB free; the node is there, part of the firmware")


@pytest.mark.parametrize(
    ("node", "where"),
    [
        (".frozen/node", "part of the firmware"),
        ("/rom/lib/node", "part of the firmware"),
        ("lib/node", "in lib/node, copied by other means"),
    ],
)
def test_a_node_that_was_not_deployed_is_found_however_much_room_there_is(seen, node, where):
    found = {"node": node, "pins": "ESP32_GENERIC"}
    got = seen(Simulated(), found=found, board="")
    assert got["files"][:2] == ("ok", f"1024 KB free; the node is there, {where}")
    assert got["board"][:2][0] == "ok"
    got = seen(Simulated(), found={**found, "pins": "RPI_PICO"}, board="ESP32_GENERIC")
    assert got["board"][0] == "warn" and "built for BOARD=RPI_PICO" in got["board"][1]


def test_a_node_that_cannot_be_loaded_is_told_with_its_error(seen):
    got = seen(Simulated(), found={"fault": "SyntaxError('invalid syntax',)"})
    assert got["files"][0] == "warn"
    assert "cannot be loaded" in got["files"][1]
    assert "SyntaxError" in " ".join(str(part) for part in got["files"])
    assert "make deploy" in " ".join(str(part) for part in got["files"])


def test_a_frozen_node_needs_less_memory(seen):
    for node, state in (("", "warn"), (".frozen/node", "ok")):
        link = FakeLink(Wire(), free=60_000)
        assert seen(Wire(), link=link, found={"node": node})["memory"][0] == state


def test_a_uart_that_the_port_does_not_have_at_all_is_no_matter_of_pins(seen):
    refuses = ImportError("can't import name UART")
    got = seen(Wire(), link=FakeLink(Wire(), refuses=refuses))
    failed(got, "UART", "the MicroPython on the board has no UART", "", "make flash")
    got = seen(Wire(), link=FakeLink(Wire(), refuses=AttributeError("no attribute 'deinit'")))
    failed(got, "UART", "no attribute 'deinit'", "", "a newer MicroPython (make flash)")


def test_a_board_without_a_file_system(seen):
    got = seen(Simulated(), found={"block": 512, "free": 0, "size": 0})
    failed(got, "files", "no file system", "not formatted", "make flash BOARD=ESP32_GENERIC")


def test_little_memory_and_a_node_for_another_board(seen):
    deployed = {"version": "0.1.0+1234", "board": "RPI_PICO"}
    link = FakeLink(Wire(), free=50_000)
    got = seen(Wire(), link=link, found={"deployed": deployed})
    assert got["memory"][0] == "warn" and "48 KB free" in got["memory"][1]
    assert got["board"][0] == "warn" and "BOARD=RPI_PICO" in got["board"][1]
    assert "0.1.0+1234" in got["files"][1]


def test_a_board_that_cannot_load_mpy_files_gets_sources():
    brought = {}

    def run(code):
        names = {"bring": lambda path, text: brought.setdefault(path, []).append(text)}
        if code.startswith("bring"):
            exec(code, names)

    cargo = Cargo(SimpleNamespace(run=run), SimpleNamespace(mpy=5), load("RPI_PICO"))
    cargo.load("node.sensors.ntc", "pins", "node.sensors.ntc")
    assert list(brought) == [
        "node/__init__.py",
        "node/sensors/__init__.py",
        "node/sensors/ntc.py",
        "pins.py",
    ]
    assert len(brought["pins.py"]) > 1
    text = b"".join(b64decode(part) for part in brought["pins.py"])
    assert text == (ROOT / "boards/RPI_PICO/pins.py").read_bytes()
