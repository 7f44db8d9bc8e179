"""The paced line: bytes come when a UART would bring them."""

import pytest
from clock import FakeClock
from hypothesis import given
from hypothesis import strategies as st

from bench.ticks import Elapsed, Timers
from bench.wire import Wire


def test_a_byte_takes_ten_bits_at_9600_baud():
    wire = Wire(9600, FakeClock())
    wire.push(b"x" * 96, 0)
    assert wire.pop(1) == b""
    assert len(wire.pop(50)) == 48
    assert len(wire.pop(100)) == 48
    assert wire.next_ms(100) is None


def test_next_ms_tells_when_the_next_byte_is_there():
    wire = Wire(1000, FakeClock())
    wire.push(b"ab", 5)
    assert wire.next_ms(5) == pytest.approx(10)
    assert wire.pop(15) == b"a"
    assert wire.next_ms(18) == pytest.approx(7)


def test_baud_0_is_at_once():
    wire = Wire(0, FakeClock())
    wire.push(b"hello", 7)
    assert wire.next_ms(7) == 0
    assert wire.pop(7) == b"hello"


def test_a_pause_on_the_line_is_not_made_up_for():
    wire = Wire(1000, FakeClock())
    wire.push(b"a", 0)
    wire.push(b"b", 1000)  # the first left long ago, though nobody popped it
    assert wire.pop(1005) == b"a"
    assert wire.pop(1010) == b"b"


def test_negative_baud_is_refused():
    with pytest.raises(ValueError, match="baud"):
        Wire(-1, FakeClock())


def test_the_wrap_of_the_ticks_changes_nothing():
    clock = FakeClock((1 << 30) - 20)
    wire = Wire(1000, clock)
    wire.push(b"abcd", clock.ticks_ms())
    seen = []
    for _ in range(5):
        seen.append(wire.pop(clock.ticks_ms()))
        clock.advance(10)
    assert seen == [b"", b"a", b"b", b"c", b"d"]


@given(st.lists(st.tuples(st.binary(max_size=40), st.integers(0, 60)), max_size=30))
def test_nothing_is_lost_reordered_or_early(pushes):
    clock = FakeClock((1 << 30) - 500)
    wire = Wire(9600, clock)
    sent = got = b""
    elapsed = 0
    for data, pause in pushes:
        wire.push(data, clock.ticks_ms())
        sent += data
        clock.advance(pause)
        elapsed += pause
        got += wire.pop(clock.ticks_ms())
        assert len(got) <= elapsed * 0.96 + 1e-3
    clock.advance(2000)
    assert got + wire.pop(clock.ticks_ms()) == sent
    assert len(wire) == 0


def test_elapsed_grows_over_the_wrap():
    clock = FakeClock((1 << 30) - 100)
    elapsed = Elapsed(clock)
    first = elapsed.now()
    clock.advance(250)
    assert elapsed.now() - first == 250


def test_timers_call_in_order_and_cancelled_ones_never():
    clock = FakeClock((1 << 30) - 5)
    timers = Timers(clock)
    calls = []
    timers.after(30, lambda: calls.append("late"))
    timers.after(10, lambda: calls.append("early"))
    timers.after(20, lambda: calls.append("never")).cancel()
    assert timers.next_ms() == 10
    clock.advance(40_000)
    timers.poll()
    assert calls == ["early", "late"]
    assert timers.next_ms() is None
