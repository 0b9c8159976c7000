"""Everything kept on disk: the journal, output logs, the package cache, artifacts, exports.

Here live folders, files and SQLite, and how they survive crashes. Never a decision about runs, and nothing
that talks to a machine's processes.
"""
