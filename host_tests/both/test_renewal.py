"""Renewing a session and taking it down: what is waited for, and what its failures say."""

import asyncio
import unittest

from modem_rig import OBJECTS, OPEN, UPDATE, module, play, sleep
from rig import error_of

from m5310 import errors

CLOSE = b"AT+MIPLCLOSE=0"
DELETE = b"AT+MIPLDELETE=0"


class UpdateTest(unittest.TestCase):
    def failed(self, answer):
        async def scene(node):
            return await error_of(node.mipl.update())

        return play(scene, module({UPDATE: answer}), opened=True)

    def test_without_the_event_the_command_is_named(self):
        self.assertEqual(self.failed(b"OK"), (errors.TIMEOUT, 0, b"AT+MIPLUPDATE"))

    def test_a_session_that_ends_meanwhile_tells_why(self):
        for event, cause in ((12, b"update failed"), (15, b"de-registered")):
            answer = [b"OK", b"+MIPLEVENT: 0,%d" % event]
            self.assertEqual(self.failed(answer), (errors.FAILED, 0, cause))

    def test_it_has_no_lines_of_its_own(self):
        """Nor have a notification, and what takes a session down."""

        async def scene(node):
            for text in (UPDATE, CLOSE, DELETE, b"AT+MIPLNOTIFY=0,9,3303,0,5700,4,4,98,0,0"):
                node.peer.answers[text] = [b"what", b"OK"]
            before = node.at.status()["unknown"]
            task = asyncio.create_task(node.mipl.update())
            await sleep(200)
            node.urc(b"+MIPLEVENT:0,11")
            await task
            await node.mipl.notify(9, 3303, 0, 5700, 4, 98)
            await node.mipl.close()
            return node.at.status()["unknown"] - before

        self.assertEqual(play(scene, opened=True), 4)


class OpeningTest(unittest.TestCase):
    def test_events_that_end_it(self):
        async def scene(node):
            error = await error_of(node.mipl.open(OBJECTS, 3600, 30))
            return error, node.losses

        for event, cause in (
            (3, "bootstrap failed"),
            (5, "connection failed"),
            (7, "registration failed: are IMEI and IMSI those of the platform's device?"),
            (8, "registration timed out: does the device exist on the platform?"),
            (10, "halted"),
        ):
            answers = {OPEN: [b"OK", b"+MIPLEVENT: 0,%d" % event]}
            error, losses = play(scene, module(answers))
            self.assertEqual(error, (errors.FAILED, 0, cause.encode()))
            self.assertEqual(losses, [(cause, 0)])

    def test_events_of_the_session_before_do_not(self):
        """What it was, the module tells when the new one is already being made."""

        async def scene(node):
            await node.mipl.open(OBJECTS, 3600, 30)
            return node.mipl.registered, node.losses

        for event in (9, 11, 12, 13, 15, 31):
            answers = {OPEN: [b"OK", b"+MIPLEVENT: 0,%d" % event, b"+MIPLEVENT: 0,6"]}
            self.assertEqual(play(scene, module(answers)), (True, []), event)


class CloseTest(unittest.TestCase):
    def test_each_command_is_given_ten_seconds(self):
        """The platform is told meanwhile."""

        async def scene(node):
            node.peer.answers[CLOSE] = node.peer.answers[DELETE] = None
            task = asyncio.create_task(node.mipl.close())
            seen = []
            for _ in range(2):
                await sleep(9000)
                seen.append(node.uart.lines[-1])
                node.urc(b"OK")
                await sleep(100)
            await task
            return seen, node.sent

        self.assertEqual(play(scene, opened=True), ([CLOSE, DELETE], [CLOSE, DELETE]))

    def test_an_object_is_removed_though_an_operation_waits(self):
        """Given up in the middle it would be out of step with the module."""
        remove = b"AT+MIPLDELOBJ=0,3306"

        async def scene(node):
            node.peer.answers[remove] = None
            task = asyncio.create_task(node.mipl.remove(3306))
            await sleep(100)
            node.urc(b"+MIPLREAD:0,77,3303,0,5700")
            await sleep(1400)
            done = task.done()
            node.urc(b"OK")
            await task
            await sleep(100)
            return done, node.at.status()["held"], node.sent[-1][:20]

        self.assertEqual(play(scene, opened=True), (False, 0, b"AT+MIPLREADRSP=0,77,"))


if __name__ == "__main__":
    unittest.main()
