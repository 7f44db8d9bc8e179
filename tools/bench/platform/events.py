"""What the platform tells whoever listens: the console, the push, a run's report."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Stored:
    """A notified value was kept; at_ms: UNIX ms."""

    device: object
    oid: int
    iid: int
    rid: int
    value: object
    at_ms: int

    @property
    def path(self):
        return self.oid, self.iid, self.rid


@dataclass(frozen=True)
class Presence:
    """A device has come online or gone."""

    device: object
    online: bool
    at_ms: int


@dataclass(frozen=True)
class Confirmed:
    """A cached command has come to its end."""

    device: object
    command: object


@dataclass(frozen=True)
class Finished:
    """An operation on a device is done."""

    device: object
    operation: object


@dataclass(frozen=True)
class Storage:
    """The database cannot be written, or can again: trouble "".

    dropped: datapoints lost since the bench was started.
    """

    trouble: str
    dropped: int

    def __str__(self):
        if self.trouble:
            return (
                "%s. Until it can be written, what devices report waits in memory and changes by"
                " the API are refused" % self.trouble
            )
        lost = "; %d datapoints had no room and are lost" % self.dropped if self.dropped else ""
        return "the database is written again" + lost
