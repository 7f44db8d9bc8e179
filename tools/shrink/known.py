"""Names in the ROM of every MicroPython: they take no heap, and foreign objects have them."""

import functools
import re
import subprocess

from upytest import interpreter

_PROBE = """
import micropython
class Known: pass
while True:
    name = input()
    micropython.qstr_info()
    setattr(Known, name, 1)
"""


@functools.lru_cache(4)
def known(text):
    """Return those identifiers in text that the interpreter on this computer knows already."""
    words = sorted(set(re.findall(r"[^\W\d]\w*", text)))
    run = subprocess.run(
        [interpreter(), "-c", _PROBE],
        input="\n".join([*words, "last_one"]) + "\n",
        capture_output=True,
        text=True,
        check=False,
    )
    counts = [int(count) for count in re.findall(r"n_qstr=(\d+)", run.stdout)]
    if len(counts) != len(words) + 1:
        raise OSError("the interpreter does not tell its names: " + run.stderr.strip()[-200:])
    return {word for word, a, b in zip(words, counts, counts[1:], strict=False) if a == b}
