"""Events of the session: which lines are events, what each does, and what a fresh session says."""

import asyncio
import unittest

import vtime
from modem_rig import OBJECTS, OPEN, module, play, sleep

from m5310.modem import Modem


def heard(*lines, opened=True):
    """Return what becomes of lines."""

    async def scene(node):
        again = []
        updates = []
        node.mipl.on_again = lambda: again.append(1)
        node.mipl.on_firmware = updates.append
        del node.events[:]
        before = node.at.status()["malformed"]
        node.urc(*lines)
        await sleep(200)
        return {
            "events": node.events,
            "again": len(again),
            "firmware": updates,
            "losses": [cause for cause, _ in node.losses],
            "registered": node.mipl.registered,
            "malformed": node.at.status()["malformed"] - before,
            "fault": node.at.fault,
        }

    return play(scene, opened=opened)


class LineTest(unittest.TestCase):
    def test_up_to_eight_fields(self):
        line = b"+MIPLEVENT: 0,21,7"
        self.assertEqual(heard(line + b"," * 5)["events"], [(21, 7)])
        got = heard(line + b"," * 6)
        self.assertEqual((got["events"], got["malformed"]), ([], 1))

    def test_what_is_no_event(self):
        for line in (b"", b" 0", b" x,15", b" ,15", b" 0,x", b" 0,", b' "0,15'):
            got = heard(b"+MIPLEVENT:" + line)
            self.assertEqual((got["events"], got["malformed"]), ([], 1), line)
            self.assertTrue(got["registered"], line)

    def test_what_stands_behind_the_number_is_told_if_it_is_one(self):
        for rest, ext in (
            (b"", 0),
            (b",", 0),
            (b",93", 93),
            (b", 93 ", 93),
            (b",93,1,2", 93),
            (b",-1", 0),
            (b",18/09/04,10:20:30+32", 0),
            (b',"93"', 93),
        ):
            self.assertEqual(heard(b"+MIPLEVENT: 0,21" + rest)["events"], [(21, ext)], rest)


class ActionTest(unittest.TestCase):
    def test_the_events_of_the_modules_firmware_begin_with_40(self):
        for event, told in ((33, []), (39, []), (40, [40]), (51, [51]), (99, [99])):
            self.assertEqual(heard(b"+MIPLEVENT: 0,%d" % event)["firmware"], told, event)

    def test_with_6_an_open_session_is_a_new_one(self):
        got = heard(b"+MIPLEVENT: 0,6")
        self.assertEqual((got["again"], got["registered"], got["losses"]), (1, True, []))

    def test_6_behind_a_session_is_nothing(self):
        got = heard(b"+MIPLEVENT: 0,6", opened=False)
        self.assertEqual((got["again"], got["registered"]), (0, False))
        got = heard(b"+MIPLEVENT: 0,15", b"+MIPLEVENT: 0,6")
        self.assertEqual((got["again"], got["losses"]), (0, ["de-registered"]))

    def test_events_that_nobody_knows_are_told_and_do_nothing(self):
        for event in (-1, 0, 16, 19, 22, 24, 27, 30, 33, 34, 35, 39, 52, 255, 65536):
            got = heard(b"+MIPLEVENT: 0,%d" % event)
            self.assertEqual(got["events"], [(event, 0)])
            seen = got["again"], got["losses"], got["registered"], got["malformed"]
            self.assertEqual(seen, (0, [], True, 0), event)

    def test_nor_do_they_open_a_session(self):
        async def scene(node):
            task = asyncio.create_task(node.mipl.open(OBJECTS, 3600, 30))
            await sleep(2000)
            for event in (-1, 0, 16, 33, 34, 35, 255):
                node.urc(b"+MIPLEVENT: 0,%d" % event)
            await sleep(100)
            seen = node.mipl.registered, task.done()
            node.urc(b"+MIPLEVENT: 0,6")
            await task
            return seen, node.mipl.registered

        self.assertEqual(play(scene, module({OPEN: b"OK"})), ((False, False), True))

    def test_a_new_registration_is_renewed_at_half_its_lifetime_from_then(self):
        async def scene(node):
            await sleep(1_000_000)
            node.urc(b"+MIPLEVENT: 0,6")
            await sleep(1_000_000)
            before = node.mipl.update_due()
            await sleep(801_000)
            return before, node.mipl.update_due()

        self.assertEqual(play(scene, opened=True), (False, True))

    def test_what_was_asked_for_in_a_session_before_is_not_due(self):
        async def scene(node):
            node.urc(b"+MIPLEVENT: 0,14,93", b"+MIPLEVENT: 0,15")
            await sleep(100)
            closed = node.mipl.update_due()
            await node.mipl.open(OBJECTS, 3600, 30)
            return closed, node.mipl.update_due()

        self.assertEqual(play(scene, opened=True), (False, False))


class FreshTest(unittest.TestCase):
    def test_a_modem_to_which_nobody_listens(self):
        """Each event of a module is taken, whatever there is to do about it."""

        async def scene(node):
            mipl = node.mipl
            mipl.on_lost = mipl.on_again = mipl.on_event = mipl.on_ack = mipl.on_firmware = None
            for event in range(60):
                mipl.state = 2
                node.urc(b"+MIPLEVENT: 0,%d,1" % event)
                await sleep(50)
            status = node.at.status()
            return status["fault"], status["malformed"]

        self.assertEqual(play(scene), (None, 0))

    def test_what_it_says(self):
        status = Modem(None, vtime.clock, print, None).status()
        self.assertEqual(
            status["session"],
            {
                "state": "closed",
                "cause": "",
                "version": None,
                "notified": 0,
                "updates": 0,
                "operations": 0,
                "repeats": 0,
                "refused": 0,
            },
        )
        self.assertEqual(status["boots"], 0)
        self.assertEqual(
            status["network"],
            {
                "imei": None,
                "imsi": None,
                "cell": (None, None, None),
                "apn": None,
                "time": None,
                "connected": False,
                "network": "out of coverage",
                "signal": "no signal",
            },
        )

    def test_pins_operator_and_channel_are_those_it_was_given(self):
        modem = Modem(None, vtime.clock, print, None)
        self.assertEqual((modem.reset_pin, modem.power_pin), (None, None))
        pins = object(), object()
        modem = Modem(None, vtime.clock, print, None, reset_pin=pins[0], power_pin=pins[1])
        self.assertEqual((modem.reset_pin, modem.power_pin), pins)


if __name__ == "__main__":
    unittest.main()
