# One attempt at a job: sh supervisor.sh WORKSPACE OPEN_FILES PROGRAM ARGUMENT...
#
# It leads a session and a process group of its own, and needs nothing but sh. It inherits these descriptors:
#   0  the lock, held as long as any process here lives
#   1  the spool, the output of the script
#   2  the record, to which complete lines are appended: "pid N" before the script begins, "exit N" when it
#      has ended, and between them this shell's message about a script that was killed by a signal.
#   3  a pipe to the process that started it, for "begun" and "exit N": the script does not inherit it, so it
#      cannot forge these, as it can the record. The reader may be gone.
# The record is one append-only file, not a file for each word that is renamed into place: an incomplete line
# is ignored, which is as atomic as a rename, and mv would be one more program.
cd "$1" || exit
ulimit -S -n "$2" # octotui raised the limit for itself
shift 2
trap 'set --' TERM INT HUP # it survives to write the end; the script has the default handlers
trap : PIPE
echo "pid $$" >&2 || exit 125 # no script begins unrecorded
echo begun 2>/dev/null >&3
(exec "$@") 3<&0 </dev/null 2>&1 # in a subshell, so that messages of this shell are not in the spool
code=$?
echo "exit $code" 2>/dev/null >&3
echo "exit $code" >&2 || exit "$code"
# Kill the processes that the script left running, and this shell. If it was signalled (it has no arguments
# then), they have the rest of the grace period.
[ $# = 0 ] || kill -s KILL 0
