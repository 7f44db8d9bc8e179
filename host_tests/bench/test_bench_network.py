"""The simulated module's general and network commands."""

import time
from datetime import UTC, datetime

import pytest
from bench_rig import Rig

from bench.bench import Bench

CME = "+CME ERROR: %d"


def test_what_comes_before_the_banner_is_lost():
    rig = Rig()
    rig.module.feed(b"AT\r\n")
    assert rig.run(2000) == ["M5310", "OK"]
    assert rig.module.counters.lost_bytes == 4


def test_reboot_by_command_has_no_ok_and_gives_its_cause():
    rig = Rig().register()
    assert rig.send("AT+NRB", ms=20) == ["REBOOTING"]
    assert rig.run(2000) == ["REBOOT_CAUSE_APPLICATION_AT", "M5310", "OK"]
    assert rig.send("AT+CEREG?")[0].startswith("+CEREG:0,")
    assert rig.send("AT+MIPLCLOSE=0") == ["ERROR"]


def test_reboot_by_the_pin_forgets_the_session():
    rig = Rig().register()
    rig.module.reboot()
    assert rig.run(1500) == ["REBOOT_CAUSE_SECURITY_RESET_PIN", "M5310", "OK"]
    rig.run(3000)
    assert rig.send("AT+MIPLCREATE") == ["+MIPLCREATE:0", "OK"]


def test_errors_are_numbers_only_after_cmee():
    rig = Rig()
    rig.run(4000)
    assert rig.send("AT+CMEE?") == ["+CMEE:0", "OK"]
    assert rig.send("AT+NSOCL=3") == ["ERROR"]
    assert rig.send("AT+MIPLCLOSE=0") == ["ERROR"]
    assert rig.send("AT+CMEE=1") == ["OK"]
    assert rig.send("AT+NSOCL=3") == [CME % 530]
    assert rig.send("AT+MIPLCLOSE=0") == ["+CIS ERROR: 602"]
    assert rig.send("AT+CMEE=2") == [CME % 50]


@pytest.mark.parametrize(
    "line", ["AT+NOSUCH", "AT+NOSUCH=1", "AT!", "hello", "AT+CSQ 1", 'AT+COPS=1,2,"46000', "A"]
)
def test_what_is_no_command_is_a_plain_error(line):
    assert Rig().boot().send(line) == ["ERROR"]


@pytest.mark.parametrize("line", ["at", "  AT  ", "AT+csq", "AT+CEREG= 1", "AT+CGSN=1"])
def test_case_and_blanks_around_fields_do_not_matter(line):
    assert Rig().boot().send(line)[-1] == "OK"


def test_a_blank_inside_a_number_is_an_error():
    assert Rig().boot().send("AT+CEREG=1 2") == [CME % 50]


def test_control_characters_are_refused():
    assert Rig().boot().send("AT+CGSN=\x011") == ["ERROR"]


def test_a_line_too_long_is_one_error_and_the_next_works():
    rig = Rig().boot()
    assert rig.send("AT+" + "X" * 5000, "AT") == ["ERROR", "OK"]


def test_chained_commands_answer_one_by_one():
    assert Rig().boot().send("AT+CEREG=2;+NPSMR=1;+CSCON=1") == ["OK", "OK", "OK"]


def test_echo_repeats_the_line_first():
    rig = Rig().boot()
    rig.raw = b""
    rig.send("ATE1", "AT+CMEE?")
    assert rig.raw == b"\r\nOK\r\nAT+CMEE?\r\r\n+CMEE:1\r\n\r\nOK\r\n"
    assert rig.send("ATE0", "AT")[-1] == "OK"
    assert rig.raw.endswith(b"ATE0\r\r\nOK\r\n\r\nOK\r\n")


def test_identity():
    rig = Rig(imei="123456789012345", imsi="460001234567890").boot()
    assert rig.send("AT+CGSN=1") == ["+CGSN:123456789012345", "OK"]
    assert rig.send("AT+CIMI") == ["460001234567890", "OK"]
    assert rig.send("AT+CGMM") == ["M5310", "OK"]
    assert rig.send("AT+CGMI")[-1] == rig.send("AT+CGMR")[-1] == rig.send("ATI")[-1] == "OK"


def test_the_sim_is_not_readable_at_first_nor_without_radio():
    rig = Rig()
    rig.run(1000)
    rig.send("AT+CMEE=1")
    assert rig.send("AT+CIMI") == [CME % 524]
    rig.run(2000)
    assert rig.send("AT+CIMI")[-1] == "OK"
    assert rig.send("AT+CFUN=0", "AT+CIMI") == ["OK", CME % 524]


def test_the_clock_is_utc_beside_its_zone_or_local_time_as_in_the_m5311():
    utc, local = Rig(), Rig(cclk="local")
    for rig in (utc, local):
        rig.run(5000)
    assert utc.send("AT+CCLK?") == ["+CCLK:26/11/22,02:00:05+32", "OK"]
    assert local.send("AT+CCLK?") == ["+CCLK:26/11/22,10:00:05+32", "OK"]


def test_a_clock_that_no_network_has_set_prints_nothing_or_its_epoch():
    for unset, expected in (
        ("", ["OK"]),
        ("80/01/06,00:00:13", ["+CCLK:80/01/06,00:00:13", "OK"]),
    ):
        rig = Rig(clock_ms=60_000, unset_clock=unset)
        rig.run(5000)
        assert rig.send("AT+CCLK?") == expected
        rig.run(60_000)
        assert rig.send("AT+CCLK?")[0].startswith("+CCLK:26/11/22,02:01:")


def test_on_a_bench_in_real_time_the_clock_is_that_of_the_computer():
    bench = Bench(boot_ms=0, register_ms=0)
    module = bench.stations[0].module
    try:
        for _ in range(3):
            module.poll()
        assert module.radio.registered
        module.take()
        module.feed(b"AT+CCLK?\r\n")
        time.sleep(0.02)
        module.poll()
        line = module.take().split()[0].decode()
    finally:
        bench.platform.store.close()
    told = datetime.strptime(line, "+CCLK:%y/%m/%d,%H:%M:%S+32").replace(tzinfo=UTC)
    assert abs(told.timestamp() - time.time()) < 60


def test_registration_takes_its_time_and_says_searching_meanwhile():
    rig = Rig(register_ms=30000)
    rig.run(1000)
    assert rig.send("AT+CEREG?") == ["+CEREG:0,2", "OK"]
    assert rig.send("AT+CCLK?") == ["OK"]
    assert rig.send("AT+CGATT?") == ["+CGATT:0", "OK"]
    assert rig.send("AT+CGPADDR") == ["OK"]
    assert rig.send("AT+CSQ") == ["+CSQ:99,99", "OK"]
    rig.run(30000)
    assert rig.send("AT+CEREG?") == ["+CEREG:0,1", "OK"]
    assert rig.send("AT+CGATT?") == ["+CGATT:1", "OK"]
    assert rig.send("AT+CGPADDR") == ["+CGPADDR:0,10.3.42.109", "OK"]
    assert rig.send("AT+CCLK?")[0].startswith("+CCLK:26/11/22,")
    assert rig.send("AT+CSQ")[0] != "+CSQ:99,99"
    assert rig.send("AT+NUESTATS")[0] == "Signal power:-663"


@pytest.mark.parametrize(
    "n, urc, read",
    [
        (1, "+CEREG:1,19E6,94,7", "+CEREG:1,1"),
        (2, "+CEREG:1,19E6,94,7", "+CEREG:2,1,19E6,94,7"),
        (3, "+CEREG:1,19E6,94,7,,", "+CEREG:3,1,19E6,94,7,,"),
        (4, "+CEREG:1,19E6,94,7,,,,", "+CEREG:4,1,19E6,94,7,,,,,"),
        (5, "+CEREG:1,19E6,94,7,,,,", "+CEREG:5,1,19E6,94,7,,,,,"),
    ],
)
def test_cereg_forms(n, urc, read):
    rig = Rig()
    rig.run(1000)
    rig.send("AT+CEREG=%d" % n)
    assert rig.run(3000) == [urc]
    assert rig.send("AT+CEREG?") == [read, "OK"]


def test_the_network_goes_and_comes_back():
    rig = Rig().boot()
    rig.send("AT+CEREG=1", "AT+CSCON=1")
    rig.module.set_network(False)
    assert rig.run(10000) == ["+CSCON:0", "+CEREG:2"]
    rig.module.set_network(True)
    assert rig.run(3000) == ["+CSCON:1", "+CEREG:1,19E6,94,7"]


def test_the_connection_falls_idle_and_comes_back_with_traffic():
    rig = Rig().register()
    rig.send("AT+CSCON=1")
    assert rig.run(30000) == ["+CSCON:0"]
    assert rig.send("AT+CSCON?") == ["+CSCON:1,0", "OK"]
    assert "+CSCON:1" in rig.send("AT+MIPLUPDATE=0,0,0")


def test_a_wrong_frequency_or_operator_never_registers():
    for line in ("AT+NEARFCN=0,1234", 'AT+COPS=1,2,"46011"'):
        rig = Rig().boot()
        assert rig.send(line) == ["OK"]
        rig.run(120000)
        assert rig.send("AT+CEREG?") == ["+CEREG:0,2", "OK"]
    rig.send('AT+COPS=1,2,"46000"', ms=3000)
    assert rig.send("AT+CEREG?") == ["+CEREG:0,1", "OK"]
    assert rig.send("AT+COPS?") == ['+COPS:1,2,"46000"', "OK"]


def test_radio_off_and_detach_leave_the_network():
    rig = Rig().boot()
    assert rig.send("AT+CFUN=0", "AT+CFUN?") == ["OK", "+CFUN:0", "OK"]
    assert rig.send("AT+CEREG?") == ["+CEREG:0,0", "OK"]
    rig.send("AT+CFUN=1", ms=3000)
    assert rig.send("AT+CGATT=0", "AT+CEREG?") == ["OK", "+CEREG:0,0", "OK"]
    rig.send("AT+CGATT=1", ms=3000)
    assert rig.send("AT+CEREG?") == ["+CEREG:0,1", "OK"]


@pytest.mark.parametrize(
    "line",
    [
        "AT+COPS=3",
        "AT+COPS=1",
        'AT+COPS=0,2,"46000"',
        'AT+COPS=1,2,"46x00"',
        "AT+NEARFCN=1,3555",
        "AT+NEARFCN=0",
        "AT+NEARFCN=0,99999",
        "AT+NBAND=77",
        "AT+CSCON=2",
        "AT+CEREG=6",
        "AT+CEREG=",
        "AT+CEREG=1,1",
        "AT+CFUN=2",
        'AT+CGDCONT=0,"IP"',
        "AT+CGDCONT=1",
        "AT+CGATT=2",
        "AT+NPSMR=2",
        "AT+CPSMS=3",
        'AT+CPSMS=1,,,"2"',
        "AT+NUESTATS=NONE",
        "AT+CGSN=4",
    ],
)
def test_wrong_parameters_are_error_50(line):
    assert Rig().boot().send(line) == [CME % 50]


@pytest.mark.parametrize(
    "line, answer",
    [
        ("AT+NBAND=8,5", ["OK"]),
        ('AT+CGDCONT=1,"IP","nb.net"', ["OK"]),
        ("AT+NPSMR=1", ["OK"]),
        ("AT+NPSMR?", ["+NPSMR:0", "OK"]),
        ('AT+CPSMS=1,,,"01000011","01000011"', ["OK"]),
        ("AT+CPSMS?", ["+CPSMS:0", "OK"]),
        ("AT+NATSPEED?", ["+NATSPEED:9600,2,1", "OK"]),
        ("AT+NUESTATS=CELL", ["NUESTATS:CELL,3555,403,1,-663,-108,-560,290", "OK"]),
    ],
)
def test_other_commands(line, answer):
    assert Rig().boot().send(line) == answer


def test_commands_sent_in_a_burst_are_worked_off_in_order():
    rig = Rig().boot()
    rig.module.feed(b"AT+CMEE?\rAT+CFUN?\rAT\r")
    assert rig.run(100) == ["+CMEE:1", "OK", "+CFUN:1", "OK", "OK"]


def test_more_lines_than_fit_are_lost_and_counted():
    rig = Rig().boot()
    rig.module.feed(b"AT\r" * 50)
    assert rig.run(2000) == ["OK"] * 32
    assert rig.module.counters.lost_lines == 18


def test_the_trace_hook_sees_both_directions():
    rig = Rig().boot()
    seen = []
    rig.module.on_line = lambda *event: seen.append(event[:2])
    rig.send("AT+CMEE?")
    assert seen == [(">", b"AT+CMEE?"), ("<", b"+CMEE:1"), ("<", b"OK")]
