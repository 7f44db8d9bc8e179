"""The board definition boards/PC/pins.py, and the chips that have none for their temperature."""

import sys
from pathlib import Path
from types import ModuleType

import pins
import pytest
import vboard


def test_the_chips_without_a_board_function_are_read_the_port_s_way(monkeypatch, tmp_path):
    from node.sensors import mcu

    (tmp_path / "pins.py").write_text("")
    monkeypatch.delitem(sys.modules, "pins")
    monkeypatch.syspath_prepend(tmp_path)
    esp32 = ModuleType("esp32")
    monkeypatch.setitem(sys.modules, "esp32", esp32)
    monkeypatch.setattr(mcu.sys, "platform", "esp32")
    esp32.raw_temperature = lambda: 122
    assert mcu.source()() == 50
    esp32.mcu_temperature = lambda: 41
    assert mcu.source()() == 41
    monkeypatch.setattr(mcu.sys, "platform", "zephyr")
    with pytest.raises(ValueError, match="does not tell it"):
        mcu.source()


def test_every_pin_of_the_wiring_table_is_usable_and_in_the_readme():
    assert (pins.ONEWIRE, pins.ADC) == (vboard.ONEWIRE_PIN, vboard.NTC_PIN)
    wired = (vboard.I2C_ID, vboard.I2C_SCL, vboard.I2C_SDA)
    assert (pins.I2C, pins.I2C_SCL, pins.I2C_SDA) == wired
    outputs = (pins.ONEWIRE, pins.SWITCH, pins.DIMMER, pins.UART_TX, 32, 33, 27, 14)
    assert [pins.pin_problem(pin, True) for pin in outputs] == [None] * len(outputs)
    assert pins.pin_problem(pins.ADC, False) is None
    assert pins.uart_problem(pins.UART) is None
    readme = (Path(pins.__file__).parent / "README.md").read_text()
    for rom in vboard.ROMS.values():
        assert rom.hex().upper() in readme
