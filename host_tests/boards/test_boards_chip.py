"""The chip's own temperature on each port, and what is said where a firmware has none."""

import sys
from types import ModuleType

import portmachine
import pytest

from node.sensors import mcu


@pytest.fixture
def port(monkeypatch):
    """Return a function that puts a platform and modules in place."""

    def make(platform, **modules):
        monkeypatch.setitem(sys.modules, "pins", ModuleType("pins"))
        for name in ("esp32", "pyb"):
            monkeypatch.setitem(sys.modules, name, modules.get(name))
        if "machine" in modules:
            monkeypatch.setitem(sys.modules, "machine", modules["machine"])
        monkeypatch.setattr(mcu.sys, "platform", platform)

    return make


def test_an_s3_or_c3_before_1_23(port):
    port("esp32", esp32=ModuleType("esp32"))
    with pytest.raises(ValueError, match=r"S3 and C3 need 1\.23"):
        mcu.source()


def test_stm32(port):
    port("pyboard", pyb=portmachine.Pyb())
    assert mcu.source()() == 31.5


def test_stm32_without_adcall(port):
    port("pyboard")
    with pytest.raises(ValueError, match="does not tell it"):
        mcu.source()


def test_rp2(port):
    class ADC:
        def __init__(self, channel):
            assert channel == 4

        def read_u16(self):
            return round(0.706 / 3.3 * 65535)

    machine = ModuleType("machine")
    machine.ADC = ADC
    port("rp2", machine=machine)
    assert mcu.source()() == pytest.approx(27, abs=0.05)
