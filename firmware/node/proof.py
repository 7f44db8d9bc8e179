"""Watches how a start goes with a configuration that has yet to prove itself, and keeps it then.

Loaded for such a start alone.
"""

from micropython import const

from m5310 import borrow

_STANDS_MS = const(60000)
_CRASH_MS = const(10000)  # what ends a start within these seconds may be the configuration's fault
_TURN_MS = const(100)


async def prove(node, path, copy, wanted):
    """Keep path as copy once a session stood for a minute and the line is quiet. Never raises.

    Until then the counter of its starts is told how this one goes, see config_keep. wanted: the
    CRC of what the node runs on.
    """
    clock = node.clock
    supervisor = node.supervisor
    patience_ms = supervisor.register_timeout_ms + supervisor.open_timeout_s * 1000
    state = "begun"
    session = 0  # that has stood since then
    begun = since = clock.ticks_ms()
    try:
        while not session or clock.ticks_diff(clock.ticks_ms(), since) < _STANDS_MS:
            online = supervisor.state == "online"
            if not online or session != supervisor.sessions:
                session = online and supervisor.sessions
                since = clock.ticks_ms()
            going = state
            spent = clock.ticks_diff(clock.ticks_ms(), begun)
            if online or state == "online":
                going = "online"
            elif state == "begun" and spent >= _CRASH_MS:
                going = "ran"
            elif state == "ran" and spent >= patience_ms:
                going = "failed"
            if going != state and node.modem.at.quiet():
                state = going
                _note(node, state)
            await clock.sleep_ms(_TURN_MS)
        while not node.modem.at.quiet():  # writing to flash may take longer than the UART waits
            await clock.sleep_ms(_TURN_MS)
        if not node.proven:
            keep(node, path, copy, wanted)
    except MemoryError as e:  # the node runs all the same
        node.log("%s cannot be written: %r" % (copy, e), 0)


def keep(node, path, copy, wanted):
    """Keep path as copy: it has proven itself. Never raises; wanted: as above."""
    node.proven = True
    try:
        if borrow("node.config_keep").keep(path, copy, wanted):
            node.log("%s was online, and is kept as %s" % (path, copy))
    except (OSError, MemoryError) as e:  # the node runs all the same
        node.log("%s cannot be written: %s" % (copy, e), 0)


def _note(node, state):
    try:
        borrow("node.config_keep").note(state)
    except OSError as e:
        node.log("this start cannot be counted: %s" % e, 0)
