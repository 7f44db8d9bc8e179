"""The two ways to start the module over; loaded for that alone."""

from micropython import const

from m5310 import errors
from m5310.errors import AtError

_BOOT_MS = const(30000)


def _check(modem):
    """Raise AtError(UPDATING) where a reset could leave the module without firmware."""
    if modem.firmware.busy:
        raise AtError(errors.UPDATING)


async def reboot(modem):
    """Reboot the module by AT+NRB, which has no OK, and wait for it; raises AtError."""
    _check(modem)
    try:
        await modem.at.command(b"AT+NRB", 5000, slow=True)
    except AtError as e:
        if e.kind != errors.RESET:
            raise
    modem.forget("rebooted by us")
    await modem.at.sync(_BOOT_MS)


async def pulse(modem, pin, ms):
    """Assert pin for ms, then wait for the module; raises AtError(SILENT)."""
    _check(modem)
    pin.value(1)
    try:
        await modem.clock.sleep_ms(ms)
    finally:  # cancelled or not, the module is let go
        pin.value(0)
    modem.forget("restarted by pin")
    await modem.at.sync(_BOOT_MS)
