"""The agent: one small, long-lived program that runs the jobs of a space on a machine.

Theory of operation. An attempt must survive octotui and every connection to its machine, cost little, and
start at most once. So one process for a space and machine, in a session of its own, starts the scripts'
shells directly, each as the leader of its own session and group, and waits for all of them. It needs nothing
but Python 3.8 or later and its standard library (`python3 -I -S FILE`), and is sent as one file (`program`),
named by the hash of its source; so a machine never runs half of an update.

- `frames`: a connection carries frames: a version, the length, a JSON header and a payload of bytes.
  It is a Unix socket on its machine; who is elsewhere reaches it by the `relay`, the same program once more.
- `workspace`: each attempt has a private folder with its `script`, its `values`, the `spool` of its output
  and its `record`, on which it holds an inherited lock: the lock is free exactly when nothing of it lives.
- `record`: what the agent has begun and what has ended is appended to a file before it is said, so that a
  name that was begun is never begun again. It is forgotten when the session says that its end is journaled.
- `spool`: scripts append their output to files, never to a pipe that would break with the agent. It is sent
  in chunks, with the offset and the stream of each; what a session has not seen is read again from there.
- `jobs`: starts, reaps, stops and reports. A stop is TERM to all that hold the lock of the workspace or are
  of the script's session (`processes`), then KILL; what survives even that is named.

The newest connection has the agent. An agent that was killed is followed by another, which takes up what the
record names: scripts that go on are followed by their locks, and their exit code stays unknown. An agent ends
when nothing is left to run, to say or to hear. It knows no model, and holds no secret in memory once a script
is started; on disk they are in the workspace alone, removed when the script ends.

Never anything of octotui outside of this folder: another machine has only these files.
"""
