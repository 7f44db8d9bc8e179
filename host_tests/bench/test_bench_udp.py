"""The simulated module's sockets: limits, checks, announcing and draining."""

import pytest
from bench_rig import Rig

CME = "+CME ERROR: %d"
PEER = "183.230.40.150,36000"


def opened(**options):
    rig = Rig(**options).boot()
    assert rig.send('AT+NSOCR="DGRAM",17,2334,1') == ["0", "OK"]
    return rig


def test_seven_sockets_and_no_more():
    rig = Rig().boot()
    for number in range(7):
        assert rig.send("AT+NSOCR=DGRAM,17,%d,1" % (4000 + number)) == [str(number), "OK"]
    assert rig.send("AT+NSOCR=DGRAM,17,5000,1") == [CME % 3]
    assert rig.send("AT+NSOCL=3", "AT+NSOCR=DGRAM,17,5000") == ["OK", "3", "OK"]


def test_the_same_port_twice_is_refused():
    assert opened().send("AT+NSOCR=DGRAM,17,2334,1") == [CME % 3]


@pytest.mark.parametrize(
    "args",
    [
        "DGRAM,17,5683,1",  # the module's own
        "STREAM,6,2000,1",
        "DGRAM,6,2000,1",
        "DGRAM,17,0,1",
        "DGRAM,17,65536,1",
        "DGRAM,17,2000,2",
        "DGRAM,17",
        "",
    ],
)
def test_wrong_sockets_are_refused(args):
    assert Rig().boot().send("AT+NSOCR=" + args) == [CME % 50]


@pytest.mark.parametrize(
    "args, code",
    [
        ("1,%s,1,30" % PEER, 530),
        ("7,%s,1,30" % PEER, 50),
        ("0,%s,2,30" % PEER, 50),
        ("0,%s,1,3" % PEER, 50),
        ("0,%s,1,3G" % PEER, 50),
        ("0,%s,0," % PEER, 50),
        ("0,%s,513,%s" % (PEER, "00" * 513), 50),
        ("0,300.1.1.1,1,1,30", 50),
        ("0,183.230.040.150,36000,1,30", 50),
        ("0,example.com,36000,1,30", 50),
        ("0,183.230.40.150,0,1,30", 50),
        ("0,%s,1" % PEER, 50),
    ],
)
def test_wrong_sends_are_refused(args, code):
    assert opened().send("AT+NSOST=" + args) == [CME % code]


def test_512_bytes_are_the_most():
    assert opened().send("AT+NSOST=0,%s,512,%s" % (PEER, "0a" * 512)) == ["0,512", "OK"]


@pytest.mark.parametrize("flag, good", [("0", 1), ("0x100", 1), ("0x200", 1), ("0X400", 1)])
def test_flags_of_nsostf(flag, good):
    assert opened().send("AT+NSOSTF=0,%s,%s,1,30" % (PEER, flag)) == ["0,1", "OK"]


@pytest.mark.parametrize("flag", ["1", "0x300", "", '"0x100"', "256"])
def test_wrong_flags_of_nsostf(flag):
    assert opened().send("AT+NSOSTF=0,%s,%s,1,30" % (PEER, flag)) == [CME % 50]


def test_without_a_network_nothing_is_sent():
    rig = opened()
    rig.module.set_network(False)
    assert rig.send("AT+NSOST=0,%s,1,30" % PEER) == [CME % 30]


def test_only_the_echo_peer_answers():
    rig = opened()
    assert rig.send("AT+NSOST=0,8.8.8.8,53,1,30", ms=5000) == ["0,1", "OK"]
    assert rig.send("AT+NSORF=0,100") == ["OK"]


def test_partial_reads_and_the_rest():
    rig = opened(public_address="1.2.3.4:5")
    rig.send("AT+NSOST=0,%s,2,4142" % PEER, ms=1000)
    assert rig.send("AT+NSORF=0,5") == ["0,%s,5,%s,8" % (PEER, b"[1.2.".hex().upper()), "OK"]
    assert rig.send("AT+NSORF=0,100") == ["0,%s,8,%s,0" % (PEER, b"3.4:5]AB".hex().upper()), "OK"]
    assert rig.send("AT+NSORF=0,100") == ["OK"]


@pytest.mark.parametrize("inside", [True, False])
def test_the_next_datagram_is_announced_when_the_first_is_read(inside):
    rig = opened(public_address="1:2", nsonmi_inside=inside)
    send = "AT+NSOST=0,%s,1,%%s" % PEER
    lines = rig.send(send % "41", send % "42", ms=1000)
    assert lines == ["0,1", "OK", "+NSONMI:0,6", "0,1", "OK"]
    first = "0,%s,6,%s,0" % (PEER, b"[1:2]A".hex().upper())
    got = rig.send("AT+NSORF=0,6")
    assert got == (["+NSONMI:0,6", first, "OK"] if inside else [first, "OK", "+NSONMI:0,6"])
    assert rig.send("AT+NSORF=0,6")[0].endswith("%s,0" % b"[1:2]B".hex().upper())


def test_receive_control_0_keeps_nothing():
    rig = Rig().boot()
    rig.send("AT+NSOCR=DGRAM,17,2334,0")
    rig.send("AT+NSOST=0,%s,1,30" % PEER, ms=1000)
    assert rig.send("AT+NSORF=0,100") == ["OK"]


def test_the_ninth_unread_datagram_is_lost():
    rig = opened()
    for _ in range(10):
        rig.send("AT+NSOST=0,%s,1,30" % PEER, ms=500)
    got = [len(rig.send("AT+NSORF=0,512")) for _ in range(10)]
    assert got == [3] * 7 + [2] + [1, 1]


def test_a_socket_closed_meanwhile_gets_nothing():
    rig = opened()
    rig.send("AT+NSOST=0,%s,1,30" % PEER, "AT+NSOCL=0", "AT+NSOCR=DGRAM,17,99,1", ms=20)
    assert rig.run(2000) == []


@pytest.mark.parametrize("line", ["AT+NSORF=0", "AT+NSORF=0,0", "AT+NSOCL=", "AT+NSOCL=0,0"])
def test_wrong_reads_and_closes(line):
    assert opened().send(line) == [CME % 50]


def test_closing_twice_is_530():
    assert opened().send("AT+NSOCL=0", "AT+NSOCL=0") == ["OK", CME % 530]
