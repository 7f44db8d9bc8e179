"""A script that breaks an invariant, made as small as it still breaks the same one."""

from dataclasses import replace


def smallest(plan, play, say):
    """Return plan with as few faults as break the invariant that all of them break first."""
    wanted = _broken(play(plan))
    if not wanted:
        say("shrink        seed %d breaks no invariant" % plan.seed)
        return plan
    faults = list(plan.script.faults)
    size = max(len(faults) // 2, 1)
    while True:
        before = len(faults)
        for at in range(len(faults) - 1, -1, -size):
            fewer = faults[: max(at - size + 1, 0)] + faults[at + 1 :]
            script = replace(plan.script, faults=tuple(fewer))
            if _broken(play(replace(plan, script=script))) == wanted:
                faults = fewer
        if len(faults) == before and size == 1:
            break
        size = max(size // 2, 1)
    say("shrink        %d faults of %d break %s" % (len(faults), len(plan.script.faults), wanted))
    return replace(plan, script=replace(plan.script, faults=tuple(faults)))


def _broken(tally):
    """Return which invariant broke first, "" if none."""
    return tally.problems[0].split(",")[0] if tally.problems else ""
