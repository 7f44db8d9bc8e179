"""Opening a session: which lines are whose answer, and what happens meanwhile."""

import asyncio
import unittest

from modem_rig import ADD, CREATE, OBJECTS, OPEN, module, play, sleep

CREATEEX = b'AT+MIPLCREATEEX="nbiotbt.heclouds.com:5683",1'
DECLARE = (
    b'AT+MIPLDISCOVERRSP=0,3303,1,34,"5700;5701;5601;5602;5603;5604;5605"',
    b'AT+MIPLDISCOVERRSP=0,3306,1,24,"5850;5851;5852;5853;5750"',
)


class NumberTest(unittest.TestCase):
    """The number of the session, which all its commands bear."""

    def number(self, lines, create=CREATE, **options):
        async def scene(node):
            await node.outcome(node.mipl.open((), 3600, 1))
            return node.sent[-1].split(b"=")[1].split(b",")[0]

        return play(scene, module({create: lines + [b"OK"], OPEN: b"ERROR"}), **options)

    def test_each_form_of_it(self):
        for line, number in (
            (b"+MIPLCREATE:1", b"1"),
            (b"+MIPLCREATE: 2", b"2"),
            (b"+MIPLCREATEEX: 3", b"3"),
            (b"4", b"4"),
            (b"+MIPLCREATE:9999", b"9999"),
            (b"+MIPLCREATE:12345", b"0"),
            (b"+MIPLCREATE:99999", b"0"),
            (b"+MIPLCREATE:x", b"0"),
            (b"+MIPLCREATE:", b"0"),
            (b"x", b"0"),
        ):
            self.assertEqual(self.number([line]), number, line)
            options = {"create": CREATEEX, "dialect": "m5310a"}
            self.assertEqual(self.number([line], **options), number, line)

    def test_the_line_with_the_name_is_it_and_not_the_late_answer_of_another(self):
        for lines in ([b"+MIPLCREATE:1", b"5"], [b"5", b"+MIPLCREATE:1"]):
            self.assertEqual(self.number(lines), b"1")

    def test_of_two_without_a_name_the_first_is(self):
        self.assertEqual(self.number([b"5", b"6"]), b"5")


class LineTest(unittest.TestCase):
    def test_commands_without_lines_of_their_own(self):
        """What is printed there belongs to somebody else, and OK is all that is waited for."""

        async def scene(node):
            for text in ADD + list(DECLARE):
                node.peer.answers[text] = [b"what", b"OK"]
            node.peer.answers[OPEN] = [b"what", b"OK", b"+MIPLEVENT: 0,6"]
            node.peer.answers[CREATEEX] = [b"+MIPLCREATEEX:0", b"OK"]
            await node.mipl.open(OBJECTS, 3600, 30)
            probes = node.uart.lines[node.uart.lines.index(b"AT+MIPLVER?") :].count(b"AT")
            return node.at.status()["unknown"], probes

        for dialect, commands in (("seed", 3), ("m5310a", 5)):
            self.assertEqual(play(scene, dialect=dialect), (commands, 0))

    def test_a_create_that_says_only_ok_is_looked_into(self):
        """The OK may be another's."""

        async def scene(node):
            node.peer.answers[CREATE] = b"OK"
            await node.mipl.open(OBJECTS, 3600, 30)
            return node.uart.lines[node.uart.lines.index(CREATE) + 1]

        self.assertEqual(play(scene), b"AT")

    def test_nothing_is_asked_behind_a_notification(self):
        async def scene(node):
            await node.mipl.notify(9, 3303, 0, 5700, 4, 98)
            await sleep(1000)
            return node.uart.lines

        self.assertEqual(play(scene, opened=True), [b"AT+MIPLNOTIFY=0,9,3303,0,5700,4,4,98,0,0"])


class MeanwhileTest(unittest.TestCase):
    def test_an_operation_before_the_ok_of_open_does_not_end_it(self):
        """The platform is quick: it asks as soon as the module has registered."""

        async def scene(node):
            task = asyncio.create_task(node.outcome(node.mipl.open(OBJECTS, 3600, 30)))
            while OPEN not in node.sent:
                await sleep(50)
            node.urc(b"+MIPLEVENT: 0,6", b"+MIPLREAD:0,77,3303,0,5700")
            await sleep(3000)
            node.urc(b"OK")
            return await task, node.at.status()["held"]

        self.assertEqual(play(scene, module({OPEN: None})), ((0, ""), 0))

    def test_without_other_words_it_is_an_hour_and_the_module_has_30_s(self):
        async def scene(node):
            await node.mipl.open(OBJECTS)
            return node.sent[-1], node.mipl.lifetime_s

        self.assertEqual(play(scene), (b"AT+MIPLOPEN=0,3600,30", 3600))


if __name__ == "__main__":
    unittest.main()
