"""What can be set about a simulated module."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass
class Options:
    """Times in ms unless the name says otherwise; defaults are the guide's module at a desk."""

    profile: str = "seed"  # see profile.py
    boot_ms: int = 1000  # power or reset to banner
    sim_ms: int = 1500  # boot to a readable SIM: CIMI says 524 before
    register_ms: int = 2000  # search to CEREG 1; guide 1: 20 to 120 s outdoors
    reply_ms: int = 5  # line in to answer out
    repeat_ms: int = 5000  # an unanswered operation is printed again after this
    repeats: int = 2  # how often again
    max_outstanding: int = 1  # operations printed and not answered at one time
    wake_lost: int = 4  # bytes that wake the UART of a sleeping module, and are lost
    psm_forgets: bool = False  # the session is gone when it sleeps
    idle_ms: int = 20000  # CSCON falls to 0 after this without traffic
    bootstrap: bool = False  # events 1 and 2 before 6, guide 3.4
    connect_event: bool = False  # event 4 before 6
    close_event: bool = False  # event 15 after CLOSE; the guide shows none
    update_needed_event: bool = False  # event 14 before the lifetime ends
    answers_unknown: bool = False  # module itself answers 4.04 for what was not added
    nsonmi_inside: bool = True  # next +NSONMI inside the NSORF exchange, BC95 5.9
    echo: bool = False  # state of ATE after boot
    plmn: str = "46000"
    earfcn: int = 3555
    tac: str = "19E6"
    ci: str = "94"
    address: str = "10.3.42.109"
    public_address: str = "117.169.36.15:2179"
    echo_peer: str = "183.230.40.150:36000"
    echo_ms: int = 400  # datagram out to its echo in
    auth: str = ""
    cclk: str = "utc"  # CCLK prints UTC beside the zone, or "local" time, as the M5311
    clock_ms: int = 0  # the network sets the clock so long after registration
    unset_clock: str = ""  # what CCLK prints before, as 80/01/06,00:00:13; "" = only OK
    wall: Callable | None = (
        None  # returns the UNIX time in s; None = wall_s and the module's clock
    )
    wall_s: int = 1795312800  # UNIX time at the module's start, where there is no wall
