"""Fault scripts: what each fault does to line and module, and what a script may not hold."""

import json
from itertools import pairwise
from pathlib import Path

import pytest
from bench_rig import Rig
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bench.baud import misread
from bench.faults import Faults
from bench.faults.line import Line
from bench.faults.player import Player, asker
from bench.faults.script import FIELDS, MAX_FAULTS, MAX_FILE, ScriptError, load, parse
from bench.port import Port
from bench.trace import Trace

HELLO = b"\r\n+CSQ:23,99\r\n\r\nOK\r\n"


def script(*faults, seed=1):
    return parse(json.dumps({"seed": seed, "faults": list(faults)}).encode())


class Playing(Rig):
    """A registered module behind a Port with a script; got: (ms, bytes) that reached the MCU."""

    def __init__(self, *faults, **options):
        super().__init__(**options)
        self.register()
        self.port = Port(self.module, self.clock, 0)
        self.trace = Trace(self.platform.wall_ms)
        self.effects = []
        self.got = []
        self.player = Player(
            script(*faults),
            Faults(self.module, self.trace),
            self.port,
            asker(self.platform, self.imei),
        )
        self.player.on_effect = self.effects.append
        self.player.start()

    def ask(self, line, ms=200):
        """Send a line, let ms pass; return the bytes that came."""
        self.port.feed(line + b"\r")
        return self.wait(ms)

    def wait(self, ms):
        out = b""
        for _ in range(ms):
            data = self.port.take()
            if data:
                self.got.append((self.module.timers.now(), data))
            out += data
            self.clock.advance(1)
        return out

    @property
    def names(self):
        return [(effect.name, effect.way) for effect in self.effects]


def test_lost_bytes_are_those_behind_the_skipped_ones():
    r = Playing({"at": 0, "do": "lose", "way": "down", "skip": 3, "bytes": 4})
    assert r.ask(b"AT+CSQ") == HELLO[:3] + HELLO[7:]
    assert r.names == [("lose", "down")] * 4
    assert r.ask(b"AT+CSQ") == HELLO


def test_a_module_at_another_rate_is_garbage_for_who_does_not_follow():
    r = Playing({"at": 0, "do": "baud", "rate": 115200})
    r.wait(r.module.options.boot_ms + 100)
    garbage = b"".join(data for _, data in r.got)
    assert garbage
    assert b"M5310" not in garbage
    assert b"OK" not in r.ask(b"AT+CSQ")
    r.port.set_bauds(mcu=115200)
    r.ask(b"")  # what was misread ends with this line
    assert r.ask(b"AT+CSQ").endswith(b"OK\r\n")
    assert r.names == [("baud", "")]


@pytest.mark.parametrize("read", [4800, 9600, 19200, 115200])
def test_what_a_uart_makes_of_another_rate(read):
    sent = bytes(range(256)) + b"AT+CSQ\r\n"
    got = misread(sent, 9600, read)
    assert (got == sent) == (read == 9600)
    assert len(got) <= len(sent) * max(1, read // 9600)
    assert misread(b"", 9600, read) == b""


def test_bytes_lost_on_the_way_up_make_another_command():
    r = Playing({"at": 0, "do": "lose", "way": "up", "skip": 2, "bytes": 4})
    assert r.ask(b"AT+CSQ") == b"\r\nOK\r\n"


def test_doubled_bytes_come_again_behind_themselves():
    r = Playing({"at": 0, "do": "duplicate", "way": "down", "skip": 2, "bytes": 4})
    assert r.ask(b"AT+CSQ") == b"\r\n+CSQ+CSQ:23,99\r\n\r\nOK\r\n"


def test_corrupted_bytes_are_others_each_of_them_the_same_with_the_same_seed():
    fault = {"at": 0, "do": "corrupt", "way": "down", "skip": 2, "bytes": 10}
    first, again = Playing(fault).ask(b"AT+CSQ"), Playing(fault).ask(b"AT+CSQ")
    assert first == again
    assert len(first) == len(HELLO)
    changed = [at for at in range(len(HELLO)) if first[at] != HELLO[at]]
    assert changed == list(range(2, 12))


def test_a_delay_holds_up_what_is_behind_it_and_loses_nothing():
    r = Playing({"at": 0, "do": "delay", "way": "down", "skip": 5, "ms": 300})
    assert r.ask(b"AT+CSQ", 250) == HELLO[:5]
    assert r.wait(100) == HELLO[5:]


def test_a_split_line_comes_byte_by_byte():
    r = Playing({"at": 0, "do": "split", "way": "down", "skip": 2, "bytes": 3, "ms": 40})
    assert r.ask(b"AT+CSQ", 400) == HELLO
    times = [at for at, _ in r.got]
    assert [data for _, data in r.got] == [HELLO[:2], HELLO[2:3], HELLO[3:4], HELLO[4:]]
    assert [after - before for before, after in pairwise(times)] == [40] * 3


def test_merged_lines_come_in_one_piece():
    r = Playing({"at": 0, "do": "merge", "way": "down", "ms": 100})
    r.port.feed(b"AT\rAT\rAT\r")
    assert r.wait(200) == b"\r\nOK\r\n" * 3
    assert len(r.got) == 1


def test_noise_and_urcs_come_out_of_nowhere_or_in_the_middle_of_a_line():
    r = Playing(
        {"at": 0, "do": "insert", "line": "+MIPLEVENT:0,11"},
        {"at": 1, "do": "insert", "skip": 4, "line": "+CEREG:1"},
        {"at": 2, "do": "noise", "way": "down", "bytes": 7},
    )
    assert r.wait(500) == b"\r\n+MIPLEVENT:0,11\r\n"
    r.wait(501)
    assert r.ask(b"AT+CSQ") == HELLO[:4] + b"\r\n+CEREG:1\r\n" + HELLO[4:]
    assert len(r.wait(1000)) == 7


def test_a_mute_module_hears_and_says_nothing_and_goes_on_as_before():
    r = Playing({"at": 0, "do": "mute", "seconds": 2})
    assert r.ask(b"AT+CSQ", 2001) == b""
    assert r.ask(b"AT+CSQ") == HELLO
    assert r.names == [("mute", "up"), ("mute", "down")]


def test_a_module_deaf_on_one_way_still_speaks():
    r = Playing({"at": 0, "do": "mute", "way": "up", "seconds": 2})
    r.platform.read(r.imei, 3303, 0, 5700)
    assert b"+MIPLREAD" in r.wait(200)
    assert r.ask(b"AT+CSQ") == b""


def test_the_nth_command_is_refused_and_not_done():
    r = Playing({"at": 0, "do": "error", "nth": 2, "text": "+CME ERROR: 50"})
    assert r.ask(b"AT+CSCON=1") == b"\r\nOK\r\n"
    assert r.ask(b"AT+CSCON=0") == b"\r\n+CME ERROR: 50\r\n"
    assert r.module.radio.cscon == 1
    assert r.ask(b"AT+CSCON=0") == b"\r\nOK\r\n"


def test_only_commands_of_that_name_are_counted():
    r = Playing({"at": 0, "do": "error", "command": "AT+CSQ"})
    assert r.ask(b"AT+CSCON=1") == b"\r\nOK\r\n"
    assert r.ask(b"AT+CSQ") == b"\r\nERROR\r\n"


def test_a_late_ok_comes_when_it_does_and_what_waits_behind_it_too():
    r = Playing({"at": 0, "do": "late", "ms": 3000})
    r.port.feed(b"AT+CSCON=1\rAT\r")
    assert r.wait(2900) == b""
    assert r.module.radio.cscon == 1
    assert r.wait(200) == b"\r\nOK\r\n" * 2


def test_an_operation_under_a_wrong_msgid_is_printed_again_under_its_own():
    r = Playing({"at": 0, "do": "msgid", "add": 5})
    operation = r.platform.read(r.imei, 3303, 0, 5700)
    line = b"+MIPLREAD:0,%d,3303,0,5700"
    assert line % (operation.msgid + 5) in r.wait(300)
    assert r.ask(b"AT+MIPLREADRSP=0,%d,11" % (operation.msgid + 5)).endswith(b"ERROR: 602\r\n")
    assert line % operation.msgid in r.wait(5000)
    r.ask(b"AT+MIPLREADRSP=0,%d,11" % operation.msgid)
    assert operation.code == 400


def test_the_network_goes_and_comes_and_registering_takes_longer_then():
    r = Playing(
        {"at": 0, "do": "registration", "seconds": 30},
        {"at": 1, "do": "network", "seconds": 10},
    )
    r.wait(2000)
    assert not r.module.radio.registered
    r.wait(20_000)
    assert r.module.radio.network_up
    assert not r.module.radio.registered
    r.wait(30_000)
    assert r.module.radio.registered


def test_the_air_is_bad_for_a_while():
    r = Playing({"at": 0, "do": "air", "seconds": 5, "delay_ms": 700, "loss": 0.5})
    r.wait(100)
    assert (r.module.air.delay_ms, r.module.air.loss) == (700, 0.5)
    r.wait(5000)
    assert (r.module.air.delay_ms, r.module.air.loss) == (0, 0)


def test_a_burst_asks_for_many_operations_at_once():
    r = Playing({"at": 0, "do": "burst", "count": 5, "kinds": ["read", "write", "discover"]})
    r.wait(300)
    kinds = [each.kind for each in r.device.sent.values()]
    assert kinds == ["read", "write", "discover", "read", "write"]


def test_a_reboot_says_its_cause_and_everything_is_in_the_trace():
    r = Playing({"at": 0, "do": "reboot", "cause": "REBOOT_CAUSE_SECURITY_FOTA"})
    assert b"REBOOT_CAUSE_SECURITY_FOTA" in r.wait(2000)
    assert [line.text for line in r.trace.lines] == [
        "fault: reboot at 0 s: cause REBOOT_CAUSE_SECURITY_FOTA",
        "the module is reset",
    ]


def test_without_faults_the_line_gives_what_it_takes():
    line = Line("up", None, None)
    assert line.quiet
    assert line.through(b"abc", 5) == b"abc"
    assert line.next_ms(5) is None


# -- what a script may not hold -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"{", "no JSON"),
        (b"[]", 'has to be an object with a list "faults"'),
        (b'{"faults": 3}', 'has to be an object with a list "faults"'),
        (b'{"faults": [], "sede": 1}', 'the script has no "sede", known are seed, faults'),
        (b'{"faults": [], "seed": -1}', "seed is -1, has to be a whole number from 0"),
        (b'{"faults": [3]}', 'faults[0] has to be an object with "at" and "do"'),
        (b'{"faults": [{"do": "reboot"}]}', "faults[0].at is missing, has to be a number from 0"),
        (b'{"faults": [{"at": 1, "do": "loose"}]}', 'faults[0].do is "loose", has to be one of'),
        (b'{"faults": [{"at": 1, "do": ["lose"]}]}', 'faults[0].do is ["lose"], has to be one of'),
        (
            b'{"faults": [{"at": 1, "do": "lose", "way": "up", "bytes": 0}]}',
            "faults[0].bytes is 0, has to be a whole number from 1 to 4096",
        ),
        (
            b'{"faults": [{"at": 1, "do": "lose", "way": "left"}]}',
            'faults[0].way is "left", has to be one of up, down',
        ),
        (
            b'{"faults": [{"at": 1, "do": "lose", "way": "up", "byte": 1}]}',
            'faults[0] (lose) has no "byte", known are at, do, way, skip, bytes',
        ),
        (
            b'{"faults": [{"at": 1, "do": "delay", "way": "up", "ms": true}]}',
            "faults[0].ms is true, has to be a whole number from 1 to 60000",
        ),
        (
            b'{"faults": [{"at": 1, "do": "insert", "line": "a\\r\\nb"}]}',
            "faults[0].line is",
        ),
        (
            b'{"faults": [{"at": 1, "do": "error", "text": "OK"}]}',
            "has to be ERROR, +CME ERROR: n or +CIS ERROR: n",
        ),
        (b'{"faults": [{"at": NaN, "do": "reboot"}]}', "faults[0].at is NaN, has to be"),
        (b'{"faults": [{"at": 1e99, "do": "reboot"}]}', "faults[0].at is 1e+99, has to be"),
        (
            b'{"faults": [{"at": 1, "do": "burst", "count": 2, "kinds": ["reboot"]}]}',
            "faults[0].kinds is [\"reboot\"], has to be a list of read, write",
        ),
        (b'{"faults": [' + b"[" * 100_000, "nested too deep for a script"),
        (b'{"faults": [{"at": 1, "do": ' + b"1" * 5000 + b"}]}", "no JSON"),
        (b" " * (MAX_FILE + 1), "more than 1048576 bytes"),
        (b'{"faults": [' + b"1," * MAX_FAULTS + b"1]}", "5001 faults, at most 5000"),
        (b"\xff\xfe{}", "no JSON"),
    ],
)  # fmt: skip
def test_what_is_no_script_is_refused_with_the_place(raw, said):
    with pytest.raises(ScriptError) as caught:
        parse(raw)
    assert said in str(caught.value)
    assert len(str(caught.value)) < 300


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    with pytest.raises(ScriptError, match=r"nowhere\.json: cannot be read: No such file"):
        load(tmp_path / "nowhere.json")
    (tmp_path / "bad.json").write_text("nonsense")
    with pytest.raises(ScriptError, match=r"bad\.json: no JSON"):
        load(tmp_path / "bad.json")


def test_a_script_written_is_the_script_read():
    before = script(
        {"at": 2, "do": "reboot"},
        {"at": 1.5, "do": "lose", "way": "up", "bytes": 3},
        seed=9,
    )
    assert [fault.do for fault in before.faults] == ["lose", "reboot"]
    assert parse(before.to_json().encode()) == before


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda each: st.lists(each, max_size=3) | st.dictionaries(st.text(max_size=5), each),
    max_leaves=8,
)


@settings(deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.dictionaries(
        st.sampled_from(["at", "do", "way", "bytes", "ms", "seconds", "line", "x"]),
        JSON | st.sampled_from([*FIELDS, "up", "down", 1, 2.5]),
        max_size=6,
    )
)
def test_any_json_is_a_script_or_refused(fault):
    try:
        parsed = parse(json.dumps({"faults": [fault]}).encode())
    except ScriptError:
        return
    assert parse(parsed.to_json().encode()) == parsed


def test_the_documentation_names_every_fault():
    text = (Path(__file__).resolve().parents[2] / "docs" / "bench.md").read_text()
    assert [name for name in FIELDS if "`%s`" % name not in text] == []
