# What all verbs share, for any POSIX sh. Set before: m, the mark that begins each part of an answer; u, a name that
# is used once; d, the directory of the worker. Names are hostile: always quoted, and with ./ before them.
umask 077

# say KIND…: begin a part of the answer: ":" data, "~" a notice, "=" the end, "!" a problem.
say() { printf '%s%s' "$m" "$1"; }

# fail KIND [TEXT]: end with a problem; without a text, what the last tool said on standard error is the reason.
fail() {
    say "!$1 ${2-}"
    exit
}

# inside: enter the directory of the worker, made if need be.
inside() {
    case $d in
        /*) ;;
        *)
            case ${HOME-} in
                /*) d=${HOME%/}/$d ;;
                *) fail away 'its account has no home: declare a directory' ;;
            esac
            ;;
    esac
    if [ ! -d "$d" ]; then
        up=$d
        until [ -d "$up/" ]; do up=${up%/*}; done
        trusted "$(cd -P "$up/" && pwd)"
    fi
    { mkdir -p "$d" && cd -P "$d"; } || fail away
    d=$PWD
}

# trusted FOLDER: refuse one where another account could replace what is run there: on its way, each folder belongs to
# this account or to root, and others write to none, but for sticky ones, as /tmp is.
trusted() {
    above=$1
    set --
    while [ "$above" ]; do
        set -- "$@" "$above"
        above=${above%/*}
    done
    set -- "$@" /
    unsafe=$(find "$@" -prune ! -user 0 ! -user "$(id -u)" | head -n 1)
    [ ! "$unsafe" ] ||
        fail away "$unsafe belongs to another account, which could replace what is run there: declare another directory"
    unsafe=$(find "$@" -prune -type d -perm -0002 ! -perm -1000 | head -n 1)
    [ ! "$unsafe" ] || fail away "everybody can write to $unsafe: chmod o-w it"
    own=0
    [ "$(id -un)" != "$(id -gn)" ] || own=$(id -g)
    unsafe=$(find "$@" -prune -type d -perm -0020 ! -perm -1000 ! -group 0 ! -group "$own" | head -n 1)
    [ ! "$unsafe" ] || fail away "a group can write to $unsafe: chmod g-w it"
}

# enter MAKE FOLDER: go down through folders that are no links; with MAKE, make missing ones. Fails with 2 where one
# is missing. The physical path afterwards shows whether a folder was replaced by a link meanwhile.
enter() {
    make=$1
    IFS=/
    set -f
    set -- $2
    unset IFS
    for c do
        [ ! -h "./$c" ] || return 1
        if [ ! -d "./$c" ]; then
            [ ! -e "./$c" ] || return 1
            [ "$make" ] || return 2
            mkdir "./$c" || [ -d "./$c" ] || return 1
        fi
        above=${PWD%/}
        { cd -P "./$c" && [ "$PWD" = "$above/$c" ]; } || return 1
    done
}

# at MAKE PATH: enter the folder of a path, and set n to its last name.
at() {
    n=${2##*/}
    case $2 in */*) enter "$1" "${2%/*}" ;; esac
}

# must: refuse what `enter` or `at` has failed with.
must() {
    case $1 in
        0) ;;
        2) fail missing ;;
        *) fail use 'a folder on its way is a link, or no folder' ;;
    esac
}

# is_file NAME: whether it is an ordinary file.
is_file() { [ -f "./$1" ] && [ ! -h "./$1" ]; }

# size FILE: print its bytes.
size() {
    set -f
    set -- $(ls -lnd "$1")
    echo "${5-0}"
}

# find_sums: set sums to the command that makes SHA-256 sums.
find_sums() {
    if command -v sha256sum >/dev/null; then
        sums=sha256sum
    elif command -v shasum >/dev/null; then
        sums='shasum -a 256'
    else
        sums='openssl dgst -sha256 -r'
    fi
    unset IFS
}

# sum: print the SHA-256 of standard input.
sum() {
    found=$($sums)
    found=${found#\\}
    echo "${found%% *}"
}

# describe FIND-ARGUMENT…: a part for each file that find finds: mode in hexadecimal, size, name.
describe() {
    if stat -c %s / >/dev/null 2>&1; then
        find "$@" -exec stat -c "$m:%f %s %n" {} +
    else
        find "$@" -exec stat -f "$m:%Xp %z %N" {} +
    fi
}

# wipe NAME: remove a file, or a folder whatever its modes are.
wipe() {
    rm -rf "./$1" 2>/dev/null && return
    find "./$1" -type d -exec chmod u+rwx {} \;
    rm -rf "./$1"
}

# take FOLDER NAME SIZE…: write standard input to files of these sizes, one after the other, in a new folder; fails
# where some of it is missing.
take() {
    into=$1
    shift
    { mkdir "./$into" && cat >"./$into/.all"; } || return 1
    from=1
    while [ $# -gt 1 ]; do
        tail -c "+$from" "./$into/.all" | head -c "$2" >"./$into/$1" || return 1
        [ "$(size "./$into/$1")" = "$2" ] || return 1
        from=$((from + $2))
        shift 2
    done
    rm -f "./$into/.all"
}

# pause SECONDS: sleep; where sleep knows no fractions, a second.
pause() { sleep "$1" 2>/dev/null || sleep 1; }

# absolute PATH: print it without the entries that mean the current directory.
absolute() {
    IFS=:
    set -f
    kept=
    for dir in $1; do
        case $dir in /*) kept=$kept:$dir ;; esac
    done
    unset IFS
    echo "${kept#:}"
}

# find_program NAME: set program to its path; fails where there is none.
find_program() {
    IFS=:
    set -f
    for dir in $PATH; do
        case $dir in
            /*)
                if [ -f "$dir/$1" ] && [ -x "$dir/$1" ]; then
                    program=$dir/$1
                    unset IFS
                    return
                fi
                ;;
        esac
    done
    unset IFS
    return 1
}

# boot: print the id of the present boot.
boot() {
    if [ -r /proc/sys/kernel/random/boot_id ]; then
        cat /proc/sys/kernel/random/boot_id
    else
        sysctl -n kern.boottime 2>/dev/null || echo
    fi
}

# Nothing is found in the current directory, as it is for scripts of this machine.
case :$PATH: in *::* | *:[!/]*) PATH=$(absolute "$PATH") ;; esac
