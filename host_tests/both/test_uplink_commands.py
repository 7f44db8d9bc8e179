"""Commands that come by UDP, byte by byte: whose are done, and that none is done twice."""

import unittest

import uplink_rig
from uplink_rig import KEY, STREAM, Scene


class ReplayTest(unittest.TestCase):
    def tearDown(self):
        uplink_rig.forget()

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

    def test_a_number_below_none_is_refused(self):
        self.assertEqual(self.run_of(lambda s: [s.command(-1), s.command(0)]), ([0], [0], 1))

    def test_the_answers_of_the_last_eight_commands_are_kept(self):
        numbers = list(range(1, 10))
        found = self.run_of(lambda s: [s.command(n) for n in numbers + [2, 9, 1]])
        self.assertEqual(found, (numbers, numbers + [2, 9], 1))


class AnswerTest(unittest.TestCase):
    def tearDown(self):
        uplink_rig.forget()

    def test_an_answer_has_the_number_the_code_and_the_values(self):
        scene = Scene()
        scene.result = 205, [21.5, "on", b"\x01"]

        async def ask():
            scene.node.modem.network.imei = "490154203237518"
            await scene.say(scene.command(5))
            return scene.datagrams[-1][1], scene.uplink.commands.count, scene.done

        message, commands, done = scene.play(ask)
        self.assertEqual(message, [1, 490154203237518, STREAM, 1, 5, 205, 21.5, "on", b"\x01"])
        self.assertEqual((commands, done), (1, [(1, 3306, 0, 5850, [5])]))

    def test_an_answer_too_long_for_a_datagram_is_a_400_without_values(self):
        # [1, 0, 1, 1, 5, 205, value]: 1 + 5 + 2 bytes, 3 in front of a text this long
        for size, expected in ((469, [205, "x" * 469]), (470, [400]), (500, [400])):
            scene = Scene()
            scene.result = 205, ["x" * size]

            async def ask(scene=scene):
                await scene.say(scene.command(5))
                return scene.datagrams[-1][1]

            self.assertEqual(scene.play(ask), [1, 0, STREAM, 1, 5] + expected)
            uplink_rig.forget()

    def test_commands_are_counted(self):
        scene = Scene()

        async def ask():
            for number in (3, 4, 4, 9):
                await scene.say(scene.command(number))
            return scene.uplink.commands.count

        self.assertEqual(scene.play(ask), 3)


if __name__ == "__main__":
    unittest.main()
