"""The session of the simulated module: what it refuses, which events it prints, when."""

import pytest
from bench_rig import STATE, WRONG, Rig

CONFIG = (
    "130031F10003F2002304001100000000000000123138332E3233302E34302E34303A35363833"
    "000131F30008C000000000"
)
BOOTSTRAP = CONFIG.replace("00000000000000123138", "00000000000010123138")


def test_the_second_create_is_refused():
    assert Rig().create().send("AT+MIPLCREATE") == STATE


@pytest.mark.parametrize("config, bootstrap", [(CONFIG, False), (BOOTSTRAP, True)])
def test_create_with_a_configuration(config, bootstrap):
    rig = Rig().boot()
    assert rig.send("AT+MIPLCREATE=49,%s,0,49,0" % config) == ["+MIPLCREATE:0", "OK"]
    assert rig.module.session.bootstrap == bootstrap


def test_create_in_pieces():
    rig = Rig().boot()
    assert rig.send("AT+MIPLCREATE=49,%s,1,20,1" % CONFIG[:40]) == ["OK"]
    assert rig.send("AT+MIPLCREATE=49,%s,0,29,0" % CONFIG[40:]) == ["+MIPLCREATE:0", "OK"]


@pytest.mark.parametrize(
    "args",
    [
        "48,%s,0,49,0" % CONFIG,  # total is not what came
        "49,%s,0,48,0" % CONFIG,  # size is not the length
        "49,%s,0,49,1" % CONFIG,  # the last piece has flag 0
        "49,%s,1,49,0" % CONFIG,
        "49,%s,0,49" % CONFIG,
        "3,130003,0,3,0",
        "49,%s,0,49,0" % ("23" + CONFIG[2:]),
        "4,zzzzzzzz,0,4,0",
    ],
)
def test_create_with_a_wrong_configuration(args):
    assert Rig().boot().send("AT+MIPLCREATE=" + args) == WRONG


@pytest.mark.parametrize(
    "args",
    [
        '0,3311,2,"1",1,0',  # bitmap shorter than the count
        '0,3311,1,"11",1,0',
        '0,3311,2,"12",1,0',
        '0,3311,2,"00",1,0',  # no instance at all
        '0,3311,2,"",1,0',
        '0,3311,0,"",1,0',
        '0,3311,9,"111111111",1,0',
        '0,3311,1,"1",0,0',  # nothing in it
        '0,3311,1,"1",1',
        '0,3311,1,"1",1,0,0',
        '1,3311,1,"1",1,0',  # no such reference
        '0,70000,1,"1",1,0',
        '0,3311,1,"1",-1,2',
    ],
)
def test_a_wrong_object_is_601(args):
    assert Rig().create().send("AT+MIPLADDOBJ=" + args) == WRONG


def test_an_unquoted_bitmap_is_taken():
    assert Rig().create().send("AT+MIPLADDOBJ=0,3311,1,1,1,0") == ["OK"]


def test_an_object_twice_or_before_create_is_602():
    rig = Rig().boot()
    assert rig.send('AT+MIPLADDOBJ=0,3303,2,"11",6,1') == STATE
    rig.create()
    assert rig.send('AT+MIPLADDOBJ=0,3303,2,"11",6,1') == STATE


def test_more_objects_than_fit_are_error_100():
    rig = Rig().create()
    lines = ['AT+MIPLADDOBJ=0,%d,1,"1",1,0' % oid for oid in range(4000, 4014)]
    assert rig.send(*lines) == ["OK"] * 14
    assert rig.send('AT+MIPLADDOBJ=0,4100,1,"1",1,0') == ["+CIS ERROR: 100"]


def test_the_bitmap_counts_from_the_left():
    rig = Rig().boot()
    rig.send("AT+MIPLCREATE", 'AT+MIPLADDOBJ=0,3303,3,"101",6,1', "AT+MIPLOPEN=0,3600", ms=300)
    assert rig.device.objects == {3303: [0, 2]}


def test_open_before_create_objects_or_network_is_602():
    rig = Rig(register_ms=60000)
    rig.run(2000)
    rig.send("AT+CMEE=1")
    assert rig.send("AT+MIPLOPEN=0,3600,30") == STATE
    rig.send("AT+MIPLCREATE")
    assert rig.send("AT+MIPLOPEN=0,3600,30") == STATE
    rig.send('AT+MIPLADDOBJ=0,3303,1,"1",6,1')
    assert rig.send("AT+MIPLOPEN=0,3600,30") == STATE
    rig.run(60000)
    assert rig.send("AT+MIPLOPEN=0,3600,30") == ["OK"]


def test_the_second_open_is_602_while_registering_and_after():
    rig = Rig().create()
    assert rig.send("AT+MIPLOPEN=0,3600,30", "AT+MIPLOPEN=0,3600,30", ms=20) == ["OK", *STATE]
    rig.run(500)
    assert rig.send("AT+MIPLOPEN=0,3600,30") == STATE


@pytest.mark.parametrize("args", ["0", "1,3600,30", "0,14,30", "0,3600,-1", "0,3600,30,1", "0,x"])
def test_wrong_opens_are_601(args):
    assert Rig().create().send("AT+MIPLOPEN=" + args) == WRONG


def test_an_unknown_device_is_refused_with_event_7():
    rig = Rig(platform={"auto_create": False}).create()
    assert rig.send("AT+MIPLOPEN=0,3600,30", ms=300) == ["OK", "+MIPLEVENT: 0,7"]
    rig.platform.create_device(rig.imei, rig.module.imsi)
    assert rig.send("AT+MIPLOPEN=0,3600,30", ms=300)[:2] == ["OK", "+MIPLEVENT: 0,6"]


def test_a_wrong_imsi_or_auth_code_is_refused():
    for known in (("460000000000000", ""), (None, "secret")):
        rig = Rig(platform={"auto_create": False}).create()
        rig.platform.create_device(rig.imei, known[0] or rig.module.imsi, auth=known[1])
        assert rig.send("AT+MIPLOPEN=0,3600,30", ms=300) == ["OK", "+MIPLEVENT: 0,7"]


def test_registration_without_answer_times_out_with_event_8():
    rig = Rig().create()
    rig.send("AT+MIPLOPEN=0,3600,10", ms=20)
    rig.module.set_network(False)
    assert rig.run(9000) == []
    assert rig.run(2000) == ["+MIPLEVENT: 0,8"]
    assert not rig.module.session.is_open


def test_event_4_and_15_where_asked_for():
    rig = Rig(connect_event=True, close_event=True).create()
    lines = rig.send("AT+MIPLOPEN=0,3600,30", ms=300)
    assert lines[:3] == ["OK", "+MIPLEVENT: 0,4", "+MIPLEVENT: 0,6"]
    assert rig.send("AT+MIPLCLOSE=0", ms=300) == ["OK", "+MIPLEVENT:0,15"]


@pytest.mark.parametrize("args", ["0,0", "0,14,0", "0,0,2", "1,0,0", "0,x,0", "0,0,0,0"])
def test_wrong_updates_are_601(args):
    assert Rig().register().send("AT+MIPLUPDATE=" + args) == WRONG


def test_update_before_open_is_602():
    assert Rig().create().send("AT+MIPLUPDATE=0,0,0") == STATE


def test_update_of_a_registration_the_platform_lost_is_event_12():
    rig = Rig().register()
    rig.device.forget_session()
    assert rig.send("AT+MIPLUPDATE=0,0,0", ms=300) == ["OK", "+MIPLEVENT:0,12"]
    assert rig.send("AT+MIPLUPDATE=0,0,0") == STATE


def test_update_without_network_is_event_13():
    rig = Rig().register()
    rig.module.set_network(False)
    assert rig.send("AT+MIPLUPDATE=0,0,0", ms=29000) == ["OK"]
    assert rig.run(2000) == ["+MIPLEVENT:0,13"]


def test_the_lifetime_ends_with_9_and_15_unless_updated():
    rig = Rig().register(lifetime=100)
    rig.run(60000)
    assert rig.send("AT+MIPLUPDATE=0,0,0", ms=300) == ["OK", "+MIPLEVENT:0,11"]
    assert rig.run(90000) == []
    assert rig.device.online
    assert rig.run(11000) == ["+MIPLEVENT:0,9", "+MIPLEVENT:0,15"]
    assert not rig.device.online
    assert rig.send("AT+MIPLUPDATE=0,0,0") == STATE


def test_notifications_do_not_prolong_the_lifetime():
    rig = Rig().register(lifetime=100)
    for _ in range(10):
        line = "AT+MIPLNOTIFY=0,%d,3303,0,5700,4,4,20.5,0,0" % rig.observed((3303, 0, -1))
        assert rig.send(line, ms=9000) == ["OK"]
    assert rig.run(11000)[0] == "+MIPLEVENT:0,9"


def test_update_needed_is_told_where_asked_for():
    rig = Rig(update_needed_event=True).register(lifetime=300)
    assert rig.run(207500) == ["+MIPLEVENT:0,14,93"]


def test_an_object_added_and_updated_is_discovered_and_observed():
    rig = Rig().register()
    assert rig.send('AT+MIPLADDOBJ=0,3311,1,"1",2,0') == ["OK"]
    lines = rig.send("AT+MIPLUPDATE=0,0,1", ms=300)
    assert lines[:2] == ["OK", "+MIPLEVENT:0,11"]
    assert lines[2].startswith("+MIPLDISCOVER:0,")
    assert lines[2].endswith(",3311")


def test_subscriptions_vanish_at_every_registration():
    rig = Rig().register()
    old = rig.observed((3303, 0, -1))
    assert rig.send("AT+MIPLCLOSE=0", ms=300) == ["OK"]
    assert rig.device.observed == {}
    rig.send("AT+MIPLOPEN=0,3600,30", ms=300)
    line = "AT+MIPLNOTIFY=0,%d,3303,0,5700,4,4,20.5,0,0" % old
    assert rig.send(line) == STATE


@pytest.mark.parametrize("name", ["CLOSE", "DELETE", "UPDATE"])
def test_nothing_to_close_is_602(name):
    line = {"UPDATE": "AT+MIPLUPDATE=0,0,0"}.get(name, "AT+MIPL%s=0" % name)
    assert Rig().boot().send(line) == STATE


def test_deleting_an_object_that_never_was_is_602():
    assert Rig().create().send("AT+MIPLDELOBJ=0,9999") == STATE
    assert Rig().create().send("AT+MIPLDELOBJ=0,3306,0") == WRONG
    rig = Rig().create()
    assert rig.send("AT+MIPLDELETE=0", "AT+MIPLDELOBJ=0,3306") == ["OK", "OK"]
    assert rig.send("AT+MIPLDELOBJ=0,3306") == STATE
