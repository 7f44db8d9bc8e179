"""The temperature sensor in the virtual board's chip."""

from errno import ENODEV

import vdevices


def mcu_temperature():
    """Return °C of the virtual chip; raises OSError(ENODEV) while its sensor is disconnected."""
    vdevices.board.touch()
    celsius = vdevices.board.temps["mcu"]
    if celsius is None:
        raise OSError(ENODEV)
    return celsius
