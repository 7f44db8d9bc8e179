"""The ring of the last lines, as the node makes it for the heap that it finds."""

import node_rig
import pytest


@pytest.mark.parametrize(
    ("free", "asked", "given"),
    [
        (10 << 10, 1024, None),
        ((16 << 10) - 1, 1024, None),
        (16 << 10, 1024, 256),
        (32 << 10, 1024, 512),
        (1 << 20, 1024, 1024),
        (1 << 20, 200, 200),
        (1 << 20, 0, None),
    ],
)
def test_a_trace_gives_way_where_heap_is_short(monkeypatch, free, asked, given):
    monkeypatch.setattr("gc.mem_free", lambda: free, raising=False)

    async def scene(r):
        return r.node.trace and len(r.node.trace.ring)

    assert node_rig.play(scene, config={"log.trace": asked}) == given
