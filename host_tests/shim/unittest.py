"""The part of unittest our tests use, for the real MicroPython, which ships none."""

import sys


class SkipTest(Exception):
    pass


class _Raises:
    def __init__(self, case, kind):
        self.case = case
        self.kind = kind
        self.exception = None

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        if kind is None:
            self.case.fail("%s not raised" % self.kind)
        if not isinstance(value, self.kind):
            return False
        self.exception = value
        return True


class TestCase:
    def setUp(self):
        pass

    def tearDown(self):
        pass

    def fail(self, message="failed"):
        raise AssertionError(message)

    def skipTest(self, reason):
        raise SkipTest(reason)

    def _check(self, ok, text, message):
        if not ok:
            self.fail(text if message is None else "%s: %s" % (message, text))

    def assertTrue(self, value, msg=None):
        self._check(value, "%r is not true" % (value,), msg)

    def assertFalse(self, value, msg=None):
        self._check(not value, "%r is not false" % (value,), msg)

    def assertEqual(self, a, b, msg=None):
        self._check(a == b, "%r != %r" % (a, b), msg)

    def assertNotEqual(self, a, b, msg=None):
        self._check(a != b, "%r == %r" % (a, b), msg)

    def assertIs(self, a, b, msg=None):
        self._check(a is b, "%r is not %r" % (a, b), msg)

    def assertIsNone(self, a, msg=None):
        self._check(a is None, "%r is not None" % (a,), msg)

    def assertIsNotNone(self, a, msg=None):
        self._check(a is not None, "is None", msg)

    def assertIn(self, a, b, msg=None):
        self._check(a in b, "%r not in %r" % (a, b), msg)

    def assertNotIn(self, a, b, msg=None):
        self._check(a not in b, "%r in %r" % (a, b), msg)

    def assertGreater(self, a, b, msg=None):
        self._check(a > b, "%r <= %r" % (a, b), msg)

    def assertGreaterEqual(self, a, b, msg=None):
        self._check(a >= b, "%r < %r" % (a, b), msg)

    def assertLess(self, a, b, msg=None):
        self._check(a < b, "%r >= %r" % (a, b), msg)

    def assertLessEqual(self, a, b, msg=None):
        self._check(a <= b, "%r > %r" % (a, b), msg)

    def assertAlmostEqual(self, a, b, places=7, msg=None, delta=None):
        limit = 10**-places / 2 if delta is None else delta
        self._check(abs(a - b) <= limit, "%r !~ %r" % (a, b), msg)

    def assertIsInstance(self, a, kind, msg=None):
        self._check(isinstance(a, kind), "%r is no %r" % (a, kind), msg)

    def assertRaises(self, kind, call=None, *args):
        guard = _Raises(self, kind)
        if call is None:
            return guard
        with guard:
            call(*args)
        return guard


def run_module(module, pattern=""):
    """Run every test of module whose Class.name holds pattern; return (run, failed, skipped)."""
    ran = failed = skipped = 0
    for name in sorted(dir(module)):
        kind = getattr(module, name)
        if not (isinstance(kind, type) and issubclass(kind, TestCase)) or kind is TestCase:
            continue
        for method in sorted(dir(kind)):
            if not method.startswith("test") or pattern not in "%s.%s" % (name, method):
                continue
            ran += 1
            print("RUN %s.%s" % (name, method))  # names the test that hangs
            case = kind()
            try:
                case.setUp()
                try:
                    getattr(case, method)()
                finally:
                    case.tearDown()
            except SkipTest as e:
                skipped += 1
                print("SKIP %s.%s: %s" % (name, method, e))
            except Exception as e:
                failed += 1
                print("FAIL %s.%s.%s" % (module.__name__, name, method))
                sys.print_exception(e)
    return ran, failed, skipped


def main():
    """Do nothing: the runner calls run_module."""
