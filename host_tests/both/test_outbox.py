"""The ring of readings in files: order, bounds, and what is left of it after a restart."""

import os
import unittest

import folder

from node.outbox import Outbox

FOLDER = "outbox-test-%d" % id(object())


def reading(number):
    return (3303, number % 8, 5700, number / 4, 1795312800 + number)


def fill(outbox, start, count, batch=1):
    for number in range(start, start + count, batch):
        outbox.add([reading(n) for n in range(number, min(number + batch, start + count))])


def drain(outbox, count=-1):
    """Take and return up to count readings."""
    out = []
    while count and outbox.first() is not None:
        out.append(outbox.first())
        outbox.done()
        count -= 1
    return out


class OutboxTest(unittest.TestCase):
    def setUp(self):
        self.tearDown()

    def tearDown(self):
        folder.remove(FOLDER)

    def files(self):
        return sorted([name for name in os.listdir(FOLDER) if len(name) == 8])

    def test_readings_come_out_in_their_order(self):
        box = Outbox(FOLDER, 256)
        self.assertEqual((len(box), box.first()), (0, None))
        fill(box, 0, 100, 7)
        self.assertEqual(len(box), 100)
        self.assertEqual(drain(box), [reading(n) for n in range(100)])
        self.assertEqual((len(box), self.files()), (0, []))

    def test_they_survive_a_restart_at_any_point(self):
        for taken in (0, 1, 31, 32, 33, 64, 69):
            self.tearDown()
            box = Outbox(FOLDER, 256)
            fill(box, 0, 70)
            drain(box, taken)
            again = Outbox(FOLDER, 256)
            fill(again, 70, 5)
            self.assertEqual(drain(again), [reading(n) for n in range(taken, 75)])

    def test_the_oldest_make_room_and_are_counted(self):
        box = Outbox(FOLDER, 64)
        fill(box, 0, 200, 16)
        self.assertTrue(len(box) <= 64, len(box))
        self.assertEqual(len(box) + box.dropped, 200)
        left = drain(box)
        self.assertEqual(left, [reading(n) for n in range(200 - len(left), 200)])
        self.assertTrue(len(left) >= 32, len(left))

    def test_delivered_readings_that_make_room_are_not_counted_as_dropped(self):
        box = Outbox(FOLDER, 64)
        fill(box, 0, 40)
        drain(box, 36)
        fill(box, 40, 60)
        self.assertEqual(len(box) + box.dropped, 64)

    def test_one_in_the_middle_that_cannot_be_read_is_skipped_and_counted(self):
        box = Outbox(FOLDER, 64)
        fill(box, 0, 5)
        with open(FOLDER + "/" + self.files()[0], "r+b") as f:
            f.seek(2 * 22 + 9)
            f.write(b"\xff")
        again = Outbox(FOLDER, 64)
        self.assertEqual(drain(again), [reading(n) for n in (0, 1, 3, 4)])
        self.assertEqual(again.damaged, 1)

    def test_a_torn_end_costs_nothing_that_was_complete(self):
        for cut in (1, 21):
            self.tearDown()
            box = Outbox(FOLDER, 64)
            fill(box, 0, 3)
            with open(FOLDER + "/" + self.files()[0], "ab") as f:
                f.write(b"\x00" * cut)
            again = Outbox(FOLDER, 64)
            fill(again, 3, 3)
            self.assertEqual(drain(again), [reading(n) for n in range(6)])

    def test_a_first_segment_that_is_torn_from_the_start(self):
        box = Outbox(FOLDER, 64)
        with open(FOLDER + "/00000000", "wb") as f:
            f.write(b"\x01\x02")
        box = Outbox(FOLDER, 64)
        fill(box, 0, 2)
        self.assertEqual(drain(Outbox(FOLDER, 64)), [reading(0), reading(1)])

    def test_a_position_that_is_torn_is_made_up_for_by_its_draft(self):
        box = Outbox(FOLDER, 64)
        fill(box, 0, 10)
        drain(box, 4)
        with open(FOLDER + "/pos", "rb") as f:
            whole = f.read()
        with open(FOLDER + "/pos.new", "wb") as f:
            f.write(whole)
        with open(FOLDER + "/pos", "wb") as f:
            f.write(whole[:5])
        self.assertEqual(drain(Outbox(FOLDER, 64)), [reading(n) for n in range(4, 10)])

    def test_numbers_are_counted_for_ever(self):
        """Whatever was delivered before, and however often it is started."""
        box = Outbox(FOLDER, 64)
        number = 0  # of the next reading
        for count, taken in (
            (1, 1),
            (31, 31),
            (1, 0),
            (31, 32),
            (33, 33),
            (5, 2),
            (70, 9),
            (0, 0),
        ):
            fill(box, number, count)
            number += count
            drain(box, taken)
            self.assertEqual(box.number + len(box), number)
            box = Outbox(FOLDER, 64)  # a restart
            self.assertEqual(box.number + len(box), number)
            first, readings = box.part(200)
            self.assertEqual(readings, [reading(n) for n in range(first, number)])

    def test_a_number_is_not_used_again_when_nothing_is_left(self):
        box = Outbox(FOLDER, 64)
        fill(box, 0, 40)
        drain(box)
        self.assertEqual(self.files(), [])
        box = Outbox(FOLDER, 64)
        self.assertEqual((box.number, len(box)), (40, 0))
        fill(box, 40, 1)
        self.assertEqual((Outbox(FOLDER, 64).number, self.files()), (40, ["%08x" % 40]))

    def test_a_number_is_not_used_again_without_the_file_of_the_position(self):
        for taken in (0, 5, 40):
            self.tearDown()
            box = Outbox(FOLDER, 256)
            fill(box, 0, 70)
            drain(box, taken)
            for name in ("pos", "pos.new"):
                if name in os.listdir(FOLDER):
                    os.remove(FOLDER + "/" + name)
            again = Outbox(FOLDER, 256)
            self.assertTrue(again.number <= taken)
            self.assertEqual(again.number + len(again), 70)

    def test_a_number_is_not_used_again_behind_a_torn_or_damaged_reading(self):
        for cut in (1, 11, 22):
            self.tearDown()
            fill(Outbox(FOLDER, 64), 0, 10)
            path = FOLDER + "/" + self.files()[0]
            with open(path, "rb") as f:
                whole = f.read()
            with open(path, "wb") as f:
                f.write(whole[:-cut])
            box = Outbox(FOLDER, 64)
            self.assertEqual(box.number + len(box), 9)  # the tenth was never complete
            fill(box, 9, 2)
            self.assertEqual(drain(box), [reading(n) for n in range(11)])
            self.assertEqual(Outbox(FOLDER, 64).number, 11)

    def test_a_number_is_not_used_again_when_the_oldest_were_dropped(self):
        box = Outbox(FOLDER, 64)
        fill(box, 0, 200)
        again = Outbox(FOLDER, 64)
        number = again.number
        self.assertEqual((number, number + len(again)), (box.number, 200))
        self.assertTrue(len(again) <= 64, len(again))
        self.assertEqual((again.first(), again.damaged), (reading(number), 0))

    def change(self, start, data):
        """Write data into the oldest segment."""
        with open(FOLDER + "/" + self.files()[0], "r+b") as f:
            f.seek(start)
            f.write(data)

    def test_each_one_that_cannot_be_read_is_counted(self):
        fill(Outbox(FOLDER, 64), 0, 6)
        for number in (0, 1, 4):
            self.change(number * 22 + 9, b"\xff")
        box = Outbox(FOLDER, 64)
        self.assertEqual(drain(box), [reading(n) for n in (2, 3, 5)])
        self.assertEqual((box.damaged, box.dropped), (3, 0))

    def test_a_part_is_as_long_as_was_asked_for_at_most(self):
        box = Outbox(FOLDER, 256)
        fill(box, 0, 40)
        drain(box, 30)
        for most, count in ((0, 0), (1, 1), (9, 9), (10, 10), (11, 10)):
            numbers = range(30, 30 + count)
            self.assertEqual(box.part(most), (30, [reading(n) for n in numbers]))

    def test_a_part_ends_before_a_reading_that_cannot_be_read(self):
        fill(Outbox(FOLDER, 64), 0, 5)
        self.change(2 * 22 + 9, b"\xff")
        box = Outbox(FOLDER, 64)
        self.assertEqual(box.part(20), (0, [reading(0), reading(1)]))
        box.done(2)
        self.assertEqual(box.part(20), (3, [reading(3), reading(4)]))
        self.assertEqual(box.damaged, 1)

    def test_a_reading_that_was_written_but_not_counted_is_in_no_part(self):
        """As after a write that failed when its data were in the file already."""
        box = Outbox(FOLDER, 64)
        fill(box, 0, 4)
        with open(FOLDER + "/" + self.files()[0], "rb") as f:
            whole = f.read()
        self.tearDown()
        box = Outbox(FOLDER, 64)
        fill(box, 0, 3)
        self.change(0, whole)
        self.assertEqual(box.part(20), (0, [reading(n) for n in range(3)]))
        self.assertEqual(drain(box), [reading(n) for n in range(3)])

    def test_a_reading_in_the_place_of_another_is_none(self):
        fill(Outbox(FOLDER, 64), 0, 3)
        with open(FOLDER + "/" + self.files()[0], "rb") as f:
            first = f.read(22)
        self.change(22, first)
        box = Outbox(FOLDER, 64)
        self.assertEqual(drain(box), [reading(0), reading(2)])
        self.assertEqual(box.damaged, 1)

    def test_files_of_somebody_else_are_left_alone(self):
        Outbox(FOLDER, 64)
        with open(FOLDER + "/readme.md", "w") as f:
            f.write("x")
        box = Outbox(FOLDER, 64)
        fill(box, 0, 2)
        self.assertEqual(drain(box), [reading(0), reading(1)])
        self.assertTrue("readme.md" in os.listdir(FOLDER))


if __name__ == "__main__":
    unittest.main()
