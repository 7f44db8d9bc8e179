"""Which generation of the MIPL command set is found, whatever the module prints of itself."""

import unittest

from modem_rig import OBJECTS, VERSION, module, play

MODEL = b"AT+CGMM"
PACK = b"AT+CMVER"


def found(model, pack, version=b"ERROR", **options):
    """Return the dialect of a session opened on a module that answers so."""

    async def scene(node):
        await node.mipl.open(OBJECTS, 3600, 30)
        return node.mipl.dialect.name

    answers = {MODEL: model, PACK: pack, VERSION: version}
    return play(scene, module(answers, **options), dialect="auto")


class PackTest(unittest.TestCase):
    def test_the_number_behind_the_last_sp(self):
        for pack, name in (
            (b"SP2", "seed"),
            (b"SP3", "m5310a"),
            (b"sp3", "m5310a"),
            (b"SP9", "m5310a"),
            (b"SP10", "m5310a"),
            (b"SP30", "m5310a"),
            (b"SP02", "seed"),
            (b"SP03", "m5310a"),
            (b"SP2:1", "seed"),
            (b"SP2.9", "seed"),
            (b"SP2 build 7", "seed"),
            (b"SP", "seed"),
            (b"SPx", "seed"),
            (b"V100SP1SP5", "m5310a"),
            (b"V100SP5SP1", "seed"),
            (b"DISPLAY SP4", "m5310a"),
        ):
            self.assertEqual(found([b"M5310", b"OK"], [pack, b"OK"]), name, pack)

    def test_without_sp_no_other_number_counts(self):
        for pack in (b"3", b"657", b"10.01", b"3SX", b"V100R100C10B657"):
            self.assertEqual(found([b"M5310", b"OK"], [pack, b"OK"]), "seed", pack)

    def test_a_suite_of_2_needs_no_pack_and_one_of_1_does(self):
        pack = [b"SP3", b"OK"]
        for version, name in (
            (b"1.9", "m5310a"),
            (b"2", "seed"),
            (b"2.0", "seed"),
            (b"10.01", "seed"),
            (b"v2.0", "m5310a"),
            (b"", "m5310a"),
            (b".2", "m5310a"),
        ):
            got = found([b"M5310", b"OK"], pack, [b"+MIPLVER:" + version, b"OK"])
            self.assertEqual(got, name, version)


class AnswerTest(unittest.TestCase):
    def test_an_echo_is_not_what_the_module_says(self):
        said = [b"M5310-A", b"OK"]
        self.assertEqual(found(said, b"ERROR", echo=True), "m5310a")
        self.assertEqual(found([b"M5310", b"OK"], [b"SP5", b"OK"], echo=True), "m5310a")

    def test_a_module_that_says_nothing_of_itself_is_the_guides(self):
        for model in (b"ERROR", b"OK", b"+CME ERROR: 4"):
            for pack in (b"ERROR", b"OK"):
                self.assertEqual(found(model, pack), "seed", (model, pack))

    def test_an_ok_without_the_answer_may_be_anothers_and_is_looked_into(self):
        """The next is not asked before the line is known to be in step."""

        async def scene(node):
            await node.mipl.open(OBJECTS, 3600, 30)
            lines = node.uart.lines
            return [lines[lines.index(text) + 1] for text in (VERSION, MODEL, PACK)]

        answers = dict.fromkeys((VERSION, MODEL, PACK), b"OK")
        self.assertEqual(play(scene, module(answers), dialect="auto"), [b"AT"] * 3)

    def test_the_version_is_what_of_it_can_be_shown(self):
        async def scene(node):
            await node.mipl.open(OBJECTS, 3600, 30)
            return node.mipl.status()["version"]

        for line, version in (
            (b"+MIPLVER: 2.2.0", "2.2.0"),
            (b"+MIPLVER: 2.2 beta~", "2.2 beta~"),
            (b"+MIPLVER:2\x7f.\x80\xff2", "2.2"),
            (b"+MIPLVER: ", None),
            (b"2.2.0", None),
        ):
            self.assertEqual(play(scene, module({VERSION: [line, b"OK"]})), version, line)


if __name__ == "__main__":
    unittest.main()
