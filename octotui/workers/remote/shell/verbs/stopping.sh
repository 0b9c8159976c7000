# The end of attempts: TERM to all that one has started, and KILL after its grace.

# stop SPACE NAME HUNDREDTHS: begin to stop an attempt; nothing where it has ended, or is being stopped.
stop() {
    enter '' "attempts/$1/$2"
    case $? in
        0) ;;
        2) return ;;
        *) must 1 ;;
    esac
    read_record
    [ "$pid" ] && lives || return 0
    first=
    if mkdir stopping 2>/dev/null; then first=yes; elif is_being_stopped; then return 0; fi
    end_all "$first" "$3" </dev/null >/dev/null 2>&1 &
    echo "$!" >stopping/pid
}

# end_all FIRST HUNDREDTHS: TERM is sent once: programs take a second one for impatience.
end_all() {
    trap '' HUP
    left=$2
    if [ "$1" ]; then signal TERM $(members); fi
    while [ "$left" -gt 0 ] && { supervised || [ "$(members)" ]; }; do
        if [ "$left" -gt 20 ]; then
            pause 0.1
            left=$((left - 10))
        else
            pause 0.02
            left=$((left - 2))
        fi
    done
    for wait in 0.02 0.1 0.5 1; do
        found=$(members)
        [ "$found" ] || break
        kill_all
        pause "$wait"
    done
    name_rest >stopping/left
    [ -s stopping/left ] || rm -f stopping/left
    : >stopping/over
}

# kill_all: stop processes until no look finds another, and kill them: one that is killed leaves its children to init.
kill_all() {
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        signal STOP $found
        more=$(members)
        if [ "$more" = "$found" ]; then break; fi
        found=$more
    done
    signal KILL $found
}

# name_rest: print what could not be ended.
name_rest() {
    for each in $(members); do
        name=
        if [ -r "/proc/$each/comm" ]; then read -r name <"/proc/$each/comm"; fi
        echo "$each $name"
    done
}

# members: print the pids of its processes, the oldest first: those that have its record open, their sessions, those
# that have its variable, and all that descend from these; not what is of another attempt, older, or of our session.
# Without /proc, its process group.
members() {
    if [ ! -e /proc/self/fd ]; then
        if signal 0 "-$pid"; then echo "-$pid"; fi
        return
    fi
    set +f
    open=
    for each in /proc/[0-9]*/fd/*; do
        if [ "$each" -ef record ]; then
            each=${each#/proc/}
            open="$open ${each%%/*}"
        fi
    done
    carry=$(grep -lsF "OCTOTUI_VALUES=$PWD/files/values" /proc/[0-9]*/environ)
    other=$(grep -lsF OCTOTUI_VALUES= /proc/[0-9]*/environ)
    cat /proc/[0-9]*/stat 2>/dev/null | awk -v leader="$pid" -v open="$open" -v carry="$(echo $carry)" \
        -v other="$(echo $other)" '
        function numbers(text, set, parts, count, i) {
            gsub(/[^0-9 ]/, "", text)
            count = split(text, parts, " ")
            for (i = 1; i <= count; i++) set[parts[i]] = 1
        }
        function grow(sessions, grown, p) {
            do {
                grown = 0
                for (p in began) if (!(p in found) && ((parent[p] in found) || (sessions && (session[p] in ours)))) {
                    found[p] = 1
                    if (sessions) ours[session[p]] = 1
                    grown = 1
                }
            } while (grown)
        }
        {
            line = line == "" ? $0 : line "\n" $0
            if (line !~ /\) [A-Za-z]( -?[0-9]+)+ *$/) next
            p = line
            sub(/ .*/, "", p)
            sub(/^.*\) /, "", line)
            split(line, f, " ")
            line = ""
            if (f[1] ~ /[ZXx]/ || p + 0 <= 1 || f[4] == 0) next
            parent[p] = f[2]
            session[p] = f[4]
            began[p] = f[20] + 0
        }
        END {
            getline self <"/proc/self/stat"
            sub(/^.*\) /, "", self)
            split(self, f, " ")
            numbers(open, opens)
            numbers(carry, carries)
            numbers(other, others)
            since = session[leader] == leader ? began[leader] : 0
            for (p in session) if (session[p] == f[4] || began[p] < since || ((p in others) && !(p in carries) && !(p in opens))) delete began[p]
            for (p in began) if (p in opens) {
                found[p] = 1
                ours[session[p]] = 1
            }
            grow(1)
            for (p in began) if (p in carries) found[p] = 1
            grow(0)
            while (1) {
                first = ""
                for (p in began) if ((p in found) && (first == "" || began[p] < began[first] || (began[p] == began[first] && p + 0 < first + 0))) first = p
                if (first == "") break
                print first
                delete found[first]
            }
        }'
}
