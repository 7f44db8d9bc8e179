"""What mutmut found: which mutants were killed, which are judged to change nothing."""

import json
import os
import tomllib
from pathlib import Path

from mutants.stage import ROOT, STAGE, original

JUDGED = ROOT / "host_tests" / "equivalent_mutants.toml"
_KILLED_BY = ("killed", "timeout", "segfault", "caught by type check")


class Mutant:
    """A change of one function: file and name, and whether a test noticed it."""

    def __init__(self, name, path, status):
        self.name = name
        self.path = path
        self.status = status

    @property
    def source(self):
        """Its file, as the checkout calls it."""
        return original(self.path.as_posix())

    @property
    def killed(self):
        return self.status in _KILLED_BY

    def change(self):
        """Return (lines taken out, lines put in), as they stand in the source, and the diff."""
        from mutmut.mutation.diff_apply import get_diff_for_mutant

        here = Path.cwd()
        os.chdir(STAGE)
        try:
            diff = get_diff_for_mutant(self.name, path=self.path)
        finally:
            os.chdir(here)
        lines = [line for line in diff.splitlines() if not line.startswith(("---", "+++", "@@"))]
        taken = [line[1:].strip() for line in lines if line.startswith("-")]
        put = [line[1:].strip() for line in lines if line.startswith("+")]
        return taken, put, "\n".join(lines)


def found():
    """Return all mutants that were tried."""
    from mutmut.stats import status_by_exit_code

    out = []
    for meta in sorted((STAGE / "mutants" / "src").rglob("*.py.meta")):
        path = meta.relative_to(STAGE / "mutants").as_posix()[: -len(".meta")]
        for name, code in json.loads(meta.read_text())["exit_code_by_key"].items():
            if code is not None:
                out.append(Mutant(name, Path(path), status_by_exit_code[code]))
    return out


def judged():
    """Return {(file, lines taken out, lines put in): why it changes nothing that shows}."""
    entries = tomllib.loads(JUDGED.read_text("utf-8")).get("mutant", []) if JUDGED.exists() else []
    return {(each["file"], each["old"], each["new"]): each["why"] for each in entries}


def sorted_out(mutants):
    """Return (survivors, equivalents): lists of (mutant, diff or reason)."""
    known = judged()
    survivors = []
    equivalent = []
    for mutant in mutants:
        if mutant.killed:
            continue
        taken, put, diff = mutant.change()
        why = known.get((mutant.source, "\n".join(taken), "\n".join(put)))
        if why:
            equivalent.append((mutant, why))
        else:
            survivors.append((mutant, diff))
    return survivors, equivalent
