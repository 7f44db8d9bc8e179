"""What modules of this family printed in the field: sessions and operations of the platform.

Each test is a public bug report, log or driver, named in its docstring; the bytes are theirs, the
right value is what the platform wanted.
"""

import unittest

from field_rig import OBJECTS, play

OK, CHANGED, BAD, NOT_FOUND, NOT_ALLOWED = 1, 2, 11, 13, 14


def results(msgid, *items, wait_s=6, answers=None):
    """Return the results with which a node in a session answers msgid when items are printed."""

    async def scene(node):
        await node.online()
        await node.hear(*items, wait_s=wait_s)
        return node.results(msgid)

    return play(scene, answers)


class SessionTest(unittest.TestCase):
    def test_a_session_of_before_and_events_that_take_their_time(self):
        """Log of a WH-NB73: 602 on CREATE, event 15 before the OK of DELETE, OBSERVE with 6."""
        created = []

        def create(line):
            created.append(line)
            if len(created) == 1:
                return (b"+CIS ERROR:602",)
            return b"+MIPLCREATE:0", b"OK"

        burst = (
            b"\r\n+MIPLEVENT:0,6\r\n\r\n+MIPLOBSERVE:0,88436,1,3303,0,-1\r\n"
            b"\r\n+MIPLOBSERVE:0,153973,1,3306,0,-1\r\n"
        )
        answers = {
            b"AT+MIPLCREATE": create,
            b"AT+MIPLDELETE=": (b"+MIPLEVENT:0,15", 280, b"OK"),
            b"AT+MIPLOPEN=": (
                b"OK",
                200,
                b"+MIPLEVENT:0,1",
                3000,
                b"+MIPLEVENT:0,2",
                30,
                b"+MIPLEVENT:0,4",
                3500,
                ("raw", burst),
                900,
                b"+MIPLDISCOVER:0,22902,3303",
                20,
                b"+MIPLDISCOVER:0,22903,3306",
            ),
        }

        async def scene(node):
            await node.linked()
            await node.modem.mipl.open(OBJECTS, 3600, 30)
            await node.sleep(6)
            ids = (88436, 153973, 22902, 22903)
            return node.registered, node.losses, [node.results(each) for each in ids]

        self.assertEqual(play(scene, answers), (True, [], [[OK]] * 4))

    def test_events_21_and_22_behind_each_answer_change_nothing(self):
        """M5310 log."""

        async def scene(node):
            await node.online()
            for msgid in range(39280, 39290):
                await node.hear(b"+MIPLREAD:0,%d,3303,0,5700" % msgid, wait_s=1)
            return node.losses, [node.results(each) for each in range(39280, 39290)]

        answer = (b"OK", 50, b"+MIPLEVENT:0,21", b"+MIPLEVENT:0,22")
        self.assertEqual(play(scene, {b"AT+MIPLREADRSP=": answer}), ([], [[OK]] * 10))

    def test_a_second_ok_is_not_taken_for_the_next_command(self):
        """Log of a WH-NB73: two OK to one answer."""

        async def scene(node):
            await node.online()
            seen = []
            for msgid in range(500, 505):
                node.module.say([b"+MIPLREAD:0,%d,3303,0,5700" % msgid])
                await node.sleep(0.06)
                await node.network.signal()
                seen.append((node.results(msgid), node.network.rssi))
                node.network.rssi = 0
                await node.sleep(2)
            return seen

        answers = {
            b"AT+MIPLREADRSP=": (b"OK", b"OK"),
            b"AT+CSQ": (40, b"+CSQ:17,99", b"OK"),
        }
        self.assertEqual(play(scene, answers), [([OK], 17)] * 5)

    def test_create_that_answers_ok_alone(self):
        """M5310-A driver: the session is 0 then."""
        lines = (b"+MIPLOBSERVE:0,6001,1,3303,0,-1", b"+MIPLDISCOVER:0,6002,3303")
        answers = {b"AT+MIPLCREATE": (b"OK",)}
        self.assertEqual(results(6001, *lines, answers=answers), [OK])
        self.assertEqual(results(6002, *lines, answers=answers), [OK])

    def test_the_device_was_deleted_on_the_platform(self):
        """OneMO's LwM2M manual: event 31; the session is renewed or given up in 2 minutes."""

        async def scene(node):
            await node.supervised()
            await node.hear(b"+MIPLEVENT: 0,31", wait_s=120)
            renewed = [line for line in node.sent if line.startswith(b"AT+MIPL")]
            return bool(renewed) or not node.registered

        self.assertTrue(play(scene))


class ObserveTest(unittest.TestCase):
    def test_discover_twice_with_two_ids_and_an_observe_between(self):
        """Log of a WH-NB73."""
        lines = (
            b"+MIPLDISCOVER:0,22902,3303",
            b"+MIPLOBSERVE:0,22905,1,3303,1,-1",
            b"+MIPLDISCOVER:0,22904,3303",
        )
        for msgid in (22902, 22905, 22904):
            self.assertEqual(results(msgid, *lines), [OK])

    def test_an_object_of_the_module_is_not_met_with_silence(self):
        """Public log: OBSERVE of object 4."""
        self.assertEqual(results(200588, b"+MIPLOBSERVE:0,200588,1,4,0,-1"), [NOT_FOUND])

    def test_observed_anew_while_a_notification_is_on_its_way(self):
        """zephyrproject-rtos/zephyr#63373: the next one bears the new id."""

        async def scene(node):
            await node.online()
            await node.hear(b"+MIPLOBSERVE:0,7001,1,3303,0,5700", wait_s=4)
            node.thermometers[0].update(25.0)
            await node.sleep(0.2)
            await node.hear(b"+MIPLOBSERVE:0,7002,1,3303,0,5700", wait_s=4)
            del node.module.log[:]
            node.thermometers[0].update(26.0)
            await node.sleep(4)
            return {msgid for _, msgid, _ in node.notified()}

        self.assertEqual(play(scene, {b"AT+MIPLNOTIFY=": (400, b"OK")}), {b"7002"})


async def observed(node, attributes):
    """Observe 3303/0/5700 under attributes, 4 s ago; return the result of setting them."""
    await node.online()
    line = b"+MIPLPARAMETER:0,7201,3303,0,5700,%d,%s" % (len(attributes), attributes)
    await node.hear(line, wait_s=2)
    await node.hear(b"+MIPLOBSERVE:0,7200,1,3303,0,5700", wait_s=4)
    return node.results(7201)


def laid(attributes):
    """Return the result of setting attributes."""

    async def scene(node):
        return await observed(node, attributes)

    return play(scene)


def periods(attributes, seconds):
    """Return the whole seconds between notifications of a constant value."""

    async def scene(node):
        assert await observed(node, attributes) == [CHANGED]
        await node.sleep(seconds)
        times = [at for at, _, _ in node.notified()]
        return {(times[i] - times[i - 1] + 500) // 1000 for i in range(1, len(times))}

    return play(scene)


class AttributesTest(unittest.TestCase):
    def test_a_constant_value_is_told_each_pmax(self):
        """AVSystem/Anjay#69."""
        self.assertEqual(periods(b'"pmin=30;pmax=45"', 300), {45})

    def test_quick_changes_are_told_once_behind_pmin(self):
        """eclipse-wakaama/wakaama#548: with the latest value."""

        async def scene(node):
            await observed(node, b'"pmin=10"')
            await node.sleep(20)
            node.thermometers[0].update(30.0)
            await node.sleep(2)
            del node.module.log[:]
            for value in (31.0, 32.0, 33.0):
                node.thermometers[0].update(value)
                await node.sleep(1)
            await node.sleep(12)
            return [value for _, _, value in node.notified()]

        self.assertEqual(play(scene), [b"33.0"])

    def test_periods_with_a_fraction_are_refused(self):
        """Log of a WH-NB73; OMA TS 1.0 has integers."""
        self.assertEqual(laid(b'"pmin=1.8;pmax=5.0;gt=3.6;lt=3.0;stp=0.1"'), [BAD])

    def test_zeros_for_what_is_not_set(self):
        """Handlers of M5312, M5313 and an RDA module print every attribute."""
        raw = b'"pmin=15; pmax=60; gt=0.000000; lt=0.000000; stp=0.000000"'
        self.assertEqual(periods(raw, 200), {60})

    def test_thresholds_below_zero(self):
        """eclipse/leshan#1451."""

        async def scene(node):
            assert await observed(node, b'"gt=-70.0;lt=-110.5"') == [CHANGED]
            node.thermometers[0].update(-60.0)
            await node.sleep(5)
            del node.module.log[:]
            node.thermometers[0].update(-80.0)
            await node.sleep(5)
            return len(node.notified())

        self.assertEqual(play(scene), 1)

    def test_the_guide_s_own_example(self):
        self.assertEqual(laid(b'"pmin=18;pmax=90;lt=0.0;gt=60.0;stp=2.0"'), [CHANGED])


class ReadTest(unittest.TestCase):
    def test_a_blank_behind_the_colon(self):
        """A PC script against this command set."""

        async def scene(node):
            await node.online()
            await node.hear(b"+MIPLREAD: 0,4932,3303,1,5700")
            return node.answers_to(4932)

        line = b"AT+MIPLREADRSP=0,4932,1,3303,1,5700,4,4,21.5,0,0"
        self.assertEqual(play(scene), [line])

    def test_what_can_only_be_executed(self):
        """Public driver."""
        self.assertEqual(results(888888, b"+MIPLREAD:0,888888,3303,0,5605"), [NOT_ALLOWED])

    def test_a_whole_object_in_three_fields(self):
        """A comment in a public driver."""
        self.assertEqual(set(results(888888, b"+MIPLREAD:0,888888,3303")), {OK})


class ExecuteTest(unittest.TestCase):
    def test_a_blank_before_the_resource_and_raw_arguments(self):
        """Log of a WH-NB73."""
        line = b"+MIPLEXECUTE:0,51131,3303,0, 5605,5,reset"
        self.assertEqual(results(51131, line), [CHANGED])

    def test_a_field_behind_the_arguments_and_a_stray_ok(self):
        """Log of a WH-NB73."""
        line = b"+MIPLEXECUTE: 0,18166,3303,0,5605,5,reset,0"
        self.assertEqual(results(18166, line, b"OK"), [CHANGED])

    def test_an_unknown_object(self):
        """Public log."""
        line = b'+MIPLEXECUTE: 0,11097,8863,0,5000,4,"ping"'
        self.assertEqual(results(11097, line), [NOT_FOUND])

    def test_arguments_that_mean_nothing_here_are_refused(self):
        """Public log: 38 characters of hex; nothing is reset."""

        async def scene(node):
            await node.online()
            node.thermometers[0].update(30.0)
            line = b"+MIPLEXECUTE:0,12347,3303,0,5605,38,14001300000A0C0F01002C5D37F7303C000000"
            await node.hear(line)
            del node.module.log[:]
            await node.hear(b"+MIPLREAD:0,12348,3303,0,5602")
            return node.answers_to(12348)[0].split(b",")[8]

        self.assertEqual(play(scene), b"30.0")


def written(msgid, *items):
    """Return (results of msgid, what the outputs were set to, the application type)."""

    async def scene(node):
        await node.online()
        await node.hear(*items, wait_s=6)
        return node.results(msgid), node.driven, node.switch.get(5750)

    return play(scene)


class WriteTest(unittest.TestCase):
    def test_typed_booleans(self):
        """M5310 log."""
        on = b"+MIPLWRITE:0,43356,3306,0,5850,5,1,1,0,0"
        off = b"+MIPLWRITE:0,43357,3306,0,5850,5,1,0,0,0"
        driven = [("on", True), ("on", False)]
        self.assertEqual(written(43357, on, 500, off)[:2], ([CHANGED], driven))

    def test_text_of_the_type_opaque_that_is_not_hex(self):
        """BC28 driver."""
        line = b"+MIPLWRITE: 0,53583,3306,0,5750,2,5,12345,0,0"
        self.assertEqual(written(53583, line), ([CHANGED], [], "12345"))

    def test_hex_that_lost_a_digit_drives_nothing(self):
        """Of 0D, 01 and 62 the line lost one digit each: as text they would be other values."""
        for line in (b"5851,2,1,D", b"5851,2,1,2", b"5850,2,1,1", b"5850,2,1,0"):
            line = b"+MIPLWRITE:0,303,3306,0,%s,0,0" % line
            self.assertEqual(written(303, line)[:2], ([BAD], []), line)

    def test_an_unknown_object(self):
        """OneNET's help page for M5310-A."""
        line = b"+MIPLWRITE:0,35605,20,1,0,2,16,050D0000050D0016,0"
        self.assertEqual(written(35605, line)[0], [NOT_FOUND])

    def test_text_without_quotes_and_one_field_behind_it(self):
        """Driver of China Mobile's MN316."""
        line = b"+MIPLWRITE:0,25052,3306,0,5750,1,6,123412,0"
        self.assertEqual(written(25052, line), ([CHANGED], [], "123412"))

    def test_two_resources_counted_by_index_then_flag(self):
        """OneMO's LwM2M manual, buffered mode: both are written, one answer."""
        first = b"+MIPLWRITE:0,8173,3306,0,5851,3,2,60,1,0"
        second = b"+MIPLWRITE:0,8173,3306,0,5750,1,4,test,0,0"
        self.assertEqual(written(8173, first, second), ([CHANGED], [("dim", 60)], "test"))

    def test_text_in_chinese(self):
        """Public packages for this family: UTF-8, as it is."""
        raw = "开灯".encode()
        line = b"+MIPLWRITE:0,302,3306,0,5750,1,%d,%s,0,0" % (len(raw), raw)
        self.assertEqual(written(302, line), ([CHANGED], [], "开灯"))
