"""What of the notifications that nodes were told are stored is in the database."""


def missing(store, nodes):
    """Return the acknowledged (imei, path, value) of LoadNodes that the Store does not hold."""
    ids = {row.key: row.device for row in store.devices()}
    lost = []
    for node in nodes:
        held = set()
        for path in {path for path, _ in node.acknowledged}:
            held |= {(path, value) for value in _values(store, ids.get(node.imei, 0), path)}
        lost += [(node.imei, *each) for each in node.acknowledged if each not in held]
    return lost


def count(store):
    """Return how many datapoints the Store holds."""
    return sum(
        1
        for row in store.devices()
        for path in store.points.streams(row.device)
        for _ in _values(store, row.device, path)
    )


def _values(store, device_id, path):
    after = None
    while True:
        page, after = store.points.page(device_id, [path], after=after, limit=6000)
        for point in page:
            yield point.value
        if after is None:
            return
