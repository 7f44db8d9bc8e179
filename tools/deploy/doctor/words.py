"""The module's numbers in words, from the table that the node has, and what to do about them."""

import sys

from deploy.boards import ROOT

# The driver, and before what pip has put there MicroPython's const.
sys.path.insert(0, str(ROOT / "tools/fakes"))
sys.path.insert(0, str(ROOT / "lib"))

from m5310.errors import CME, AtError, event
from m5310.network import registration

__all__ = ("event", "registration", "result", "signal")

# What a result means for the next step (facts of the AT manual, chapter on errors).
STEPS = {
    30: "wait for the network and run it again",
    310: "push the SIM in (power off before), contacts clean, the right way round",
    311: "switch the PIN of this SIM off in a telephone, or AT+CPIN=… in make passthrough",
    312: "this SIM is locked to another device: take another one",
    313: "the SIM is broken or badly seated: take it out and put it in again, power off before",
    314: "wait some seconds and run it again",
    316: "the SIM asks for its PUK: unlock it in a telephone",
    512: "the module has no IMEI: ask who sold it",
    524: "AT+CFUN=1 in make passthrough, then run it again",
}


def result(answer):
    """Return the result of an Answer in words."""
    if answer.code:
        return str(AtError(CME, answer.code))
    return answer.said


def signal(rssi):
    """Return (dBm, word) for rssi of +CSQ; (None, "none") where there is no signal."""
    if not 0 < rssi < 32:
        return None, "none"
    dbm = 2 * rssi - 113
    for least, word in ((-85, "good"), (-97, "usable"), (-105, "weak")):
        if dbm >= least:
            return dbm, word
    return dbm, "very weak"
