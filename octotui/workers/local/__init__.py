"""This machine as a worker: processes in workspaces under a supervisor, their record and spool.

Attempts outlive octotui and are found again by their workspace. Never what a script's output means: that is
`runtime.jobs`.
"""
