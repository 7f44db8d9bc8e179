"""A session that outlived the sleep of the board is gone on with by one update."""

import asyncio
import unittest

import vtime
from modem_rig import elapsed, leap, module, play, sleep

from m5310 import errors

UPDATE = b"AT+MIPLUPDATE=3,7200,0"
DONE = [b"OK", b"+MIPLEVENT: 3,11"]


def resumed(scene, kept="seed", answer=DONE, **options):
    """Run scene(node, outcome) behind a resume of session 3; return its result."""

    async def whole(node):
        outcome = await node.outcome(node.mipl.resume(3, kept, 7200))
        return await scene(node, outcome)

    return play(whole, module({UPDATE: answer}), **options)


class ResumeTest(unittest.TestCase):
    def test_one_update_is_all_that_is_sent(self):
        async def scene(node, outcome):
            return outcome, node.sent, node.mipl.registered, node.losses

        for dialect in ("seed", "m5310a"):
            expected = ((0, ""), [UPDATE], True, [])
            self.assertEqual(resumed(scene, dialect), expected)

    def test_operations_are_answered_under_the_number_of_before(self):
        async def scene(node, _):
            node.urc(b"+MIPLOBSERVE: 3,21,1,3303,0,5700")
            await sleep(500)
            return node.sent[-1]

        self.assertEqual(resumed(scene), b"AT+MIPLOBSERVERSP=3,21,1")

    def test_the_module_is_spoken_to_as_before(self):
        async def scene(node, _):
            await node.mipl.notify(9, 3303, 0, 5700, 4, 20.5)
            return node.mipl.dialect.name, node.sent[-1]

        seed = ("seed", b"AT+MIPLNOTIFY=3,9,3303,0,5700,4,4,20.5,0,0")
        other = ("m5310a", b'AT+MIPLNOTIFY=3,0,3303,0,5700,4,4,"20.5",0,0')
        for start in ("auto", "seed", "m5310a"):
            self.assertEqual(resumed(scene, "seed", dialect=start), seed, start)
            self.assertEqual(resumed(scene, "m5310a", dialect=start), other, start)

    def test_a_command_gives_way_to_an_operation_after_half_a_second(self):
        async def scene(node, _):
            node.peer.answers[b"AT+SLOW"] = None
            begun = vtime.clock.ticks_ms()
            task = asyncio.create_task(node.outcome(node.at.command(b"AT+SLOW", 10000)))
            await sleep(100)
            node.urc(b"+MIPLREAD: 3,21,3303,0,5700")
            kind, _ = await task
            return kind, elapsed(begun)

        kind, took = resumed(scene)
        self.assertEqual(kind, errors.HELD)
        self.assertTrue(500 <= took < 600, "%d ms" % took)

    def test_it_is_renewed_at_half_its_lifetime(self):
        async def scene(node, _):
            at_once = node.mipl.update_due()
            leap(3_590_000)
            before = node.mipl.update_due()
            leap(11_000)
            return at_once, before, node.mipl.update_due()

        self.assertEqual(resumed(scene), (False, False, True))

    def test_while_it_is_under_way_no_other_update_is_due(self):
        async def scene(node):
            call = node.mipl.resume(3, "seed", 7200)
            task = asyncio.create_task(node.outcome(call))
            await sleep(1000)
            due = node.mipl.update_due()
            node.urc(b"+MIPLEVENT: 3,11")
            return due, await task

        self.assertEqual(play(scene, module({UPDATE: b"OK"})), (False, (0, "")))

    def test_one_that_is_gone_is_closed_and_says_so(self):
        async def scene(node, outcome):
            return outcome, node.mipl.status()["state"], node.at.hold_ms, node.sent

        for answer, kind in (
            (b"+CIS ERROR: 602", errors.CIS),
            (b"ERROR", errors.ERROR),
            (b"OK", errors.TIMEOUT),
            ([b"OK", b"+MIPLEVENT: 3,12"], errors.FAILED),
        ):
            outcome, state, hold, sent = resumed(scene, answer=answer)
            self.assertEqual((outcome[0], state, hold, sent), (kind, "closed", 0, [UPDATE]))


if __name__ == "__main__":
    unittest.main()
