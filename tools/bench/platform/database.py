"""One SQLite file, used without ever waiting long for it: the bench's only thread has other work.

Another program may lock the file, the disk may fill up, the file may be deleted: a write that
cannot be done now raises Unwritable at once, and leaves nothing behind.
"""

import contextlib
import fcntl
import os
import sqlite3
from pathlib import Path

OPEN_S = 5  # what an opening waits for a lock
BUSY_MS = 50  # what a write waits for one, until it is known that there is one
PROBE_BYTES = 8192  # of a write that shows whether writing works again: more than a page


class StoreError(Exception):
    """The file cannot be used, in a sentence for the user."""


class Unwritable(sqlite3.OperationalError):
    """A write that could not be done; the text says why."""


class Database:
    """A connection; path ":memory:" is no file. One bench at a time has a file.

    on_change: called with what is wrong when writing first fails, with "" when it works again.
    trouble: what is wrong now, "" = nothing. Raises StoreError.
    """

    def __init__(self, path, schema):
        self.path = path
        self.trouble = ""
        self.on_change = lambda trouble: None
        self._lock = None
        self._files = {}  # path -> device and inode number
        try:
            if path != ":memory:":
                self._take(Path(path))
            self._db = sqlite3.connect(path, isolation_level=None, timeout=OPEN_S)
            # WAL: a commit is one write, and survives the end of the process at any moment.
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = NORMAL")
            self._db.executescript(schema)
        except (OSError, sqlite3.Error) as error:
            reason = error.strerror if isinstance(error, OSError) else error
            raise StoreError(
                "%s cannot be used as the database: %s; give another with --db, or --memory"
                % (path, reason)
            ) from None
        self._wait_for_lock(BUSY_MS)
        if path != ":memory:":
            self._files = {name: _identity(name) for name in (str(path), "%s-wal" % path)}

    def close(self):
        """Give the file back."""
        self._db.close()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def read(self, sql, parameters=()):
        """Return the cursor of a SELECT."""
        return self._db.execute(sql, parameters)

    @contextlib.contextmanager
    def writing(self):
        """Give execute(sql, parameters); all that is done with it is committed, or nothing.

        Raises Unwritable, from the body or at its end.
        """
        try:
            self._check_files()
            self._db.execute("BEGIN IMMEDIATE")
            yield self._db.execute
            self._db.execute("COMMIT")
        except sqlite3.Error as error:
            self._rollback()
            self._note(_reason(error))
            raise Unwritable(self.trouble) from None
        except BaseException:
            self._rollback()
            raise
        self._note("")

    def probe(self):
        """Find out whether writing works, and tell; return whether it does."""
        try:
            with self.writing() as execute:
                if self.trouble:
                    execute("INSERT INTO meta VALUES ('probe', zeroblob(?))", (PROBE_BYTES,))
                    execute("DELETE FROM meta WHERE name = 'probe'")
        except Unwritable:
            return False
        return True

    @property
    def in_place(self):
        """Return whether the files are still those that were opened."""
        try:
            self._check_files()
        except Unwritable:
            return False
        return True

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

    def _check_files(self):
        """Raise Unwritable if a file was deleted or replaced: what is written would be lost."""
        for name, identity in self._files.items():
            found = _identity(name)
            if found != identity:
                raise Unwritable(
                    "the file %s was %s while the bench runs: stop the bench and start it again"
                    % (name, "replaced" if found else "deleted")
                )

    def _rollback(self):
        if self._db.in_transaction:
            with contextlib.suppress(sqlite3.Error):
                self._db.execute("ROLLBACK")

    def _note(self, trouble):
        before, self.trouble = self.trouble, trouble
        if bool(before) != bool(trouble):
            self._wait_for_lock(0 if trouble else BUSY_MS)
        if before != trouble:
            self.on_change(trouble)

    def _wait_for_lock(self, ms):
        self._db.execute("PRAGMA busy_timeout = %d" % ms)


def _identity(path):
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _reason(error):
    """Return what an error of SQLite means to the user."""
    if isinstance(error, Unwritable):
        return str(error)
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the rest tells how, not what
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return "another program has locked the database"
    return "the database cannot be written: %s" % error
