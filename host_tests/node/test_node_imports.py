"""Nothing on the way of an operation, an event, a notification or an error loads a module.

With a heap that is short it could not be loaded, and it takes time that an operation has not.
"""

import builtins

from node_rig import play
from test_node_events import trick

from m5310 import errors
from m5310.errors import AtError
from node.startup.wiring import log_events

DEVICE = ("at", "m5310", "lwm2m", "node")


class Blocked:
    """Has every import of device code fail."""

    def __init__(self):
        self.tried = []
        self._real = builtins.__import__

    def __enter__(self):
        builtins.__import__ = self._import
        return self

    def __exit__(self, *args):
        builtins.__import__ = self._real

    def _import(self, name, names=None, *more):
        by = (names or {}).get("__name__", "")
        device = name.partition(".")[0] or by.partition(".")[0]  # a relative import has no name
        if device in DEVICE:
            self.tried.append(name)
            raise ImportError(name)
        return self._real(name, names, *more)


def talkative(r):
    """Have the node log everything, as at log.level 2."""
    r.node.log.level = 2
    log_events(r.node.modem, r.node.log)


async def operate(r):
    """Do an operation of every kind, well and badly; return the codes."""
    kinds = (
        ("read", (3303, 0, 5700)),
        ("read", (3303, 0)),
        ("read", (3303,)),
        ("read", (3399, 0, 1)),
        ("write", (3306, 0, {5850: 1})),
        ("write", (3306, 0, {5850: 1, 5851: 40})),
        ("write", (3306, 0, {5852: 7})),
        ("execute", (3303, 0, 5605)),
        ("execute", (3303, 0, 5700)),
        ("observe", (3303, 1, 5700)),
        ("cancel", (3303, 1, 5700)),
        ("discover", (3303,)),
        ("discover", (3399,)),
    )
    codes = [(await r.ask(kind, *args)).code for kind, args in kinds]
    for attributes in ({"pmin": 1, "pmax": 60}, {"gt": 60.0, "lt": 5.0}, {"st": 1.0}):
        codes.append((await r.ask("write_attributes", 3303, 0, 5700, **attributes)).code)
    return codes


def test_every_kind_of_operation():
    async def scene(r):
        await r.online()
        talkative(r)
        with Blocked() as blocked:
            codes = await operate(r)
            for line in (
                '+MIPLPARAMETER:0,901,3303,0,5700,7,"pmin=x"',
                "+MIPLWRITE:0,902,3306,0,5850,9,1,1,0,0",
                "+MIPLEXECUTE:0,903,3303,0,5605,5,reset",
                "+MIPLREAD:0,904",
            ):
                r.module.emit(line)
                await r.sleep(1)
            trick(r, "error", "AT+MIPLREADRSP", text="+CIS ERROR: 602")
            r.module.emit("+MIPLREAD:0,905,3303,0,5700")
            await r.sleep(3)
        return codes, blocked.tried, r.node.dispatcher.faults

    codes, tried, faults = play(scene, baud=0)
    assert (tried, faults) == ([], 0)
    assert set(codes) == {204, 205, 400, 404, 405}


def test_operations_while_the_dialect_is_found_out():
    async def scene(r):
        await r.until(lambda: r.module.booted, 5)
        with Blocked() as blocked:
            r.module.emit("+MIPLREAD:0,905,3303,0,5701")
            await r.until(lambda: any("READRSP=0,905" in line for line in r.sent), 20)
        return blocked.tried

    for profile in ("seed", "m5310a"):
        options = {"config": {"module.dialect": "auto"}, "baud": 0}
        if profile != "seed":
            options["module"] = {"profile": profile}
        assert play(scene, **options) == []


def test_every_event():
    async def scene(r):
        await r.online()
        talkative(r)
        firmware = range(40, 47)
        with Blocked() as blocked:
            for event in [e for e in range(61) if e not in firmware] + list(firmware):
                r.node.supervisor.ladder.reset()
                r.module.emit("+MIPLEVENT:0,%d,7" % event)
                await r.sleep(1)
                if event not in firmware:
                    await r.until(lambda: r.node.supervisor.state == "online", 60)
                    await r.sleep(3)
        return blocked.tried, r.node.modem.at.status()["faults"], r.node.restarts

    assert play(scene, baud=0) == ([], 0, 0)


def test_errors_notifications_and_what_is_said_of_the_network():
    async def scene(r):
        await r.online()
        talkative(r)
        with Blocked() as blocked:
            for kind in range(12):
                for code in (0, 3, 50, 601, 602, 999):
                    assert str(AtError(kind, code, b"AT+X"))
            for text in ("ERROR", "+CIS ERROR: 601", "+CIS ERROR: 602"):
                trick(r, "error", "AT+MIPLNOTIFY", text=text)
                r.board.set_temp("ds18x20-0", 40.0 + len(text))
                await r.sleep(20)
            network = r.node.modem.network
            for state in range(11):
                network.state = state
                assert network.words()
            network.state = 1
            assert network.quality()
            r.module.emit('+MIPLPARAMETER:0,901,3303,0,5700,7,"pmin=9"')
            await r.sleep(2)
        return blocked.tried, errors.AtError(1).kind

    assert play(scene, baud=0) == ([], errors.TIMEOUT)


def test_readings_from_the_outbox_that_bear_their_time(tmp_path):
    config = {
        "outbox.readings": 64,
        "outbox.period": 60,
        "onenet.timestamps": True,
    }

    async def scene(r):
        await r.online()
        await r.sleep(10)
        with Blocked() as blocked:
            r.node.courier.outbox.add([(3303, 0, 5700, 33.25, 1700000000)])
            await r.until(lambda: any("33.25" in line for line in r.sent), 60)
        return blocked.tried

    assert play(scene, config=config, baud=0, folder=str(tmp_path / "box")) == []
