"""The configurations that are measured: the example's, and one for the full load."""

import json

from bench.wiring import EXAMPLE

BUILD = EXAMPLE.parents[1] / "build" / "benchmark"


def settings(baud, loaded=False):
    """Return a configuration: the example's at baud; loaded: sensors that always convert."""
    config = json.loads(EXAMPLE.read_text())
    config["module"]["baud"] = baud
    if loaded:
        config["outbox"] = {"readings": 256, "period": 10}
        for sensor in config["sensors"]:
            sensor["period"] = 1  # a conversion takes 0.75 of it
    return config


def written(name, config):
    """Write a configuration below build/benchmark; return its path."""
    BUILD.mkdir(parents=True, exist_ok=True)
    path = BUILD / ("%s.json" % name)
    path.write_text(json.dumps(config, indent=1))
    return path
