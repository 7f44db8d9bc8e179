"""One operation at a time, printed again while unanswered, given up in the end."""

from bench_rig import STATE, Rig

from bench.port import Port

TEMPERATURE = "1,3303,0,5700,4,4,20.5,0,0"


def test_the_next_operation_is_held_back_until_the_first_is_answered():
    rig = Rig().register()
    first = rig.platform.read(rig.imei, 3303, 0, 5700)
    second = rig.platform.execute(rig.imei, 3303, 0, 5605, "reset")
    assert rig.run(4000) == ["+MIPLREAD:0,%d,3303,0,5700" % first.msgid]
    assert rig.send("AT+MIPLREADRSP=0,%d,%s" % (first.msgid, TEMPERATURE)) == [
        "OK",
        '+MIPLEXECUTE:0,%d,3303,0,5605,5, "reset"' % second.msgid,
    ]


def test_a_read_of_several_lines_holds_back_until_its_last_line():
    rig = Rig().register()
    first = rig.platform.read(rig.imei, 3303, 0)
    second = rig.platform.read(rig.imei, 3306, 0)
    rig.run(200)
    line = "AT+MIPLREADRSP=0,%d,1,3303,0,%%d,4,4,20.5,%%d,0" % first.msgid
    assert rig.send(line % (5700, 1)) == ["OK"]
    assert rig.send(line % (5601, 0)) == ["OK", "+MIPLREAD:0,%d,3306,0,-1" % second.msgid]


def test_an_unanswered_operation_is_printed_three_times_then_times_out():
    rig = Rig().register()
    operation = rig.platform.read(rig.imei, 3303, 0, 5700)
    urc = "+MIPLREAD:0,%d,3303,0,5700" % operation.msgid
    assert rig.run(4900) == [urc]
    assert rig.run(5000) == [urc]
    assert rig.run(5000) == [urc]
    assert rig.run(10000) == []
    assert (operation.done, operation.name, operation.code) == (True, "TIME_OUT", 0)
    assert rig.send("AT+MIPLREADRSP=0,%d,%s" % (operation.msgid, TEMPERATURE)) == STATE
    assert rig.records[-1].printed == 3
    assert rig.module.counters.silent == 1


def test_the_next_operation_follows_when_the_window_has_run_out():
    rig = Rig(repeats=0).register()
    first = rig.platform.read(rig.imei, 3303, 0, 5700)
    second = rig.platform.read(rig.imei, 3303, 1, 5700)
    lines = rig.run(5500)
    assert lines == [
        "+MIPLREAD:0,%d,3303,%d,5700" % (op.msgid, i) for i, op in enumerate((first, second))
    ]
    assert rig.send("AT+MIPLREADRSP=0,%d,%s" % (first.msgid, TEMPERATURE)) == STATE


def test_an_answer_to_the_repetition_counts_and_is_timed_from_the_first_print():
    rig = Rig().register()
    operation = rig.platform.write(rig.imei, 3306, 0, {5850: 1, 5851: 22})
    assert len(rig.run(6000)) == 4
    assert rig.send("AT+MIPLWRITERSP=0,%d,2" % operation.msgid, ms=300) == ["OK"]
    assert operation.ok
    assert operation.latency_ms > 5000


def asked():
    """Have an instance read; return (rig, operation, a line of its answer: resource, index)."""
    rig = Rig().register()
    operation = rig.platform.read(rig.imei, 3303, 0)
    rig.run(200)
    line = "AT+MIPLREADRSP=0,%d,1,3303,0,%%d,4,4,20.5,%%d,0" % operation.msgid
    return rig, operation, line


def test_a_repetition_starts_the_answer_anew():
    rig, operation, line = asked()
    assert rig.send(line % (5700, 1)) == ["OK"]
    rig.run(5000)
    assert rig.send(line % (5700, 1), line % (5601, 0), ms=300) == ["OK", "OK"]
    assert len(operation.values) == 2


def test_an_answer_that_goes_on_over_a_repetition_is_no_success():
    rig, operation, line = asked()
    assert rig.send(line % (5700, 3), line % (5601, 2)) == ["OK", "OK"]
    rig.run(5000)
    assert rig.send(line % (5602, 1), line % (5603, 0)) == STATE + STATE
    rig.run(5000)
    assert rig.send(line % (5603, 0)) == STATE
    rig.run(6000)
    assert (operation.name, operation.code, operation.values) == ("TIME_OUT", 0, [])


def test_an_answer_that_was_interrupted_may_begin_anew():
    for first in (3, 2):  # a value may be gone by then
        rig, operation, line = asked()
        assert rig.send(line % (5700, 3), line % (5601, 2)) == ["OK", "OK"]
        rig.run(5000)
        assert rig.send(line % (5602, 1)) == STATE
        lines = [line % (5600 + i, i) for i in range(first, -1, -1)]
        assert rig.send(*lines, ms=100) == ["OK"] * (first + 1)
        rig.run(300)
        assert (operation.code, len(operation.values)) == (205, first + 1)


def test_an_answer_that_stops_half_way_times_out_without_values():
    rig = Rig().register()
    operation = rig.platform.read(rig.imei, 3303, 0)
    rig.run(200)
    line = "AT+MIPLREADRSP=0,%d,1,3303,0,5700,4,4,20.5,3,0" % operation.msgid
    for _ in range(3):
        assert rig.send(line) == ["OK"]
        rig.run(5000)
    assert (operation.name, operation.code, operation.values) == ("TIME_OUT", 0, [])


def test_latency_is_measured_from_print_to_answer():
    rig = Rig().register()
    operation = rig.platform.read(rig.imei, 3303, 0, 5700)
    rig.run(80)
    rig.run(700)
    rig.send("AT+MIPLREADRSP=0,%d,%s" % (operation.msgid, TEMPERATURE), ms=300)
    assert rig.records[-1].latency_ms == operation.latency_ms == 700
    assert rig.records[-1].code == 205


def test_latency_counts_the_wire_at_9600_baud():
    """From the last byte of the URC at the MCU to the last byte of the answer at the module."""
    rig = Rig().register()
    port = Port(rig.module, rig.clock, 9600)
    rig.platform.read(rig.imei, 3303, 0, 5700)
    urc = b""
    while not urc.endswith(b"5700\r\n"):
        rig.clock.advance(1)
        urc += port.take()
    rig.clock.advance(100)
    line = b"AT+MIPLREADRSP=0,1006,%s\r" % TEMPERATURE.encode()
    port.feed(line)
    for _ in range(200):
        rig.clock.advance(1)
        port.take()
    wire_ms = len(line) / 0.96
    assert abs(rig.records[-1].latency_ms - 100 - wire_ms) <= 2


def test_a_paced_port_needs_the_time_of_its_bytes():
    rig = Rig()
    port = Port(rig.module, rig.clock, 9600)
    banner = b"\r\nM5310\r\n\r\nOK\r\n"
    rig.clock.advance(999)
    assert port.take() == b""
    rig.clock.advance(1)
    out = port.take()
    spent = 0
    while out != banner:
        wait = max(port.next_ms(), 1)
        rig.clock.advance(int(wait))
        spent += int(wait)
        out += port.take()
    assert abs(spent - len(banner) / 0.96) <= 3


def test_operations_are_dropped_when_the_session_ends():
    rig = Rig().register()
    operation = rig.platform.read(rig.imei, 3303, 0, 5700)
    rig.run(200)
    rig.send("AT+MIPLCLOSE=0", ms=300)
    assert operation.name == "OFFLINE"
    assert rig.run(20000) == []


def test_after_a_reset_nothing_is_repeated():
    rig = Rig().register()
    operation = rig.platform.read(rig.imei, 3303, 0, 5700)
    rig.run(200)
    rig.module.reboot()
    assert rig.run(30000) == ["REBOOT_CAUSE_SECURITY_RESET_PIN", "M5310", "OK"]
    assert operation.name == "TIME_OUT"


def test_an_operation_without_network_times_out():
    rig = Rig().register()
    rig.module.set_network(False)
    operation = rig.platform.read(rig.imei, 3303, 0, 5700, timeout_ms=5000)
    assert rig.run(5500) == []
    assert operation.name == "TIME_OUT"


def test_the_module_answers_for_unknown_objects_where_asked_to():
    rig = Rig(answers_unknown=True).register()
    operations = [rig.platform.read(rig.imei, 3311), rig.platform.read(rig.imei, 3303, 5)]
    assert rig.run(500) == []
    assert [operation.code for operation in operations] == [404, 404]


def test_a_jump_of_the_clock_does_no_harm():
    """A bench stopped for 40 s and continued: every timer is late at once."""
    rig = Rig().register()
    operation = rig.platform.read(rig.imei, 3303, 0, 5700)
    rig.run(200)
    rig.clock.advance(40_000)
    rig.run(20_000)
    assert operation.done
    assert rig.send("AT") == ["OK"]
    assert rig.device.online


def test_everything_works_over_the_wrap_of_the_ticks():
    rig = Rig(start=(1 << 30) - 5000).register()
    operation = rig.platform.read(rig.imei, 3303, 0, 5700)
    rig.run(200)
    assert rig.send("AT+MIPLREADRSP=0,%d,%s" % (operation.msgid, TEMPERATURE), ms=300) == ["OK"]
    assert operation.ok
    assert operation.latency_ms < 300
