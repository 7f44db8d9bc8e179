"""Timers: in order, once, and without memory for what was cancelled."""

from clock import FakeClock
from hypothesis import given
from hypothesis import strategies as st

from bench.ticks import Timers


def test_a_timer_put_off_again_and_again_takes_no_memory():
    clock = FakeClock()
    timers = Timers(clock)
    timer = timers.after(20_000, int)
    for _ in range(10_000):
        timer.cancel()
        timer = timers.after(20_000, int)
        assert timers.cancelled <= 65
    assert timers.next_ms() == 20_000


ACTS = st.lists(
    st.tuples(st.sampled_from(["after", "cancel", "poll", "clear", "flood"]), st.integers(0, 50)),
    max_size=60,
)


@given(ACTS)
def test_calls_are_made_once_in_order_whatever_is_cancelled(acts):
    clock = FakeClock()
    timers = Timers(clock)
    made, expected, live = [], [], {}
    for number, (act, value) in enumerate(acts):
        if act == "after":
            live[number] = value + clock.now, timers.after(value, lambda n=number: made.append(n))
        elif act == "cancel" and live:
            live.pop(sorted(live)[value % len(live)])[1].cancel()
        elif act == "flood":
            for _ in range(100):
                timers.after(value, lambda: made.append("flood")).cancel()
        elif act == "clear":
            timers.clear()
            live.clear()
        elif act == "poll":
            clock.advance(value)
            timers.poll()
            due = sorted((at, n) for n, (at, _) in live.items() if at <= clock.now)
            expected += [n for _, n in due]
            for _, n in due:
                del live[n]
            soonest = min((at for at, _ in live.values()), default=None)
            assert timers.next_ms() == (None if soonest is None else soonest - clock.now)
    assert made == expected
    assert timers.cancelled >= 0
