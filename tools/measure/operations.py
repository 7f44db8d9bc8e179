"""What is measured: every kind of operation at every level, and what makes the full load."""

from dataclasses import dataclass

READ, OBJECT = "read 3303/0/5700", "read 3303"  # what the targets are about


@dataclass(frozen=True)
class Operation:
    """One operation of the platform; name tells it in tables. share: how often it is measured."""

    kind: str
    path: tuple
    args: tuple = ()
    attributes: tuple = ()
    share: float = 0.05

    @property
    def name(self):
        path = "/".join(map(str, self.path))
        extra = " (%d values)" % len(self.args[0]) if self.kind == "write" else ""
        return "%s %s%s" % (self.kind.replace("_", "-"), path, extra)

    def ask(self, platform, imei):
        """Start it; return the platform's Operation."""
        ask = getattr(platform, self.kind)
        return ask(imei, *self.path, *self.args, **dict(self.attributes))


_RULES = (("pmin", 1), ("pmax", 300))
ALL = (
    Operation("read", (3303, 0, 5700), share=1),
    Operation("read", (3303, 0)),
    Operation("read", (3303,), share=0.2),
    Operation("read", (3306, 0, 5850)),
    Operation("read", (3306, 0)),
    Operation("write", (3306, 0), ({5850: 1},)),
    Operation("write", (3306, 0), ({5850: 0, 5851: 22},)),
    Operation("execute", (3303, 0, 5605), ("reset",)),
    Operation("write_attributes", (3303, 0, 5700), attributes=_RULES),
    Operation("write_attributes", (3303, 0), attributes=_RULES),
    Operation("write_attributes", (3303,), attributes=_RULES),
    Operation("observe", (3303, 0, 5700), share=0.03),
    Operation("observe", (3303, 0), share=0.03),
    Operation("observe", (3303,), share=0.03),
    Operation("cancel", (3303, 0, 5700)),
    Operation("cancel", (3303, 0)),
    Operation("cancel", (3303,)),
    Operation("discover", (3303,)),
    Operation("discover", (3306,)),
)

# Under load each burst is ten operations: these are asked at once.
BURST = (
    *(Operation("read", (3303, 0, 5700)),) * 4,
    Operation("read", (3303,)),
    Operation("write", (3306, 0), ({5850: 1},)),
    Operation("write", (3306, 0), ({5850: 0, 5851: 22},)),
    Operation("execute", (3303, 0, 5605), ("reset",)),
    Operation("write_attributes", (3303, 0), attributes=(("pmin", 1), ("pmax", 1))),
    Operation("discover", (3306,)),
)

# Each notifies every second.
OBSERVED = ((3303, 0, 5700), (3303, 1, 5700), (3303, 0, 5601), (3303, 1, 5602), (3306, 0, 5851))
EVERY_SECOND = {"pmin": 1, "pmax": 1}
