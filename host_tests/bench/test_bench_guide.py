"""Every line of the guide's listings (facts traces.md 1), exchanged with the simulated module."""

from bench_rig import IDS_3303, IDS_3306, Rig

GUIDE_ATTRIBUTES = {"pmin": 15, "pmax": 60, "gt": 50, "lt": 0, "st": 2}


def test_boot_and_network():
    rig = Rig()
    assert rig.run(1000) == ["M5310", "OK"]
    assert rig.raw == b"\r\nM5310\r\n\r\nOK\r\n"
    assert rig.send("AT") == ["OK"]
    assert rig.send('AT+COPS=1,2,"46000"') == ["OK"]
    assert rig.send("AT+NEARFCN=0,3555") == ["OK"]
    assert rig.send("AT+CSCON=1") == ["OK"]
    assert rig.send("AT+CEREG=1") == ["OK"]
    assert rig.run(3000) == ["+CSCON:1", "+CEREG:1,19E6,94,7"]
    assert rig.send("AT+CGDCONT?") == [
        '+CGDCONT:0,"IP","nbiot.MNC002.MCC460.GPRS",,0,0',
        "OK",
    ]


def test_udp_echo():
    rig = Rig().boot()
    assert rig.send('AT+NSOCR="DGRAM",17,2334,1') == ["0", "OK"]
    send = "AT+NSOST=0,183.230.40.150,36000,10,30313233343536373839"
    assert rig.send(send) == ["0,10", "OK"]
    assert rig.run(1000) == ["+NSONMI:0,30"]
    data = "5B3131372E3136392E33362E31353A323137395D30313233343536373839"
    assert rig.send("AT+NSORF=0,30") == ["0,183.230.40.150,36000,30,%s,0" % data, "OK"]
    assert rig.send("AT+NSOCL=0") == ["OK"]


def test_registration_as_the_guide_prints_it():
    """All five operations are printed before one is answered, as in guide 3.2(3)."""
    rig = Rig(max_outstanding=8).boot()
    version, ok = rig.send("AT+MIPLVER?")
    assert version.startswith("+MIPLVER: ")
    assert ok == "OK"
    assert rig.send("AT+MIPLCREATE") == ["+MIPLCREATE:0", "OK"]
    assert rig.send('AT+MIPLADDOBJ=0,3303,2,"11",6,1') == ["OK"]
    assert rig.send('AT+MIPLADDOBJ=0,3306,1,"1",5,0') == ["OK"]
    assert rig.send("AT+MIPLOPEN=0,3600,30") == ["OK"]
    assert rig.run(500) == [
        "+MIPLEVENT: 0,6",
        "+MIPLDISCOVER:0,1001,3303",
        "+MIPLDISCOVER:0,1002,3306",
        "+MIPLOBSERVE:0,1003,1,3303,0,-1",
        "+MIPLOBSERVE:0,1004,1,3303,1,-1",
        "+MIPLOBSERVE:0,1005,1,3306,0,-1",
    ]
    rig.module.feed(b"AT+MIPLDISCOVERRSP=0,1001,1," + IDS_3303.encode() + b"\r\n")
    rig.module.feed(b"AT+MIPLDISCOVERRSP=0,1002,1," + IDS_3306.encode() + b"\r\n")
    assert rig.run(200) == ["OK", "OK"]
    rig.run(200)
    assert rig.device.online
    assert rig.device.resources == {
        3303: [5700, 5701, 5601, 5602, 5603, 5604, 5605],
        3306: [5850, 5851, 5852, 5853, 5750],
    }


def test_bootstrap_events_come_before_the_registration():
    rig = Rig(bootstrap=True).create()
    assert rig.send("AT+MIPLOPEN=0,3600,30") == ["OK", "+MIPLEVENT: 0,1"]
    assert rig.run(500)[:2] == ["+MIPLEVENT: 0,2", "+MIPLEVENT: 0,6"]


def test_update_with_and_without_parameters():
    rig = Rig().register()
    assert rig.send("AT+MIPLUPDATE=0,0,0", ms=300) == ["OK", "+MIPLEVENT:0,11"]
    assert rig.send("AT+MIPLUPDATE=0,3600,1", ms=300) == ["OK", "+MIPLEVENT:0,11"]


def test_notify():
    rig = Rig().register()
    msgid = rig.observed((3303, 0, -1))
    assert rig.send("AT+MIPLNOTIFY=0,%d,3303,0,5700,4,4,98,0,0" % msgid) == ["OK"]
    assert rig.send("AT+MIPLNOTIFY=0,%d,3303,0,5601,4,4,88,0,0" % msgid) == ["OK"]
    rig.run(200)
    latest = rig.platform.store.points.latest(rig.device.id)
    values = {point.path: point.value for point in latest}
    assert values == {(3303, 0, 5700): 98.0, (3303, 0, 5601): 88.0}
    assert rig.device.notifications == 2


def test_read_a_resource():
    rig = Rig().register()
    operation = rig.platform.read(rig.imei, 3303, 0, 5700)
    number = operation.msgid
    assert rig.run(200) == ["+MIPLREAD:0,%d,3303,0,5700" % number]
    answer = "AT+MIPLREADRSP=0,%d,1,3303,0,5700,4,4,20.123,0,0" % number
    assert rig.send(answer, ms=300) == ["OK"]
    assert [(v.rid, v.value) for v in operation.values] == [(5700, 20.123)]


def test_read_an_instance():
    rig = Rig().register()
    operation = rig.platform.read(rig.imei, 3303, 0)
    head = "AT+MIPLREADRSP=0,%d,1,3303,0," % operation.msgid
    assert rig.run(200) == ["+MIPLREAD:0,%d,3303,0,-1" % operation.msgid]
    tails = [
        "5700,4,4,20.123,5,0",
        '5701,1,3, "Cel",4,0',
        "5601,4,4,10.123,3,0",
        "5602,4,4,60.2,2,0",
        "5603,4,4,0.0,1,0",
        "5604,4,4,99.0,0,0",
    ]
    assert rig.send(*(head + tail for tail in tails), ms=20) == ["OK"] * 6
    rig.run(200)
    assert operation.name == "2.05 Content"
    assert [v.value for v in operation.values] == [20.123, "Cel", 10.123, 60.2, 0.0, 99.0]


def test_read_an_object_over_both_instances():
    rig = Rig().register()
    operation = rig.platform.read(rig.imei, 3303)
    head = "AT+MIPLREADRSP=0,%d,1,3303," % operation.msgid
    assert rig.run(200) == ["+MIPLREAD:0,%d,3303,-1,-1" % operation.msgid]
    tails = [
        '0,5701,1,3, "Cel",3,0',
        "0,5602,4,4,50.123,2,0",
        '1,5701,1,3, "Cel",1,0',
        "1,5602,4,4,55.123,0,0",
    ]
    assert rig.send(*(head + tail for tail in tails), ms=20) == ["OK"] * 4
    rig.run(200)
    assert [(v.iid, v.value) for v in operation.values] == [
        (0, "Cel"),
        (0, 50.123),
        (1, "Cel"),
        (1, 55.123),
    ]


def test_write_one_and_two_resources():
    rig = Rig().register()
    one = rig.platform.write(rig.imei, 3306, 0, {5850: 1})
    assert rig.run(200) == ["+MIPLWRITE:0,%d,3306,0,5850,2,1,01,0,0" % one.msgid]
    assert rig.send("AT+MIPLWRITERSP=0,%d,2" % one.msgid, ms=300) == ["OK"]
    two = rig.platform.write(rig.imei, 3306, 0, {5850: 1, 5851: 22})
    assert rig.run(200) == [
        "+MIPLWRITE:0,%d,3306,0,5850,2,1,01,0,1" % two.msgid,
        "+MIPLWRITE:0,%d,3306,0,5851,2,1,16,0,0" % two.msgid,
    ]
    assert rig.send("AT+MIPLWRITERSP=0,%d,2" % two.msgid, ms=300) == ["OK"]
    assert one.name == two.name == "2.04 Changed"


def test_execute():
    rig = Rig().register()
    operation = rig.platform.execute(rig.imei, 3303, 0, 5605, "reset")
    assert rig.run(200) == ['+MIPLEXECUTE:0,%d,3303,0,5605,5, "reset"' % operation.msgid]
    assert rig.send("AT+MIPLEXECUTERSP=0,%d,2" % operation.msgid, ms=300) == ["OK"]
    assert operation.ok


def test_observe_with_attributes_writes_them_first():
    rig = Rig().register()
    operation = rig.platform.observe(rig.imei, 3303, 0, 5700, **GUIDE_ATTRIBUTES)
    before = operation.before
    text = '37,"pmin=15;pmax=60;lt=0.0;gt=50.0;st=2.0"'
    assert rig.run(200) == ["+MIPLPARAMETER:0,%d,3303,0,5700,%s" % (before.msgid, text)]
    assert operation.msgid is None
    assert rig.send("AT+MIPLPARAMETERRSP=0,%d,2" % before.msgid) == ["OK"]
    assert rig.run(200) == ["+MIPLOBSERVE:0,%d,1,3303,0,5700" % operation.msgid]
    assert rig.send("AT+MIPLOBSERVERSP=0,%d,1" % operation.msgid, ms=300) == ["OK"]
    assert operation.ok
    assert rig.device.observed[(3303, 0, 5700)] == operation.msgid


def test_observe_and_cancel_at_the_three_levels():
    rig = Rig().register()
    for path, text in (
        ((3303, 0, 5700), "3303,0,5700"),
        ((3303, 0), "3303,0,-1"),
        ((3303,), "3303,-1,-1"),
    ):
        full = (*path, -1, -1)[:3]
        for kind, flag in (("observe", 1), ("cancel", 0)):
            operation = getattr(rig.platform, kind)(rig.imei, *path)
            assert rig.run(200) == ["+MIPLOBSERVE:0,%d,%d,%s" % (operation.msgid, flag, text)]
            assert rig.send("AT+MIPLOBSERVERSP=0,%d,1" % operation.msgid, ms=300) == ["OK"]
            assert operation.ok
            assert (full in rig.device.observed) == (flag == 1)
            assert (full in rig.module.session.observations) == (flag == 1)


def test_leaving():
    rig = Rig().register()
    assert rig.send("AT+MIPLCLOSE=0", ms=300) == ["OK"]
    assert not rig.device.online
    assert rig.send("AT+MIPLDELETE=0") == ["OK"]
    assert rig.send("AT+MIPLDELOBJ=0,3306") == ["OK"]


def test_delete_alone_de_registers_too():
    rig = Rig().register()
    assert rig.send("AT+MIPLDELETE=0", ms=300) == ["OK"]
    assert not rig.device.online


def test_an_object_deleted_before_the_next_registration_is_not_discovered():
    rig = Rig().register()
    assert rig.send("AT+MIPLCLOSE=0", "AT+MIPLDELOBJ=0,3306", ms=300) == ["OK", "OK"]
    assert rig.send("AT+MIPLOPEN=0,3600,30", ms=300)[:2] == ["OK", "+MIPLEVENT: 0,6"]
    assert list(rig.device.objects) == [3303]
