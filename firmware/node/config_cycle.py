"""The check of a duty cycle; loaded where a configuration has one."""

from micropython import const

from .config_error import ConfigError

_MARGIN_S = const(600)


def check(config):
    """Raise ConfigError where the duty cycle does not fit the rest."""
    power = config["power"]
    least = 2 * power["period"] + _MARGIN_S
    lifetime = config["onenet"]["lifetime"]
    if config["onenet"]["enabled"] and lifetime < least:
        text = "is too short for power.period: it is renewed once a cycle, so at least %d" % least
        raise ConfigError("onenet.lifetime", lifetime, text)
    if config["onenet"]["enabled"] and not config["outbox"]["readings"]:
        text = "is needed with power.mode cycle: readings wait there, give 256"
        raise ConfigError("outbox.readings", 0, text)
    if power["awake"] >= power["period"]:
        raise ConfigError("power.awake", power["awake"], "must be less than power.period")
