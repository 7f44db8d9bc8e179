"""Registrations, queue and cached commands, each limit from both sides."""

import pytest
from clock import FakeClock

from bench.platform import Platform, cached
from bench.platform import messages as m
from bench.platform.command import EXPIRED, FAILED, SENT, WAIT
from bench.platform.events import Presence
from bench.platform.operations import Limit

IMEI, IMSI = "867725030000018", "460040000000018"
PATH = (3303, 0, 5700)
OBJECTS = {3303: [0]}


class World:
    """A platform without a module; got: what it sends to the device."""

    def __init__(self, **options):
        self.clock = FakeClock()
        self.platform = Platform(
            self.clock, network_ms=0, **{"discover": False, "observe": False, **options}
        )
        self.got = []
        self.presence = []
        self.platform.listen(
            lambda each: isinstance(each, Presence) and self.presence.append(each.online)
        )

    def run(self, ms):
        end = self.clock.now + ms
        while True:
            self.platform.poll()
            left = end - self.clock.now
            if left <= 0:
                return self
            wait = self.platform.next_ms()
            self.clock.advance(left if wait is None else max(1, min(wait, left)))

    def up(self, message, mid=None):
        """Send a message up; return the codes of the acknowledgements that come."""
        before = len(self.got)
        self.platform.uplink(message, self.got.append, mid)
        self.platform.poll()
        self.platform.poll()
        return [each.code for each in self.got[before:] if isinstance(each, m.Ack)]

    def register(self, lifetime_s=100, number=1, **fields):
        return self.up(m.Register(IMEI, IMSI, lifetime_s, OBJECTS, number=number, **fields))

    @property
    def device(self):
        return self.platform.device(IMEI)

    @property
    def requests(self):
        return [each for each in self.got if isinstance(each, m.Request)]


def test_an_updates_new_lifetime_counts_from_the_update_on():
    for lifetime_s, still, over in ((20, 19_900, 200), (300, 299_900, 200)):
        world = World()
        world.register(lifetime_s=100)
        world.run(50_000)
        assert world.up(m.Update(IMEI, lifetime_s, number=1)) == [204]
        assert world.device.lifetime_s == lifetime_s
        world.run(still)
        assert world.device.online
        world.run(over)
        assert not world.device.online
        assert world.presence == [True, False]


def test_an_update_without_a_lifetime_prolongs_by_the_one_before():
    world = World()
    world.register(lifetime_s=100)
    world.run(60_000)
    world.up(m.Update(IMEI, 50, number=1))
    world.run(40_000)
    assert world.up(m.Update(IMEI, number=1)) == [204]
    assert world.device.lifetime_s == 50
    world.run(49_900)
    assert world.device.online
    world.run(200)
    assert not world.device.online


def test_the_new_lifetime_is_kept_over_a_restart(tmp_path):
    from bench.platform.store import Store

    world = World(store=Store(tmp_path / "onenet.db"))
    world.register(lifetime_s=100)
    world.up(m.Update(IMEI, 7000, number=1))
    end_ms = world.device.expires_ms
    world.platform.store.close()
    after = Platform(FakeClock(), store=Store(tmp_path / "onenet.db")).device(IMEI)
    assert (after.lifetime_s, after.expires_ms) == (7000, end_ms)


def test_messages_of_an_older_registration_are_refused_and_change_nothing():
    world = World()
    world.register(number=1)
    world.register(lifetime_s=500, number=2)
    end_ms = world.device.expires_ms
    world.run(1000)
    assert world.up(m.Update(IMEI, 9999, {3306: [0]}, number=1)) == [404]
    assert (world.device.lifetime_s, world.device.expires_ms) == (500, end_ms)
    assert world.device.objects == OBJECTS
    assert world.up(m.Deregister(IMEI, number=1)) == [202]
    assert world.device.online
    assert world.up(m.Update(IMEI, 600, number=2)) == [204]
    assert world.up(m.Deregister(IMEI, number=2)) == [202]
    assert not world.device.online


def test_an_update_of_a_device_offline_or_unknown_is_404():
    world = World()
    assert world.up(m.Update(IMEI, 100, number=1)) == [404]
    world.register()
    world.up(m.Deregister(IMEI, number=1))
    assert world.up(m.Update(IMEI, 100, number=1)) == [404]
    assert not world.device.online


def test_a_notification_is_known_by_an_observation_of_this_registration():
    world = World(observe=True)
    world.register(number=1)
    (request,) = world.requests
    world.up(m.Response(IMEI, request.msgid, 205))
    value = m.Value(*PATH, 4, 21.5)
    assert world.up(m.Notify(IMEI, request.msgid, (value,), 7)) == [204]
    assert world.up(m.Notify(IMEI, request.msgid + 1, (value,), 8)) == [0]
    world.register(number=2)
    assert world.up(m.Notify(IMEI, request.msgid, (value,), 9)) == [0]
    assert len(world.platform.store.points.newest(world.device.id, limit=9)) == 1
    assert world.device.notifications == 1


@pytest.mark.parametrize("imsi, auth", [("460040000000019", ""), (IMSI, "code")])
def test_a_registration_under_another_identity_is_403(imsi, auth):
    world = World()
    world.register()
    answer = world.up(m.Register(IMEI, imsi, 100, OBJECTS, auth=auth, number=2))
    assert answer == [403]
    assert (world.device.online, world.device.number) == (True, 1)


def test_a_message_id_is_a_repetition_for_247_s_and_not_longer():
    world = World()
    world.register(lifetime_s=1000)
    update = m.Update(IMEI, number=1)
    assert world.up(update, mid=5) == [204]
    world.run(246_000)
    assert world.up(update, mid=5) == []
    world.run(247_000)
    assert world.up(update, mid=5) == [204]


def test_operations_end_as_offline_with_the_registration_they_were_for():
    world = World(window=1)
    world.register()
    asked = [world.platform.read(IMEI, *PATH) for _ in range(3)]
    world.register(number=2)
    assert [each.name for each in asked] == ["OFFLINE"] * 3


def test_each_operation_has_its_own_id_its_time_and_its_turn():
    world = World(window=1)
    world.register(lifetime_s=1000)
    first = world.platform.read(IMEI, *PATH, timeout_ms=5000)
    second = world.platform.read(IMEI, *PATH, timeout_ms=40_000)
    world.platform.poll()
    assert [each.msgid for each in world.requests] == [first.msgid]
    assert second.msgid == first.msgid + 1
    world.run(4990)
    assert not first.done
    world.run(20)
    assert (first.name, second.done) == ("TIME_OUT", False)
    assert [each.msgid for each in world.requests] == [first.msgid, second.msgid]
    world.up(m.Response(IMEI, first.msgid, 205))  # too late
    assert not second.done
    world.up(m.Response(IMEI, second.msgid, 205))
    assert second.ok


@pytest.mark.parametrize("timeout_ms, taken", [(4999, 0), (5000, 1), (40_000, 1), (40_001, 0)])
def test_a_timeout_is_5_to_40_s(timeout_ms, taken):
    world = World()
    world.register()
    assert world.platform.read(IMEI, *PATH, timeout_ms=timeout_ms).done != bool(taken)


@pytest.mark.parametrize(
    "path, taken",
    [((0, 0, 0), 1), ((65535, 65535, 65535), 1), ((65536, 0, 0), 0), ((0, 65536, 0), 0)]
    + [((0, 0, 65536), 0), ((3303, -1, -1), 1), ((3303, -1, 0), 0), ((3303, 0, -2), 0)],
)
def test_ids_are_0_to_65535_and_a_resource_has_an_instance(path, taken):
    world = World()
    world.register()
    assert world.platform.read(IMEI, *path).done != bool(taken)


def keep(world, expires_ms=60_000, **fields):
    end = world.platform.wall_ms() + expires_ms
    return world.platform.cached.add(world.device, "READ", PATH, expired_ms=end, **fields)


def test_a_cached_command_that_has_expired_on_its_way_is_not_tried_again():
    world = World()
    world.register(lifetime_s=10_000)
    command = keep(world, expires_ms=20_000, timeout_s=25, remain=3)
    world.up(m.Update(IMEI, number=1))
    assert command.send_status == SENT
    world.run(26_000)  # silence until behind its expired_time
    assert (command.send_status, command.confirm_status) == (FAILED, "TIME_OUT")
    assert command.remain == 3
    asked = len(world.requests)
    world.up(m.Update(IMEI, number=1))
    assert len(world.requests) == asked


def test_one_that_is_tried_again_still_expires_at_its_time():
    world = World()
    world.register(lifetime_s=10_000)
    command = keep(world, expires_ms=20_000, timeout_s=5)
    world.up(m.Update(IMEI, number=1))
    world.run(6000)
    assert command.send_status == WAIT
    world.run(13_900)
    assert command.send_status == WAIT
    world.run(200)
    assert command.send_status == EXPIRED
    asked = len(world.requests)
    world.up(m.Update(IMEI, number=1))
    assert len(world.requests) == asked


def test_the_times_of_a_cached_command_at_their_limits():
    world = World()
    world.register(lifetime_s=10_000)
    now = world.platform.wall_ms()
    with pytest.raises(Limit):
        keep(world, 0)
    keep(world, 1)
    with pytest.raises(Limit):
        keep(world, valid_ms=now - 1)
    with pytest.raises(Limit):
        keep(world, 5000, valid_ms=now + 5000)
    command = keep(world, valid_ms=now + 5000, trigger=cached.UPDATE)
    world.run(4999)
    world.up(m.Update(IMEI, number=1))
    assert command.send_status == WAIT
    world.run(2)
    world.up(m.Update(IMEI, number=1))
    assert command.send_status == SENT


def test_cached_commands_go_out_in_the_order_they_came():
    world = World()
    world.register()
    paths = [(3303, 0, rid) for rid in (5702, 5700, 5701)]
    end = world.platform.wall_ms() + 60_000
    for path in paths:
        world.platform.cached.add(world.device, "READ", path, expired_ms=end)
    world.up(m.Update(IMEI, number=1))
    assert [each.path for each in world.requests] == paths
