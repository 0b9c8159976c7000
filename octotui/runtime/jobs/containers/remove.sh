# Remove a container by its name, whatever it does, by whichever engine has it. Before these lines stands c_container.

# c_is_own PID: whether a process is podman's conmon, of this account, and in no container: another one may call
# itself so, and say of itself whatever it likes.
c_is_own() {
    [ -O "/proc/$1" ] && [ "/proc/$1/exe" -ef "$c_conmon" ] && [ "/proc/$1/ns/pid" -ef /proc/self/ns/pid ]
}

# What podman has begun and not yet recorded when it is killed, it does not know any more: conmon waits with it.
# What is called is what podman names: never what a process has among its arguments.
c_remove_unrecorded() {
    c_conmon=
    for c_file in $(grep -l -F -e "$c_container" /proc/[0-9]*/cmdline 2>/dev/null); do
        c_pid=${c_file#/proc/}
        c_pid=${c_pid%/cmdline}
        if [ -z "$c_conmon" ]; then
            c_conmon=$(podman info --format '{{.Host.Conmon.Path}}' 2>/dev/null)
            c_runtime=$(podman info --format '{{.Host.OCIRuntime.Path}}' 2>/dev/null)
            case $c_conmon:$c_runtime in /*:/*) ;; *) return ;; esac
        fi
        c_is_own "$c_pid" || continue
        c_words=$(tr '\0' '\n' <"$c_file" 2>/dev/null)
        c_name= c_id= c_option=
        while IFS= read -r c_word; do
            case $c_option in
                -n) c_name=${c_name:-$c_word} ;;
                -c) c_id=${c_id:-$c_word} ;;
            esac
            c_option=$c_word
        done <<END
$c_words
END
        [ "$c_name" = "$c_container" ] || continue
        case $c_id in '' | *[!0-9a-f]*) continue ;; esac
        "$c_runtime" delete --force "$c_id" >/dev/null 2>&1
        kill -KILL "$c_pid" 2>/dev/null
    done
}

c_left=
for c_engine in podman docker; do
    if command -v "$c_engine" >/dev/null 2>&1; then
        "$c_engine" kill --signal KILL -- "$c_container" >/dev/null 2>&1
        "$c_engine" rm --force -- "$c_container" >/dev/null 2>&1
        if "$c_engine" container inspect -- "$c_container" >/dev/null 2>&1; then c_left=1; fi
    fi
done
c_remove_unrecorded
[ -z "$c_left" ]
