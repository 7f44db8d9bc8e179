"""Answers of several lines: all of them, or an error; never a part that looks like the whole."""

import unittest

from modem_rig import module, play, sleep

from m5310.errors import AGAIN

READ = b"+MIPLREAD:0,9,3303,0,-1"
OTHER = b"+MIPLREAD:0,10,3303,0,-1"
REFUSAL = b"AT+MIPLREADRSP=0,9,11"
VALUES = [(0, 5700 + i, 4, 1.5) for i in range(4)]
LINES = [b"AT+MIPLREADRSP=0,9,1,3303,0,%d,4,4,1.5,%d,0" % (5700 + i, 3 - i) for i in range(4)]


def deliver(items, answers=None, wait=4000, values=VALUES):
    """Print items (a number: ms to wait), each read answered with values; return what is sent.

    answers: {line: what the module says each time, None for nothing, the last for ever}.
    """
    left = {line: list(said) for line, said in (answers or {}).items()}

    def say(line):
        said = left[line]
        return said.pop(0) if len(said) > 1 else said[0]

    async def scene(node):
        requests = node.mipl.requests
        requests.on_operation = lambda op: requests.reply(op, 205, values)
        for item in items:
            if isinstance(item, int):
                await sleep(item)
            else:
                node.urc(item)
        await sleep(wait)
        return node.sent

    return play(scene, module(dict.fromkeys(left, say)), opened=True)


class HalfTest(unittest.TestCase):
    def test_a_line_refused_for_good_is_followed_by_no_refusal_that_would_end_the_answer(self):
        """A module sends the values it has as the whole answer then (facts/protocol.md 5.9)."""
        for n in (1, 2, 3):
            sent = deliver([READ], {LINES[n]: [b"+CIS ERROR: 601"]})
            self.assertEqual(sent, LINES[: n + 1] + LINES[n : n + 1], n)

    def test_the_next_print_of_it_is_refused_at_once_and_the_one_behind_that_answered(self):
        sent = deliver([READ, 5000, READ, 1000, READ], {LINES[2]: [b"ERROR", b"ERROR", b"OK"]})
        self.assertEqual(sent, LINES[:3] + LINES[2:3] + [REFUSAL] + LINES)

    def test_another_read_is_not_refused_for_it(self):
        sent = deliver([READ, 5000, OTHER], {LINES[2]: [b"ERROR"]})
        self.assertEqual(
            len([line for line in sent if line.startswith(b"AT+MIPLREADRSP=0,10,1,")]), 4
        )

    def test_a_first_line_refused_is_replaced_by_the_refusal(self):
        self.assertEqual(deliver([READ], {LINES[0]: [b"ERROR"]}), LINES[:1] * 2 + [REFUSAL])

    def test_a_line_refused_once_goes_on(self):
        for n in range(4):
            sent = deliver([READ], {LINES[n]: [b"ERROR", b"OK"]})
            self.assertEqual(sent, LINES[: n + 1] + LINES[n:], n)

    def test_a_module_that_waits_for_it_no_more_gets_no_more_of_it(self):
        sent = deliver([READ, 3000, READ], {LINES[2]: [b"+CIS ERROR: 602", b"OK"]})
        self.assertEqual(sent, LINES[:3] + LINES)

    def test_a_value_without_a_form_is_seen_before_the_first_line(self):
        for bad in (float("nan"), float("inf"), 1e30):
            values = VALUES[:3] + [(0, 5703, 4, bad)]
            self.assertEqual(deliver([READ], values=values), [REFUSAL])


class AgainTest(unittest.TestCase):
    def test_a_read_printed_again_in_the_middle_of_its_answer_is_answered_from_the_beginning(self):
        for n in range(4):
            sent = deliver([READ, 1300, READ], {LINES[n]: [None, b"OK"]})
            # The line without an OK is in flight until its time is over; then it begins anew.
            self.assertEqual(sent, LINES[: n + 1] + LINES, n)

    def test_one_printed_again_right_behind_an_ok_is_told_of_as_ended_by_that(self):
        """The next line is not on its way yet; what was sent of the first answer is over."""

        async def scene(node, n):
            ends = []
            requests = node.mipl.requests
            requests.on_operation = lambda op: requests.reply(op, 205, VALUES)
            requests.on_answered = lambda op, error, age: ends.append(
                (error and error.kind, error and str(error), age // 100)
            )
            again = [[b"OK", READ]]
            node.peer.answers[LINES[n]] = lambda line: again.pop() if again else b"OK"
            await sleep(100)
            node.urc(READ)
            await sleep(1000)
            self.assertEqual(node.at.fault, None)
            return node.sent, ends

        words = "asked again before all of the answer was sent"
        for n in range(3):
            sent, ends = play(lambda node, n=n: scene(node, n), opened=True)
            self.assertEqual(sent, LINES[: n + 1] + LINES, n)
            self.assertEqual(ends, [(AGAIN, words, 0), (None, None, 0)])

    def test_one_printed_again_before_its_answer_has_begun_is_answered_twice(self):
        self.assertEqual(deliver([READ, READ]), LINES * 2)

    def test_another_operation_does_not_interrupt_an_answer(self):
        sent = deliver([READ, 20, OTHER])
        self.assertEqual(sent[:4], LINES)
        self.assertEqual(len(sent), 8)
