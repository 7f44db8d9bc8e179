"""make types finds the mistakes that a board alone would show; the tree itself is make lint's."""

import pytest

import typecheck
from deploy.errors import DeployError

PORT = "firmware/node/port.py"
MCU = "firmware/node/sensors/mcu.py"
KEEP = "firmware/node/stages.py"
PWM = "firmware/node/actuators/timer_pwm.py"

# (board, file, what stands there, what is put there instead, what is said then)
SEEDS = [
    ("ESP32_GENERIC", PORT, "rxbuf=", "rxbuffer=", 'Unexpected keyword argument "rxbuffer"'),
    ("ESP32_GENERIC", MCU, "esp32.raw_temp", "esp32.row_temp", 'no attribute "row_temperature"'),
    (
        "ESP32_GENERIC",
        KEEP,
        "keep(path, _COPY)",
        "keep(path)",
        'Missing positional argument "copy"',
    ),
    ("PYBV11", PORT, "machine.Pin.OUT", "machine.Pin.OUTPUT", 'no attribute "OUTPUT"'),
    ("PYBV11", MCU, ".read_core_temp", ".read_core_tmp", 'no attribute "read_core_tmp"'),
    ("PYBV11", PWM, "freq=freq", "hertz=freq", 'Unexpected keyword argument "hertz"'),
]


@pytest.mark.parametrize("board", ["ESP32_GENERIC", "PYBV11"])
def test_a_mistake_is_found_where_it_is(board, tmp_path):
    texts = {}
    for _, file, old, new, _ in [seed for seed in SEEDS if seed[0] == board]:
        texts.setdefault(file, (typecheck.ROOT / file).read_text())
        assert old in texts[file]
        texts[file] = texts[file].replace(old, new)
    shadow = {}
    for number, (file, text) in enumerate(texts.items()):
        shadow[file] = tmp_path / f"{number}.py"
        shadow[file].write_text(text)
    lines = typecheck.check(board, shadow)
    for _, file, _, _, said in [seed for seed in SEEDS if seed[0] == board]:
        assert any(line.startswith(file + ":") and said in line for line in lines), lines
    assert {line.split(":")[0] for line in lines} == set(texts)


def test_every_board_has_stubs_for_its_port():
    for name in typecheck.boards.names():
        assert len(typecheck.pins(typecheck.boards.load(name).port)) == 2


def test_a_port_without_stubs_says_where_they_belong():
    with pytest.raises(DeployError) as caught:
        typecheck.pins("zephyr")
    assert "add stubs-zephyr" in caught.value.step


def test_a_board_that_there_is_not_is_named(capsys):
    assert typecheck.main(["ESP23"]) == 1
    assert "there is no board ESP23" in capsys.readouterr().out
