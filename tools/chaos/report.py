"""What a run prints: what it was, the numbers, the causes by name, the verdict."""

import re
from collections import Counter

_PLACES = re.compile(r"^(the line|offline|the session's end|the session's setup): ")
_WAYS = re.compile(r" on the way (up|down)$")
_SHOWN = 10  # broken seeds


def heading(plan, say):
    """Say what is run."""
    said = ["%d baud" % plan.baud if plan.baud else "no baud rate", "ticks from %d" % plan.start]
    said += ["%s=%s" % item for part in (plan.config, plan.module) for item in part.items()]
    say("seed %-8d %s" % (plan.seed, ", ".join(said)))


def summary(tally, broken, took_s, say):
    """Say how it went; broken: {seed: problems}."""
    row = "%-13s %s"
    if tally.runs > 1:
        text = "%d seeds, %.1f hours in virtual time" % (tally.runs, tally.simulated_ms / 3.6e6)
    else:
        text = "%s of the node's time" % _long(tally.simulated_ms / 1000)
    say(row % ("ran", "%s, in %s" % (text, _long(took_s))))
    say(row % ("faults", "%d took effect, the node was restarted %d times" % _of(tally)))
    late, lost, refused = (sum(each.values()) for each in (tally.late, tally.lost, tally.refused))
    say(row % ("operations", "%d asked, %d delivered" % (tally.asked, tally.delivered)))
    text = "%d, the slowest after %.0f ms" % (tally.in_window, tally.worst_ms)
    say(row % ("  in window", text))
    say(row % ("  refused", "%d" % refused))
    say(row % ("  late", "%d" % late))
    say(row % ("  lost", "%d" % lost))
    _causes(tally, say)
    text = "%d came whole to the node, %d answered within 3 s" % (tally.heard, tally.replied)
    say(row % ("deliveries", "%s; else: %s" % (text, _counted(tally.unreplied))))
    say(row % ("answered again", _counted(tally.repeated)))
    text = "%d done, %d of them again behind a restart or a print that lost lines" % (
        tally.drives,
        tally.executed_again,
    )
    say(row % ("writes", "outputs driven %s; half done: %s" % (text, _counted(tally.half))))
    if tally.kept:
        text = "%d kept, %d sent again, arrived as others: %s"
        say(row % ("outbox", text % (tally.kept, tally.sent_again, _counted(tally.garbled))))
    text = "%d, the longest outage %.0f s" % (tally.recoveries, tally.outage_ms / 1000)
    say(row % ("recoveries", text))
    text = "%d bytes at the start, %d at the end" % (tally.memory_start, tally.memory_end)
    if tally.memory_most:
        text += "; at most %d in the first half, %d in the second" % tally.memory_most
    if tally.memory_free:
        text += "; at least %d free" % tally.memory_free
    say(row % ("memory", text))
    for seed, problems in list(broken.items())[:_SHOWN]:
        for problem in problems[:3]:
            say("seed %-8d %s" % (seed, problem))
    count = len(broken)
    say(row % ("result", "%d with broken invariants" % count if count else "no invariant broken"))


def _causes(tally, say):
    """Say how many each fault is to blame for."""
    columns = (tally.refused, tally.late, tally.lost, tally.undelivered)
    merged = [Counter() for _ in columns]
    for counts, column in zip(merged, columns, strict=True):
        for cause, count in column.items():
            counts[_WAYS.sub("", _PLACES.sub("", cause))] += count
    names = sorted(set().union(*merged), key=lambda name: -sum(each[name] for each in merged))
    if names:
        say("  %-34s %8s %8s %8s %13s" % ("cause", "refused", "late", "lost", "not delivered"))
    for name in names:
        say("  %-34s %8s %8s %8s %13s" % (name, *(each[name] or "" for each in merged)))


def _counted(counter):
    if not counter:
        return "none"
    return ", ".join("%s %d" % item for item in counter.most_common(40))


def _of(tally):
    return tally.faults, tally.restarts


def _long(seconds):
    for unit, length in (("days", 86400), ("hours", 3600), ("min", 120)):
        if seconds >= length:
            return "%.1f %s" % (seconds / (60 if unit == "min" else length), unit)
    return "%.1f s" % seconds
