"""Estimates of jobs from earlier durations: how long each still takes, and when it gets its lock.

Events record them at the start of a wait or an attempt, so that it can be said how far off they were; `views`
tell them. Never a decision: no run depends on one. What whole runs do is estimated in `engine.forecast`.
"""
