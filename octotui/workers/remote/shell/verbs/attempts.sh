# Attempts. Each is a folder, attempts/SPACE/NAME:
#   gate.N   made by the one process that may start it; N is 1, or more where an earlier one died before it began
#   memo     the resume record, boot  the boot that it began in, spool  its output
#   record   the lines of its supervisor, pid N and exit N; open in all processes that it starts: its lock
#   files    its workspace, with its script and values
#   stopping made where it is stopped, with the pid of what stops it, left (what could not be ended), over
# It is outside of its workspace, so that a script which empties that loses nothing of this.

# read_record: set pid and code from the supervisor's lines, or to nothing.
read_record() {
    pid= code=
    [ -f record ] || return 0
    while read -r word number _; do
        case $word in
            pid) pid=$number ;;
            exit) code=$number ;;
        esac
    done <record
    case $pid in *[!0-9]*) pid= ;; esac
}

# supervised: whether the supervisor lives, and is no other process with its pid.
supervised() {
    [ "$pid" ] || return 1
    if [ -e /proc/self/fd ]; then [ "/proc/$pid/fd/0" -ef record ]; else kill -s 0 "$pid" 2>/dev/null; fi
}

# held FILE: whether a process has it open.
held() {
    if [ -e /proc/self/fd ]; then
        set +f
        for each in /proc/[0-9]*/fd/*; do
            if [ "$each" -ef "$1" ]; then return 0; fi
        done
        return 1
    fi
    [ "$pid" ] && signal 0 "-$pid"
}

# signal NAME PID…: busybox takes no --, and dash no process group without it.
signal() {
    name=$1
    shift
    [ $# = 0 ] || kill -s "$name" $dashes "$@" 2>/dev/null
}
dashes=--
kill -s 0 -- $$ 2>/dev/null || dashes=

# lives: whether a process of the attempt lives; after read_record.
lives() {
    if supervised; then return 0; fi
    read_record # it may have written its end meanwhile
    [ ! "$code" ] || return 1
    if [ ! -f record ]; then
        set +f
        for stage in .stage.*/record; do
            if [ -e "$stage" ] && held "$stage"; then return 0; fi
        done
        [ -f record ] || return 1 # it was put in its place meanwhile
    fi
    held record
}

# is_elsewhere SPACE NAME: whether an agent has begun it, when this machine had a Python.
is_elsewhere() {
    set +f
    for each in "$d/work/$1"-*/record; do
        number=${each%/record}
        number=${number#"$d/work/$1-"}
        case $number in *-*) continue ;; esac # of a space whose name begins so, too
        if grep -qsF "memo $2 " "$each"; then return 0; fi
    done
    return 1
}

# inspect SPACE NAME: whether it runs, and its records.
inspect() {
    enter '' "attempts/$1/$2"
    case $? in
        0 | 2) ;;
        *) must 1 ;;
    esac
    if [ "$PWD" != "$d/attempts/$1/$2" ] || [ ! -d gate.1 ]; then
        if is_elsewhere "$1" "$2"; then say :elsewhere; fi
        return
    fi
    read_record
    if lives; then
        say :running
    elif [ -d files ] || [ -f record ]; then
        say :gone
    else
        say :unstarted
        return
    fi
    printed=0
    if [ -f spool ]; then printed=$(size spool); fi
    say ":$printed"
    say :
    cat memo record 2>/dev/null
}

# start SPACE NAME HASH SHELL SCRIPT-SIZE VALUES-SIZE MEMO-SIZE ARGUMENT…: start a program under a supervisor, unless
# one was started. Set before: supervisor, its text, and environment, a function that sets the script's.
start() {
    hash=$3
    [ -d "./helpers/$hash" ] || fail helpers
    find_program "$4" || fail program
    shell=$program
    sh=/bin/sh
    if find_program sh; then sh=$program; fi
    enter make "attempts/$1/$2"
    must $?
    if begun; then return; fi
    if is_elsewhere "$1" "$2"; then fail elsewhere; fi
    gate=1
    while [ -d "gate.$gate" ]; do gate=$((gate + 1)); done
    if [ "$gate" -gt 1 ]; then
        if lives; then
            wait_for_start || fail slow
            return
        fi
        if begun; then return; fi # and it may have ended meanwhile
    fi
    take ".stage.$u" script "$5" values "$6" memo "$7" || {
        wipe ".stage.$u"
        fail use
    }
    shift 7
    { boot >".stage.$u/boot" && : >".stage.$u/spool" && : >".stage.$u/record"; } || fail use
    set -- "$sh" -c "$begin$supervisor" "$sh" "gate.$gate" ".stage.$u" "$PWD/files" "$(ulimit -S -n)" "$shell" "$@"
    if find_program setsid; then
        launch "$program" "$@"
    else
        find_program perl
        launch "$program" -e 'use POSIX; POSIX::setsid(); exec @ARGV' "$@"
    fi
}

# begin: what becomes the supervisor: the one that makes the gate goes on, with its files in place.
begin='mkdir "$1" 2>/dev/null || { rm -rf "$2"; exit; }
mv -f "$2/memo" "$2/boot" "$2/spool" "$2/record" . || exit
{ mkdir files 2>/dev/null || [ -d files ]; } && mv -f "$2/script" "$2/values" files || exit
rmdir "$2"
shift 2
'

# launch PROGRAM ARGUMENT…: begin the supervisor in a session of its own; does not return.
#
# In a pipeline, since what a shell begins with & ignores INT and QUIT for ever. This shell would wait for it: it is
# ended by the other end of the pipeline, which has said how it began.
launch() {
    {
        environment
        exec "$@"
    } <".stage.$u/record" >>".stage.$u/spool" 2>>".stage.$u/record" 3>/dev/null | {
        trap '' PIPE # who asked may be gone
        if wait_for_start; then say =; else say '!slow '; fi
        kill -s TERM $$
    }
}

# begun: whether its script was begun.
begun() {
    read_record
    [ "$pid" ]
}

# wait_for_start: wait until it has begun, for some seconds.
wait_for_start() {
    tries=0
    until begun; do
        [ "$tries" -lt 300 ] || return 1
        tries=$((tries + 1))
        pause 0.03
    done
}

# follow OFFSET SPACE NAME: its output as it comes, then the length of it, whether it was stopped, and its records.
#
# Says that it is alive after so many rounds as beat says, which is every 20 s or so.
# Ends with its input: who follows may be gone, and nobody else would notice.
follow() {
    enter '' "attempts/$2/$3"
    case $? in
        0) ;;
        2) return ;;
        *) must 1 ;;
    esac
    [ -f spool ] || return 0
    exec 3<&0 4<spool
    {
        cat <&3
        kill -s TERM $$
    } >/dev/null 2>&1 &
    read_record
    told= rounds=0 quiet=0
    say :
    tail -c "+$(($1 + 1))" <&4
    until is_over; do
        cat <&4
        quiet=$((quiet + 1))
        if [ "$told" ]; then quiet=$((quiet + 4)); fi
        if [ "$quiet" -ge "${beat:-100}" ]; then
            say '~alive'
            say :
            quiet=0
        fi
        if [ "$told" ]; then pause 1; elif [ "$rounds" -lt 10 ]; then pause 0.02; elif [ "$rounds" -lt 30 ]; then pause 0.05; else pause 0.2; fi
        rounds=$((rounds + 1))
    done
    cat <&4
    rm -f files/values files/octotui.kubeconfig
    say "~ended $(size spool)"
    if [ -d stopping ]; then say '~stopped'; fi
    if [ -f stopping/left ]; then
        say '~left '
        cat stopping/left
    fi
    say "~boots $(cat boot) $(boot)"
    say '~record '
    cat memo record
}

# is_over: whether nothing of the attempt lives.
is_over() {
    if [ -d stopping ]; then
        if [ -f stopping/over ]; then return 0; fi
        if is_being_stopped; then return 1; fi
    fi
    if supervised; then return 1; fi
    read_record
    if [ "$code" ]; then return 0; fi
    held record || return 0
    if [ "$pid" ] && ! supervised && [ ! "$told" ]; then
        told=yes
        say '~orphaned'
        say :
    fi
    return 1
}

# is_being_stopped: whether what stops it lives.
is_being_stopped() {
    stopper=
    if [ -f stopping/pid ]; then read -r stopper <stopping/pid; fi
    [ "$stopper" ] || return 1
    if [ -e /proc/self/fd ]; then [ "/proc/$stopper/cwd" -ef . ]; else kill -s 0 "$stopper" 2>/dev/null; fi
}

# clean SPACE NAME: remove what there is of it.
clean() {
    enter '' "attempts/$1"
    case $? in
        0) ;;
        2) return ;;
        *) must 1 ;;
    esac
    if [ -e "./$2" ] || [ -h "./$2" ]; then
        mv "./$2" "./.gone.$u" || fail use # at once: half of it would be taken for another state
        wipe ".gone.$u" || fail use
    fi
}

# orphans SPACE NAME…: remove all attempts but these, and stop what runs of them; needs the end of attempts, too.
orphans() {
    enter '' "attempts/$1"
    case $? in
        0) ;;
        2) return ;;
        *) must 1 ;;
    esac
    shift
    set +f
    for entry in * .gone.*; do
        [ -e "./$entry" ] || [ -h "./$entry" ] || continue
        kept=
        for each do
            if [ "$each" = "$entry" ]; then kept=yes; fi
        done
        if [ "$kept" ]; then continue; fi
        if [ -d "./$entry/gate.1" ] && [ ! -h "./$entry" ]; then
            (cd "./$entry" && read_record && [ "$pid" ] && lives && mkdir -p stopping && end_all yes 200) </dev/null >/dev/null 2>&1
        fi
        mv "./$entry" "./.gone.$u" && wipe ".gone.$u"
    done
}
