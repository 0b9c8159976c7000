"""Looking into a journal without touching its folder, also while another octotui writes it."""

import sqlite3
from pathlib import Path
from urllib.parse import quote

from octotui.store.errors import StoreError, unusable
from octotui.store.schema import refuse_newer


def look(path: Path) -> sqlite3.Connection:
    """A connection that only reads; raises StoreError for a damaged or a newer journal."""
    # Without a write-ahead log nobody writes, and SQLite need not make its own files beside the journal.
    log = path.with_name(f"{path.name}-wal")
    mode = "mode=ro" if log.exists() and log.stat().st_size else "immutable=1"
    database: sqlite3.Connection | None = None
    if not path.exists():
        raise StoreError(f"nothing has run in this space yet: there is no {path}")
    try:
        where = f"file:{quote(str(path))}?{mode}"
        database = sqlite3.connect(where, uri=True, isolation_level=None, check_same_thread=False)
        refuse_newer(database, path)
    except (sqlite3.Error, StoreError) as problem:
        if database is not None:
            database.close()
        raise problem if isinstance(problem, StoreError) else unusable(path, problem) from problem
    return database
