"""What the supervisor does about a failure; loaded for that alone."""

from micropython import const

from m5310 import borrow
from m5310.errors import AtError

from . import upkeep

_PULSE_MS = const(500)
_DOWNLOAD_S = const(30)
_UDP_S = const(5)  # before a reboot for the UDP sockets: they have been tried for long by then


async def recover(supervisor, error):
    """Take the next rung of the ladder, after its pause.

    A module that updates its own firmware is left alone: it must not be reset.
    """
    modem = supervisor.modem
    supervisor.observations.clear()
    modem.mipl.reset()
    if modem.firmware.writing:
        supervisor.cause = str(error)
        await upkeep.await_update(supervisor)
        return
    supervisor.recoveries += 1
    pins = (("reset pin", modem.reset_pin), ("power pin", modem.power_pin))
    available = [name for name, there in pins + (("restart", supervisor.restart),) if there]
    udp = supervisor.sockets and supervisor.sockets.wedged
    if modem.firmware.busy:  # it downloads, and may begin to write at any time
        rung, pause = "wait" if modem.at.silent else "session", _DOWNLOAD_S
    else:
        ladder = borrow("m5310.recovery").Ladder(available, supervisor.ladder)
        rung, pause = ladder.next(modem.at.silent, udp)
        if udp:
            pause = min(pause, _UDP_S)
        supervisor.ladder = ladder.place
        ladder = None  # heap is scarce while it waits
    supervisor.cause = str(error)
    supervisor.next_try = "%s in %d s" % (rung, pause)
    supervisor.say("offline")
    supervisor.log("%s; next: %s" % (supervisor.cause, supervisor.next_try), 0)
    await supervisor.clock.sleep_ms(pause * 1000)
    if modem.firmware.busy and rung != "session":  # it began meanwhile
        return
    try:
        if rung == "session":
            await modem.mipl.close()
        elif rung == "reboot":
            await modem.reboot()
        elif rung == "reset pin":
            await modem.pulse(modem.reset_pin, _PULSE_MS)
        elif rung == "power pin":
            await modem.pulse(modem.power_pin, _PULSE_MS * 4)
        elif rung == "restart":
            borrow("node.restarts").restart(supervisor, supervisor.cause)
    except AtError as e:
        supervisor.log("%s: %s" % (rung, e))
    if udp:
        supervisor.sockets.treated()
