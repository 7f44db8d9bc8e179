"""Several values of one instance in one notification, where readings bear their time."""

from m5310.command import Command

_NOTIFY_MS = 2000


async def notify(mipl, msgid, oid, iid, values, ackid=0):
    """Report values, [(rid, type, value), ...], in one message; as Mipl.notify for the rest.

    The lines are queued together, so that no other notification comes between them.
    """
    lines = []
    count = len(values)
    for i, (rid, kind, value) in enumerate(values):
        number = 0 if mipl.dialect.own else msgid
        text = bytearray(
            b"AT+MIPLNOTIFY=%d,%d,%d,%d,%d," % (mipl.requests.ref, number, oid, iid, rid)
        )
        mipl.dialect.value(text, kind, value)
        text.extend(b",%d,%d" % (count - 1 - i, mipl.dialect.flag(i, count)))
        lines.append(bytes(text))
    queue = mipl.at.normal
    before = [Command(line, _NOTIFY_MS, b"") for line in lines[:-1]]
    queue.extend(before)
    try:
        last = lines[-1] + (b",%d" % ackid if ackid else b"")
        await mipl.at.command(last, prefix=b"")
        mipl.notified += 1
    finally:
        for cmd in before:
            if cmd in queue:
                queue.remove(cmd)
    for cmd in before:
        if cmd.error:
            raise cmd.error
