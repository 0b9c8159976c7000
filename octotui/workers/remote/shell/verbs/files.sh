# Files below the directory of a worker.

# put PATH PART SHA OFFSET TOTAL: write input from an offset on to a partial file beside a path; once it has TOTAL
# bytes, or at once where OFFSET is "end", put it in place. Writes at offsets, never appends: what a call that was
# given up still writes is the same.
put() {
    part=$2
    at make "$1"
    must $?
    [ ! -d "./$n" ] || [ -h "./$n" ] || fail use 'it is a folder'
    [ ! -h "./$part" ] || fail use 'its partial file is a link'
    if [ "$4" != end ]; then
        [ ! -e "./$part" ] || is_file "$part" || fail use 'its partial file is no file'
        have=0
        if is_file "$part"; then have=$(size "./$part"); fi
        [ "$have" -ge "$4" ] || fail short
        write "$4" 5<>"./$part" || fail use
        [ "$5" ] || return 0
        [ "$(size "./$part")" -ge "$5" ] || fail cut
    fi
    is_file "$part" || fail missing
    find_sums
    found=$(sum <"./$part")
    if [ "$found" != "$3" ]; then
        rm -f "./$part"
        fail damaged "$found"
    fi
    if [ -h "./$n" ]; then rm -f "./$n"; fi # mv would go through one to a folder
    mv -f "./$part" "./$n" || fail use
}

# write OFFSET: write input to descriptor 5 from an offset on.
write() {
    { [ "$1" -lt 65536 ] || dd bs=65536 count="$(($1 / 65536))" <&5 >/dev/null 2>&1; } &&
        { [ "$(($1 % 65536))" = 0 ] || dd bs="$(($1 % 65536))" count=1 <&5 >/dev/null 2>&1; } &&
        cat >&5
}

# received PATH PART: how much of it an interrupted put has left.
received() {
    at '' "$1"
    case $? in
        0) if is_file "$2"; then say ":$(size "./$2")"; else say :0; fi ;;
        2) say :0 ;;
        *) must 1 ;;
    esac
}

# get PATH OFFSET: the content of a file.
get() {
    at '' "$1"
    must $?
    is_file "$n" || fail missing
    say :
    if [ "$2" = 0 ]; then cat "./$n"; else tail -c "+$(($2 + 1))" "./$n"; fi || fail use
}

# some FOLDER LARGEST NAME…: a part for the beginning of each name that is a file, with its place among the names.
some() {
    most=$2
    enter '' "$1"
    case $? in
        0) ;;
        2) return ;;
        *) return ;;
    esac
    shift 2
    place=0
    for each do
        (
            at '' "$each" && is_file "$n" && [ -r "./$n" ] || exit
            say ":$place "
            head -c "$most" "./$n"
        )
        place=$((place + 1))
    done
}

# list FOLDER [DEEP]: its entries.
list() {
    enter '' "$1"
    case $? in
        0) ;;
        2) return ;;
        *) must 1 ;;
    esac
    if [ "$2" ]; then describe . ! -name .; else describe . ! -name . -prune; fi
}

# digest PATH: size and SHA-256 of a file.
digest() {
    at '' "$1"
    must $?
    is_file "$n" || fail missing
    find_sums
    say ":$(size "./$n") $(sum <"./$n")"
}

# remove PATH: remove a file or folder.
remove() {
    at '' "$1"
    case $? in
        0) wipe "$n" || fail use ;;
        2) ;;
        *) must 1 ;;
    esac
}

# free: the line of df that has the free space in KiB.
free() {
    say ":$(df -Pk . | tail -n 1)"
}

# artifact LARGEST FOLDER PATH [CONFINED]: a file, named as a script in that folder would; where it is confined, one
# below that absolute folder, by no link.
artifact() {
    if [ "${4-}" ]; then
        cd -P "$2" || fail reason 'No such file or directory'
        at '' "$3"
        case $? in
            0) path=./$n ;;
            2) fail reason 'No such file or directory' ;;
            *) must 1 ;;
        esac
    else
        enter '' "$2"
        must $?
        case $3 in
            /*) path=$3 ;;
            *) path=./$3 ;;
        esac
    fi
    if [ -h "$path" ]; then fail kind 'a link'; fi
    if [ -d "$path" ]; then fail kind 'a folder'; fi
    [ -e "$path" ] || fail reason 'No such file or directory'
    [ -f "$path" ] || fail kind 'a pipe or device'
    [ "$(size "$path")" -le "$1" ] || fail large
    [ -r "$path" ] || fail reason 'Permission denied'
    say :
    cat "$path" || fail reason 'it cannot be read to its end'
}

# contents FOLDER SIZE: a part for each name that comes as input, with a NUL after each: a file's content or a link's
# target.
contents() {
    take ".$u" names "$2" || fail use
    enter '' "$1"
    must $?
    xargs -0 sh -c 'm=$0
        for each do
            printf "%s:" "$m"
            if [ -h "$each" ]; then readlink "$each"; elif [ -f "$each" ]; then cat "$each"; fi
        done' "$m" <"$d/.$u/names" || fail use
    rm -rf "$d/.$u"
}
