"""Makes the driver out of a configuration and a UART."""

from m5310.modem import Modem

from . import values


def modem_of(config, uart, clock, log, reset_pin=None, power_pin=None):
    """Return the Modem of a validated configuration on a UART; build() gives it an application."""
    dialect, pause, baud = values(config["module"], "dialect pause_ms baud")
    operator, earfcn = values(config["network"], "cops earfcn")
    return Modem(
        uart,
        clock,
        log,
        None,
        dialect,
        pause=pause,
        baud=baud,
        operator=operator,
        earfcn=earfcn,
        reset_pin=reset_pin,
        power_pin=power_pin,
        local_clock=config["module"]["clock"] == "local",
    )
