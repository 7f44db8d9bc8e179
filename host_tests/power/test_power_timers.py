"""Every timer there is, against the table of facts/protocol.md 3.1 written down once more."""

from hypothesis import given
from hypothesis import strategies as st

from m5310 import power

T3412 = {0: 600, 1: 3600, 2: 36000, 3: 2, 4: 30, 5: 60, 6: 1152000}
T3324 = {0: 2, 1: 60, 2: 360}
CYCLES = {2: 20.48, 3: 40.96, 5: 81.92, 9: 163.84, 10: 327.68}
CYCLES |= {11: 655.36, 12: 1310.72, 13: 2621.44, 14: 5242.88, 15: 10485.76}


def possible(table):
    """Return every number of seconds that a timer of table can have."""
    return sorted({unit * count for unit in table.values() for count in range(32)})


def check(seconds, text, table, decode):
    """A timer is the shortest there is of at least seconds, else the longest."""
    bits, count = int(text[:3], 2), int(text[3:], 2)
    assert len(text) == 8 and bits in table
    told = table[bits] * count
    assert decode(text) == told
    long_enough = [each for each in possible(table) if each >= seconds]
    assert told == (long_enough[0] if long_enough else possible(table)[-1])


@given(st.integers(0, 40_000_000))
def test_periodic_updates(seconds):
    check(seconds, power.periodic(seconds), T3412, power.periodic_s)


@given(st.integers(0, 12_000))
def test_active_time(seconds):
    check(seconds, power.reached(seconds), T3324, power.reached_s)


@given(st.integers(0, 255))
def test_every_eight_bits_have_their_seconds(value):
    text, unit, count = format(value, "08b"), value >> 5, value & 31
    assert power.periodic_s(text) == (None if unit == 7 else T3412[unit] * count)
    assert power.reached_s(text) == (None if unit == 7 else T3324.get(unit, 60) * count)


@given(st.floats(0, 12_000))
def test_cycles(seconds):
    told = power.cycle_s(power.cycle(seconds))
    long_enough = [each for each in sorted(CYCLES.values()) if each >= seconds]
    assert told == (long_enough[0] if long_enough else 10485.76)


@given(st.integers(0, 15))
def test_every_four_bits(value):
    try:
        assert power.cycle_s(format(value, "04b")) == CYCLES[value]
    except ValueError:
        assert value not in CYCLES
