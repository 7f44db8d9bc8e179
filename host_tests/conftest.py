"""Tests in real time begin first: they mostly wait, and the others run beside them."""

_FIRST = ("host_tests/e2e", "host_tests/pcboard", "host_tests/bench/test_bench_run")


def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: not item.nodeid.startswith(_FIRST))
