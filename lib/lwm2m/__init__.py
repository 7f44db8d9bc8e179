"""LwM2M for a node: objects, values, observations, notification rules; no AT text, no tasks.

Names load when first asked for: `from lwm2m import Registry` brings only what Registry needs.
"""


def __getattr__(name):
    if name[:1] == "_":
        raise AttributeError(name)
    homes = {  # made when asked for: it takes no heap in between
        "Registry": "registry",
        "Observations": "observe",
        "Instance": "instance",
        "Temperature": "temperature",
        "Actuation": "actuation",
        "fits": "payload",
        "size": "payload",
    }
    home = homes.get(name, "codes")
    value = getattr(__import__(home, globals(), None, (name,), 1), name)
    globals()[name] = value
    return value
