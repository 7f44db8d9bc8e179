"""Commands that come by UDP, byte by byte: whose are done, and that none is done twice."""

import asyncio
import os
import unittest

import modem_rig
from modem_rig import sleep
from rig import Peer

from node import cbor, signed
from node.outbox import Outbox
from node.uplink import Uplink

KEY = b"a shared key"
SERVER = "203.0.113.7"
STREAM = 1
FOLDER = "uplink-test-%d" % id(object())


class Scene:
    """An uplink on a module with one socket; say(datagram) lets the server send one."""

    def __init__(self, key=KEY):
        self.key = key
        self.done = []
        self.inbox = []
        self.answers = []

    def get(self, line, default):
        """Answer any command, as a table of Peer."""
        return self.answer

    def answer(self, line):
        if line.startswith(b"AT+NSOCR"):
            return [b"0", b"OK"]
        if line.startswith(b"AT+NSOST="):
            data = bytes.fromhex(str(line.split(b",")[4], "ascii"))
            message = cbor.load(signed.opened(data, self.key))
            if message[3] == 1:
                self.answers.append(message[4:6])
            return [b"0,%d" % len(data), b"OK"]
        if line.startswith(b"AT+NSORF") and self.inbox:
            data = self.inbox.pop(0)
            text = bytes(data.hex(), "ascii")
            return [b"0,%s,9101,%d,%s,0" % (SERVER.encode(), len(data), text), b"OK"]
        return b"OK"

    def execute(self, operation, oid, iid, rid, values):
        self.done.append((operation, oid, iid, rid, values))
        return 204, []

    def command(self, number, stream=STREAM, key=KEY):
        return signed.sign(cbor.dump([1, stream, 1, number, 1, 3306, 0, 5850, number]), key)

    async def say(self, data):
        self.inbox.append(data)
        self.node.urc(b"+NSONMI:0,%d" % len(data))
        await sleep(2000)

    def play(self, scene):
        async def program(node):
            self.node = node
            settings = {
                "server": SERVER + ":9101",
                "port": 9101,
                "period": 86400,
                "key": self.key and str(self.key, "utf-8"),
            }
            node.modem.network.state = 1
            store = Outbox(FOLDER, 64)
            log = lambda text, level=1: None  # noqa: E731
            self.uplink = Uplink(node.modem, log, store, STREAM, [], self.execute, settings)
            task = asyncio.create_task(self.uplink.run())
            try:
                await sleep(1000)
                return await scene()
            finally:
                task.cancel()

        peer = Peer()
        peer.answers = self
        return modem_rig.play(program, peer)


class ReplayTest(unittest.TestCase):
    def tearDown(self):
        try:
            for name in os.listdir(FOLDER):
                os.remove(FOLDER + "/" + name)
            os.rmdir(FOLDER)
        except OSError:
            pass

    def run_of(self, datagrams, key=KEY):
        """Return the ids of commands done and answered, and how many datagrams were refused."""
        scene = Scene(key)

        async def say():
            for each in datagrams(scene):
                await scene.say(each)
            return [values[0] for _, _, _, _, values in scene.done]

        done = scene.play(say)
        return done, [number for number, code in scene.answers], scene.uplink.refused

    def test_a_command_that_comes_again_is_answered_again_and_not_done_again(self):
        found = self.run_of(lambda s: [s.command(5)] * 3)
        self.assertEqual(found, ([5], [5, 5, 5], 0))

    def test_a_recorded_command_is_not_done_again_when_its_answer_is_forgotten(self):
        numbers = list(range(1, 12))
        found = self.run_of(lambda s: [s.command(n) for n in numbers + [1, 2, 3]])
        self.assertEqual(found, (numbers, numbers, 3))

    def test_a_number_below_the_newest_is_refused_though_it_never_came(self):
        found = self.run_of(lambda s: [s.command(n) for n in (10, 9, 1, 0, 11)])
        self.assertEqual(found, ([10, 11], [10, 11], 3))

    def test_a_wrong_signature_a_wrong_stream_or_none_is_refused(self):
        def datagrams(s):
            whole = s.command(5)
            changed = bytearray(whole)
            changed[-9] ^= 1  # the value of the write
            return [
                bytes(changed),
                s.command(5, key=b"another key"),
                s.command(5, key=None),
                s.command(5, stream=2),
                whole[:-1],
            ]

        self.assertEqual(self.run_of(datagrams), ([], [], 5))

    def test_without_a_key_the_numbers_guard_as_well(self):
        found = self.run_of(lambda s: [s.command(n, key=None) for n in (3, 3, 2, 4)], None)
        self.assertEqual(found, ([3, 4], [3, 3, 4], 1))


if __name__ == "__main__":
    unittest.main()
