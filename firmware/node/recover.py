"""What the supervisor does about a failure; loaded for that alone."""

from micropython import const

from m5310 import borrow
from m5310.errors import AtError

_PULSE_MS = const(500)


async def recover(supervisor, error):
    """Take the next rung of the ladder, after its pause."""
    modem = supervisor.modem
    supervisor.observations.clear()
    modem.mipl.reset()
    supervisor.recoveries += 1
    pins = (("reset pin", modem.reset_pin), ("power pin", modem.power_pin))
    available = [name for name, there in pins + (("restart", supervisor.restart),) if there]
    ladder = borrow("m5310.recovery").Ladder(available, supervisor.ladder)
    rung, pause = ladder.next(modem.at.silent)
    supervisor.ladder = ladder.place
    ladder = None  # heap is scarce while it waits
    supervisor.cause = str(error)
    supervisor.next_try = "%s in %d s" % (rung, pause)
    supervisor.say("offline")
    supervisor.log("%s; next: %s" % (supervisor.cause, supervisor.next_try), 0)
    await supervisor.clock.sleep_ms(pause * 1000)
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
