"""Kept readings and their confirmations, events 25 and 26: what is sent again, when, as what."""

import asyncio
import unittest

import folder
import modem_rig
from modem_rig import module, sleep

from lwm2m.observe import Observations
from lwm2m.registry import Registry
from lwm2m.temperature import Temperature
from node.outbox import Outbox
from node.outbox.courier import Courier

FOLDER = "courier-test-%d" % id(object())
MSGID = 77
READING = (3303, 0, 5700, 21.5, 0)


def play(scene, opened=True, kept=()):
    """Run scene(node, courier) beside a courier whose outbox holds the readings kept.

    node.said: [(text, level)] that were logged.
    """
    folder.remove(FOLDER)

    async def program(node):
        registry = Registry()
        thermometer = Temperature(0)
        registry.add(thermometer)
        thermometer.update(21.5)
        observations = Observations(registry, node.modem.clock)
        observations.observe(3303, 0, -1, MSGID)
        outbox = Outbox(FOLDER, 64)
        if kept:
            outbox.add(list(kept))
        node.said = []
        log = lambda text, level=1: node.said.append((text, level))  # noqa: E731
        courier = Courier(outbox, [thermometer], observations, node.modem, log, 60)
        task = asyncio.create_task(courier.run())
        try:
            return await scene(node, courier)
        finally:
            task.cancel()

    try:
        return modem_rig.play(program, module(), opened=opened)
    finally:
        folder.remove(FOLDER)


def notified(node):
    """Return the ids of the notifications that ask for a confirmation, in their order."""
    lines = [line for line in node.sent if line.startswith(b"AT+MIPLNOTIFY")]
    return [int(line.split(b",")[-1]) for line in lines if line.count(b",") == 10]


class DeliveryTest(unittest.TestCase):
    def test_a_confirmation_is_awaited_for_60_s(self):
        async def scene(node, courier):
            await sleep(2000)
            first = notified(node)
            await sleep(56000)
            early = notified(node)
            await sleep(35000)  # 60 s, and 30 s until the next try
            return first, early, notified(node), len(courier.outbox)

        first, early, later, left = play(scene, kept=[READING])
        self.assertEqual((len(first), early, len(later), left), (1, first, 2, 1))
        self.assertTrue(later[0] != later[1], later)

    def test_a_confirmed_reading_goes_and_is_not_sent_again(self):
        async def scene(node, courier):
            await sleep(2000)
            node.urc(b"+MIPLEVENT: 0,26,%d" % notified(node)[0])
            await sleep(200000)
            return len(notified(node)), len(courier.outbox), courier.delivered

        self.assertEqual(play(scene, kept=[READING]), (1, 0, 1))

    def test_a_confirmation_of_another_id_settles_nothing(self):
        async def scene(node, courier):
            await sleep(2000)
            ackid = notified(node)[0]
            for other in (ackid + 1, ackid + 256, 65535, 0):
                node.urc(b"+MIPLEVENT: 0,26,%d" % other)
            await sleep(5000)
            return len(courier.outbox), courier.delivered

        self.assertEqual(play(scene, kept=[READING]), (1, 0))

    def test_event_25_has_it_sent_again_30_s_later(self):
        async def scene(node, courier):
            await sleep(2000)
            node.urc(b"+MIPLEVENT: 0,25,%d" % notified(node)[0])
            await sleep(28000)
            early = len(notified(node))
            await sleep(4000)
            return early, len(notified(node)), len(courier.outbox)

        self.assertEqual(play(scene, kept=[READING]), (1, 2, 1))


class ExpectTest(unittest.TestCase):
    ITEM = (MSGID, 3303, 0, 5700, 4, 21.5)

    def test_a_notification_not_confirmed_within_60_s_goes_to_the_outbox(self):
        async def scene(node, courier):
            courier.expect(self.ITEM)
            await sleep(59000)
            early = len(courier.outbox), courier.busy()
            await sleep(2000)
            return early, len(courier.outbox)

        self.assertEqual(play(scene), ((0, True), 1))

    def test_one_that_is_confirmed_does_not(self):
        async def scene(node, courier):
            ackid = courier.expect(self.ITEM)
            node.urc(b"+MIPLEVENT: 0,26,%d" % ackid)
            await sleep(61000)
            return len(courier.outbox), courier.busy()

        self.assertEqual(play(scene), (0, False))

    def test_ids_go_from_1_to_65535_and_begin_again_at_1(self):
        async def scene(node, courier):
            least = most = courier.expect(self.ITEM)
            courier.forget(least)
            last = least
            for _ in range(65534):
                ackid = courier.expect(self.ITEM)
                courier.forget(ackid)
                if ackid != last + 1:
                    return "gap", last, ackid
                last = ackid
                most = max(most, ackid)
            again = courier.expect(self.ITEM)
            courier.forget(again)
            return least, most, again

        self.assertEqual(play(scene), (1, 65535, 1))

    def test_an_id_behind_the_wrap_is_confirmed_as_any_other(self):
        async def scene(node, courier):
            for _ in range(65535):
                courier.forget(courier.expect(self.ITEM))
            courier.outbox.add([READING])
            await sleep(2000)
            ackid = notified(node)[-1]
            node.urc(b"+MIPLEVENT: 0,26,%d" % ackid)
            await sleep(2000)
            return ackid, len(courier.outbox), courier.delivered

        self.assertEqual(play(scene), (1, 0, 1))


class OrderTest(unittest.TestCase):
    def test_the_next_goes_a_second_after_the_confirmation_of_the_one_before(self):
        async def scene(node, courier):
            await sleep(2000)
            node.urc(b"+MIPLEVENT: 0,26,%d" % notified(node)[0])
            await sleep(900)
            early = len(notified(node))
            await sleep(500)
            return early, len(notified(node)), courier.delivered, len(courier.outbox)

        self.assertEqual(play(scene, kept=[READING] * 2), (1, 2, 1, 1))

    def test_after_five_tries_a_new_session_is_made_and_after_ten_the_reading_is_given_up(self):
        async def scene(node, courier):
            courier.samples = False
            losses = []
            for tries in range(1, 12):
                await sleep(32000)
                node.urc(b"+MIPLEVENT: 0,25,%d" % notified(node)[-1])
                await sleep(1000)
                if node.losses and not losses:
                    losses.append((tries, node.losses[0][0]))
                    await node.mipl.open(modem_rig.OBJECTS, 3600, 30)
                if courier.unwanted:
                    await sleep(5000)
                    return losses, tries, len(courier.outbox)
            return losses, None, len(courier.outbox)

        losses, tries, left = play(scene, kept=[READING])
        self.assertEqual(losses, [(5, "the platform takes no readings")])
        self.assertEqual((tries, left), (10, 0))

    def test_an_observation_the_module_does_not_know_is_dropped(self):
        async def scene(node, courier):
            node.peer.default = b"+CME ERROR: 602"
            await sleep(3000)
            known = courier.observations.watched(3303, 0, 5700)[0]
            return known, len(courier.outbox), [each for each in node.said if "602" in each[0]]

        known, left, said = play(scene, kept=[READING])
        self.assertEqual((known, left, len(said)), (None, 1, 1))
        self.assertEqual((said[0][0][:8], said[0][1]), ("outbox: ", 2))


class UnwantedTest(unittest.TestCase):
    def test_what_nobody_observes_is_given_up_after_ten_minutes_and_those_behind_it_at_once(self):
        other = (3303, 1, 5700, 1.5, 0)

        async def scene(node, courier):
            counts = []
            for seconds in (590, 15, 2):
                await sleep(seconds * 1000)
                counts.append((courier.unwanted, len(courier.outbox)))
            return counts, notified(node)

        counts, sent = play(scene, kept=[other] * 3)
        self.assertEqual((counts[0], counts[2]), ((0, 3), (3, 0)))
        self.assertTrue(counts[1][0] >= 1, counts)
        self.assertEqual(sent, [])


class KeepTest(unittest.TestCase):
    def test_offline_a_reading_is_kept_each_period_with_its_time(self):
        async def scene(node, courier):
            counts = []
            for seconds in (58, 4, 56, 4):
                await sleep(seconds * 1000)
                counts.append(len(courier.outbox))
            return counts, courier.outbox.first()

        def timed(node, courier):
            courier.wall = lambda: 1795312800
            return scene(node, courier)

        self.assertEqual(play(scene, opened=False), ([0, 1, 1, 2], READING))
        self.assertEqual(play(timed, opened=False)[1][4], 1795312800)

    def test_when_a_session_ends_one_is_kept_at_once(self):
        async def scene(node, courier):
            await sleep(30000)
            node.mipl.lost("test")
            counts = []
            for seconds in (1, 57, 4):
                await sleep(seconds * 1000)
                counts.append(len(courier.outbox))
            return counts

        self.assertEqual(play(scene), [1, 1, 2])

    def test_where_that_is_off_none_is(self):
        async def scene(node, courier):
            courier.samples = False
            await sleep(130000)
            return len(courier.outbox)

        self.assertEqual(play(scene, opened=False), 0)

    def test_sixteen_may_wait_and_the_oldest_beyond_is_lost_and_counted(self):
        async def scene(node, courier):
            thermometer = courier.measured[0]
            for value in range(18):
                thermometer.update(float(value))
                courier.take()
            waiting = courier.busy(), courier.lost
            await sleep(2000)
            return waiting, len(courier.outbox), courier.outbox.first()[3]

        self.assertEqual(play(scene), ((True, 2), 16, 2.0))

    def test_only_what_nobody_observes_is_taken_unwatched(self):
        async def scene(node, courier):
            courier.take_unwatched()
            watched = courier.busy()
            courier.observations.clear()
            courier.take_unwatched()
            return watched, courier.busy()

        self.assertEqual(play(scene), (False, True))

    def test_only_readings_wait_for_a_confirmation_and_eight_of_them_are_the_most(self):
        async def scene(node, courier):
            others = [courier.expect((MSGID, 3303, 0, rid, 4, 1.0)) for rid in (5601, 5602, 5701)]
            inputs = courier.expect((MSGID, 3200, 0, 5500, 5, True))
            full = []
            for _ in range(7):
                full.append(courier.full())
                last = courier.expect(ExpectTest.ITEM)
            full.append(courier.full())
            courier.forget(last)
            return others, inputs, full, courier.full()

        expected = [0, 0, 0], 1, [False] * 7 + [True], False
        self.assertEqual(play(scene), expected)

    def test_before_sleep_all_that_is_not_confirmed_is_written(self):
        async def scene(node, courier):
            courier.expect(ExpectTest.ITEM)
            courier.take()
            await courier.settle()
            return courier.busy(), len(courier.outbox), courier.lost

        self.assertEqual(play(scene), (False, 2, 0))

    def test_what_cannot_be_written_is_told_and_counted(self):
        def full(readings):
            raise OSError("no space")

        async def scene(node, courier):
            courier.outbox.add = full
            for _ in range(2):
                courier.take()
                courier.take()
                await sleep(1000)
            return courier.lost, courier.busy(), node.said

        self.assertEqual(play(scene), (4, False, [("outbox: no space", 1)] * 2))


class BusyLineTest(unittest.TestCase):
    def test_readings_are_kept_while_commands_follow_each_other_without_a_pause(self):
        async def scene(node, courier):
            async def ask():
                while True:
                    await node.at.command(b"AT+CSQ")

            tasks = [asyncio.create_task(ask()) for _ in range(3)]
            for _ in range(120):
                await sleep(10000)
                node.uart.tx = bytearray()
                node.uart.lines.clear()
                node.peer.log.clear()
            for task in tasks:
                task.cancel()
            return len(courier.outbox), courier.lost

        kept, lost = play(scene, opened=False)
        self.assertTrue(kept >= 12, kept)
        self.assertEqual(lost, 0)


if __name__ == "__main__":
    unittest.main()
