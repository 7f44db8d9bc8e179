"""What a part of the benchmark hands over: tables for people, data for programs, targets."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Target:
    """One figure against its limit; least: it has to be reached, not kept."""

    what: str
    value: float
    limit: float
    unit: str = ""
    least: bool = False

    @classmethod
    def at_most(cls, what, value, limit, unit=""):
        return cls(what, value, limit, unit)

    @classmethod
    def at_least(cls, what, value, limit, unit=""):
        return cls(what, value, limit, unit, least=True)

    @property
    def met(self):
        return self.value >= self.limit if self.least else self.value <= self.limit

    @property
    def body(self):
        return {
            "target": self.what,
            "value": round(self.value, 4),
            "limit": self.limit,
            "least": self.least,
            "unit": self.unit,
            "met": self.met,
        }


@dataclass(frozen=True)
class Table:
    """Columns and rows of text; the first column is a name, the others are figures."""

    title: str
    columns: tuple
    rows: list


@dataclass(frozen=True)
class Result:
    """Of one part. data: plain, for JSON and plots."""

    part: str
    tables: list
    targets: list
    data: dict = field(default_factory=dict)
