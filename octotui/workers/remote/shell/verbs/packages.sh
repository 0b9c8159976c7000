# The package cache in the directory of a worker.

# lock LOCK [STALE-MINUTES]: make a lock, unless another holds it; one that was not refreshed is broken.
lock() {
    enter make packages
    must $?
    if mkdir "./$1" 2>/dev/null; then
        say :taken
        return
    fi
    set +f
    [ "$(find "./$1" -prune -mmin +2 2>/dev/null)" ] || return 0
    mkdir "./$1.break" 2>/dev/null || { # one breaks it at a time, unless that one died
        [ ! "$(find "./$1.break" -prune -mmin +2 2>/dev/null)" ] || rmdir "./$1.break"
        return 0
    }
    if [ "$(find "./$1" -prune -mmin +2 2>/dev/null)" ]; then
        touch "./$1"
        say :taken
    fi
    rmdir "./$1.break"
}

# refresh LOCK: show that its holder lives.
refresh() {
    enter '' packages && [ -d "./$1" ] && touch "./$1"
}

# unlock LOCK
unlock() {
    enter '' packages && rmdir "./$1"
}

# packages: a part for each package; what was left unfinished for a week goes.
packages() {
    enter '' packages || return 0
    find . ! -name . -prune -name '.*.work' -mtime +7 -exec rm -rf {} +
    set +f
    for each in [!.]*/[!.]*; do
        if [ -d "./$each" ] && [ ! -h "./$each" ] && [ ! -h "./${each%%/*}" ]; then say ":$each"; fi
    done
}

# survey FOLDER [SUMS]: parts for all entries of a folder and itself; then, with SUMS, those of its files, and of its
# links their targets.
survey() {
    enter '' "$1"
    case $? in
        0) ;;
        2) return ;;
        *) must 1 ;;
    esac
    describe .
    [ "$2" ] || return 0
    find_sums
    say '~sums '
    find . -type f -exec $sums {} +
    say '~links'
    find . -type l -exec sh -c 'm=$0
        for each do
            printf "%s:" "$m"
            readlink "$each"
        done' "$m" {} +
}

# unpack FOLDER: make files of an archive that comes as input; a folder or link of the same name in their place goes
# before, by `drop`.
unpack() {
    enter make "$1"
    must $?
    tar -x -p -o -f - || fail use
}

# drop FOLDER SIZE: remove names, which come as input with a NUL after each, in a folder.
drop() {
    take ".$u" names "$2" || fail use
    enter make "$1"
    must $?
    xargs -0 rm -rf <"$d/.$u/names" || fail use
    rm -rf "$d/.$u"
}

# arrange FOLDER SIZE: set modes, by lines of MODE NUL NAME NUL in the input.
arrange() {
    take ".$u" names "$2" || fail use
    enter '' "$1"
    must $?
    xargs -0 sh -c 'while [ $# -gt 1 ]; do chmod "$1" "$2" || exit 255; shift 2; done' sh \
        <"$d/.$u/names" || fail use
    rm -rf "$d/.$u"
}

# stamp PATH TIME: set when a file was changed, as touch takes it, in UTC.
stamp() {
    at '' "$1"
    must $?
    TZ=UTC0 touch -m -t "$2" "./$n" || fail use
}

# install WORK PACKAGE VERSION SIZE: put a package in place of what is there.
install() {
    enter make "packages/$2"
    must $?
    discard "$3"
    mv "../$1" "./$3" || fail use
    echo "$4" >"./.$3.size"
}

# discard VERSION: remove a package of this folder, at once.
discard() {
    if [ -e "./$1" ] || [ -h "./$1" ]; then
        mv "./$1" "./.$1.$u" || fail use
        wipe ".$1.$u"
    fi
    rm -f "./.$1.size"
}

# use PACKAGE VERSION: note that it was used.
use() {
    enter '' "packages/$1" || return 0
    if ! is_file ".$2.size"; then
        bytes=$(find "./$2" -type f -exec ls -ln {} + | awk '{ all += $5 } END { printf "%d", all }')
        rm -rf "./.$2.size"
        echo "$bytes" >"./.$2.size"
    fi
    touch "./.$2.size"
}

# copy PACKAGE VERSION TARGET MODE: copy a package to a new folder.
copy() {
    enter '' "packages/$1/$2"
    must $?
    from=$PWD
    cd -P "$d" || fail use
    at make "$3"
    must $?
    mkdir "./$n" || fail exists
    { cp -R -P -p "$from/." "./$n/" && chmod "$4" "./$n"; } || fail use
}

# usage: a part for each package with the bytes that it takes, and when it was used: seconds since 1970.
usage() {
    enter '' packages || return 0
    set +f
    for each in [!.]*/.*.size; do
        is_file "$each" || continue
        read -r bytes <"./$each"
        say ":$bytes $(stat -c %Y "./$each" 2>/dev/null || stat -f %m "./$each") $each"
    done
}

# evict PACKAGE VERSION…
evict() {
    while [ $# -gt 1 ]; do
        if (enter '' "packages/$1" && discard "$2" >&2); then say ":$1/$2"; fi
        shift 2
    done
}
