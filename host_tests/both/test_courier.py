"""Kept readings and their confirmations, events 25 and 26: what is sent again, when, as what."""

import asyncio
import os
import unittest

import modem_rig
from modem_rig import module, sleep

from lwm2m.observe import Observations
from lwm2m.registry import Registry
from lwm2m.temperature import Temperature
from node.courier import Courier
from node.outbox import Outbox

FOLDER = "courier-test-%d" % id(object())
MSGID = 77
READING = (3303, 0, 5700, 21.5, 0)


def cleared():
    try:
        for name in os.listdir(FOLDER):
            os.remove(FOLDER + "/" + name)
        os.rmdir(FOLDER)
    except OSError:
        pass


def play(scene, opened=True, kept=()):
    """Run scene(node, courier) beside a courier whose outbox holds the readings kept."""
    cleared()

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
        log = lambda text, level=1: None  # noqa: E731
        courier = Courier(outbox, [thermometer], observations, node.modem, log, 60)
        task = asyncio.create_task(courier.run())
        try:
            return await scene(node, courier)
        finally:
            task.cancel()

    try:
        return modem_rig.play(program, module(), opened=opened)
    finally:
        cleared()


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
