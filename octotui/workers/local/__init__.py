"""This machine as a worker: attempts as process groups, each in a workspace of its own.

Theory of operation. An attempt must survive octotui, and be found again by whoever comes next. So its
state is in files, in a folder made for this attempt alone (`workspaces`), mode 0700:

- `script` and `values`: what runs, and the file that its helper functions read values from;
- `spool`: all that it prints, appended by the script itself, without a pipe that would break when we go;
- `record`: appended lines, first the resume record of the session, then those of the supervisor: `pid N`
  before the script begins, `exit N` once it has ended (`workspace_record`).

`supervisor.sh` leads a session and a process group, and needs nothing but sh. The record is its lock,
too: the supervisor and all that the script starts inherit a descriptor on which it holds an exclusive
`flock`, so that the lock is free exactly when nothing of the attempt lives, whatever was killed, and
whatever process ids have been used again. An attempt whose lock is free and whose record has no `exit`
was killed: it is lost.

The script runs as our account, and may write to all of these files. The exit code therefore comes over a
pipe that the script does not have, as long as we live; the record counts only after a restart, line by
line, and only where each line is one that a supervisor writes. Signals go to a group only while it holds
the lock of the workspace. Files are opened without following links and without waiting, and removal never
leaves the folder (`tree_removal`). `started_attempts` notes outside of the workspace that an attempt
began, so that a workspace that was emptied or removed is not taken for an attempt that never started.

Stopping sends SIGTERM to the whole group, and SIGKILL when its grace period is over. When the script has
ended, what it left running is killed as well.

One timer reads the spools of all attempts, in bounded pieces (`spool_reader`); its period grows with the
time that reading takes, so that it never needs more than a fixed share of the loop.

That is the way of one supervisor for each attempt. `agent_executor` has one agent for all of them instead
(`workers.agent` says how that works), and follows what either has started: `agent_starter` finds and starts
agents, `agents` keeps connections to them and says again what one has not heard, and `agent_attempt` is what
is known here of an attempt.

Never what a script's output means: that is `runtime.jobs`.
"""
