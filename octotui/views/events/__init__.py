"""Events in words: what each changed, the audit, and the moments of a replay.

A sentence here is about a past event. Never about the present: runs, waits and questions have their own files
beside this folder.
"""
