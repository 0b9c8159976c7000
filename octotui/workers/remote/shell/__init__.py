"""Machines elsewhere that have no Python: the contract of machines by a POSIX sh and the usual tools.

Theory of operation. Each call is one command over there, of which nothing differs from one call to another: a
line of sh that reads a program from its input and runs it (`calls`). The program is made of `verbs/*.sh`, and of
the arguments, quoted; so no name is ever part of a command, and nothing is installed. Its answer comes in parts,
each begun by a mark that is made up for the call: what a login shell prints before is dropped, and output of
scripts cannot be taken for the end of an answer. An answer without its end was cut: Unreachable.

- An attempt is a folder outside of its workspace (`verbs/attempts.sh`). `mkdir` is atomic, so one process starts
  it, whoever asks how often; that process becomes the supervisor, the same one as on this machine, and nothing
  begins before its pid is in the record. The exit code stays in the record until it is cleaned.
- Where there is /proc, an attempt lives as long as a process has its record open, which descendants inherit: no
  flock is needed. Elsewhere its process group is looked at.
- Output is followed by one command until the end (`following`); it ends with its input, so that none is left
  where the way breaks. Attempts share a few of these: a machine may allow few sessions.
- A package is unpacked here and sent as files, compared over there by its manifest, and its lock is a folder
  whose age says whether its holder lives (`package_store`).

Needed over there: sh with awk, cat, chmod, cp, df, find, grep, head, ls, mkdir, mv, rm, sleep, stat, tail, tar,
touch, uname, xargs; sha256sum, shasum or openssl; setsid or perl. Those of busybox do.

What sh cannot: open a file and refuse a link in one step. A folder on a path is checked again once it is entered,
so no link leads out of the directory there; between looking at the last name of a path and opening it, another
process of the same account may put a link there, and a file is read or written where that leads. Processes that
have closed the record, left their session and cleared their environment are not found. It has no deployments:
these need Python.
"""
