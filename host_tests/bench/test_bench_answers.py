"""What the simulated module refuses in answers and notifications, each as a strict real one."""

import pytest
from bench_rig import STATE, WRONG, Rig

READ = "AT+MIPLREADRSP=0,%d,"


@pytest.fixture
def rig():
    return Rig().register()


def reading(rig, *path):
    operation = rig.platform.read(rig.imei, *path)
    rig.run(200)
    return operation


@pytest.mark.parametrize(
    "value",
    [
        '1,3,"Cel"',
        '1,0,""',
        '1,6,"\xe6\xb8\xa9\xe5\xba\xa6"',  # two characters, six bytes of UTF-8
        "2,2,0aFF",
        "3,2,-32768",
        "3,4,2147483647",
        "3,8,-9223372036854775808",
        "4,4,20.123",
        "4,4,98",
        "4,8,-0.5",
        "5,1,1",
        "5,1,0",
    ],
)
def test_values_of_every_type(rig, value):
    operation = reading(rig, 3303, 0, 5700)
    line = (READ + "1,3303,0,5700,%s,0,0") % (operation.msgid, value)
    assert rig.send(line, ms=300) == ["OK"]
    assert operation.ok


@pytest.mark.parametrize(
    "value",
    [
        '1,4,"Cel"',  # length is not that of the text
        "1,3,Cel",  # text without quotes
        "2,1,0102",
        "2,2,01",
        "2,1,0g",
        '2,1,"01"',
        "3,1,5",  # integers have 2, 4 or 8 bytes
        "3,2,32768",
        "3,4,20.5",
        '3,4,"20"',
        "4,5,20.12",  # the length of a float is its storage
        '4,4,"20.123"',
        "4,4,nan",
        "4,4,1e3",
        "4,4,",
        "4,4,20.",
        "5,1,2",
        "5,1,true",
        "5,2,1",
        "0,4,1",
        "6,4,1",
        "4,-4,1",
    ],
)
def test_wrong_values_are_601(rig, value):
    operation = reading(rig, 3303, 0, 5700)
    assert rig.send((READ + "1,3303,0,5700,%s,0,0") % (operation.msgid, value)) == WRONG
    assert not operation.done
    good = (READ + "1,3303,0,5700,4,4,20.5,0,0") % operation.msgid
    assert rig.send(good) == ["OK"]


@pytest.mark.parametrize(
    "tail",
    [
        "1",  # success without a value
        "13,3303,0,5700,4,4,20.5,0,0",  # an error with one
        "2,3303,0,5700,4,4,20.5,0,0",  # 2 is for writes
        "3",
        "1,3303,0,5700,4,4,20.5,0",
        "1,3303,0,5700,4,4,20.5,0,1",  # flag is 0 on every line
        "1,3303,0,5700,4,4,20.5,0,0,0x300",
        "1,3303,0,5701,4,4,20.5,0,0",  # not what was read
        "1,3303,1,5700,4,4,20.5,0,0",
        "1,3306,0,5700,4,4,20.5,0,0",
        "1,3303,7,5700,4,4,20.5,0,0",  # no such instance
    ],
)
def test_wrong_read_answers_are_601(rig, tail):
    operation = reading(rig, 3303, 0, 5700)
    assert rig.send((READ + "%s") % (operation.msgid, tail)) == WRONG


def test_blanks_after_commas_are_fine(rig):
    operation = reading(rig, 3303, 0, 5701)
    line = 'AT+MIPLREADRSP= 0, %d, 1, 3303, 0, 5701, 1, 3, "Cel" , 0, 0' % operation.msgid
    assert rig.send(line) == ["OK"]


def test_an_index_left_out_ends_the_group(rig):
    operation = reading(rig, 3303, 0)
    line = READ % operation.msgid + "1,3303,0,%d,4,4,20.5,%d,0"
    assert rig.send(line % (5700, 2)) == ["OK"]
    assert rig.send(line % (5601, 0)) == WRONG
    assert rig.send(line % (5601, 3)) == WRONG
    assert rig.send(line % (5700, 1)) == WRONG  # the same resource again
    assert rig.send(line % (5601, 1), line % (5602, 0), ms=300) == ["OK", "OK"]
    assert [v.rid for v in operation.values] == [5700, 5601, 5602]


def test_an_answer_too_big_for_coap_is_601(rig):
    operation = reading(rig, 3306, 0)
    line = READ % operation.msgid + '1,3306,0,%d,1,240,"%s",%d,0'
    assert rig.send(line % (5750, "x" * 240, 2)) == ["OK"]
    assert rig.send(line % (5853, "x" * 240, 1)) == WRONG


def test_an_error_answer_is_short(rig):
    for number, code in ((11, 400), (12, 401), (13, 404), (14, 405), (15, 406)):
        operation = reading(rig, 3303, 0, 5700)
        assert rig.send(READ % operation.msgid + str(number), ms=300) == ["OK"]
        assert operation.code == code
        assert operation.values == []


def test_an_error_after_values_ends_the_read_with_the_error(rig):
    """An incomplete answer is never a success."""
    operation = reading(rig, 3303, 0)
    line = READ % operation.msgid + "1,3303,0,5700,4,4,20.5,3,0"
    assert rig.send(line, READ % operation.msgid + "13", ms=300) == ["OK", "OK"]
    assert (operation.code, operation.values) == (404, [])


def test_an_answer_nobody_waits_for_is_602(rig):
    operation = reading(rig, 3303, 0, 5700)
    answer = READ + "1,3303,0,5700,4,4,20.5,0,0"
    assert rig.send(answer % (operation.msgid + 1)) == STATE
    assert rig.send("AT+MIPLWRITERSP=0,%d,2" % operation.msgid) == STATE  # it was a read
    assert rig.send(answer % operation.msgid) == ["OK"]
    assert rig.send(answer % operation.msgid) == STATE  # answered already
    assert rig.module.counters.late_answers == 3


@pytest.mark.parametrize(
    "name, kind", [("WRITE", "write"), ("EXECUTE", "execute"), ("PARAMETER", "write_attributes")]
)
def test_simple_answers(rig, name, kind):
    ask = {
        "write": lambda: rig.platform.write(rig.imei, 3306, 0, {5850: 1}),
        "execute": lambda: rig.platform.execute(rig.imei, 3303, 0, 5605),
        "write_attributes": lambda: rig.platform.write_attributes(rig.imei, 3303, pmin=1),
    }[kind]
    operation = ask()
    rig.run(200)
    line = "AT+MIPL%sRSP=0,%d" % (name, operation.msgid)
    for tail in ("", ",1", ",3", ",200", ",x", ",2,7", ",2,0,0"):
        assert rig.send(line + tail) == WRONG
    assert rig.send(line + ",14", ms=300) == ["OK"]
    assert operation.code == 405


def test_observe_answers(rig):
    operation = rig.platform.observe(rig.imei, 3303, 0, 5700)
    rig.run(200)
    line = "AT+MIPLOBSERVERSP=0,%d," % operation.msgid
    assert rig.send(line + "2") == WRONG
    assert rig.send(line + "13", ms=300) == ["OK"]
    assert operation.code == 404
    assert (3303, 0, 5700) not in rig.module.session.observations


@pytest.mark.parametrize(
    "tail",
    [
        '1,33,"5700;5701;5601;5602;5603;5604;5605"',  # length
        '1,29,"5700;5701;5601;5602;5603;5604"',  # one id less than declared
        '1,39,"5700;5701;5601;5602;5603;5604;5605;5750"',
        '1,34,"5700;5700;5601;5602;5603;5604;5605"',
        '1,34,"5700,5701,5601,5602,5603,5604,5605"',
        "1",
        '2,34,"5700;5701;5601;5602;5603;5604;5605"',
        '13,34,"5700;5701;5601;5602;5603;5604;5605"',
    ],
)
def test_wrong_discover_answers_are_601(rig, tail):
    operation = rig.platform.discover(rig.imei, 3303)
    rig.run(200)
    line = "AT+MIPLDISCOVERRSP=0,%d,%s" % (operation.msgid, tail)
    assert rig.send(line) == WRONG
    assert not operation.done


def test_a_discover_list_without_quotes_falls_apart_into_commands(rig):
    operation = rig.platform.discover(rig.imei, 3303)
    rig.run(200)
    line = "AT+MIPLDISCOVERRSP=0,%d,1,9,5700;5701" % operation.msgid
    assert rig.send(line) == ["ERROR"]
    assert not operation.done


def notify(rig, tail, path=(3303, 0, -1)):
    return rig.send("AT+MIPLNOTIFY=0,%d,%s" % (rig.observed(path), tail))


@pytest.mark.parametrize(
    "tail",
    [
        "3303,0,5700,4,4,20.5,0,0,0",  # ackid 0
        "3303,0,5700,4,4,20.5,0,0,65536",
        "3303,0,5700,4,4,20.5,0,1",
        "3303,0,5700,4,4,20.5,0",
        "3303,0,5700,4,3,20.5,0,0",
        "3303,9,5700,4,4,20.5,0,0",
        "3304,0,5700,4,4,20.5,0,0",
    ],
)
def test_wrong_notifications_are_601(rig, tail):
    assert notify(rig, tail) == WRONG


def test_notify_needs_the_msgid_of_an_observation_that_covers_it(rig):
    assert notify(rig, "3303,1,5700,4,4,20.5,0,0") == STATE  # observed under another msgid
    msgid = rig.observed((3303, 0, -1))
    assert rig.send("AT+MIPLNOTIFY=0,%d,3303,0,5700,4,4,20.5,0,0" % (msgid + 77)) == STATE
    assert rig.send("AT+MIPLNOTIFY=0,0,3303,0,5700,4,4,20.5,0,0") == STATE


def test_notify_before_observe_is_602():
    rig = Rig(platform={"observe": False}).register()
    assert rig.send("AT+MIPLNOTIFY=0,1003,3303,0,5700,4,4,20.5,0,0") == STATE


def test_notify_before_the_observe_is_answered_is_602():
    rig = Rig(platform={"discover": False}).register(answer=False)
    assert rig.send("AT+MIPLNOTIFY=0,1001,3303,0,5700,4,4,20.5,0,0") == STATE
    assert rig.send("AT+MIPLOBSERVERSP=0,1001,1")[0] == "OK"
    assert rig.send("AT+MIPLNOTIFY=0,1001,3303,0,5700,4,4,20.5,0,0") == ["OK"]


def test_notify_after_cancel_is_602(rig):
    msgid = rig.observed((3303, 0, -1))
    operation = rig.platform.cancel(rig.imei, 3303, 0)
    rig.run(200)
    rig.send("AT+MIPLOBSERVERSP=0,%d,1" % operation.msgid)
    assert rig.send("AT+MIPLNOTIFY=0,%d,3303,0,5700,4,4,20.5,0,0" % msgid) == STATE


def test_a_group_of_notifications_is_one_message_of_one_instance(rig):
    assert notify(rig, "3303,0,5700,4,4,20.5,1,0") == ["OK"]
    assert rig.device.notifications == 0
    assert notify(rig, "3303,0,5601,4,4,18.5,0,0") == ["OK"]
    rig.run(200)
    assert rig.device.notifications == 1
    operation = rig.platform.observe(rig.imei, 3303)
    rig.run(200)
    rig.send("AT+MIPLOBSERVERSP=0,%d,1" % operation.msgid)
    assert notify(rig, "3303,0,5700,4,4,20.5,1,0", (3303, -1, -1)) == ["OK"]
    assert notify(rig, "3303,1,5700,4,4,20.5,0,0", (3303, -1, -1)) == WRONG


def test_a_broken_group_is_dropped_and_the_next_starts_anew(rig):
    assert notify(rig, "3303,0,5700,4,4,20.5,2,0") == ["OK"]
    assert notify(rig, "3303,0,5601,4,4,20.5,0,0") == WRONG
    assert notify(rig, "3303,0,5700,4,4,20.5,0,0") == ["OK"]


def test_an_acknowledged_notification_is_event_26(rig):
    assert notify(rig, "3303,0,5700,4,4,20.5,0,0,147") == ["OK"]
    assert rig.run(300) == ["+MIPLEVENT:0,26,147"]


def test_a_notification_the_platform_does_not_want_is_event_25(rig):
    rig.device.observed.clear()
    assert notify(rig, "3303,0,5700,4,4,20.5,0,0,148") == ["OK"]
    assert rig.run(300) == ["+MIPLEVENT:0,25,148"]
    rig.module.set_network(False)
    assert notify(rig, "3303,0,5700,4,4,20.5,0,0,149") == ["OK", "+MIPLEVENT:0,25,149"]
