"""Readings by UDP, datagram by datagram: their form, their numbers, when they are sent again."""

import os
import unittest

import uplink_rig
from modem_rig import sleep
from uplink_rig import FOLDER, KEY, SERVER, STREAM, Scene, Sensor

from node.uplink import stream_of

TIME = 1795312800


class Case(unittest.TestCase):
    def setUp(self):
        uplink_rig.forget()

    def tearDown(self):
        uplink_rig.forget()


class FormTest(Case):
    def test_a_reading_without_a_time(self):
        scene = Scene(sensors=[Sensor(3)])

        async def one():
            scene.node.modem.network.imei = "490154203237518"
            await sleep(6000)
            return [message for _, message in scene.datagrams]

        # version, IMEI, stream, kind; number of the first, base; object, instance, resource, time
        expected = [1, 0, STREAM, 0, 0, None, 3303, 3, 5700, None, 21.5]
        again = [1, 490154203237518] + expected[2:]
        self.assertEqual(scene.play(one), [expected, again])

    def test_times_count_from_the_first_that_is_known(self):
        sensor = Sensor(0, 20.0)
        scene = Scene(sensors=[sensor], period_s=60)

        async def three():
            scene.refuses = (b"AT+NSOST",)
            for time in (None, TIME, TIME + 60):
                scene.uplink.wall = lambda time=time: time
                scene.uplink.take()
                await sleep(1000)
            scene.refuses = ()
            await sleep(20000)
            return scene.readings[1]

        head = [3303, 0, 5700]
        got = scene.play(three)
        self.assertEqual(got[:2], [0, TIME])
        values = [got[i : i + 5] for i in range(2, len(got), 5)]
        times = [None, None, 0, 60]
        self.assertEqual(values, [head + [time, 20] for time in times])

    def test_a_whole_number_is_sent_as_one(self):
        for value in (20.0, -3.0, 0.0, 20.5):
            scene = Scene(sensors=[Sensor(0, value)])

            async def one(scene=scene):
                return scene.readings[0][-1]

            got = scene.play(one)
            kind = int if value == int(value) else float
            self.assertEqual((got, type(got)), (value, kind))
            uplink_rig.forget()

    def test_at_most_twenty_readings_are_in_a_datagram(self):
        scene = Scene(sensors=[Sensor(i, i) for i in range(21)])

        async def all_of_them():
            await sleep(1000)
            first = [message[-1] for _, message in scene.datagrams]
            await scene.acknowledge(20)
            return first, scene.readings, len(scene.uplink.store)

        first, then, waiting = scene.play(all_of_them)
        self.assertEqual(len(first), 1)
        self.assertEqual(first[0].count(b"\x19\x0c\xe7"), 20)  # 3303
        self.assertEqual(first[0][:2], b"\x98\x6a")  # a list of 106
        self.assertEqual(then, [[20, None, 3303, 20, 5700, None, 20]])
        self.assertEqual(waiting, 1)

    def test_the_radio_is_released_where_that_is_set(self):
        for release, beginning in ((False, b"AT+NSOST=0,203.0.113.7,9101,"), (True, b"")):
            scene = Scene(sensors=[Sensor()])

            async def again(scene=scene, release=release):
                scene.uplink.release = release
                await sleep(6000)
                return [line for line in scene.sent if line.startswith(b"AT+NSOST")][-1]

            wanted = beginning or b"AT+NSOSTF=0,203.0.113.7,9101,0x400,"
            line = scene.play(again)
            self.assertTrue(line.startswith(wanted), line)
            uplink_rig.forget()


class PeriodTest(Case):
    def test_each_period_one_reading_is_sent_with_the_next_number(self):
        scene = Scene(sensors=[Sensor()], period_s=60)

        async def minutes():
            for number in (1, 2, 3):
                await scene.acknowledge(number)
                await sleep(58000)
            return [at for at, _ in scene.datagrams], [each[0] for each in scene.readings]

        ticks, numbers = scene.play(minutes)
        self.assertEqual(numbers, [0, 1, 2, 3])
        for i in (1, 2, 3):
            self.assertTrue(59500 <= ticks[i] - ticks[i - 1] <= 60600, ticks)

    def test_a_reading_can_be_taken_now(self):
        scene = Scene(sensors=[Sensor()])

        async def take():
            await scene.acknowledge(1)
            before = len(scene.readings)
            scene.uplink.take()
            await sleep(1000)
            return before, scene.readings[before:]

        self.assertEqual(scene.play(take), (1, [[1, None, 3303, 0, 5700, None, 21.5]]))

    def test_a_sensor_without_a_first_value_is_waited_for_five_seconds(self):
        late, other = Sensor(0, None), Sensor(1, 5.5)
        for come_ms, expected in ((3000, [0, 1]), (None, [1])):
            late.value = None
            scene = Scene(sensors=[late, other])

            async def wait(scene=scene, come_ms=come_ms):
                before = len(scene.datagrams)
                await sleep(2000)
                if come_ms:
                    late.value = 4.5
                await sleep(1000 if come_ms else 4000)
                return before, scene.readings[0][3::5]

            self.assertEqual(scene.play(wait), (0, expected))
            uplink_rig.forget()

    def test_without_sensors_a_datagram_without_readings_opens_the_way_for_commands(self):
        scene = Scene()

        async def one():
            before = scene.readings[:]
            await scene.acknowledge(0)
            await sleep(30000)
            return before, scene.readings, scene.uplink.busy()

        self.assertEqual(scene.play(one), ([[0, None]], [[0, None]], False))

    def test_busy_until_all_is_acknowledged(self):
        scene = Scene(sensors=[Sensor()])

        async def states():
            first = scene.uplink.busy()
            await scene.acknowledge(1)
            done = scene.uplink.busy()
            scene.node.modem.network.state = 0
            scene.uplink.take()
            await sleep(1000)
            return first, done, scene.uplink.busy()

        self.assertEqual(scene.play(states), (True, False, True))

    def test_busy_while_answers_wait_to_be_sent(self):
        scene = Scene()

        async def states():
            await scene.acknowledge(0)
            for number in (5, 6):
                scene.inbox.append((scene.command(number), SERVER, 9101))
            scene.node.urc(b"+NSONMI:0,20")
            states = []
            for _ in range(100):
                await sleep(20)
                if not states or states[-1] != scene.uplink.busy():
                    states.append(scene.uplink.busy())
            return states, [number for number, _ in scene.answers]

        self.assertEqual(scene.play(states), ([False, True, False], [5, 6]))

    def test_what_cannot_be_written_is_told_and_counted_as_lost(self):
        scene = Scene(sensors=[Sensor(0), Sensor(1)])

        def full(readings):
            raise OSError("no space")

        async def lose():
            scene.uplink.store.add = full
            for _ in range(2):
                scene.uplink.take()
                await sleep(1000)
            return scene.uplink.lost, scene.said

        told = ("uplink: no space", 1)
        self.assertEqual(scene.play(lose), (4, [told, told]))


class RepeatTest(Case):
    def test_pauses_double_from_five_seconds_to_ten_minutes(self):
        scene = Scene(sensors=[Sensor()])

        async def wait():
            await sleep(1900000)
            ticks = [at for at, _ in scene.datagrams]
            pauses = [ticks[i] - ticks[i - 1] for i in range(1, len(ticks))]
            return pauses, scene.readings

        pauses, readings = scene.play(wait)
        expected = [5, 10, 20, 40, 80, 160, 320, 600, 600]
        self.assertEqual([(pause + 500) // 1000 for pause in pauses], expected)
        self.assertEqual(readings, [readings[0]] * 10)  # the same each time

    def test_an_acknowledgement_whose_announcement_was_lost_is_looked_for_first(self):
        scene = Scene(sensors=[Sensor()])

        async def wait():
            await scene.acknowledge(1, wait_ms=0)
            scene.node.uart.rx = bytearray()  # the announcement
            await sleep(20000)
            return len(scene.readings), scene.uplink.acknowledged

        self.assertEqual(scene.play(wait), (1, 1))

    def test_what_was_acknowledged_is_not_sent_again_and_counted(self):
        scene = Scene(sensors=[Sensor(0), Sensor(1), Sensor(2)])

        async def part():
            found = []
            for number in (1, 3):
                await scene.acknowledge(number)
                uplink = scene.uplink
                found.append((uplink.acknowledged, len(uplink.store), uplink.store.number))
            await sleep(30000)
            return found, [each[0] for each in scene.readings], scene.uplink.sent

        self.assertEqual(scene.play(part), ([(1, 2, 1), (3, 0, 3)], [0, 1], 2))

    def test_an_old_acknowledgement_changes_nothing(self):
        scene = Scene(sensors=[Sensor()], period_s=10)

        async def old():
            await scene.acknowledge(1)
            await sleep(9000)
            await scene.acknowledge(0, wait_ms=1000)
            uplink = scene.uplink
            return uplink.acknowledged, uplink.refused, len(uplink.store), len(scene.readings)

        self.assertEqual(scene.play(old), (1, 0, 1, 2))

    def test_one_of_a_reading_that_was_never_taken_is_refused(self):
        for number, expected in ((1, (1, 0, 0)), (2, (0, 1, 1)), (3, (0, 1, 1))):
            scene = Scene(sensors=[Sensor()])

            async def ahead(scene=scene, number=number):
                await scene.acknowledge(number)
                uplink = scene.uplink
                return uplink.acknowledged, uplink.refused, len(uplink.store)

            self.assertEqual(scene.play(ahead), expected)
            uplink_rig.forget()

    def test_one_that_cannot_be_written_down_is_told(self):
        scene = Scene(sensors=[Sensor()])

        def full(count):
            raise OSError("no space")

        async def lose():
            scene.uplink.store.done = full
            await scene.acknowledge(1, wait_ms=1000)
            return scene.said

        self.assertIn(("uplink: no space", 1), scene.play(lose))


class HeardTest(Case):
    def test_what_is_none_of_the_servers_is_refused_and_counted(self):
        def scene_of(send):
            scene = Scene(sensors=[Sensor()])

            async def hear():
                for _ in range(2):
                    await send(scene)
                uplink = scene.uplink
                return uplink.refused, uplink.acknowledged, len(uplink.store)

            got = scene.play(hear)
            uplink_rig.forget()
            return got

        whole = uplink_rig.datagram.sign(uplink_rig.datagram.dump([1, STREAM, 0, 1]), KEY)
        for send in (
            lambda s: s.say(whole, host="203.0.113.8"),
            lambda s: s.say(whole, port=9102),
            lambda s: s.message(2, STREAM, 0, 1),
            lambda s: s.message(1, STREAM + 1, 0, 1),
            lambda s: s.message(1, STREAM, 2, 1),
            lambda s: s.message(1, STREAM, 0),
            lambda s: s.message(1, STREAM, 0, "one"),
            lambda s: s.message(1, STREAM, 0, None),
            lambda s: s.message(),
        ):
            self.assertEqual(scene_of(send), (2, 0, 1))
        scene = Scene(sensors=[Sensor()])

        async def right():
            await scene.say(whole, host=SERVER)
            return scene.uplink.refused, scene.uplink.acknowledged, len(scene.uplink.store)

        self.assertEqual(scene.play(right), (0, 1, 0))


class SocketTest(Case):
    def test_after_three_refused_sends_a_new_socket_is_made(self):
        scene = Scene(sensors=[Sensor()])
        scene.refuses = (b"AT+NSOST",)

        async def wait():
            await sleep(15000)
            return [line[:8] for line in scene.sent]

        sent = [line for line in scene.play(wait) if line != b"AT+NSORF"]
        first = [b"AT+NSOCR"] + [b"AT+NSOST"] * 3
        self.assertEqual(sent[:6], first + [b"AT+NSOCL", b"AT+NSOCR"])

    def test_one_that_cannot_be_closed_is_told_to_who_looks_closely(self):
        scene = Scene(sensors=[Sensor()])
        scene.refuses = (b"AT+NSOST", b"AT+NSOCL")

        async def wait():
            await sleep(15000)
            return [each for each in scene.said if "NSOCL" in each[0]]

        told = scene.play(wait)
        self.assertEqual(told[:1], [("uplink: ERROR: AT+NSOCL=0", 2)])

    def test_a_datagram_that_can_be_read_again_ends_the_row_of_failures(self):
        scene = Scene(sensors=[Sensor()])

        async def read():
            scene.refuses = (b"AT+NSORF",)
            await scene.acknowledge(1)
            row = scene.uplink.health.row
            scene.refuses = ()
            await sleep(5000)
            return row > 0, scene.uplink.health.row, scene.uplink.acknowledged

        self.assertEqual(scene.play(read), (True, 0, 1))


class StreamTest(Case):
    def test_a_stream_is_numbered_once(self):
        os.mkdir(FOLDER)
        number = stream_of(FOLDER)
        self.assertEqual([stream_of(FOLDER) for _ in range(3)], [number] * 3)
        with open(FOLDER + "/stream") as f:
            self.assertEqual(f.read(), "%08x" % number)
        self.assertEqual(os.listdir(FOLDER), ["stream"])
        self.assertTrue(0 <= number < 1 << 32, number)

    def test_the_file_holds_it_in_hexadecimal(self):
        os.mkdir(FOLDER)
        with open(FOLDER + "/stream", "w") as f:
            f.write("0000beef")
        self.assertEqual(stream_of(FOLDER), 0xBEEF)

    def test_one_that_cannot_be_read_is_made_anew(self):
        os.mkdir(FOLDER)
        for text in ("", "not a number"):
            with open(FOLDER + "/stream", "w") as f:
                f.write(text)
            number = stream_of(FOLDER)
            self.assertEqual(stream_of(FOLDER), number)

    def test_two_nodes_have_different_ones(self):
        os.mkdir(FOLDER)
        numbers = []
        for _ in range(8):
            numbers.append(stream_of(FOLDER))
            os.remove(FOLDER + "/stream")
        self.assertEqual(len(set(numbers)), 8)
        self.assertTrue(max(numbers) > 0xFFFFFF, numbers)


if __name__ == "__main__":
    unittest.main()
