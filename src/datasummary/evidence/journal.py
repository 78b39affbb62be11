"""What a collection has done and still has to do, in one SQLite file that all its processes share.

A request is noted in the same transaction as the final state it leads to, after its evidence has been handed to the
operating system; so whatever is noted is kept, and what is not noted is done again. The file is the collector's alone:
evidence stands in the archive.
"""

from __future__ import annotations

import contextlib
import sqlite3
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from datasummary.errors import WorkspaceError
from datasummary.evidence.manners import bucket_of
from datasummary.evidence.visits import STATES

__all__ = ["Counts", "Journal", "Note", "explained_journal"]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS sites (
    authority TEXT PRIMARY KEY, bucket INTEGER, rank INTEGER, state TEXT, detail TEXT, ended REAL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS sites_to_do ON sites (rank) WHERE state IS NULL;
CREATE TABLE IF NOT EXISTS pages (authority TEXT, url TEXT, PRIMARY KEY (authority, url)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS requests (
    key TEXT, attempt INTEGER, host TEXT, asked REAL, ended REAL, status INTEGER, problem TEXT, bytes INTEGER,
    file TEXT, offset INTEGER, body_file TEXT, body_offset INTEGER, PRIMARY KEY (key, attempt)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS requests_by_host ON requests (host, asked);
CREATE TABLE IF NOT EXISTS hosts (host TEXT PRIMARY KEY, not_before REAL) WITHOUT ROWID;
"""


@contextlib.contextmanager
def explained_journal(path: Path) -> Iterator[None]:
    """Turn what SQLite refuses into an error that says what to do."""
    try:
        yield
    except sqlite3.Error as error:
        if "full" in str(error):
            raise WorkspaceError(f"{path}: the disk is full; make room, then run the same command again") from error
        raise WorkspaceError(
            f"{path}: {error}; make it readable and writable, or remove {path.parent}, and everything is fetched anew"
        ) from error


class Note(NamedTuple):
    """What is noted of a request. Times are seconds since 1970."""

    key: str
    attempt: int
    host: str
    asked: float
    ended: float
    status: int | None
    problem: str | None
    bytes: int
    file: str
    offset: int
    body_file: str = ""
    """Where the record is that holds the body, where the answer was "not modified"."""
    body_offset: int = 0


class Counts(NamedTuple):
    """How many sites there are, by what became of them."""

    to_do: int
    by_state: dict[str, int]


class Journal:
    """The journal of the collections in one workspace."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, timeout=60.0, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = NORMAL")
        self._connection.executescript(_SCHEMA)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def setting(self, name: str) -> str | None:
        """Give a value that was kept by name."""
        row = self._connection.execute("SELECT value FROM settings WHERE name = ?", [name]).fetchone()
        return str(row[0]) if row else None

    def set(self, name: str, value: str) -> None:
        """Keep a value by name."""
        self._connection.execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", [name, value])

    # The plan

    def plan(self, authorities: Iterable[str], max_age: float, pages: Iterable[tuple[str, str]] = ()) -> None:
        """Set what is to be visited, the first first.

        A collection that was cut off goes on: what it finished stays finished. After one that came to its end, sites
        whose visit ended more than ``max_age`` seconds ago are visited again. What is no longer wanted is dropped from
        what is to do.
        """
        execute = self._connection.execute
        now = time.time()
        execute("BEGIN IMMEDIATE")
        is_new = execute("SELECT 1 FROM sites WHERE state IS NULL LIMIT 1").fetchone() is None
        execute("CREATE TEMP TABLE wanted (authority TEXT PRIMARY KEY, bucket INTEGER, rank INTEGER) WITHOUT ROWID")
        rows = ((name, bucket_of(_host(name)), rank) for rank, name in enumerate(authorities))
        self._connection.executemany("INSERT OR IGNORE INTO wanted VALUES (?, ?, ?)", rows)
        if is_new:
            self.set("began", repr(now))
            execute(
                "UPDATE sites SET state = NULL WHERE ended < ? AND authority IN (SELECT authority FROM wanted)",
                [now - max_age],
            )
        execute("DELETE FROM sites WHERE state IS NULL AND authority NOT IN (SELECT authority FROM wanted)")
        execute(
            "INSERT INTO sites (authority, bucket, rank) SELECT authority, bucket, rank FROM wanted WHERE true "
            "ON CONFLICT (authority) DO UPDATE SET rank = excluded.rank WHERE rank <> excluded.rank"
        )
        execute("DELETE FROM pages")
        self._connection.executemany("INSERT OR IGNORE INTO pages VALUES (?, ?)", pages)
        execute("COMMIT")
        execute("DROP TABLE wanted")

    def due(self, authorities: Iterable[str], max_age: float) -> int:
        """Count the sites that :meth:`plan` would leave, or has left, to be visited."""
        execute = self._connection.execute
        execute("CREATE TEMP TABLE asked (authority TEXT PRIMARY KEY) WITHOUT ROWID")
        self._connection.executemany("INSERT OR IGNORE INTO asked VALUES (?)", ((name,) for name in authorities))
        is_new = execute("SELECT 1 FROM sites WHERE state IS NULL LIMIT 1").fetchone() is None
        count = execute(
            "SELECT count(*) FROM asked LEFT JOIN sites USING (authority) WHERE state IS NULL OR (? AND ended < ?)",
            [is_new, time.time() - max_age],
        ).fetchone()[0]
        execute("DROP TABLE asked")
        return int(count)

    @property
    def began(self) -> float:
        """When this collection began, the first time that it was started."""
        return float(self.setting("began") or 0.0)

    def to_do(self, number: int, of: int, after: int, most: int) -> list[tuple[int, str]]:
        """Give a process's next sites that have no final state: rank and authority."""
        rows = self._connection.execute(
            "SELECT rank, authority FROM sites INDEXED BY sites_to_do "
            "WHERE state IS NULL AND rank > ? AND bucket % ? = ? ORDER BY rank LIMIT ?",
            [after, of, number, most],
        )
        return rows.fetchall()

    def pages_of(self, authority: str) -> list[str]:
        """Give the sample of a site's pages."""
        rows = self._connection.execute("SELECT url FROM pages WHERE authority = ? ORDER BY url", [authority])
        return [url for (url,) in rows]

    def counts(self) -> Counts:
        """Count sites by state."""
        rows = dict(self._connection.execute("SELECT state, count(*) FROM sites GROUP BY state").fetchall())
        return Counts(rows.pop(None, 0), {state: rows.get(state, 0) for state in STATES})

    def details(self) -> dict[str, int]:
        """Count the sites that could not be read to the end, by what was in the way."""
        rows = self._connection.execute(
            "SELECT detail, count(*) AS n FROM sites WHERE state <> 'collected' GROUP BY detail ORDER BY n DESC, detail"
        )
        return dict(rows.fetchall())

    # Requests

    def note(self, key: str, attempt: int) -> Note | None:
        """Give what is noted of a request, the last time it was made."""
        row = self._connection.execute(
            "SELECT * FROM requests WHERE key = ? AND attempt = ?", [key, attempt]
        ).fetchone()
        return Note._make(row) if row else None

    def host(self, host: str) -> tuple[float, float, int, int]:
        """Give what is known of a host.

        When its last request ended, before which time it asks not to be asked, and how many requests and bytes it has
        served in this collection.
        """
        execute = self._connection.execute
        last = execute("SELECT max(ended) FROM requests WHERE host = ?", [host]).fetchone()[0]
        until = execute("SELECT not_before FROM hosts WHERE host = ?", [host]).fetchone()
        if last is None:
            return 0.0, float(until[0]) if until else 0.0, 0, 0
        requests, size = execute(
            "SELECT count(*), coalesce(sum(bytes), 0) FROM requests WHERE host = ? AND asked >= ?", [host, self.began]
        ).fetchone()
        return last, float(until[0]) if until else 0.0, requests, size

    def commit(
        self,
        notes: Iterable[Note],
        waits: Iterable[tuple[str, float]],
        finals: Iterable[tuple[str, str, float, str]],
    ) -> None:
        """Note requests, the times before which hosts ask not to be asked, and the final states of sites, as one.

        ``finals`` are state, detail, time and authority.
        """
        connection = self._connection
        connection.execute("BEGIN IMMEDIATE")
        try:
            connection.executemany(f"INSERT OR REPLACE INTO requests VALUES ({', '.join('?' * 12)})", notes)
            connection.executemany("INSERT OR REPLACE INTO hosts VALUES (?, ?)", waits)
            connection.executemany("UPDATE sites SET state = ?, detail = ?, ended = ? WHERE authority = ?", finals)
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")

    # After an interruption

    def files(self) -> Iterator[tuple[str, int]]:
        """Give each file of the archive that requests are noted of, and the place of its last noted record."""
        return iter(self._connection.execute("SELECT file, max(offset) FROM requests GROUP BY file").fetchall())

    def forget(self, file: str, offset: int) -> int:
        """Take back what is noted of records at this place of a file or after it, for they are lost.

        The sites of those hosts are visited again. Returns how many requests were taken back.
        """
        execute = self._connection.execute
        execute("BEGIN IMMEDIATE")
        lost = "SELECT host FROM requests WHERE file = ? AND offset >= ?"
        where = [file, offset]
        execute(
            f"UPDATE sites SET state = NULL WHERE CASE WHEN instr(authority, ']') THEN authority "
            f"ELSE substr(authority, 1, instr(authority || ':', ':') - 1) END IN ({lost})",
            where,
        )
        gone = execute("DELETE FROM requests WHERE file = ? AND offset >= ?", where).rowcount
        execute("COMMIT")
        return gone


def _host(authority: str) -> str:
    host, colon, port = authority.rpartition(":")
    return host if colon and port.isdigit() else authority
