"""machine.ADC and machine.I2C of the virtual board, loaded where a program asks for one."""

from machine import Device


class ADC(Device):
    """machine.ADC."""

    ATTN_0DB, ATTN_2_5DB, ATTN_6DB, ATTN_11DB = 0, 1, 2, 3


class I2C(Device):
    """machine.I2C."""
