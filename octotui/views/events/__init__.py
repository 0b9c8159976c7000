"""Events in words: what each changed, the audit, and the moments of a replay.

A sentence here is about what has happened. Never about how things stand now: runs, waits and questions have
their own files beside this folder.
"""
