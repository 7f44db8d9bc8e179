"""What comes in pages: lists, and the datapoints of a device."""

from onenet.replies import as_dicts, as_number, data_of, points_of

PAGE = 6000  # the most datapoints a page holds, facts platform.md 1.3
_ITEMS, _PAGES = 100, 10_000  # of a list, facts platform.md 1.2


def gather(call, name):
    """Return one answer with the list data[name] of all pages that call(page, per_page) gives."""
    reply, found, last = None, [], None
    for page in range(1, _PAGES + 1):
        answer = call(page=page, per_page=_ITEMS)
        reply = reply or answer
        more = as_dicts(data_of(answer).get(name))
        if more == last:  # a platform that knows no pages
            break
        found += more
        total = as_number(data_of(answer).get("total_count"))
        if len(more) < _ITEMS or (total is not None and len(found) >= total):
            break
        last = more
    return {**reply, "data": {**data_of(reply), name: found}}


def fetch(onenet, device_id, streams=None, start=None, end=None, limit=None):
    """Return (answer, complete): one answer with the datapoints of all pages.

    Without start the newest of each stream, or its newest `limit`, at most 6000; with start all
    from there on, oldest first, until a stream has `limit` of them: then complete is False.
    streams: ids, None = all.
    """
    query = {"datastream_id": ",".join(streams) if streams else None, "limit": limit}
    if not start:
        return onenet.datapoints(device_id, **query), True
    query = {**query, "start": start, "end": end, "limit": min(limit, PAGE)}
    reply, found, cursor = None, {}, None
    while True:
        answer = onenet.datapoints(device_id, cursor=cursor, **query)
        reply = reply or answer
        page = points_of(answer)
        for stream, points in page.items():
            found.setdefault(stream, []).extend(points)
        before, cursor = cursor, data_of(answer).get("cursor")
        enough = any(len(points) >= limit for points in found.values())
        if not cursor or cursor == before or enough or not any(page.values()):
            return _merged(reply, found, cursor), not cursor


def _merged(reply, found, cursor):
    """Return an answer in the platform's form that holds what all pages did."""
    data = {"cursor": cursor} if cursor else {}
    data["count"] = sum(map(len, found.values()))
    data["datastreams"] = [
        {"id": stream, "datapoints": [{"at": at, "value": value} for at, value in points]}
        for stream, points in found.items()
    ]
    return {**reply, "data": data}
