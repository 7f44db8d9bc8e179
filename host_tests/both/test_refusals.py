"""Refusals: each operation that cannot be done gets one, counted, and none costs a fault."""

import unittest

from modem_rig import VERSION, module, play, sleep
from write_rig import starved

READ = b"+MIPLREAD:0,9,3303,0,5700"
DISCOVER = b"+MIPLDISCOVER:0,9,3303"
# Lines whose msgid can be read, and the head of the answer.
BAD = (
    (b"+MIPLREAD:0,9,3303,0,57.5", b"AT+MIPLREADRSP=0,9,"),
    (b"+MIPLWRITE:0,9,3306,0,5850,2,1,zz,0,0", b"AT+MIPLWRITERSP=0,9,"),
    (b"+MIPLEXECUTE:0,9,3303,0,5605,9,abc", b"AT+MIPLEXECUTERSP=0,9,"),
    (b"+MIPLOBSERVE:0,9,1", b"AT+MIPLOBSERVERSP=0,9,"),
    (b"+MIPLPARAMETER:0,9,3303,0,5700", b"AT+MIPLPARAMETERRSP=0,9,"),
    (b"+MIPLDISCOVER:0,9,x", b"AT+MIPLDISCOVERRSP=0,9,"),
)


def deliver(lines, reply=(404,), peer=None, spoilt=()):
    """Return (what is sent, operations refused) when lines are printed and answered by reply.

    Those numbered in spoilt find no memory. Fails if anything raised what no input should raise.
    """

    async def scene(node):
        requests = node.mipl.requests
        requests.on_operation = lambda op: requests.reply(op, *reply)
        for line in lines:
            node.urc(line)
            await sleep(300)
        assert node.at.fault is None, node.at.fault
        return node.sent, node.mipl.status()["refused"]

    return starved(spoilt, lambda: play(scene, peer, opened=True))


def refusing(line, times):
    """A module that takes line for noise that many times."""
    left = [b"ERROR"] * times
    return module({line: lambda line: left.pop() if left else b"OK"})


class CountTest(unittest.TestCase):
    def test_each_one_that_cannot_be_read_is_refused_and_counted(self):
        sent, refused = deliver([line for line, _ in BAD])
        self.assertEqual(sent, [head + b"11" for _, head in BAD])
        self.assertEqual(refused, len(BAD))

    def test_each_one_without_memory_is_refused_and_counted(self):
        sent, refused = deliver([line for line, _ in BAD], spoilt=range(len(BAD)))
        self.assertEqual(sent, [head + b"11" for _, head in BAD])
        self.assertEqual(refused, len(BAD))

    def test_a_value_without_a_form_is_no_fault_of_the_program(self):
        sent, _ = deliver([READ], (205, [(0, 5700, 4, float("nan"))]))
        self.assertEqual(sent, [BAD[0][1] + b"11"])


class StarvedTest(unittest.TestCase):
    """There is no memory to read an operation; its line still says whom to answer."""

    def test_a_colon_in_the_arguments_is_not_the_one_behind_the_name(self):
        for line in (
            b'+MIPLEXECUTE:0,9,3303,0,5605,8, "at 10:15"',
            b"+MIPLEXECUTE:0,9,3303,0,5605,7,:0,77,:",
        ):
            self.assertEqual(deliver([line], spoilt=(0,)), ([BAD[2][1] + b"11"], 1))

    def test_its_refusal_is_sent_once_more_when_noise_spoilt_it(self):
        for line, head in BAD:
            sent, _ = deliver([line], peer=refusing(head + b"11", 1), spoilt=(0,))
            self.assertEqual(sent, [head + b"11"] * 2)

    def test_so_is_that_of_the_next_one(self):
        for line, head in BAD:
            sent, _ = deliver([line, line], peer=refusing(head + b"11", 3), spoilt=(0, 1))
            expected = 2 if b"WRITE" in line else 4  # parts of one write get one refusal
            self.assertEqual(sent, [head + b"11"] * expected)


class EmptyTest(unittest.TestCase):
    def test_a_discover_of_nothing_lists_nothing(self):
        self.assertEqual(deliver([DISCOVER], (205,))[0], [BAD[5][1] + b'1,0,""'])


class OtherLineTest(unittest.TestCase):
    """+MIPL... that is no operation."""

    def test_a_version_asked_for_by_a_command_that_declares_nothing_is_its_answer(self):
        async def scene(node):
            lines = await node.at.command(VERSION)
            status = node.at.status()
            return lines, status["malformed"], status["faults"]

        self.assertEqual(play(scene, opened=True), ([b"+MIPLVER: 2.2.0"], 0, 0))

    def test_an_operation_meanwhile_is_not(self):
        async def scene(node):
            lines = await node.at.command(VERSION)
            await sleep(300)
            return lines, [op.msgid for op in node.operations]

        peer = module()
        opened = peer.answers[VERSION]
        said = [[READ, b"+MIPLVER: 2.2.0", b"OK"], opened]
        peer.answers[VERSION] = lambda line: said.pop() if said else opened
        self.assertEqual(play(scene, peer, opened=True), ([b"+MIPLVER: 2.2.0"], [9]))

    def test_nor_is_one_of_the_name_that_was_asked_about(self):
        async def scene(node):
            lines = await node.at.command(b"AT+MIPLREAD=?")
            await sleep(300)
            return lines, [op.msgid for op in node.operations]

        peer = module({b"AT+MIPLREAD=?": [READ, b"OK"]})
        self.assertEqual(play(scene, peer, opened=True), ([], [9]))
