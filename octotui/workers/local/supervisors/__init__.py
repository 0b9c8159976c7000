"""One supervisor for each attempt, a shell script: for machines without Python, and for those who prefer it.

Theory of operation. An attempt must survive octotui, and be found again by whoever comes next. So its
state is in files, in a folder made for this attempt alone (`workspaces`), mode 0700:

- `script` and `values`: what runs, and the file that its helper functions read values from;
- `spool`: all that it prints, appended by the script itself, without a pipe that would break when we go;
- `record`: appended lines, first the resume record of the session, then those of the supervisor: `pid N`
  before the script begins, `exit N` once it has ended (`workspace_record`).

`supervisor.sh` leads a session and a process group, and needs nothing but sh. The record is its lock,
too: the supervisor and all that the script starts inherit a descriptor on which it holds an exclusive
`flock`, so that the lock is free exactly when nothing of the attempt lives, whatever was killed, and
whatever process ids have been used again. An attempt whose supervisor was killed is followed as long as the
lock is held: it is never killed for that. Without an `exit` its exit code is unknown, and it is lost.

The script runs as our account, and may write to all of these files. The exit code therefore comes over a
pipe that the script does not have, as long as we live; the record counts only after a restart, line by
line, and only where each line is one that a supervisor writes. Signals go only to processes that are certain
to be of the job (`processes`). Files are opened without following links and without waiting, and removal
never leaves the folder (`tree_removal`). `started_attempts` notes outside of the workspace that an attempt
began, so that a workspace that was emptied or removed is not taken for an attempt that never started.

Stopping sends SIGTERM to all that the script started, and SIGKILL when its grace period is over
(`termination`). When the script has ended by itself, what it left in its group is killed; what it set apart,
as `setsid` does, lives on. cgroups are not used: they are rarely delegated, and all works without.

One timer reads the spools of all attempts, in bounded pieces (`spool_reader`); its period grows with the
time that reading takes, so that it never needs more than a fixed share of the loop.
"""
