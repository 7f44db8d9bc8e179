"""The referee catches every kind of wrong: a node or a module with one thing changed.

Without these a referee that sees nothing would be the greenest of all.
"""

import pytest
import sabotage
from chaos_rig import broken, plan

from chaos.virtual import play

WRITES = (9.9, "burst", {"count": 6, "kinds": ["write"]})
MUTED = (10.1, "mute", {"way": "up", "seconds": 8})  # the module repeats what it asked
SLOW = (9, "registration", {"seconds": 60})
BOOTED = (10, "reboot", {"cause": "REBOOT_CAUSE_APPLICATION_WATCHDOG"})

PLAIN = plan()
REPEATED = plan(WRITES, MUTED)
REBOOTED = plan(BOOTED)
KEEPING = plan(SLOW, BOOTED, seconds=120, outbox=256, period_s=5)

CASES = [
    (1, PLAIN, "silent_at_times"),
    (1, PLAIN, "answers_twice"),
    (1, PLAIN, "answers_late"),
    (1, PLAIN, "answers_with_another_code"),
    (2, REPEATED, "forgets_what_it_did"),
    (2, PLAIN, "drives_by_itself"),
    (2, PLAIN, "writes_nothing"),
    (3, PLAIN, "names_another_msgid"),
    (3, PLAIN, "reads_what_is_not"),
    (4, PLAIN, "sends_a_command_of_nobody"),
    (4, PLAIN, "sends_two_lines_for_one"),
    (4, PLAIN, "cuts_a_line_off"),
    (4, PLAIN, "ends_lines_otherwise"),
    (5, PLAIN, "module_that_wants_another_form"),
    (6, PLAIN, "notifies_what_was_not_measured"),
    (6, KEEPING, "loses_readings_of_the_outbox"),
    (6, KEEPING, "sends_a_reading_for_ever"),
    (6, KEEPING, "keeps_readings_for_itself"),
    (7, PLAIN, "a_task_fails"),
    (7, PLAIN, "a_handler_fails"),
    (7, PLAIN, "an_operation_fails"),
    (7, PLAIN, "queues_without_end"),
    (8, PLAIN, "leaves_by_itself"),
    (8, REBOOTED, "gives_up"),
    (8, PLAIN, "changes_its_rate"),
    (9, PLAIN, "keeps_every_operation"),
    (9, PLAIN, "leaves_tasks_behind"),
]


@pytest.mark.parametrize("given", [PLAIN, REPEATED, REBOOTED, KEEPING])
def test_a_node_that_nobody_tampered_with_breaks_nothing(given):
    tally = play(given)
    assert tally.problems == []
    assert tally.in_window > 20


def test_an_operation_that_comes_before_another_is_answered_may_wait_for_it():
    """Two whole objects at once, at 9600 baud with echo: 24 lines need 4 s."""
    bursts = [(float(at), "burst", {"count": 2, "kinds": ["read"]}) for at in range(3, 300, 4)]
    module = {"register_ms": 500, "max_outstanding": 2, "echo": True, "reply_ms": 80}
    tally = play(plan(*bursts, seconds=300, chunk=1, lag_ms=4, gap_s=4.0, module=module))
    assert tally.problems == []
    assert tally.unreplied["another operation at the same time"] > 0


@pytest.mark.parametrize(("invariant", "given", "how"), CASES)
def test_it_says_which_invariant_was_broken(monkeypatch, capsys, invariant, given, how):
    getattr(sabotage, how)(monkeypatch)
    assert invariant in broken(play(given))


def test_every_invariant_has_its_sabotage():
    assert {invariant for invariant, _, _ in CASES} == set(range(1, 10))
    names = {
        name
        for name, each in vars(sabotage).items()
        if getattr(each, "__module__", "") == "sabotage"
    }
    assert names == {how for _, _, how in CASES} | {"wrap", "every", "beside"}
