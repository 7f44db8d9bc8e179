"""What must outlive the bench, in one SQLite file: devices, datapoints, cached commands.

Two kinds of writes. What somebody asks for (add_device, change_device, ...) is on disk when the
call returns, or raises Unwritable and has changed nothing. What happened by itself (save_device,
points.add, ...) is on disk when the call returns, or at the end of transaction(); if the database
cannot be written then, it waits in memory and is written later: call flush() now and then.
"""

import contextlib
import json
from dataclasses import dataclass

from bench.platform.database import Database, StoreError, Unwritable
from bench.platform.late import CHUNK, Late
from bench.platform.points import Points

__all__ = ["Row", "Store", "StoreError", "Unwritable"]
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
INSERT OR IGNORE INTO meta VALUES ('version', '%d');
INSERT INTO sqlite_sequence (name, seq) SELECT 'devices', %d
    WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'devices');
""" % (VERSION, FIRST_ID - 1)
_SAVE_DEVICE = "UPDATE devices SET body = ? WHERE id = ?"
_SAVE_COMMAND = (
    "INSERT INTO commands (uuid, device, created, body) VALUES (?, ?, ?, ?)"
    " ON CONFLICT (uuid) DO UPDATE SET body = excluded.body"
)
_SET_META = (
    "INSERT INTO meta VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value"
)


@dataclass(frozen=True)
class Row:
    """A stored device (key: imei) or command (key: uuid), the device's id, and the fields."""

    key: str
    device: int
    body: dict


class Store:
    """One file, or memory; points is the table of datapoints.

    path: file, made with its folders. One bench at a time has it. keep: datapoints kept of each
    resource, the newest. on_change: as Database's. Raises StoreError.
    """

    def __init__(self, path=":memory:", keep=200_000):
        self._db = Database(path, SCHEMA)
        self._depth = 0
        self._late = Late()  # what could not be written yet
        self._fresh = Late()  # what this transaction brings
        self.points = Points(self, keep)
        if self.meta("version") != str(VERSION):
            self._db.close()
            raise StoreError(
                "%s was written by another version of the bench: give another with --db" % path
            )

    def close(self):
        """Write what waits, give the file back; return the count of datapoints that are lost."""
        while self._late.points and self.flush():
            pass
        self.flush()
        self._db.close()
        return len(self._late.points)

    # -- what the file is like ----------------------------------------------------------------

    @property
    def is_file(self):
        return self._db.path != ":memory:"

    @property
    def path(self):
        return self._db.path

    @property
    def trouble(self):
        """What is wrong with the database, "" = nothing."""
        return self._db.trouble

    @property
    def dropped(self):
        """Return how many datapoints there was no room for while they could not be written."""
        return self._late.dropped

    @property
    def waiting(self):
        """Return how many datapoints wait in memory."""
        return len(self._late.points)

    def watch(self, on_change):
        """Have on_change(trouble) called when writing fails, and with "" when it works again."""
        self._db.on_change = on_change

    def check(self):
        """Find out whether the file can be written, if that is in doubt."""
        if self._late:
            self.flush()
        elif self._db.trouble or not self._db.in_place:
            self._db.probe()

    # -- writing ------------------------------------------------------------------------------

    @contextlib.contextmanager
    def transaction(self):
        """Write everything done inside at its end, together; nothing of it if it raises."""
        self._depth += 1
        try:
            yield
        except BaseException:
            if self._depth == 1:
                self._fresh.clear()
            raise
        finally:
            self._depth -= 1
        if not self._depth:
            self.flush()

    def keep(self, key, sql, parameters):
        """Have a row written now, or later; key: (table, row)."""
        self._fresh.changes[key] = sql, parameters
        self._flush_outside()

    def keep_points(self, points):
        """Have datapoints, (stream, at_ms, text), written now or later; return False if full."""
        if self._late.points and not self._late.room(len(points) + len(self._fresh.points)):
            return False
        self._fresh.points += points
        self._flush_outside()
        return True

    def when_written(self, call):
        """Have call() made once all that happened up to the end of the transaction is on disk."""
        self._fresh.calls.append(call)
        self._flush_outside()

    def flush(self):
        """Write a part of what waits, all of it mostly; return whether that went well."""
        late = self._late
        late.take(self._fresh)
        if late.changes or late.points:
            changes, points = dict(late.changes), late.points[:CHUNK]
            try:
                with self._db.writing() as execute:
                    for sql, parameters in changes.values():
                        execute(sql, parameters)
                    self.points.write(execute, points)
            except Unwritable:
                return False
            late.written(changes, len(points))
        if not late.changes and not late.points:
            calls, late.calls = late.calls, []
            for call in calls:
                call()
        return True

    @contextlib.contextmanager
    def _now(self, *keys):
        """Give execute(); what is done is on disk at the end, and what waits of keys is over."""
        with self._db.writing() as execute:
            yield execute
        for key in keys:
            self._late.changes.pop(key, None)
            self._fresh.changes.pop(key, None)

    def _flush_outside(self):
        if not self._depth:
            self.flush()

    # -- devices ------------------------------------------------------------------------------

    def devices(self):
        """Return the Rows of all devices, oldest first."""
        rows = self._db.read("SELECT id, imei, body FROM devices ORDER BY id")
        return [Row(imei, number, json.loads(body)) for number, imei, body in rows]

    def add_device(self, imei, body):
        """Keep a new device; return its id. Raises Unwritable."""
        with self._now() as execute:
            sql = "INSERT INTO devices (imei, body) VALUES (?, ?)"
            return execute(sql, (imei, json.dumps(body))).lastrowid

    def save_device(self, number, body):
        """Keep what has changed of a device by itself."""
        self.keep(("device", number), _SAVE_DEVICE, (json.dumps(body), number))

    def change_device(self, number, body):
        """Keep what somebody changes of a device. Raises Unwritable."""
        with self._now(("device", number)) as execute:
            execute(_SAVE_DEVICE, (json.dumps(body), number))

    def delete_device(self, number):
        """Forget a device with its datapoints and commands. Raises Unwritable."""
        with self._now(("device", number)) as execute:
            execute("DELETE FROM points WHERE device = ?", (number,))
            execute("DELETE FROM commands WHERE device = ?", (number,))
            execute("DELETE FROM devices WHERE id = ?", (number,))
        self._late.forget_device(number)

    def delete_points(self, number):
        """Forget the datapoints of a device. Raises Unwritable."""
        with self._now() as execute:
            execute("DELETE FROM points WHERE device = ?", (number,))
        self._late.forget_device(number)

    # -- cached commands ----------------------------------------------------------------------

    def commands(self):
        """Return the Rows of all cached commands, oldest first."""
        rows = self._db.read("SELECT uuid, device, body FROM commands ORDER BY created, rowid")
        return [Row(uuid, number, json.loads(body)) for uuid, number, body in rows]

    def save_command(self, uuid, number, created_ms, body):
        """Keep what has become of a command."""
        row = (uuid, number, created_ms, json.dumps(body))
        self.keep(("command", uuid), _SAVE_COMMAND, row)

    def change_commands(self, rows):
        """Keep new or changed commands, (uuid, number, created_ms, body). Raises Unwritable."""
        with self._now(*(("command", row[0]) for row in rows)) as execute:
            for *row, body in rows:
                execute(_SAVE_COMMAND, (*row, json.dumps(body)))

    def delete_command(self, uuid):
        """Forget a command."""
        self.keep(("command", uuid), "DELETE FROM commands WHERE uuid = ?", (uuid,))

    # -- meta ---------------------------------------------------------------------------------

    def meta(self, name, default=None):
        """Return the text kept under name."""
        row = self._db.read("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return row[0] if row else default

    def set_meta(self, name, value):
        """Keep a text under name."""
        self.keep(("meta", name), _SET_META, (name, str(value)))

    def read(self, sql, parameters=()):
        """Return the cursor of a SELECT."""
        return self._db.read(sql, parameters)
