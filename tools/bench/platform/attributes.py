"""Notification attributes as the platform checks and spells them (guide 3.5(5))."""

from bench.platform.operations import Limit

ORDER = ("pmin", "pmax", "lt", "gt", "st")  # the order the guide prints them in


def check(rid, attributes):
    """Raise ValueError, naming the rule, if the platform would not send attributes to rid.

    Limit where values break a rule, a plain ValueError where they are none.

    pmin, pmax: whole seconds, 1 or more, pmax not under pmin. lt, gt, st: numbers, only for a
    resource, lt < gt, lt + 2*st < gt (OMA TS 5.1.2). rid is -1 for an object or instance.
    """
    unknown = set(attributes) - set(ORDER)
    if unknown:
        raise ValueError("unknown attribute %s: use %s" % (sorted(unknown)[0], ", ".join(ORDER)))
    if not attributes:
        raise ValueError("no attribute given: use %s" % ", ".join(ORDER))
    for name in ("pmin", "pmax"):
        value = attributes.get(name, 1)
        if isinstance(value, bool) or not isinstance(value, int) or value >= 1 << 31:
            raise ValueError("%s is %r, has to be whole seconds, 1 or more" % (name, value))
        if value < 1:
            raise Limit("%s is %d, has to be 1 s or more" % (name, value))
    if attributes.get("pmax", 1 << 31) < attributes.get("pmin", 1):
        raise Limit("pmax is less than pmin")
    _check_thresholds(rid, attributes)


def _check_thresholds(rid, attributes):
    given = {name: attributes[name] for name in ("lt", "gt", "st") if name in attributes}
    if given and rid < 0:
        raise Limit("lt, gt and st need a resource")
    for name, value in given.items():
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise ValueError("%s is %r, has to be a number" % (name, value))
        if not abs(value) <= 1e9:  # NaN too
            raise ValueError("%s is %r, has to be a number of -1e9 to 1e9" % (name, value))
    if "st" in given and given["st"] <= 0:
        raise Limit("st has to be above 0")
    if "lt" in given and "gt" in given:
        if given["lt"] >= given["gt"]:
            raise Limit("lt has to be less than gt")
        if given["lt"] + 2 * given.get("st", 0) >= given["gt"]:
            raise Limit("lt + 2*st has to be less than gt")


def text(attributes):
    """Return attributes as the module prints them: pmin=15;pmax=60;lt=0.0;gt=50.0;st=2.0."""
    parts = []
    for name in ORDER:
        if name in attributes:
            value = attributes[name]
            parts.append("%s=%s" % (name, value if name[0] == "p" else _decimal(value)))
    return ";".join(parts)


def _decimal(value):
    plain = ("%.6f" % value).rstrip("0")
    return plain + "0" if plain.endswith(".") else plain
