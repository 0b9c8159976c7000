"""The journal: a write-ahead event log in SQLite, hash-chained, group-committed, read by page.

Theory of operation. The journal is the only durable record of a space; a State is derived from it by
folding. The session hands over events (`Journal.append`) and gets a future; effects, replies and screens
wait for that future, so nothing is acted upon, or acknowledged, that a crash could take back. One thread
is the writer. It takes whatever is in its queue and commits it as one transaction (group commit), so that
a slow fsync raises the latency of a commit and not the number of commits. The first failure is final: a
writer that failed once refuses everything after it, and the session ends with the journal intact.

A row of `events` holds the JSON of one event and the SHA-256 of the previous hash and that JSON
(`hash_chain`): whoever changes or removes a row breaks the chain, which `verification` walks. Retention
may remove rows; a later `RunsRemoved` event then vouches for the gap with the hashes on both sides of it.

Everything else is derived from the events, in the same transaction: `runs`, one row for each run, for
lists and searches; `parts`, which says in which blocks of 1,024 events a family occurs, so that a family
is read without an index on every event; `requests`, the idempotency keys of clients, so that a request
that was sent twice takes effect once; and one `snapshot` of the State, so that opening folds only the
events after it.

Readers open their own read-only connections, from any thread; WAL mode gives each a consistent view while
the writer goes on. Opening checks the latest events only, so that it takes no longer with a longer
history. A journal that is damaged is copied up to the damage (`recovery`), and the damaged file is kept
beside it. Journals of every earlier version open: their schema is migrated in one transaction, their
bodies never change.

Never is an event interpreted here beyond what the table of runs needs; that is `engine`.
"""
