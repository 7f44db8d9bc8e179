"""PSM and eDRX of the simulated module (facts protocol.md 3.1, traces.md 2a)."""

from bench_rig import Rig

PSM = 'AT+CPSMS=1,,,"00100001","00000101"'  # an hour, ten seconds: BC68T


def asleep(**options):
    """Return a Rig whose module sleeps, with its reports on."""
    rig = Rig(idle_ms=5000, **options).register()
    rig.send("AT+CSCON=1", "AT+NPSMR=1", PSM)
    rig.lines = rig.run(30_000)
    return rig


def test_it_falls_asleep_behind_idle_and_t3324():
    rig = Rig(idle_ms=5000).register()
    rig.send("AT+CSCON=1", "AT+NPSMR=1", PSM, "AT+MIPLUPDATE=0,0,0")
    assert rig.run(1000) == ["+MIPLEVENT:0,11"]
    assert rig.run(4500) == ["+CSCON:0"]
    assert rig.run(9000) == []
    assert rig.run(2000) == ["+NPSMR:1"]


def test_the_first_bytes_that_wake_it_are_lost():
    rig = asleep()
    assert rig.send("AT", ms=200) == []
    assert rig.send("AT", ms=200) == ["OK"]
    assert rig.send("AT+NPSMR?", ms=3100) == ["+NPSMR:1,1", "OK"]
    assert rig.send("AT", ms=200) == []
    assert rig.module.sleep.wakes == 2


def test_an_uplink_ends_it_and_keeps_the_session():
    rig = asleep()
    rig.send("AT", ms=100)
    lines = rig.send("AT+MIPLUPDATE=0,0,0", ms=300)
    assert sorted(lines) == ["+CSCON:1", "+MIPLEVENT:0,11", "+NPSMR:0", "OK"]
    assert not rig.module.sleep.deaf


def test_it_is_not_reached_while_it_sleeps():
    rig = asleep()
    op = rig.platform.read(rig.imei, 3303, 0, 5700, timeout_ms=20_000)
    assert rig.run(25_000) == []
    assert op.name == "TIME_OUT"


def test_a_datagram_waits_for_the_next_update_of_the_network():
    rig = Rig(idle_ms=5000).boot()
    rig.send("AT+NSOCR=DGRAM,17,4000,1", PSM)
    rig.run(30_000)
    assert rig.module.sleep.deaf
    rig.module.sockets.receive(rig.module.sockets.table[0], "1.2.3.4", 99, b"later")
    assert rig.run(3_000_000) == []
    assert "+NSONMI:0,5" in rig.run(620_000)


def test_edrx_is_reached_once_a_cycle():
    rig = Rig(idle_ms=5000).register()
    assert rig.send('AT+CEDRXS=1,5,"0010"', "AT+CEDRXS?") == ["OK", '+CEDRXS:5,"0010"', "OK"]
    rig.run(10_000)
    assert rig.module.sleep.state == "edrx"
    rig.platform.read(rig.imei, 3303, 0, 5700, timeout_ms=40_000)
    waited = 0
    while not rig.run(1000):
        waited += 1
    assert 1 < waited <= 21


def test_where_its_time_goes():
    rig = asleep()
    rig.run(1_000_000)
    spent = rig.module.sleep.what()
    assert sum(spent.values()) == rig.module.timers.now() - rig.module.started_ms
    assert spent["idle"] >= 10_000 and spent["psm"] >= 1_000_000 and spent["connected"] >= 5000


def test_granted_timers_are_told_with_cereg_5():
    rig = Rig().boot()
    rig.send(PSM)
    line = '+CEREG:5,1,19E6,94,7,,,,"00000101","00100001"'
    assert rig.send("AT+CEREG=5", "AT+CEREG?") == ["OK", line, "OK"]
    assert rig.send("AT+CPSMS?") == ["+CPSMS:1,,,00100001,00000101", "OK"]
