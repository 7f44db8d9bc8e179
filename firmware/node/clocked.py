"""Who tells the node the time: nobody, the RTC alone, or a clock on the wall."""

from m5310 import borrow


def clocked(config, rtc, seconds=None):
    """Return (what tells the UNIX time, what is told it by the network), None for neither.

    rtc, seconds: as in node.wall. Where nothing bears a time, the RTC is all that has it.
    """
    timed = config["outbox"]["readings"] or config["udp"]["server"]
    if timed or config["onenet"]["timestamps"] or config["power"]["mode"] != "always":
        from .wall import Wall

        wall = Wall(rtc, seconds) if seconds else Wall(rtc)
        return wall.now, wall.learn, rtc
    if rtc:
        return (
            lambda: borrow("node.wall").Wall(rtc).now(),
            lambda utc: borrow("node.wall").Wall(rtc).learn(utc),
            rtc,
        )
    return None, None, None
