"""The journal in SQLite: events appended and chained by hash, read by page, searched, pruned, recovered.

One writer thread commits in groups; readers open it read-only. Never is an event interpreted here beyond the
table of runs for lists.
"""
