"""Machines elsewhere that have no Python: the contract of machines by a POSIX sh and the usual tools.

Theory of operation. Each call is one command over there, of which nothing differs from one call to another:
it reads a line of sh from its input, and runs it (`calls`). The line is made of `verbs/*.sh`, and of the
arguments, quoted; so no name is ever part of a command, and nothing is installed. The answer comes in
parts, each begun by a mark that is made up for the call: what a login shell prints before is dropped, and
output of scripts cannot be taken for the end of an answer. An answer without its end was cut: Unreachable.

- An attempt is a folder outside of its workspace (`verbs/attempts.sh`). `mkdir` is atomic, so one process
  starts it, however often it is asked for; that process becomes the supervisor, the same as on this
  machine, and nothing begins before its pid is in the record. The exit code stays there until the attempt
  is cleaned.
- Where there is /proc, an attempt lives as long as a process has its record open, which descendants
  inherit: no flock is needed. Elsewhere its process group is looked at.
- Output is followed by one command until the end (`following`); it ends with its input, so that none is
  left where the way breaks. Attempts share a few of these: a machine may allow few sessions.
- A package is unpacked here, sent as files, and compared over there with its manifest; its lock is a folder
  whose age says whether its holder lives (`package_store`).

Needed over there: sh with awk, cat, chmod, cp, dd, df, find, grep, head, ls, mkdir, mv, rm, rmdir, sleep,
stat, tail, tar, touch, uname, xargs; sha256sum, shasum or openssl; setsid or perl. Those of busybox do.

What sh cannot: open a file and refuse a link in one step. A folder on a path is checked once it is entered,
so no link leads out of the directory there; between looking at the last name of a path and opening it,
another process of the same account may put a link there, and a file is read or written where it leads.
Processes that closed the record, left their session and cleared their environment are not found when their
attempt is stopped. A package is not deployed without Python.

Never an agent, and nothing that would have to be there before the first call.
"""
