"""The module's other generations, by facts protocol.md 0.1 and 8 and the lines of traces.md 3."""

import pytest
from bench_rig import IDS_3303, IDS_3306, STATE, WRONG, Rig, error

CREATEEX = 'AT+MIPLCREATEEX="nbiotbt.heclouds.com:5683",1'
CONFIG = (
    "AT+MIPLCREATE=49,130031F10003F2002304001100000000000000123138332E3233302E34302E34303A35363833"
    "000131F30008C000000000,0,49,0"
)
TEMPERATURES = 'AT+MIPLADDOBJ=0,3303,2,"11",6,1'
OF_3303 = "AT+MIPLDISCOVERRSP=0,3303,1," + IDS_3303


def created(profile="m5310a", **options):
    """Return a Rig whose module was created."""
    rig = Rig(profile=profile, **options)
    rig.run(4000)
    rig.send(CREATEEX if profile == "m5310a" else CONFIG)
    return rig


def opened(**options):
    """Return a Rig of an M5310-A that is registered and observed, its URCs out of the way."""
    rig = created(**options)
    lines = [TEMPERATURES, OF_3303, 'AT+MIPLADDOBJ=0,3306,1,"1",5,0']
    lines += ["AT+MIPLDISCOVERRSP=0,3306,1," + IDS_3306]
    assert rig.send(*lines) == ["OK"] * 4
    rig.registered = rig.send("AT+MIPLOPEN=0,3600,30", ms=1000)[1:]
    return rig


def test_banner_and_identity():
    rig = Rig(profile="m5310a")
    assert rig.run(4000) == ["M5310-A", "OK"]
    assert rig.send("AT+CGMM") == ["M5310-A", "OK"]
    assert rig.send("AT+CMVER") == ["ERROR"]
    assert rig.send("AT+CEREG=1", "AT+NRB", ms=20) == ["OK", "REBOOTING"]
    rig = Rig(profile="m5310sp3")
    assert rig.run(4000) == ["M5310", "OK"]
    assert rig.send("AT+MIPLVER?") == ["ERROR"]
    assert rig.send("AT+CMVER") == ["V100R100C10B657SP3", "OK"]
    assert Rig().boot().send("AT+CMVER") == ["ERROR"]


def test_the_report_of_the_network_has_no_cell():
    rig = Rig(profile="m5310a")
    rig.run(1000)
    rig.send("AT+CEREG=1")
    assert rig.run(4000) == ["+CEREG:1"]
    assert rig.send("AT+CEREG=2", "AT+CEREG?") == ["OK", "+CEREG:2,1,19E6,94,9", "OK"]


def test_it_is_created_with_its_server():
    rig = Rig(profile="m5310a").boot()
    rig.send("AT+CMEE=1")
    assert rig.send("AT+MIPLCREATE") == WRONG
    assert rig.send('AT+MIPLCREATEEX="no host!",1') == WRONG
    assert rig.send(CREATEEX) == ["+MIPLCREATEEX: 0", "OK"]
    assert rig.send(CREATEEX) == STATE
    assert rig.send("AT+MIPLDEL=0", CONFIG) == ["OK", "+MIPLCREATE:0", "OK"]
    old = Rig(profile="m5310sp3").boot()
    assert old.send(CREATEEX) == ["ERROR"]
    assert old.send(CONFIG) == ["+MIPLCREATE:0", "OK"]


def test_resources_are_named_before_open():
    rig = created()
    rig.send("AT+CMEE=1")
    assert rig.send(OF_3303) == error(653)
    assert rig.send(TEMPERATURES, OF_3303) == ["OK", "OK"]
    assert rig.send('AT+MIPLDISCOVERRSP=0,3303,1,5,"5700"') == WRONG
    assert rig.send("AT+MIPLDISCOVERRSP=0,3303,1,4,5700") == WRONG
    assert rig.send('AT+MIPLDISCOVERRSP=0,3303,2,4,"5700"') == WRONG
    assert rig.send('AT+MIPLADDOBJ=0,3200,1,"1",0,0') == ["OK"]


def test_it_answers_observe_and_discover_itself_and_tells():
    rig = opened()
    assert rig.registered == [
        "+MIPLEVENT: 0,1",
        "+MIPLEVENT: 0,2",
        "+MIPLEVENT: 0,6",
        "+MIPLDISCOVER: 0,1001,3303",
        "+MIPLDISCOVER: 0,1002,3306",
        "+MIPLOBSERVE: 0,1003,1,3303,0,-1",
        "+MIPLOBSERVE: 0,1004,1,3303,1,-1",
        "+MIPLOBSERVE: 0,1005,1,3306,0,-1",
    ]
    assert rig.device.resources[3306] == [5850, 5851, 5852, 5853, 5750]
    assert len(rig.device.observed) == 3
    rig.send("AT+CMEE=1")
    assert rig.send("AT+MIPLOBSERVERSP=0,1003,1") == STATE
    unknown = rig.platform.observe(rig.imei, 3303, 9)
    op = rig.platform.cancel(rig.imei, 3303, 0)
    assert rig.run(1000) == ["+MIPLOBSERVE: 0,1007,0,3303,0,-1"]
    assert (unknown.code, op.code) == (404, 205)


def test_its_own_object_is_read_from_the_module():
    rig = opened()
    op = rig.platform.read(rig.imei, 3, 0)
    assert rig.run(1000) == ["+MIPLREAD: 0,1006,3,0,-1,0"]
    assert [value.value for value in op.values] == ["CMCC", "M5310-A"]


def test_notifications_need_no_msgid_and_values_stand_in_quotes():
    rig = opened()
    rig.send("AT+CMEE=1")
    notify = "AT+MIPLNOTIFY=0,%d,3303,0,%s"
    for msgid in (0, 1003):
        assert rig.send(notify % (msgid, '5700,4,4,"28.9",0,0')) == ["OK"]
    assert rig.send(notify % (0, '5700,4,4,"28.9",0,0,147'), ms=1000) == [
        "OK",
        "+MIPLEVENT: 0,26,147",
    ]
    for wrong in ("5700,4,4,28.9,0,0", '5700,4,5,"28.9",0,0', '5700,4,4,"28.9",0,1'):
        assert rig.send(notify % (0, wrong)) == WRONG, wrong
    assert rig.send(notify % (1004, '5700,4,4,"28.9",0,0')) == STATE
    rig.platform.cancel(rig.imei, 3303, 0)
    rig.run(500)
    assert rig.send(notify % (0, '5700,4,4,"28.9",0,0')) == STATE


def test_the_flag_tells_first_middle_last():
    rig = opened()
    rig.send("AT+CMEE=1")
    op = rig.platform.read(rig.imei, 3306, 0)
    assert rig.run(500) == ["+MIPLREAD: 0,1006,3306,0,-1,0"]
    head = "AT+MIPLREADRSP=0,1006,1,3306,0,"
    assert rig.send(head + '5850,5,1,"0",2,0') == WRONG
    assert rig.send(head + '5850,5,1,"0",2,1') == ["OK"]
    assert rig.send(head + '5851,3,3,"-12",1,1') == WRONG
    assert rig.send(head + '5851,3,3,"-12",1,2') == ["OK"]
    assert rig.send(head + '5750,1,4,"test",0,0', ms=500) == ["OK"]
    assert [value.value for value in op.values] == [False, -12, "test"]


def test_written_values_have_the_type_the_mcu_used_and_only_a_flag():
    rig = opened()
    op = rig.platform.write(rig.imei, 3306, 0, {5850: 1, 5851: 22, 5750: b"4567"})
    opaque = ["5850,2,2,01,1", "5851,2,2,16,2", "5750,2,8,34353637,0"]
    assert rig.run(500) == ["+MIPLWRITE: 0,1006,3306,0," + each for each in opaque]
    rig.send("AT+MIPLWRITERSP=0,1006,2", ms=500)
    assert op.code == 204
    used = ('5850,5,1,"0"', '5851,3,1,"0"', '5750,1,0,""')
    rig.send(*("AT+MIPLNOTIFY=0,0,3306,0,%s,0,0" % each for each in used))
    rig.platform.write(rig.imei, 3306, 0, {5850: 1, 5851: -12, 5750: "abcd"})
    typed = ["5850,5,1,1,1", "5851,3,3,-12,2", "5750,1,4,abcd,0"]
    assert rig.run(500) == ["+MIPLWRITE: 0,1007,3306,0," + each for each in typed]


def test_execute_and_attributes_as_that_firmware_prints_them():
    rig = opened()
    op = rig.platform.execute(rig.imei, 3303, 0, 5605, "reset")
    assert rig.run(500) == ["+MIPLEXECUTE: 0,1006,3303,0,5605,5,reset,0"]
    rig.send("AT+MIPLEXECUTERSP=0,1006,2", ms=500)
    assert op.code == 204
    rig.platform.write_attributes(rig.imei, 3303, 0, 5700, pmin=15, st=2)
    assert rig.run(500) == ['+MIPLPARAMETER: 0,1007,3303,0,5700,15,"pmin=15;stp=2.0"']


def test_close_tells_and_drops_what_was_named():
    rig = opened()
    assert rig.send("AT+MIPLOPEN?") == ["OK", "+MIPLEVENT: 0,6"]
    assert rig.send("AT+MIPLCLOSE=0", ms=500) == ["OK", "+MIPLEVENT: 0,15"]
    rig.send("AT+CMEE=1")
    assert rig.send("AT+MIPLOPEN?") == STATE
    rig.send("AT+MIPLOPEN=0,3600,30")
    rig.run(1000)
    assert not rig.module.session.observations


@pytest.mark.parametrize(("profile", "first", "most"), [("m5310a", 1, 1358), ("m5310sp3", 0, 512)])
def test_the_first_socket_and_the_longest_datagram(profile, first, most):
    rig = Rig(profile=profile).boot()
    assert rig.send("AT+NSOCR=DGRAM,17,1024,1") == ["%d" % first, "OK"]
    send = "AT+NSOST=%d,1.2.3.4,99,%d,%s"
    assert rig.send(send % (first, most, "00" * most)) == ["%d,%d" % (first, most), "OK"]
    assert rig.send(send % (first, most + 1, "00" * (most + 1))) == ["+CME ERROR: 50"]
