"""Renewing a registration, and waiting for a module that fell silent.

What is told here of a session is that of `supervisor`, a Supervisor.
"""

from micropython import const

from m5310 import errors
from m5310.errors import AtError

_BACK_MS = const(60000)  # a module that fell silent gets so long to come back
_RENEWALS = const(3)
_TURN_MS = const(200)
_SILENT = "the module is silent"


async def await_line(supervisor):
    """Wait for a module that fell silent; a registration it still has is confirmed."""
    supervisor.say(_SILENT)
    await supervisor.modem.at.sync(_BACK_MS)
    await renew(supervisor)
    supervisor.stands()


async def await_update(supervisor):
    """Leave a module alone that writes its own firmware, until that is over.

    The driver sees to it that it ends (lib/m5310/firmware.py).
    """
    supervisor.say("the module updates its firmware")
    firmware = supervisor.modem.firmware
    while firmware.writing and not supervisor.stopping:
        supervisor.alive = supervisor.clock.ticks_ms()
        await supervisor.clock.sleep_ms(_TURN_MS)


async def renew(supervisor):
    """Renew the registration; raises AtError if it is gone, not if the line was busy once."""
    supervisor.notifier.row = 0
    if not supervisor.objects:
        return
    for left in range(_RENEWALS - 1, -1, -1):
        try:
            await supervisor.modem.mipl.update()
            break
        except AtError as e:
            if e.kind == errors.SILENT and supervisor.state != _SILENT:
                return  # it may just be busy: it is waited for
            if not left or e.kind not in (errors.HELD, errors.TIMEOUT, errors.BUSY):
                raise
        await supervisor.clock.sleep_ms(1000)
    supervisor.log("registration renewed", 2)
    supervisor.modem.network.clock_known = False  # ask again: some RTCs drift by minutes a day
