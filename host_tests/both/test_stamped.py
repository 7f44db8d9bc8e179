"""Several values in one notification, where readings bear their time: its lines, their order, and
what becomes of them when something fails."""

import asyncio
import unittest

from modem_rig import module, play, sleep

from m5310 import errors
from m5310.errors import AtError

STRING, INTEGER, FLOAT = 1, 3, 4
TIME = (5518, INTEGER, 1795831200)
VALUE = (5700, FLOAT, 20.5)
FIRST = b"AT+MIPLNOTIFY=0,9,3303,0,5518,3,4,1795831200,1,0"
LAST = b"AT+MIPLNOTIFY=0,9,3303,0,5700,4,4,20.5,0,0"


def notify(node, values=(TIME, VALUE), ackid=0):
    return node.mipl.notify_values(9, 3303, 0, values, ackid)


class LinesTest(unittest.TestCase):
    def sent(self, *args, **options):
        """Return (lines sent for a notification, how many were counted)."""

        async def scene(node):
            before = node.mipl.notified
            await notify(node, *args)
            return node.sent, node.mipl.notified - before

        return play(scene, opened=True, **options)

    def test_the_index_counts_down_and_it_is_one_notification(self):
        self.assertEqual(self.sent(), ([FIRST, LAST], 1))
        unit = (5701, STRING, "Cel")
        self.assertEqual(
            self.sent((TIME, VALUE, unit)),
            (
                [
                    b"AT+MIPLNOTIFY=0,9,3303,0,5518,3,4,1795831200,2,0",
                    b"AT+MIPLNOTIFY=0,9,3303,0,5700,4,4,20.5,1,0",
                    b'AT+MIPLNOTIFY=0,9,3303,0,5701,1,3, "Cel",0,0',
                ],
                1,
            ),
        )
        self.assertEqual(self.sent((VALUE,)), ([LAST], 1))

    def test_only_the_last_line_asks_for_a_confirmation(self):
        self.assertEqual(self.sent((TIME, VALUE), 77), ([FIRST, LAST + b",77"], 1))
        self.assertEqual(self.sent((VALUE,), 65535), ([LAST + b",65535"], 1))

    def test_without_a_number_no_confirmation_is_asked_for(self):
        async def scene(node):
            await node.mipl.notify_values(9, 3303, 0, (VALUE,))
            return node.sent

        self.assertEqual(play(scene, opened=True), [LAST])

    def test_an_m5310a_wants_no_message_id_and_first_middle_last(self):
        unit = (5701, STRING, "Cel")
        sent, _ = self.sent((TIME, VALUE, unit), 5, dialect="m5310a")
        self.assertEqual(
            sent,
            [
                b'AT+MIPLNOTIFY=0,0,3303,0,5518,3,10,"1795831200",2,1',
                b'AT+MIPLNOTIFY=0,0,3303,0,5700,4,4,"20.5",1,2',
                b'AT+MIPLNOTIFY=0,0,3303,0,5701,1,3,"Cel",0,0,5',
            ],
        )

    def test_the_session_may_have_another_number(self):
        async def scene(node):
            node.mipl.requests.ref = 3
            await notify(node)
            return [line[:17] for line in node.sent]

        self.assertEqual(play(scene, opened=True), [b"AT+MIPLNOTIFY=3,9"] * 2)

    def test_each_one_is_counted(self):
        async def scene(node):
            for _ in range(3):
                await notify(node)
            return node.mipl.status()["notified"]

        self.assertEqual(play(scene, opened=True), 3)


class OrderTest(unittest.TestCase):
    def test_no_other_notification_comes_between_its_lines(self):
        other = b"AT+MIPLNOTIFY=0,8,3306,0,5850,5,1,1,0,0"

        async def scene(node):
            single = node.mipl.notify(8, 3306, 0, 5850, 5, True)
            calls = [asyncio.create_task(notify(node)), asyncio.create_task(single)]
            for call in calls:
                await call
            return node.sent

        self.assertEqual(play(scene, opened=True), [FIRST, LAST, other])

    def test_nothing_is_asked_between_its_lines(self):
        """No probe either: an OK is all that a line of it is answered with."""

        async def scene(node):
            await notify(node)
            await sleep(1000)
            return node.uart.lines

        self.assertEqual(play(scene, opened=True), [FIRST, LAST])

    def test_a_line_that_is_nobodys_is_not_taken_for_an_answer(self):
        async def scene(node):
            node.peer.answers[FIRST] = [b"what", b"OK"]
            node.peer.answers[LAST] = [b"what", b"OK"]
            await notify(node)
            return node.at.status()["unknown"]

        self.assertEqual(play(scene, opened=True), 2)


class FailureTest(unittest.TestCase):
    def failed(self, line, answer):
        """Return (kind and command of the error, what was sent, how many were counted)."""

        async def scene(node):
            node.peer.answers[line] = answer
            error = None
            try:
                await notify(node)
            except AtError as e:
                error = e.kind, e.text
            return error, node.sent, node.mipl.notified, node.at.fault

        return play(scene, module(), opened=True)

    def test_a_refused_last_line_is_a_failure(self):
        error, sent, count, _ = self.failed(LAST, b"+CIS ERROR: 602")
        self.assertEqual((error, sent, count), ((errors.CIS, LAST), [FIRST, LAST], 0))

    def test_a_refused_first_line_is_a_failure_too(self):
        error, sent, _, _ = self.failed(FIRST, b"+CIS ERROR: 602")
        self.assertEqual((error, sent), ((errors.CIS, FIRST), [FIRST, LAST]))

    def test_a_first_line_without_an_answer_is_given_up_after_two_seconds(self):
        async def scene(node):
            node.peer.answers[FIRST] = None
            task = asyncio.create_task(node.outcome(notify(node)))
            await sleep(1900)
            before = len(node.sent)
            kind, words = await task
            return before, kind, words, node.sent[-1], node.at.fault

        words = "no answer in time: " + FIRST.decode()
        expected = (1, errors.TIMEOUT, words, LAST, None)
        self.assertEqual(play(scene, opened=True), expected)

    def test_a_value_without_a_form_sends_nothing(self):
        async def scene(node):
            with self.assertRaises(ValueError):
                await notify(node, (TIME, (5701, STRING, 'a"b')))
            await sleep(500)
            return node.sent, node.mipl.notified

        self.assertEqual(play(scene, opened=True), ([], 0))

    def test_cancelled_while_it_waits_none_of_its_lines_is_sent(self):
        async def scene(node):
            node.peer.answers[b"AT+SLOW"] = None
            slow = asyncio.create_task(node.outcome(node.at.command(b"AT+SLOW", 5000)))
            await sleep(100)
            task = asyncio.create_task(notify(node))
            await sleep(100)
            task.cancel()
            await slow
            await sleep(2000)
            return node.sent, len(node.at.queue)

        self.assertEqual(play(scene, opened=True), ([b"AT+SLOW"], 0))

    def test_with_too_many_commands_waiting_none_of_its_lines_is_sent(self):
        async def scene(node):
            node.peer.answers[b"AT+SLOW"] = None
            texts = [b"AT+SLOW"] + [b"AT+X%d" % i for i in range(7)]
            calls = []
            for text in texts:
                calls.append(asyncio.create_task(node.outcome(node.at.command(text, 5000))))
                await sleep(100)
            kind, _ = await node.outcome(notify(node))
            for call in calls:
                await call
            await sleep(500)
            return kind, node.sent == texts

        self.assertEqual(play(scene, opened=True), (errors.BUSY, True))


if __name__ == "__main__":
    unittest.main()
