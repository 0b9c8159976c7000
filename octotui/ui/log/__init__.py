"""The view of a job's log: a window of lines over the file, cleaned text, search, paging.

It costs what is visible, whatever the log's length. Never the log's format on disk: that is `store.logs`.
"""
