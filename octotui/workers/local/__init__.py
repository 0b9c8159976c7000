"""This machine as a worker: processes, files, packages and facts of the account that octotui runs under.

One agent runs its attempts (`agents`), or a supervisor each (`supervisors`); whichever started one, it is
found and followed. `files`, `workspace_files` and `package_store` never leave the directory of a worker.
"""
