"""The wire floor is the time of the bytes and of nothing else, and Tap sees when they passed."""

from types import SimpleNamespace

import pytest
from clock import FakeClock

from bench.module import Module
from bench.platform import Platform
from bench.port import Port
from measure.floor import byte_ms, floor_ms, pauses_ms
from measure.tap import Tap


def test_a_byte_is_ten_bits():
    assert byte_ms(9600) == pytest.approx(1.0417, abs=1e-4)
    assert byte_ms(115200) == pytest.approx(0.0868, abs=1e-4)


@pytest.mark.parametrize(
    ("lengths", "reply_ms", "count", "waits"),
    [
        ([50], 5, 51, 0),  # the line and its CR; the OK behind it is not waited for
        ([50, 40], 5, 51 + 41 + 5, 1),
        ([1] * 12, 30, 12 * 2 + 11 * 5, 11),
    ],
)
def test_the_floor_counts_every_byte_that_has_to_pass_and_each_wait_for_the_module(
    lengths, reply_ms, count, waits
):
    found = floor_ms(lengths, 9600, reply_ms)
    assert found == pytest.approx(count * 10_000 / 9600 + waits * reply_ms)


def test_pauses_stand_between_lines_only():
    assert [pauses_ms(lines, 20) for lines in (1, 2, 12)] == [0, 20, 220]


class Line:
    """A module on a paced line, with a platform that asks and an MCU that is the test."""

    def __init__(self, baud):
        self.clock = FakeClock()
        self.platform = Platform(self.clock, discover=False, observe=False, network_ms=0)
        self.module = Module(self.clock, self.platform, boot_ms=0, sim_ms=0, register_ms=0)
        self.port = Port(self.module, self.clock, baud)
        self.tap = Tap(self.port, self.clock)
        self.got = b""

    def pass_ms(self, ms):
        for _ in range(ms):
            self.clock.advance(1)
            self.got += self.port.take()

    def send(self, text):
        self.port.feed(text.encode() + b"\r\n")

    def registered(self):
        self.pass_ms(100)
        for text in ("AT+MIPLCREATE", 'AT+MIPLADDOBJ=0,3303,2,"11",6,1', "AT+MIPLOPEN=0,3600,30"):
            self.send(text)
            self.pass_ms(200)
        assert b"+MIPLEVENT: 0,6" in self.got


@pytest.mark.parametrize("wait_ms", [0, 17])
def test_an_answer_without_delay_is_measured_as_its_floor(wait_ms):
    line = Line(9600)
    line.registered()
    operation = line.platform.read(line.module.imei, 3303, 0)
    while not line.got.endswith(b"-1\r\n"):
        line.pass_ms(1)
    line.pass_ms(wait_ms)
    answer = "AT+MIPLREADRSP=0,%d,1,3303,0,%d,4,4,20.123,%d,0"
    for rid, index in ((5700, 1), (5601, 0)):
        line.send(answer % (operation.msgid, rid, index))
        count = line.got.count(b"OK\r")
        while line.got.count(b"OK\r") == count:
            line.pass_ms(1)
    assert operation.ok
    (passed,) = line.tap.passed
    assert (passed.kind, passed.code, passed.printed) == ("read", 205, 1)
    assert passed.lengths == [len(answer % (operation.msgid, 5700, 1))] * 2
    floor = floor_ms(passed.lengths, 9600, line.module.options.reply_ms)
    # The MCU of this test sees the last CR a ms late at most, twice, and waits as told.
    assert wait_ms - 1 <= passed.latency_ms - floor <= wait_ms + 4


def test_an_operation_nobody_answers_is_kept_as_unanswered():
    line = Line(0)
    line.registered()
    line.platform.read(line.module.imei, 3303, 0, 5700, timeout_ms=40_000)
    line.pass_ms(16_000)
    (passed,) = line.tap.passed
    assert (passed.code, passed.latency_ms, passed.printed) == (0, None, 3)
    assert passed.started is not None


def test_a_line_under_another_msgid_is_no_answer():
    line = Line(0)
    line.registered()
    operation = line.platform.read(line.module.imei, 3303, 0, 5700)
    line.pass_ms(5)
    line.send("AT+MIPLREADRSP=0,%d,11" % (operation.msgid + 1))
    line.pass_ms(20)
    line.send("AT+MIPLREADRSP=0,%d,11" % operation.msgid)
    line.pass_ms(20)
    (passed,) = line.tap.passed
    assert passed.code == 400
    assert len(passed.lines) == 1


def test_what_the_mcu_sends_is_no_reason_to_start_the_time():
    tap = Tap(SimpleNamespace(module=SimpleNamespace(taken=0)), FakeClock())
    tap._bytes("sent", b"AT\r")
    assert tap.passed == []
