# Run the script of an attempt in a container, by the engine that this machine has. Before these lines stand
# the settings, in names that begin with c_, and the functions c_files, which writes what runs inside, and c_passed.
#
# What is in a container may be hostile. It is given two folders to write to, $c_inside and $c_workspace, besides
# packages and mounts: nothing that this shell, or what supervises it, reads or calls is in them once it has begun. All
# of this is parsed before any of it runs.

c_reason() { printf "##octopus[resultMessage message='%s']\n" "$(encode_servicemessagevalue "$1")"; }
c_end() {
    c_reason "$1"
    rm -rf "$c_folder"
    exit 1
}

# c_give_environment: write what a script is given of this machine's variables, which an engine would record.
c_give_environment() {
    : >"$c_inside/passed" || return
    [ -n "$c_passes" ] || return 0
    while IFS='=' read -r c_name c_rest; do
        case $c_name in
            '' | *[!A-Za-z0-9_]* | [0-9]* | OCTOTUI* | __octotui* | c_*) continue ;;
            _ | IFS | PWD | OLDPWD | SHLVL | UID | EUID | PPID | SHELLOPTS | BASHOPTS) continue ;; # of a shell itself
        esac
        if c_passed "$c_name" && eval "[ -n \"\${$c_name+set}\" ]"; then
            eval "c_value=\$$c_name"
            c_assign "$c_name" "$c_value" || return
        fi
    done <<END
$(env)
END
}

# c_assign NAME VALUE: append the command that exports it, for any sh.
c_assign() {
    c_quoted=
    c_rest=$2
    while [ "$c_rest" != "${c_rest#*"'"}" ]; do
        c_quoted="$c_quoted${c_rest%%"'"*}'\\''"
        c_rest=${c_rest#*"'"}
    done
    printf "export %s='%s'\n" "$1" "$c_quoted$c_rest" >>"$c_inside/passed"
}

# c_find_user: set c_user to the account and its group, as numbers: without another process where there is /proc.
c_find_user() {
    c_user=
    if [ -r /proc/self/status ]; then
        while read -r c_name c_value c_rest; do
            case $c_name in
                Uid:) c_user=${c_rest%%[!0-9]*} ;; # the effective one
                Gid:) c_user=$c_user:${c_rest%%[!0-9]*} && break ;;
            esac
        done </proc/self/status
    fi
    case $c_user in
        [0-9]*:[0-9]*) ;;
        *) c_user=$(id -u):$(id -g) ;;
    esac
}

# Repeat the signal: what starts meanwhile may not take it yet. The container passes it on once.
c_stop() {
    trap '' TERM
    c_stopped=1
    while kill -0 "$c_cli" 2>/dev/null; do
        "$c_engine" kill --signal TERM "$c_container" >/dev/null 2>&1 3>&-
        sleep 1
    done &
}

main() {
    c_stopped=
    trap 'c_stopped=1' TERM
    umask 077
    c_work=${OCTOTUI_VALUES%/values}
    c_inside=$c_folder/inside
    c_workspace=$c_work/$c_workspace
    for c_engine in podman docker ''; do
        if [ -z "$c_engine" ] || command -v "$c_engine" >/dev/null 2>&1; then break; fi
    done
    [ -n "$c_engine" ] || c_end "$c_worker has no podman and no docker, which run containers: install one of them there"
    case $c_work$c_folder$__octotui_helpers in
        *,*) c_end "the folder $c_work has a comma, so that no engine mounts it: give the worker another directory" ;;
    esac
    if [ -e "$c_folder" ]; then rm -rf "$c_folder"; fi
    mkdir -p "$c_inside" "$c_workspace" && c_files && c_give_environment && cat "$c_work/values" >"$c_inside/values" ||
        c_end "$c_worker cannot write the script of the container to $c_folder, or make the folder $c_workspace"

    # The files of a script belong to the account of its worker, inside and outside.
    c_find_user
    case $c_engine:$c_user:${DOCKER_HOST-} in
        podman:0:* | docker:0:*) ;;
        podman:*) set -- --userns=keep-id "$@" ;;
        docker:*:unix:///run/user/*) c_user=0:0 ;; # its root is this account
    esac
    if [ -d "$c_packages" ]; then set -- --mount "type=bind,source=$c_packages,target=$c_packages" "$@"; fi
    set -- --rm --name "$c_container" --label "octotui.space=$c_space" --label "octotui.attempt=$c_attempt" \
        --entrypoint sh --user "$c_user" --security-opt label=disable --pull never --workdir "$c_workspace" \
        --mount "type=bind,source=$c_workspace,target=$c_workspace" --mount "type=bind,source=$c_inside,target=$c_inside" \
        --mount "type=bind,source=$__octotui_helpers,target=$__octotui_helpers,readonly" \
        --env "OCTOTUI_VALUES=$c_inside/values" --env "OCTOTUI_NEEDS=$c_needs" \
        --env "OCTOTUI_CONTAINER_IMAGE=$c_image" "$@"
    if [ "$c_streams" = 1 ]; then exec 4>"$c_folder/errors"; else exec 4>&2; fi

    # Its own messages apart, and without the lock of the attempt (3): the container is not waited for by it.
    OCTOTUI_VALUES='' "$c_engine" run "$@" -- "$c_image" -c "$c_main" \
        octotui "$c_inside" "$__octotui_helpers" "$c_shell" "$c_streams" </dev/null 2>&4 3>&- 4>&- &
    c_cli=$!
    exec 4>&-

    trap c_stop TERM
    if [ -n "$c_stopped" ]; then c_stop; fi
    while :; do
        c_code=0
        wait "$c_cli" || c_code=$?
        kill -0 "$c_cli" 2>/dev/null || break
    done
    trap '' TERM

    if [ -s "$c_folder/errors" ]; then cat "$c_folder/errors" >&2; fi
    if [ -e "$c_inside/lacking" ]; then
        c_reason "the image $c_image has no $c_program, by which the script runs: use another image, or another shell"
    elif [ ! -e "$c_inside/began" ] && [ -z "$c_stopped" ]; then
        c_said=$(tail -n 1 "$c_folder/errors" 2>/dev/null | cut -c 1-300)
        case $c_code:$c_said in
            *subuid* | *subgid* | *newuidmap* | *newgidmap* | *"insufficient UIDs"*)
                c_reason "podman needs ranges of ids on $c_worker, since it is used without root: usermod --add-subuids 100000-165535 --add-subgids 100000-165535 $(id -un)" ;;
            *"no space left"*) c_reason "the disk of $c_worker is full" ;;
            127:* | *"executable file not found"*) c_reason "the image $c_image has no sh, by which scripts start in it" ;;
            126:*) c_reason "the sh of the image $c_image cannot be run on $c_worker: $c_said" ;;
            *) c_reason "$c_engine on $c_worker cannot start $c_image${c_said:+: $c_said}" ;;
        esac
        if [ "$c_code" = 0 ]; then c_code=1; fi
    elif [ "$c_code" = 137 ] && [ -z "$c_stopped" ]; then
        c_reason "it was killed, as happens where it needs more memory than it may use"
    fi
    case $c_stopped:$c_code in
        :? | :?? | :1[01]? | :12[0-4]) ;;
        *)
            "$c_engine" rm --force "$c_container" >/dev/null 2>&1 3>&-
            # Its folder stands as long as it does, which could put links there while the folder is removed.
            if "$c_engine" container inspect "$c_container" >/dev/null 2>&1 3>&-; then exit "$c_code"; fi
            ;;
    esac
    rm -rf "$c_folder"
    exit "$c_code"
}

main "$@"
