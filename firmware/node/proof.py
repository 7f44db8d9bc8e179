"""Waits until the node was online with a new configuration, and keeps that then.

Loaded for a start with a configuration that has not been online yet.
"""

from micropython import const

from m5310 import borrow

_STANDS_MS = const(60000)
_TURN_MS = const(100)


async def prove(node, path, copy, wanted):
    """Keep path as copy once a session stood for a minute and the line is quiet. Never raises.

    wanted: the CRC of what the node runs on.
    """
    clock = node.clock
    supervisor = node.supervisor
    try:
        since = clock.ticks_ms()
        session = 0  # that has stood since then
        while not session or clock.ticks_diff(clock.ticks_ms(), since) < _STANDS_MS:
            online = supervisor.state == "online"
            if not online or session != supervisor.sessions:
                session = online and supervisor.sessions
                since = clock.ticks_ms()
            await clock.sleep_ms(_TURN_MS)
        while not node.modem.at.quiet():  # writing to flash may take longer than the UART waits
            await clock.sleep_ms(_TURN_MS)
        if borrow("node.config_keep").keep(path, copy, wanted):
            node.log("%s was online, and is kept as %s" % (path, copy))
    except (OSError, MemoryError) as e:  # the node runs all the same
        node.log("%s cannot be written: %s" % (copy, e), 0)
