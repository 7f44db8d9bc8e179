"""Nothing that a platform, or whoever is on the line, sends becomes a command of the node's.

The whole node is asked through every field there is. What it sends is judged line by line by
chaos.wire, which knows the lines a node means to send and shares no code with it.
"""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from node_rig import play

from chaos.wire import Sent, sent

CLEAN = 'AT+NRB is just a text, "quoted" or not'
HOSTILE = [
    b'x"\r\nAT+NRB\r\n',
    b'"',
    b'a",1,0\rAT+CFUN=0',
    b"\nAT+NRB",
    b"\x1a",
    b"\x00AT+NRB",
    b"\x7f",
    b"\x1b[2J",
    b"+++ATH",
    b"%s%d%n{0}",
    b"\xc0\xa2\xe0\x80\x8dAT+NRB",  # overlong forms of a quote and of CR
    b"\xe2\x80\xa8AT+NRB\xc2\x85",  # line ends of Unicode
    b"\xff\xfe",
    b"A" * 600,
]
GOOD = (b"+++ATH", b"%s%d%n{0}")  # just texts, for a module
TEXT_FIELDS = (5750, 5853)
NUMBER_FIELDS = (5850, 5851, 5852)


class Line:
    """The node's bytes as lines, each of which has to be one that it means to send."""

    def __init__(self, rig):
        self._rig = rig
        self._sent = Sent()
        self.count = 0
        rig.uart.port.on_bytes = self._bytes

    def _bytes(self, way, data):
        if way == "sent":
            for line in self._sent.feed(data):
                self.count += 1
                # Text may be in any language. A ValueError ends the node's engine and the test.
                sent(bytes([each if each < 128 else 120 for each in line]))

    @property
    def rest(self):
        return self._sent._line


def unharmed(rig, line, count):
    """Check what every test is about: still the same session, no command but its own."""
    assert rig.node.supervisor.sessions == 1 and rig.node.restarts == 0
    assert rig.node.modem.at.status()["faults"] == rig.node.dispatcher.faults == 0
    assert not {"AT+NRB", "AT+CFUN=0"} & set(rig.sent)
    assert line.rest == b"" and line.count >= count


@pytest.mark.parametrize("raw", HOSTILE)
def test_writes_of_every_resource(raw):
    """Opaque, as OneNET sends them, by the module's own print."""

    async def scene(r):
        await r.online()
        line = Line(r)
        codes = {}
        for rid in TEXT_FIELDS + NUMBER_FIELDS:
            op = await r.ask("write", 3306, 0, {rid: raw[:480]})
            codes[rid] = op.code
        op = await r.ask("read", 3306, 0)
        await r.sleep(20)  # what was written is notified as well
        unharmed(r, line, 10)
        return codes, {each.rid: each.value for each in op.values}

    codes, now = play(scene, baud=0)
    assert codes[5853] == 400 and now[5853] == "off"
    assert (codes[5750] == 204) == (raw in GOOD) == (now[5750] == raw.decode("utf-8", "replace"))
    assert codes[5750] in (204, 400)
    assert now[5850] in (False, True) and 0 <= now[5851] <= 100


@pytest.mark.parametrize("raw", HOSTILE)
def test_arguments_of_an_execute_and_attributes(raw):
    text = raw.decode("latin-1")

    async def scene(r):
        await r.online()
        line = Line(r)
        for form in (
            '+MIPLEXECUTE:0,7,3303,0,5605,%d, "%s"' % (len(text), text),
            "+MIPLEXECUTE:0,8,3303,0,5605,%d,%s" % (len(text), text),
            '+MIPLPARAMETER:0,9,3303,0,5700,%d,"%s"' % (len(text), text),
            '+MIPLPARAMETER:0,10,3303,0,5700,%d,"pmin=5;%s=1"' % (len(text) + 9, text),
        ):
            r.module.emit(form)
            await r.sleep(1)
        op = await r.ask("read", 3303, 0, 5700)
        unharmed(r, line, 5)
        return op.code

    assert play(scene, baud=0) == 205


def test_a_text_that_only_looks_like_a_command_is_kept_as_a_text():
    async def scene(r):
        await r.online()
        line = Line(r)
        text = CLEAN.replace('"', "'")
        first = await r.ask("write", 3306, 0, {5750: text})
        second = await r.ask("write", 3306, 0, {5750: CLEAN})
        op = await r.ask("read", 3306, 0, 5750)
        unharmed(r, line, 3)
        return first.code, second.code, op.values[0].value == text

    assert play(scene, baud=0) == (204, 400, True)


# -- whoever is on the line -------------------------------------------------------------------

PIECE = st.one_of(
    st.sampled_from(["0", "7", "-1", "3303", "3306", "5750", "65536", "99999999999", "", " ", ","])
    | st.sampled_from(
        ['"', '"x', 'x"', "\x00", "\x1a", "AT+NRB", "%s", "2", "22AA", "4154", "1e9"]
    ),
    st.sampled_from([raw.decode("latin-1") for raw in HOSTILE]),
    st.text(st.characters(max_codepoint=255), max_size=12),
)
KIND = st.sampled_from("READ WRITE EXECUTE OBSERVE PARAMETER DISCOVER EVENT NOTIFY X".split())
ODD = st.builds(
    lambda kind, colon, fields: "+MIPL%s%s%s" % (kind, colon, ",".join(fields)),
    KIND,
    st.sampled_from([":", ": ", "", "::"]),
    st.lists(PIECE, max_size=11),
)
NEAR = st.builds(
    lambda msgid, rid, kind, size, value, rest: (
        "+MIPLWRITE:0,%d,3306,0,%s,%s,%s,%s,%s" % (msgid, rid, kind, size, value, rest)
    ),
    st.integers(0, 9999),
    st.sampled_from(["5750", "5851", "5853", "9999"]),
    st.sampled_from("123456"),
    st.integers(0, 30).map(str) | PIECE,
    PIECE | st.binary(max_size=20).map(bytes.hex),
    st.sampled_from(["0,0", "0", "0,1", "1,2", ""]),
)
OTHERS = st.builds(
    lambda head, fields: head + ",".join(fields),
    st.sampled_from(["+CEREG:", "+CSQ:", "+NSONMI:", "+CME ERROR: ", "+CIS ERROR:", "> ", "AT"]),
    st.lists(PIECE, max_size=5),
)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(lines=st.lists(ODD | NEAR | OTHERS, min_size=1, max_size=25))
def test_no_line_however_odd_becomes_a_command(lines):
    async def scene(r):
        await r.online()
        line = Line(r)
        for text in lines:
            if "REBOOT" not in text and "EVENT" not in text:  # those may end the session rightly
                r.module.emit(text)
                await r.sleep(0.3)
        await r.sleep(8)  # parts of a write that stay away are waited for, and what is late
        op = await r.ask("read", 3303, 0, 5700)
        assert r.node.restarts == 0 and r.node.modem.at.status()["faults"] == 0
        assert not {"AT+NRB", "AT+CFUN=0"} & set(r.sent)
        assert line.rest == b""
        return op.code

    assert play(scene, baud=0) == 205


def test_oversized_lines_are_refused_and_the_next_one_is_whole():
    async def scene(r):
        await r.online()
        line = Line(r)
        for size in (1150, 1199, 1200, 1201, 5000, 100_000):
            head = '+MIPLWRITE:0,%d,3306,0,5750,1,%d,"' % (size, size)
            r.module.emit(head + "A" * size)
            await r.sleep(2)
        answered = [text for text in r.sent if text.startswith("AT+MIPLWRITERSP")]
        op = await r.ask("read", 3306, 0, 5750)
        unharmed(r, line, 7)
        return answered, op.values[0].value

    answered, value = play(scene, baud=0)
    sizes = (1150, 1199, 1200, 1201, 5000, 100_000)
    assert answered == ["AT+MIPLWRITERSP=0,%d,11" % size for size in sizes]
    assert value == "fan"
