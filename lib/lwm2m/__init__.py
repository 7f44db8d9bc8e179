"""LwM2M for a node: objects, values, observations, notification rules; no AT text, no tasks.

Names load when first asked for: `from lwm2m import Registry` brings only what Registry needs.
"""

_HOME = {
    "Registry": "registry",
    "Observations": "observe",
    "Instance": "instance",
    "Temperature": "temperature",
    "Actuation": "actuation",
    "fits": "payload",
    "size": "payload",
}


def __getattr__(name):
    home = _HOME.get(name, "codes")
    if name[:1] == "_":
        raise AttributeError(name)
    value = getattr(__import__(home, globals(), None, (name,), 1), name)
    globals()[name] = value
    return value
