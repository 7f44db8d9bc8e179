"""The node comes back by itself: reboots, silence, lost registrations, lost network."""

from node_rig import play

from m5310 import errors
from m5310.errors import AtError


async def works(r):
    """True if a read is answered and everything is observed again."""
    op = await r.ask("read", 3303, 0, 5700)
    return op.code == 205 and len(r.device.observed) == 3


def test_a_rebooted_module_is_registered_again():
    async def scene(r):
        await r.online()
        r.module.reboot("REBOOT_CAUSE_APPLICATION_WATCHDOG")
        await r.until(lambda: r.node.supervisor.state != "online")
        await r.online()
        return await works(r), r.node.supervisor.sessions, r.node.status()["boots"]

    assert play(scene) == (True, 2, 1)


def test_a_module_that_is_silent_at_first_is_found_later():
    async def scene(r):
        r.uart.stopped = True
        await r.sleep(100)
        said = " ".join(r.said)
        r.uart.stopped = False
        await r.online(120)
        return said, await works(r)

    said, ok = play(scene)
    assert "no OK from the module on UART 2 at 9600 baud: check that TX and RX" in said
    assert ok


def test_forty_seconds_of_silence_end_with_the_node_registered():
    async def scene(r):
        await r.online()
        r.board.set_temp("ds18x20-0", 40.0)  # something to send, so the silence is noticed
        r.uart.stopped = True
        await r.sleep(40)
        r.uart.stopped = False
        await r.online(30)
        return await works(r), r.node.supervisor.sessions

    assert play(scene, config={"onenet.lifetime": 120}) == (True, 1)


def test_the_registration_is_renewed_before_the_lifetime_runs_out():
    async def scene(r):
        await r.online()
        await r.sleep(20 * 60)
        updates = [line for line in r.sent if line == "AT+MIPLUPDATE=0,0,0"]
        return len(updates), r.device.online, r.node.supervisor.sessions

    updates, online, sessions = play(scene, config={"onenet.lifetime": 300}, baud=0)
    assert (updates, online, sessions) == (8, True, 1)


def test_a_registration_the_platform_forgot_is_made_anew():
    async def scene(r):
        await r.online()
        r.module.poll()
        r.uart.port.module.feed(b"")
        r.node.modem.at._line(b"+MIPLEVENT:0,9")
        await r.until(lambda: r.node.supervisor.state != "online")
        await r.online()
        return await works(r), r.node.supervisor.sessions

    assert play(scene) == (True, 2)


def test_an_answer_that_did_not_arrive_makes_the_node_check_its_registration():
    async def scene(r):
        await r.online()
        r.node.modem.at._line(b"+MIPLEVENT:0,20,1005")
        await r.sleep(5)
        return r.sent.count("AT+MIPLUPDATE=0,0,0"), await works(r), r.node.supervisor.sessions

    assert play(scene) == (1, True, 1)


def test_a_lost_network_is_waited_for_and_the_registration_confirmed():
    async def scene(r):
        await r.online()
        r.module.set_network(False)
        await r.sleep(150)
        r.module.set_network(True)
        await r.sleep(150)
        return await works(r), r.node.supervisor.state

    assert play(scene, baud=0) == (True, "online")


def test_a_denied_registration_is_reported_and_tried_again():
    async def scene(r):
        await r.until(lambda: r.node.supervisor.recoveries >= 2, 400)
        first = list(r.said)
        r.platform.auto_create = True
        await r.online(300)
        return " ".join(first)

    said = play(scene, platform={"auto_create": False}, baud=0)
    assert "registration failed: are IMEI and IMSI those of the platform's device?" in said


def test_a_task_that_fails_is_started_again_and_counted():
    async def scene(r):
        await r.online()
        due = r.node.notifier.observations.due

        def broken():
            r.node.notifier.observations.due = due
            raise KeyError("broken")

        r.node.notifier.observations.due = broken
        await r.sleep(3)
        r.board.set_temp("ds18x20-0", 44.0)
        await r.sleep(12)
        return r.node.restarts, any(",5700,4,4,44.0," in line for line in r.sent)

    assert play(scene) == (1, True)


def test_a_repeated_write_is_answered_again_and_not_executed_again():
    async def scene(r):
        await r.online()
        moves = []
        r.board.on_change(lambda kind, pin, value: moves.append((pin, value)))
        line = b"+MIPLWRITE:0,77,3306,0,5850,2,1,01,0,0"
        for _ in range(3):
            r.node.modem.at._line(line)
        await r.sleep(1)
        answers = [text for text in r.sent if text == "AT+MIPLWRITERSP=0,77,2"]
        return [m for m in moves if m[0] == 26], len(answers)

    assert play(scene) == ([(26, 1)], 3)


def test_a_signal_query_that_fails_leaves_the_session_alone():
    async def scene(r):
        await r.online()
        command = r.node.modem.at.command

        async def refuse(text, *args, **options):
            if text == b"AT+CSQ":
                raise AtError(errors.ERROR, 0, text)
            return await command(text, *args, **options)

        r.node.modem.at.command = refuse
        await r.sleep(100)
        return r.node.supervisor.sessions, await works(r)

    assert play(scene, baud=0) == (1, True)


def test_a_renewal_whose_ok_is_lost_is_tried_again_and_not_given_up():
    async def scene(r):
        await r.online()
        command = r.node.modem.at.command
        lost = [errors.HELD, errors.TIMEOUT]

        async def lose(text, *args, **options):
            if text.startswith(b"AT+MIPLUPDATE") and lost:
                raise AtError(lost.pop(), 0, text)
            return await command(text, *args, **options)

        r.node.modem.at.command = lose
        await r.sleep(80)
        return lost, r.node.supervisor.sessions, await works(r)

    assert play(scene, baud=0, config={"onenet.lifetime": 120}) == ([], 1, True)


def test_a_fault_of_ours_on_the_way_online_climbs_the_ladder():
    async def scene(r):
        attach = r.node.modem.attach
        faults = [MemoryError(), KeyError("fault")]

        async def fail(timeout):
            if faults:
                raise faults.pop()
            await attach(timeout)

        r.node.modem.attach = fail
        await r.online(120)
        return r.node.supervisor.recoveries, r.node.restarts

    assert play(scene, baud=0) == (2, 0)


def test_a_read_whose_line_the_module_refuses_is_ended_by_an_error():
    """And not by what was supplied before, which would pass for the whole answer."""

    async def scene(r):
        await r.online()
        r.node.registry.instance(3303, 0).values[5701] = "\u00b0C"  # its length confuses some
        value = r.node.modem.mipl.dialect.value
        r.node.modem.mipl.dialect.value = lambda out, kind, text: (
            out.extend(b"1,9,x") if kind == 1 else value(out, kind, text)
        )
        op = await r.ask("read", 3303, 0)
        r.node.modem.mipl.dialect.value = value
        return op.code, len(op.values), r.sent[-1].split(",")[-1], await works(r)

    assert play(scene) == (400, 0, "11", True)


def test_a_write_with_an_old_msgid_after_days_is_a_new_one():
    async def scene(r):
        await r.online()
        answered = []
        for value, days in (("01", 7), ("00", 0)):
            line = "+MIPLWRITE:0,77,3306,0,5850,2,1,%s,0,0" % value
            r.node.modem.at._line(line.encode())
            await r.sleep(1)
            answered.append(r.board.pins[26])
            r.clock.start += days * 86_400_000
        return answered

    assert play(scene) == [1, 0]


def test_an_operation_too_long_for_the_buffer_is_refused_and_does_nothing():
    """Its end is never seen; unanswered it would block the module for every later operation."""

    async def scene(r):
        await r.online()
        lowest = r.node.registry.instance(3303, 0).values[5601]
        r.board.set_temp("ds18x20-0", 40.0)
        await r.sleep(12)
        line = b'+MIPLEXECUTE:0,99,3303,0,5605,5, "reset"' + b"x" * 1500
        r.uart.put(b"\r\n" + line + b"\r\n")
        await r.sleep(1)
        kept = r.node.registry.instance(3303, 0).values[5601] == lowest
        return r.sent.count("AT+MIPLEXECUTERSP=0,99,11"), kept, await works(r)

    assert play(scene) == (1, True, True)


def test_all_of_it_over_the_wrap_of_the_ticks():
    async def scene(r):
        await r.online()
        await r.sleep(60)
        return await works(r), r.node.supervisor.sessions

    for start in ((1 << 30) - 20_000, (1 << 29) - 20_000):
        assert play(scene, start=start, baud=0) == (True, 1)
