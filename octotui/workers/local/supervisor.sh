# One attempt at a job: sh supervisor.sh WORKSPACE OPEN_FILES PROGRAM ARGUMENT...
#
# It leads a session and a process group of its own, and needs nothing but sh. Who starts it gives it
#   0  the lock, held by all that runs here, as long as any of it lives
#   1  the spool, where the script prints
#   2  the record, to which whole lines are appended: "pid N" before the script begins, "exit N" when it
#      has ended, and between them what this shell says of a script that was killed by a signal.
#   3  a pipe to who has started it, which hears "begun" and "exit N", too: the script has it not, and so can't
#      take that back, as it can with the record. Who has started it may be gone; then nobody hears.
# The record is one file that lines are appended to, not a file for each word that is moved into place: a
# line that lacks its end is not there yet, which is all that moving gives, and mv would be one more program.
cd "$1" || exit
ulimit -S -n "$2" # octotui itself may have more files open than a script would expect
shift 2
trap 'set --' TERM INT HUP # it stays, to write the end; the script has what signals do by default
trap : PIPE
echo "pid $$" >&2 || exit 125 # nothing begins that could begin again unnoticed
echo begun 2>/dev/null >&3
(exec "$@") 3<&0 </dev/null 2>&1 # in a subshell, so that what this shell says is not in the spool
code=$?
echo "exit $code" 2>/dev/null >&3
echo "exit $code" >&2 || exit "$code"
# What the script has left running is killed, and this shell with it. If it was told to end (it has no
# arguments then), what it has left has the rest of its grace.
[ $# = 0 ] || kill -s KILL 0
