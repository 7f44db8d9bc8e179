"""What must outlive the bench, in one SQLite file: devices, datapoints, cached commands.

Every change is committed before the call that makes it returns, or at the end of transaction(), so
a killed bench loses nothing that it has acknowledged.
"""

import contextlib
import fcntl
import json
import os
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from bench.platform.points import Points

VERSION = 1
FIRST_ID = 100001
SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS devices (
    id INTEGER PRIMARY KEY AUTOINCREMENT, imei TEXT NOT NULL UNIQUE, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS points (
    id INTEGER PRIMARY KEY, device INTEGER NOT NULL,
    oid INTEGER NOT NULL, iid INTEGER NOT NULL, rid INTEGER NOT NULL,
    at INTEGER NOT NULL, value TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS by_stream ON points (device, oid, iid, rid, at, id);
CREATE TABLE IF NOT EXISTS commands (
    uuid TEXT PRIMARY KEY, device INTEGER NOT NULL, created INTEGER NOT NULL, body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS by_device ON commands (device, created);
"""


class StoreError(Exception):
    """The file cannot be used, in a sentence for the user."""


@dataclass(frozen=True)
class Row:
    """A stored device (key: imei) or command (key: uuid), the device's id, and the fields."""

    key: str
    device: int
    body: dict


class Store:
    """One file, or memory; points is the table of datapoints.

    path: file, made with its folders. One bench at a time has it. keep: datapoints kept of each
    resource, the newest. Raises StoreError.
    """

    def __init__(self, path=":memory:", keep=200_000):
        self._lock = None
        self._depth = 0
        try:
            if path != ":memory:":
                self._take(Path(path))
            self._db = sqlite3.connect(path, isolation_level=None)
            self._prepare(path)
        except (OSError, sqlite3.Error) as error:
            reason = error.strerror if isinstance(error, OSError) else error
            raise StoreError(
                "%s cannot be used as the database: %s; give another with --db, or --memory"
                % (path, reason)
            ) from None
        self.points = Points(self._db, keep)

    def close(self):
        """Give the file back."""
        self._db.close()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    @contextlib.contextmanager
    def transaction(self):
        """Commit everything done inside at its end; nothing of it if it raises."""
        self._depth += 1
        try:
            if self._depth == 1:
                self._db.execute("BEGIN")
            yield
            if self._depth == 1:
                self._db.execute("COMMIT")
        except BaseException:
            if self._depth == 1 and self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise
        finally:
            self._depth -= 1

    # -- devices ------------------------------------------------------------------------------

    def devices(self):
        """Return the Rows of all devices, oldest first."""
        rows = self._db.execute("SELECT id, imei, body FROM devices ORDER BY id")
        return [Row(imei, number, json.loads(body)) for number, imei, body in rows]

    def add_device(self, imei, body):
        """Keep a new device; return its id."""
        text = json.dumps(body)
        return self._db.execute(
            "INSERT INTO devices (imei, body) VALUES (?, ?)", (imei, text)
        ).lastrowid

    def save_device(self, number, body):
        """Keep what has changed of a device."""
        self._db.execute("UPDATE devices SET body = ? WHERE id = ?", (json.dumps(body), number))

    def delete_device(self, number):
        """Forget a device with its datapoints and commands."""
        with self.transaction():
            self.points.forget(number)
            self._db.execute("DELETE FROM commands WHERE device = ?", (number,))
            self._db.execute("DELETE FROM devices WHERE id = ?", (number,))

    # -- cached commands ----------------------------------------------------------------------

    def commands(self):
        """Return the Rows of all cached commands, oldest first."""
        rows = self._db.execute("SELECT uuid, device, body FROM commands ORDER BY created, rowid")
        return [Row(uuid, number, json.loads(body)) for uuid, number, body in rows]

    def save_command(self, uuid, number, created_ms, body):
        """Keep a new or changed command."""
        self._db.execute(
            "INSERT INTO commands (uuid, device, created, body) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (uuid) DO UPDATE SET body = excluded.body",
            (uuid, number, created_ms, json.dumps(body)),
        )

    def delete_command(self, uuid):
        """Forget a command."""
        self._db.execute("DELETE FROM commands WHERE uuid = ?", (uuid,))

    # -- meta ---------------------------------------------------------------------------------

    def meta(self, name, default=None):
        """Return the text kept under name."""
        row = self._db.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return row[0] if row else default

    def set_meta(self, name, value):
        """Keep a text under name."""
        self._db.execute(
            "INSERT INTO meta VALUES (?, ?)"
            " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            (name, str(value)),
        )

    # -- inside -------------------------------------------------------------------------------

    def _take(self, path):
        """Make the folder and be the only bench with this file."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = os.open("%s.lock" % path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._lock)
            self._lock = None
            raise StoreError(
                "%s is in use by another bench: stop that one, or give --db PATH or --memory"
                % path
            ) from None
        if not path.exists():
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))

    def _prepare(self, path):
        # WAL: a commit is one write, and survives the end of the process at any moment.
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.executescript(SCHEMA)
        self._db.execute("INSERT OR IGNORE INTO meta VALUES ('version', ?)", (str(VERSION),))
        self._db.execute(
            "INSERT INTO sqlite_sequence (name, seq) SELECT 'devices', ?"
            " WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'devices')",
            (FIRST_ID - 1,),
        )
        if self.meta("version") != str(VERSION):
            raise StoreError(
                "%s was written by another version of the bench: give another with --db" % path
            )
