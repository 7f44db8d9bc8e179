"""Run the tests both interpreters can run under the real MicroPython: python -m upytest [-k TEXT].

Each file of host_tests/both runs in its own interpreter; the last line is `N passed, N failed`.
The device code is compiled as for a board, without line numbers; --source takes the sources
instead, whose tracebacks have them. A file has --limit seconds; the test that hangs is named.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DEVICE = ["lib", "firmware"]
BESIDE = ["host_tests/shim", "tools/fakes", "host_tests/fakes", "host_tests", "boards/PC/virtual"]
BESIDE += ["boards/PC"]
PATHS = DEVICE + BESIDE
BUILD = ROOT / "build" / "upytest"
_CODE = """
import sys
sys.path.insert(0, {folder!r})
import unittest, {module} as m
print("TESTS %d %d %d" % unittest.run_module(m, {pattern!r}))
"""


def interpreter():
    """Return the path of a micropython, from the environment or PATH; exits without one."""
    here = Path(sys.executable).parent / "micropython"
    found = str(here) if here.exists() else shutil.which("micropython")
    if not found:
        sys.exit("no micropython found: run `make venv`, which installs one")
    return found


def build():
    """Compile the device code as a board gets it; return its folder."""
    import devcode

    files = {}
    for folder in DEVICE:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if path.name != "manifest.py":
                files[path.relative_to(ROOT / folder).as_posix()] = path
    devcode.write(BUILD, devcode.compiled(files))
    return str(BUILD)


def _told(text):
    """Return (the test begun last, text without the lines that tell which test begins)."""
    begun = re.findall(r"^RUN (.+)$", text, re.M)
    return begun[-1] if begun else "", re.sub(r"^RUN .+\n", "", text, flags=re.M)


def run_file(path, pattern, heap, device, limit_s=170):
    """Run one test file; return (path, ran, failed, skipped, output), failed 1 if it broke off.

    A file that takes longer than limit_s has broken off as well; the output names the test.
    """
    places = [*device, *(str(ROOT / p) for p in BESIDE), ".frozen"]
    env = dict(os.environ, MICROPYPATH=":".join(places))
    code = _CODE.format(folder=str(path.parent), module=path.stem, pattern=pattern)
    try:
        done = subprocess.run(
            [interpreter(), "-X", f"heapsize={heap}", "-c", code],
            env=env,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=limit_s,
            errors="replace",
            check=False,
        )
    except subprocess.TimeoutExpired as late:
        begun, out = _told((late.stdout or b"").decode("utf-8", "replace"))
        out += "FAIL %s.%s took longer than %g s\n" % (path.stem, begun or "import", limit_s)
        return path, 1, 1, 0, out
    _, out = _told(done.stdout)
    match = re.search(r"^TESTS (\d+) (\d+) (\d+)$", out, re.M)
    if done.returncode or not match:
        return path, 1, 1, 0, out
    ran, failed, skipped = map(int, match.groups())
    return path, ran, failed, skipped, out


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-k", default="", help="only tests whose Class.name holds this text")
    parser.add_argument("--heap", default="4M", help="heap of the interpreter (default 4M)")
    parser.add_argument("--source", action="store_true", help="the sources, not what a board gets")
    parser.add_argument("--limit", type=float, default=170, help="seconds a file has (170)")
    parser.add_argument("files", nargs="*", type=Path)
    args = parser.parse_args()
    files = args.files or sorted((ROOT / "host_tests/both").glob("test_*.py"))
    device = [str(ROOT / p) for p in DEVICE] if args.source else [build()]
    with ThreadPoolExecutor(2) as pool:
        work = [
            pool.submit(run_file, f.resolve(), args.k, args.heap, device, args.limit)
            for f in files
        ]
        results = [each.result() for each in work]
    total = bad = skips = 0
    for path, ran, failed, skipped, out in results:
        total += ran
        bad += failed
        skips += skipped
        if failed or "SKIP" in out:
            print(out.rstrip())
        print(f"{path.name}: {ran - failed - skipped} passed, {failed} failed, {skipped} skipped")
    print(f"micropython: {total - bad - skips} passed, {bad} failed, {skips} skipped")
    if bad and not args.source:
        print("lines of the device code in tracebacks: --source")
    return 1 if bad or not total else 0


if __name__ == "__main__":
    sys.exit(main())
