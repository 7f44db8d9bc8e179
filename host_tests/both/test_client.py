"""A program that serves objects by lwm2m.Client alone: bytes in, bytes out, virtual time."""

import asyncio
import unittest

import vtime
from field_rig import Module

from lwm2m import Actuation, Client, Temperature
from m5310.errors import AtError
from m5310.modem import Modem

CREATING = [
    b"AT+MIPLVER?",
    b"AT+MIPLCREATE",
    b'AT+MIPLADDOBJ=0,3303,2,"11",6,1',
    b'AT+MIPLADDOBJ=0,3306,1,"1",5,0',
]
OPENING = CREATING + [b"AT+MIPLOPEN=0,3600,30"]
CLOSING = [
    b"AT+MIPLCLOSE=0",
    b"AT+MIPLDELETE=0",
    b"AT+MIPLDELOBJ=0,3303",
    b"AT+MIPLDELOBJ=0,3306",
]
UPDATE = b"AT+MIPLUPDATE=0,0,0"
REFUSED = (b"+CIS ERROR: 601",)


class Pin:
    """A machine.Pin that keeps what it was set to."""

    def __init__(self):
        self.set = []

    def value(self, *level):
        self.set.extend(level)


class Program:
    """What a program has: a modem, a client with two thermometers and a switch, and its pin."""

    def __init__(self, answers):
        self.module = Module(answers)
        self.modem = Modem(self.module.uart, vtime.clock, lambda text: None, None)
        self.pin = Pin()
        self.said = []
        self.client = Client(
            self.modem,
            [Temperature(1), Temperature(0), Actuation(0, vtime.clock, switch=self.pin)],
            self.said.append,
        )

    def sent(self):
        """Return what was sent since the last call, without probes."""
        out = [line for _, line in self.module.log if line != b"AT"]
        del self.module.log[:]
        return out

    def notified(self):
        """Return (message id, resource, value) of the notifications sent since the last call."""
        lines = [line.split(b",") for line in self.sent() if line.startswith(b"AT+MIPLNOTIFY=")]
        return [(int(f[1]), int(f[4]), f[7]) for f in lines]

    async def hear(self, *lines, wait_s=3):
        """Have the module print lines; return what is sent within wait_s."""
        self.sent()
        self.module.say(lines)
        await sleep(wait_s)
        return self.sent()

    async def register(self, **options):
        await self.client.register(**options)
        self.sent()


async def sleep(seconds):
    await vtime.clock.sleep_ms(int(seconds * 1000))


def play(scene, answers=None, start=0):
    """Run scene(program) in virtual time; return what it returns."""

    async def main():
        program = Program(answers or {})
        engine = asyncio.create_task(program.modem.at.run())
        try:
            await program.modem.at.sync(20000)
            program.sent()
            return await scene(program)
        finally:
            program.module.stop()
            engine.cancel()

    return vtime.run(main(), start)


class RegisterTest(unittest.TestCase):
    def test_the_objects_are_declared_and_the_session_opened(self):
        async def scene(p):
            before = p.client.registered
            await p.client.register()
            return before, p.client.registered, p.sent()

        self.assertEqual(play(scene), (False, True, OPENING))

    def test_lifetime_and_timeout_are_those_given(self):
        async def scene(p):
            await p.client.register(lifetime_s=7200, timeout_s=60)
            return p.sent()[-1]

        self.assertEqual(play(scene), b"AT+MIPLOPEN=0,7200,60")

    def test_a_refusal_is_raised(self):
        async def scene(p):
            try:
                await p.client.register()
            except AtError as e:
                return e.code, p.client.registered

        self.assertEqual(play(scene, {b"AT+MIPLOPEN=": REFUSED}), (601, False))

    def test_an_instance_is_found_by_its_path_or_a_key_error(self):
        async def scene(p):
            with self.assertRaises(KeyError):
                p.client[3303, 2]
            with self.assertRaises(KeyError):
                p.client[3304, 0]
            return p.client[3303, 1].iid, p.client[3306, 0].oid

        self.assertEqual(play(scene), (1, 3306))

    def test_two_instances_of_one_path_are_refused(self):
        async def scene(p):
            with self.assertRaises(ValueError):
                Client(p.modem, [Temperature(0), Temperature(0)])

        play(scene)

    def test_the_objects_can_be_left_to_deregister(self):
        async def scene(p):
            async with p.client as client:
                await client.register()
                p.sent()
            inside = p.sent(), p.client.registered
            await p.client.register()
            p.sent()
            await p.client.deregister()
            cause = await p.client.lost()
            return inside, (p.sent(), p.client.registered), cause

        left = CLOSING, False
        self.assertEqual(play(scene), (left, left, "deregistered"))

    def test_who_never_registered_leaves_without_a_word(self):
        async def scene(p):
            async with p.client:
                pass
            return p.sent()

        self.assertEqual(play(scene), [])

    def test_after_deregistering_nothing_is_notified_or_renewed(self):
        async def scene(p):
            await p.register()
            await p.hear(b"+MIPLOBSERVE:0,7,1,3303,0,5700")
            await p.client.deregister()
            p.sent()
            p.client[3303, 0].update(30.0)
            await sleep(4000)
            return p.sent()

        self.assertEqual(play(scene), [])


class OperationsTest(unittest.TestCase):
    def answers(self, *lines):
        """Return what is sent behind each of lines."""

        async def scene(p):
            p.client[3303, 0].update(20.5)
            await p.register()
            out = []
            for line in lines:
                out.append(await p.hear(line))  # MicroPython has no await in a comprehension
            return out, p

        return play(scene)

    def test_every_kind_is_answered(self):
        out, p = self.answers(
            b"+MIPLREAD:0,1,3303,0,5700",
            b"+MIPLDISCOVER:0,2,3306",
            b"+MIPLWRITE:0,3,3306,0,5850,5,1,1,0,0",
            b'+MIPLEXECUTE:0,4,3303,0,5605,5,"reset"',
            b'+MIPLPARAMETER:0,5,3303,0,5700,7,"pmin=15"',
            b"+MIPLOBSERVE:0,6,1,3303,0,5700",
            b"+MIPLOBSERVE:0,6,0,3303,0,5700",
            b"+MIPLREAD:0,7,3303,1,5700",
            b"+MIPLREAD:0,8,3399,0,1",
        )
        self.assertEqual(
            [lines[0] for lines in out],
            [
                b"AT+MIPLREADRSP=0,1,1,3303,0,5700,4,4,20.5,0,0",
                b'AT+MIPLDISCOVERRSP=0,2,1,24,"5850;5851;5852;5853;5750"',
                b"AT+MIPLWRITERSP=0,3,2",
                b"AT+MIPLEXECUTERSP=0,4,2",
                b"AT+MIPLPARAMETERRSP=0,5,2",
                b"AT+MIPLOBSERVERSP=0,6,1",
                b"AT+MIPLOBSERVERSP=0,6,1",
                b"AT+MIPLREADRSP=0,7,13",
                b"AT+MIPLREADRSP=0,8,13",
            ],
        )
        self.assertEqual(out[5][1:], [b"AT+MIPLNOTIFY=0,6,3303,0,5700,4,4,20.5,0,0"])
        self.assertEqual([len(lines) for lines in out], [1, 1, 1, 1, 1, 2, 1, 1, 1])
        self.assertEqual(p.pin.set, [True])
        self.assertIs(p.client[3306, 0].get(5850), True)
        self.assertEqual((p.said, p.client.dispatcher.faults), ([], 0))

    def test_operations_are_answered_before_it_registers(self):
        async def scene(p):
            return await p.hear(b"+MIPLREAD:0,1,3303,0,5701")

        self.assertEqual(play(scene), [b'AT+MIPLREADRSP=0,1,1,3303,0,5701,1,3, "Cel",0,0'])

    def test_a_fault_of_the_program_is_answered_counted_and_told(self):
        async def scene(p):
            def fail(rid, live=False):
                raise KeyError("broken")

            p.client[3303, 0].get = fail
            await p.register()
            out = await p.hear(b"+MIPLREAD:0,9,3303,0,5700")
            return out, p.client.dispatcher.faults, p.said

        out, faults, said = play(scene)
        self.assertEqual((out, faults), ([b"AT+MIPLREADRSP=0,9,11"], 1))
        self.assertEqual(said, ["read 3303/0/5700: " + repr(KeyError("broken"))])

    def test_an_answer_the_module_refuses_is_told(self):
        async def scene(p):
            await p.register()
            await p.hear(b"+MIPLDISCOVER:0,2,3303")
            return p.said

        said = play(scene, {b"AT+MIPLDISCOVERRSP=": REFUSED})
        self.assertEqual(len(said), 1)
        self.assertTrue(said[0].startswith("discover 3303: answer not taken: "), said)

    def test_what_hears_of_answers_gets_their_age(self):
        async def scene(p):
            ages = []
            p.client.dispatcher.on_answered = lambda op, age_ms: ages.append((op.kind, age_ms))
            await p.register()
            await p.hear(b"+MIPLREAD:0,1,3303,0,5701")
            return ages, p.client.dispatcher.worst

        ages, worst = play(scene)
        self.assertEqual(dict(ages), worst)
        self.assertTrue(0 < worst[0] < 200, worst)


class NotificationsTest(unittest.TestCase):
    async def observed(self, p, *attributes):
        """Register, observe the thermometer; return when its first value was sent."""
        p.client[3303, 0].update(20.0)
        await p.register()
        await p.hear(b"+MIPLOBSERVE:0,7,1,3303,0,5700")
        for text in attributes:
            await p.hear(b'+MIPLPARAMETER:0,8,3303,0,5700,%d,"%s"' % (len(text), text))
        p.sent()

    def test_a_change_is_notified_within_100_ms(self):
        async def scene(p):
            await self.observed(p)
            p.client[3303, 0].update(21.5)
            await sleep(0.1)
            return p.notified()

        self.assertEqual(play(scene), [(7, 5700, b"21.5")])

    def test_a_value_that_stays_is_not_notified_again(self):
        async def scene(p):
            await self.observed(p)
            for _ in range(100):
                p.client[3303, 0].update(20.0)
                await sleep(1)
            return p.notified()

        self.assertEqual(play(scene), [])

    def test_pmin_holds_changes_back_and_pmax_repeats(self):
        async def scene(p):
            await self.observed(p, b"pmin=10;pmax=60")
            await sleep(20)
            out = []
            for value in (21.0, 22.0, 23.0):
                p.client[3303, 0].update(value)
                await sleep(1)
                out.append(p.notified())
            await sleep(8)
            out.append(p.notified())
            await sleep(55)
            out.append(p.notified())
            await sleep(10)
            return out + [p.notified()]

        first, at_21, late = [(7, 5700, b"21.0")], [], [(7, 5700, b"23.0")]
        self.assertEqual(play(scene, start=(1 << 30) - 30000), [first, [], at_21, late, [], late])

    def test_values_of_before_the_registration_are_observed_anew_only(self):
        async def scene(p):
            await self.observed(p)
            await p.hear(b"+MIPLEVENT:0,6")  # the module registered by itself
            p.client[3303, 0].update(25.0)
            await sleep(3)
            return p.notified()

        self.assertEqual(play(scene), [])

    def test_one_that_is_refused_comes_again_after_2_s(self):
        answers = [REFUSED, (b"OK",)]

        async def scene(p):
            await self.observed(p)
            p.module.answers[b"AT+MIPLNOTIFY="] = lambda line: answers.pop(0)
            p.client[3303, 0].update(21.0)
            await sleep(0.9)
            one = p.notified()
            await sleep(1.2)
            return one, p.notified(), p.client.notifier.failures, p.said

        one, two, failures, said = play(scene)
        self.assertEqual((one, two, failures), ([(7, 5700, b"21.0")], [(7, 5700, b"21.0")], 1))
        self.assertTrue(said[0].startswith("notification of 3303/0/5700: "), said)

    def test_one_of_unknown_fate_is_not_repeated(self):
        async def scene(p):
            await self.observed(p)
            p.module.answers[b"AT+MIPLNOTIFY="] = None
            p.client[3303, 0].update(21.0)
            await sleep(1)
            p.module.answers[b"AT+MIPLNOTIFY="] = (b"OK",)
            await sleep(30)
            return p.notified()

        self.assertEqual(play(scene), [(7, 5700, b"21.0")])

    def test_a_value_without_a_form_on_the_line_is_dropped(self):
        async def scene(p):
            await self.observed(p)
            p.client[3303, 0].update(2e9)
            await sleep(3)
            none = p.sent(), p.client.notifier.unfit
            p.client[3303, 0].update(22.0)
            await sleep(3)
            return none, p.notified()

        self.assertEqual(play(scene), (([], 1), [(7, 5700, b"22.0")]))

    def test_an_observation_the_module_does_not_know_ends_and_the_session_is_checked(self):
        async def scene(p):
            await self.observed(p)
            p.module.answers[b"AT+MIPLNOTIFY="] = (b"+CIS ERROR: 602",)
            p.client[3303, 0].update(21.0)
            await sleep(5)
            return p.sent(), p.client.observations.observed, p.client.registered

        sent, observed, registered = play(scene)
        self.assertEqual([line[:13] for line in sent], [b"AT+MIPLNOTIFY", UPDATE[:13]])
        self.assertEqual((observed, registered), ({}, True))

    def test_the_on_time_is_told_each_minute(self):
        async def scene(p):
            await p.register()
            await p.hear(b"+MIPLOBSERVE:0,7,1,3306,0,5852")
            await p.hear(b"+MIPLWRITE:0,3,3306,0,5850,5,1,1,0,0")
            await sleep(190)
            return [int(value) for _, _, value in p.notified()]

        told = play(scene)
        self.assertEqual(len(told), 3)
        self.assertTrue(50 <= told[0] <= 62 and told[1] - told[0] == told[2] - told[1], told)

    def test_a_client_with_nothing_to_do_rests(self):
        """It looks at what is due when something changes or a timer ends, else each 30 s."""

        async def scene(p):
            await self.observed(p)
            looks = []
            due = p.client.observations.due
            p.client.observations.due = lambda: looks.append(1) or due()
            await sleep(600)
            return len(looks), vtime.clock.ticks_diff(
                vtime.clock.ticks_ms(), p.client.notifier.alive
            )

        looks, age_ms = play(scene)
        self.assertTrue(looks <= 21, looks)
        self.assertTrue(age_ms <= 30000, age_ms)


class RegistrationTest(unittest.TestCase):
    def updates(self, p):
        return p.sent().count(UPDATE)

    def test_it_is_renewed_at_half_its_lifetime(self):
        async def scene(p):
            await p.register(lifetime_s=600)
            await sleep(290)
            out = [self.updates(p)]
            for _ in range(3):
                await sleep(302)
                out.append(self.updates(p))
            return out, p.client.registered

        self.assertEqual(play(scene), ([0, 1, 1, 1], True))

    def test_it_is_renewed_when_the_module_asks(self):
        async def scene(p):
            await p.register()
            sent = await p.hear(b"+MIPLEVENT:0,14")
            return sent, p.client.registered

        self.assertEqual(play(scene), ([UPDATE], True))

    def test_a_renewal_that_is_not_answered_is_tried_again(self):
        answers = [None, (b"OK", 100, b"+MIPLEVENT:0,11")]

        async def scene(p):
            await p.register()
            p.module.answers[b"AT+MIPLUPDATE="] = lambda line: answers.pop(0)
            await p.hear(b"+MIPLEVENT:0,14", wait_s=30)
            return p.client.registered, len(answers)

        self.assertEqual(play(scene), (True, 0))

    def test_a_renewal_that_is_refused_is_a_loss_that_is_told(self):
        async def scene(p):
            await p.register()
            await p.hear(b"+MIPLOBSERVE:0,7,1,3303,0,5700")
            p.module.say((b"+MIPLEVENT:0,14",))
            cause = await p.client.lost()
            return cause, p.client.registered, p.client.observations.observed

        cause, registered, observed = play(scene, {b"AT+MIPLUPDATE=": REFUSED})
        self.assertIn("601", cause)
        self.assertEqual((registered, observed), (False, {}))

    def test_renewals_without_an_answer_are_a_loss_too(self):
        async def scene(p):
            await p.register()
            p.module.say((b"+MIPLEVENT:0,14",))
            return await p.client.lost(), p.client.registered, self.updates(p)

        cause, registered, updates = play(scene, {b"AT+MIPLUPDATE=": None})
        self.assertEqual((registered, updates), (False, 3), cause)

    def test_an_end_by_the_platform_is_told_and_a_new_registration_made(self):
        async def scene(p):
            await p.register()
            p.module.say((b"+MIPLEVENT:0,15",))
            cause = await p.client.lost()
            await p.client.register()
            out = p.sent()
            p.client[3303, 0].update(20.0)
            await p.hear(b"+MIPLOBSERVE:0,8,1,3303,0,5700")
            p.client[3303, 0].update(21.0)
            await sleep(3)
            return bool(cause), out[-1], p.client.registered, p.notified()

        expected = (True, OPENING[-1], True, [(8, 5700, b"21.0")])
        self.assertEqual(play(scene), expected)

    def test_a_reboot_of_the_module_is_told(self):
        async def scene(p):
            await p.register()
            p.module.say((b"REBOOT_CAUSE_APPLICATION_AT",))
            return await p.client.lost(), p.client.registered

        self.assertEqual(play(scene), ("the module rebooted", False))

    def test_a_fault_in_its_tasks_is_told(self):
        async def scene(p):
            await p.register()

            def fail():
                raise KeyError("broken")

            p.client.observations.due = fail
            p.client[3303, 0].update(1.0)
            return await p.client.lost(), p.client.observations.observed

        self.assertEqual(play(scene), (repr(KeyError("broken")), {}))


if __name__ == "__main__":
    unittest.main()
