"""A module that updates its own firmware is not reset, and hears nothing while it writes it."""

import asyncio
import unittest

import vtime
from modem_rig import OBJECTS, elapsed, play, sleep
from rig import all_of

from m5310 import errors
from m5310.errors import AtError

LIMIT_MS = 900_000


class Pin:
    def __init__(self):
        self.seen = []

    def value(self, level):
        self.seen.append(level)


def written(node):
    """Return everything the driver wrote, probes as well."""
    return list(node.uart.lines)


async def kind(call):
    """Await call; return the kind of its AtError, 0 if it ends well."""
    try:
        await call
    except AtError as e:
        return e.kind
    return 0


class WritingTest(unittest.TestCase):
    BEGINS = (
        b"FIRMWARE UPDATING",
        b"firmware updating",
        b"Firmware Updating",
        b"+FIRMWARE UPDATING",
        b"FIRMWARE: UPDATING",
        b" FIRMWARE  UPDATING ",
        b"FIRMWARE UPDATING" + b" " * 47,
        b"+MIPLEVENT:0,43",
        b"+MIPLEVENT: 0,43",
    )
    ENDS = (
        b"FIRMWARE UPDATE OVER",
        b"firmware update over",
        b"FIRMWARE UPDATE FAILED",
        b"FIRMWARE UPDATE FAIL",
        b"+MIPLEVENT:0,44",
        b"+MIPLEVENT: 0,45",
        b"+MIPLEVENT: 0,46",
        b"+MATREADY",
        b"*MATREADY: 1",
        b"*ATREADY: 1",
        b"MATREADY",
    )

    def test_nothing_is_sent_from_updating_until_it_is_over(self):
        for begin in self.BEGINS:

            async def scene(node, begin=begin):
                node.urc(begin)
                await sleep(100)
                seen = len(written(node))
                await sleep(240_000)
                return written(node)[seen:], node.modem.firmware.writing

            self.assertEqual(play(scene, opened=True), ([], True), begin)

    def test_each_word_that_ends_it_has_the_module_looked_for(self):
        for end in self.ENDS:

            async def scene(node, end=end):
                node.urc(b"FIRMWARE UPDATING")
                await sleep(60_000)
                node.urc(end)
                await sleep(1000)
                await node.at.sync(5000)
                csq = await kind(node.at.command(b"AT+CSQ"))
                return node.modem.firmware.busy, csq, node.mipl.registered, node.sent[-1]

            self.assertEqual(play(scene, opened=True), (False, 0, False, b"AT+CSQ"), end)

    def test_a_restart_in_between_does_not_end_it(self):
        """Nor does the RDY that follows each start of a BC28: it is none of the last words."""
        banner = b"REBOOT_CAUSE_SECURITY_FOTA_UPGRADE", b"M5310-A", b"OK"
        for lines in (banner, (b"RDY",), (b" RDY ",), banner + (b"RDY",), banner + (b" RDY",)):
            for wait_ms in (0, 29_000, 31_000):

                async def scene(node, lines=lines, wait_ms=wait_ms):
                    node.urc(b"FIRMWARE UPDATING")
                    await sleep(5000)
                    node.urc(*lines[:-1])
                    await sleep(wait_ms)
                    node.urc(lines[-1])
                    await sleep(100)
                    seen = len(written(node))
                    await sleep(120_000)
                    return written(node)[seen:], node.modem.firmware.writing

                self.assertEqual(play(scene, opened=True), ([], True), (lines, wait_ms))

    def test_the_last_word_ends_it_behind_such_a_restart_too(self):
        async def scene(node):
            node.urc(b"FIRMWARE UPDATING")
            await sleep(5000)
            node.urc(b"REBOOT_CAUSE_SECURITY_FOTA_UPGRADE", b"Neul", b"OK")
            await sleep(5000)
            node.urc(b"RDY", b"FIRMWARE UPDATE OVER")
            await sleep(1000)
            return node.modem.firmware.busy, await kind(node.at.command(b"AT+CSQ"))

        self.assertEqual(play(scene, opened=True), (False, 0))

    def test_behind_success_it_is_listened_for_over_half_a_minute_more(self):
        async def scene(node):
            node.urc(b"FIRMWARE UPDATING")
            await sleep(60_000)
            seen = len(written(node))
            node.urc(b"FIRMWARE UPDATE SUCCESS")
            await sleep(29_000)
            before = len(written(node)) - seen
            await sleep(2000)
            return before, node.modem.firmware.writing, len(written(node)) > seen

        self.assertEqual(play(scene, opened=True), (0, False, True))

    def test_after_that_half_minute_it_may_be_reset_though_it_was_downloaded_before(self):
        async def scene(node):
            node.urc(b"FIRMWARE DOWNLOADED", b"FIRMWARE UPDATING")
            await sleep(5000)
            node.urc(b"FIRMWARE UPDATE SUCCESS")
            await sleep(29_000)
            before = node.modem.firmware.busy
            await sleep(2000)
            return before, node.modem.firmware.busy

        self.assertEqual(play(scene, opened=True), (True, False))

    def test_an_update_that_never_ends_is_given_up_after_15_minutes(self):
        async def scene(node):
            node.urc(b"FIRMWARE UPDATING")
            await sleep(100)
            seen = len(written(node))
            await sleep(LIMIT_MS - 1000)
            before = written(node)[seen:], node.modem.firmware.writing
            await sleep(3000)
            return before, node.modem.firmware.writing, written(node)[seen:][:1]

        for start in (0, (1 << 30) - 400_000, (1 << 29) - 400_000):
            self.assertEqual(play(scene, opened=True, start=start), (([], True), False, [b"AT"]))

    def test_what_does_not_begin_it(self):
        for line in (
            b"FIRMWARE UPDATING" + b" " * 48,  # longer than such a line is
            b"FIRMWARE",
            b"FIRMWARE IS UPDATING",
            b"FIRMWAREUPDATING",
            b"AFIRMWARE UPDATING",
            b"+MIPLEVENT: 0,39",
            b"+MIPLEVENT: 0,52",
        ):

            async def scene(node, line=line):
                node.urc(line)
                await sleep(100)
                return node.modem.firmware.busy

            self.assertFalse(play(scene, opened=True), line)

    def test_its_words_are_no_line_of_a_command(self):
        """They are known as what they are, also in the middle of an answer."""
        words = b"DOWNLOADING", b"DOWNLOADED", b"DOWNLOAD FAILED", b"ERASED"
        lines = [b"FIRMWARE " + word for word in words]

        async def scene(node):
            node.peer.answers[b"AT+X"] = lines + [b"+X: 1", b"OK"]
            got = await node.at.command(b"AT+X")
            return got, node.at.status()["unknown"]

        self.assertEqual(play(scene), ([b"+X: 1"], 0))

    def test_an_event_behind_51_is_no_word_of_it(self):
        for event, goes_on in ((46, False), (47, True), (51, True), (52, False), (99, False)):

            async def scene(node, event=event):
                node.urc(b"FIRMWARE UPDATING")
                await sleep(600_000)
                node.urc(b"+MIPLEVENT: 0,%d" % event)
                await sleep(600_000)
                return node.modem.firmware.writing

            self.assertEqual(play(scene, opened=True), goes_on, event)

    def test_each_word_of_it_starts_the_15_minutes_anew(self):
        for word in (b"FIRMWARE UPDATING", b"FIRMWARE UPDATE 40%", b"+MIPLEVENT: 0,51,3096,1024"):

            async def scene(node, word=word):
                node.urc(b"FIRMWARE UPDATING")
                await sleep(600_000)
                node.urc(word)
                await sleep(600_000)
                return node.modem.firmware.writing

            self.assertTrue(play(scene, opened=True), word)

    def test_what_waits_and_what_is_asked_meanwhile_fails_at_once_and_says_why(self):
        async def scene(node):
            node.peer.answers[b"AT+SLOW"] = None
            calls = [
                asyncio.create_task(node.outcome(node.at.command(b"AT+SLOW", 60000))),
                asyncio.create_task(node.outcome(node.at.command(b"AT+WAITS"))),
            ]
            await sleep(100)
            node.urc(b"FIRMWARE UPDATING")
            await sleep(100)
            done = [task.done() for task in calls]
            out = await all_of(calls)
            begun = vtime.clock.ticks_ms()
            out.append(await node.outcome(node.at.command(b"AT+CSQ")))
            out.append(await node.outcome(node.at.sync(60_000)))
            out.append(await node.outcome(node.mipl.update()))
            out.append(await node.outcome(node.mipl.open(OBJECTS, 3600, 30)))
            return done, out, elapsed(begun) < 1000, b"AT+WAITS" in node.sent

        done, out, soon, sent = play(scene, opened=True)
        self.assertEqual(done, [True, True])
        words = "the module writes its own firmware"
        self.assertEqual({each[0] for each in out}, {errors.UPDATING})
        self.assertEqual(out[0][1], words + ": AT+SLOW")
        self.assertTrue(soon)
        self.assertFalse(sent)

    def test_an_operation_that_comes_all_the_same_is_not_answered_into_it(self):
        async def scene(node):
            node.urc(b"FIRMWARE UPDATING")
            await sleep(100)
            seen = len(written(node))
            node.urc(b"+MIPLREAD:0,77,3303,0,5700")
            await sleep(5000)
            return written(node)[seen:]

        self.assertEqual(play(scene, opened=True), [])

    def test_the_session_is_lost_with_its_beginning_and_told_once(self):
        async def scene(node):
            node.urc(b"+MIPLEVENT: 0,43")
            await sleep(2000)
            node.urc(b"+MIPLEVENT: 0,43", b"+MATREADY")
            await sleep(500)
            node.urc(b"+MIPLEVENT: 0,44")
            await sleep(10_000)
            await node.mipl.open(OBJECTS, 3600, 30)
            node.urc(b"+MIPLEVENT: 0,46")
            await sleep(1000)
            return [cause for cause, _ in node.losses], node.mipl.registered

        self.assertEqual(play(scene, opened=True), (["the module writes its own firmware"], True))

    def test_sockets_and_registration_are_gone_with_it(self):
        async def scene(node):
            node.modem.network.state = 1
            node.urc(b"FIRMWARE UPDATING")
            await sleep(100)
            return node.modem.network.registered

        self.assertFalse(play(scene))


class ToldTest(unittest.TestCase):
    """What a user reads of it."""

    DOWNLOADS = "the module downloads new firmware: it is not reset"
    WRITES = "the module writes its own firmware: nothing is sent to it"
    OVER = "the module's firmware update is over"

    def told(self, *words):
        """Return what is logged while the module prints words, a second apart."""
        said = []

        async def scene(node):
            node.modem.log = said.append
            for word in words:
                node.urc(word)
                await sleep(1000)

        play(scene, opened=True)
        return said

    def test_each_part_is_told_once(self):
        whole = [self.DOWNLOADS, self.WRITES, self.OVER]
        words = b"DOWNLOADING", b"DOWNLOADING", b"DOWNLOADED", b"UPDATING", b"UPDATING"
        lines = [b"FIRMWARE " + word for word in words] + [b"FIRMWARE UPDATE OVER"] * 2
        self.assertEqual(self.told(*lines), whole)
        numbers = 40, 51, 40, 42, 43, 51, 43, 44, 46
        lines = [b"+MIPLEVENT: 0,%d" % number for number in numbers]
        self.assertEqual(self.told(*lines), whole)

    def test_a_download_that_begins_again_is_told_again(self):
        lines = [b"+MIPLEVENT: 0,%d" % number for number in (40, 41, 40)]
        self.assertEqual(self.told(*lines), [self.DOWNLOADS] * 2)

    def test_the_end_of_none_is_not_told(self):
        self.assertEqual(self.told(b"FIRMWARE UPDATE OVER", b"+MIPLEVENT: 0,46"), [])

    def test_a_session_of_meanwhile_is_lost_to_the_update(self):
        """The platform's event 6 came while nothing could be sent."""

        async def scene(node):
            node.urc(b"FIRMWARE UPDATING")
            await sleep(1000)
            node.mipl.state = 2
            node.urc(b"FIRMWARE UPDATE OVER")
            await sleep(1000)
            return [cause for cause, _ in node.losses]

        causes = ["the module writes its own firmware", "the module updated its firmware"]
        self.assertEqual(play(scene, opened=True), causes)

    def test_with_its_end_commands_are_taken_at_once(self):
        async def scene(node):
            node.modem.firmware.event(43)
            writing = node.modem.firmware.writing
            node.modem.firmware.event(44)
            return writing, node.modem.firmware.writing, await kind(node.at.command(b"AT+CSQ"))

        self.assertEqual(play(scene, opened=True), (True, False, 0))


class ResetTest(unittest.TestCase):
    """No AT+NRB and no pin from the first word of an update to its last."""

    def resets(self, *words, wait_ms=1000):
        """Return what reboot and pulse end with behind words, and what came of them."""

        async def scene(node):
            pin = Pin()
            for word in words:
                node.urc(word)
                await sleep(wait_ms)
            seen = len(node.sent)
            out = await kind(node.modem.reboot()), await kind(node.modem.pulse(pin, 500))
            return out, pin.seen, b"AT+NRB" in node.sent[seen:]

        return play(scene, opened=True)

    def test_while_it_downloads_and_writes(self):
        held = ((errors.UPDATING,) * 2, [], False)
        for words in (
            (b"FIRMWARE DOWNLOADING",),
            (b"firmware downloading",),
            (b"FIRMWARE DOWNLOADED",),
            (b"FIRMWARE DOWNLOADING", b"FIRMWARE DOWNLOADED", b"FIRMWARE UPDATING"),
            (b"+MIPLEVENT: 0,40",),
            (b"+MIPLEVENT:0,42",),
            (b"+MIPLEVENT:0,40", b"+MIPLEVENT:0,47"),
            (b"+MIPLEVENT:0,43",),
        ):
            self.assertEqual(self.resets(*words), held, words)

    def test_behind_its_end_or_failure_and_where_there_is_none(self):
        for words in (
            (b"FIRMWARE DOWNLOADING", b"FIRMWARE DOWNLOAD FAILED"),
            (b"+MIPLEVENT:0,40", b"+MIPLEVENT:0,41"),
            (b"FIRMWARE UPDATING", b"FIRMWARE UPDATE FAILED"),
            (b"+MIPLEVENT:0,43", b"+MIPLEVENT:0,45"),
            (b"+MIPLEVENT:0,44", b"+MIPLEVENT:0,46"),
            (b"+MIPLEVENT:0,51,30967,1024",),
            (b"FIRMWARE UPDATE OVER",),
            (b"FIRMWARE",),
            (b"FIRMWAREUPDATING",),
            (b"+FIRM: UPDATING",),
        ):
            _, levels, reboot = self.resets(*words)
            self.assertEqual((levels, reboot), ([1, 0], True), words)

    def test_a_download_that_says_nothing_more_holds_for_15_minutes(self):
        for start in (0, (1 << 30) - 400_000):

            async def scene(node):
                node.urc(b"FIRMWARE DOWNLOADING")
                await sleep(LIMIT_MS - 1000)
                before = node.modem.firmware.busy
                await sleep(2000)
                return before, node.modem.firmware.busy

            self.assertEqual(play(scene, opened=True, start=start), (True, False))

    def test_while_it_downloads_operations_are_answered_and_commands_sent(self):
        async def scene(node):
            node.urc(b"FIRMWARE DOWNLOADING")
            await sleep(1000)
            node.urc(b"+MIPLREAD:0,77,3303,0,5700")
            await sleep(1000)
            node.urc(b"FIRMWARE DOWNLOADED")
            await sleep(1000)
            await node.mipl.update()
            answers = [line for line in node.sent if line.startswith(b"AT+MIPLREADRSP=0,77,")]
            return len(answers), node.mipl.registered

        self.assertEqual(play(scene, opened=True), (1, True))


if __name__ == "__main__":
    unittest.main()
