# What Octopus's helper functions do, for sh and bash: nothing is printed, no option is set, and they work under
# `set -eu`, in bash 3.2, dash and busybox. octopus.sh reads this file when one of them is first called.

# encode_servicemessagevalue VALUE: print the value in Base64, on one line.
encode_servicemessagevalue() {
    if command -v base64 >/dev/null; then
        printf '%s' "${1-}" | base64 | tr -d '\r\n'
    else
        printf '%s' "${1-}" | openssl enc -base64 -A
    fi
}

# decode_servicemessagevalue BASE64: print the decoded value.
decode_servicemessagevalue() {
    if command -v base64 >/dev/null; then
        printf '%s' "${1-}" | base64 -d
    else
        printf '%s' "${1-}" | openssl enc -base64 -A -d
    fi
}

# set_octopusvariable NAME VALUE [-sensitive]: set an output variable of this step.
set_octopusvariable() {
    local __octotui_sensitive=
    if [ "${3-}" = -sensitive ]; then __octotui_sensitive=" sensitive='VHJ1ZQ=='"; fi
    printf "##octopus[setVariable name='%s' value='%s'%s]\n" "$(encode_servicemessagevalue "${1-}")" \
        "$(encode_servicemessagevalue "${2-}")" "$__octotui_sensitive"
}

# new_octopusartifact PATH [NAME]: keep a file as an artifact when the step ends.
new_octopusartifact() {
    local __octotui_path="${1-}"
    local __octotui_name="${2-}"
    local __octotui_length=0
    if [ ! -e "$__octotui_path" ]; then
        echo "There is no file $__octotui_path to keep as an artifact" >&2
        exit 1
    fi
    if [ -z "$__octotui_name" ]; then __octotui_name=$(basename -- "$__octotui_path"); fi
    if [ -f "$__octotui_path" ]; then __octotui_length=$(($(wc -c <"$__octotui_path"))); fi
    case $__octotui_path in /*) ;; *) __octotui_path=$PWD/$__octotui_path ;; esac
    write_verbose "$__octotui_path will be kept as the artifact $__octotui_name when this step is over"
    printf "##octopus[createArtifact path='%s' name='%s' length='%s']\n" \
        "$(encode_servicemessagevalue "$__octotui_path")" "$(encode_servicemessagevalue "$__octotui_name")" \
        "$(encode_servicemessagevalue "$__octotui_length")"
}

# update_progress PERCENTAGE [MESSAGE]
update_progress() {
    printf "##octopus[progress percentage='%s' message='%s']\n" "$(encode_servicemessagevalue "${1-}")" \
        "$(encode_servicemessagevalue "${2-}")"
}

# fail_step [REASON]: fail the step and exit.
fail_step() {
    if [ -n "${1-}" ]; then
        printf "##octopus[resultMessage message='%s']\n" "$(encode_servicemessagevalue "$1")"
    fi
    exit 1
}

# fail_without COMMAND…: fail the step if the machine, or the image, lacks one; python:MODULE is a module of python3.
fail_without() {
    local __octotui_need __octotui_missing=
    for __octotui_need; do
        case $__octotui_need in
            python:*)
                # Not from the current directory, which an empty entry means.
                if python3 -c "import sys; sys.path = list(filter(None, sys.path)); import ${__octotui_need#python:}" \
                    >/dev/null 2>&1; then continue; fi
                __octotui_need="the Python module ${__octotui_need#python:}"
                ;;
            *) if command -v "$__octotui_need" >/dev/null 2>&1; then continue; fi ;;
        esac
        __octotui_missing="$__octotui_missing${__octotui_missing:+, }$__octotui_need"
    done
    if [ -z "$__octotui_missing" ]; then return 0; fi
    if [ -n "${OCTOTUI_CONTAINER_IMAGE-}" ]; then
        fail_step "the image $OCTOTUI_CONTAINER_IMAGE lacks what this step needs, so use another one: $__octotui_missing"
    fi
    fail_step "${Octopus_Worker_Name:-this machine} lacks what this step needs, so install it there: $__octotui_missing"
}

# write_verbose TEXT, write_highlight TEXT …: print a text of that level, in one write, so that lines of
# concurrent processes do not come between.
write_verbose() { __octotui_write verbose "${1-}"; }
write_highlight() { __octotui_write highlight "${1-}"; }
write_wait() { __octotui_write wait "${1-}"; }
write_warning() { __octotui_write warning "${1-}"; }

# Results of a health check: has warnings; is unhealthy, with the reason.
echo_warning() { __octotui_write warning "${1-}"; }
echo_error() { __octotui_write error "${1-}"; }
fail_healthcheck() {
    echo_error "${1-}"
    fail_step "${1-}"
}

__octotui_write() {
    printf '##octopus[stdout-%s]\n%s\n##octopus[stdout-default]\n' "$1" "$2"
}

# new_octopustarget --name NAME --target-id ID --inputs JSON --roles ROLES [--worker-pool POOL] [--update-if-existing]
new_octopustarget() (
    __octotui_pairs=
    while [ $# -gt 0 ]; do
        case $1 in
            -n | --name) __octotui_key=name ;;
            -t | --target-id) __octotui_key=targetId ;;
            --inputs) __octotui_key=inputs ;;
            --roles) __octotui_key=octopusRoles ;;
            --worker-pool) __octotui_key=octopusDefaultWorkerPoolIdOrName ;;
            --update-if-existing)
                __octotui_pairs="$__octotui_pairs updateIfExisting='dHJ1ZQ=='"
                shift
                continue
                ;;
            -*)
                echo "new_octopustarget has no option $1" >&2
                exit 1
                ;;
            *) break ;;
        esac
        __octotui_pairs="$__octotui_pairs $__octotui_key='$(encode_servicemessagevalue "${2-}")'"
        shift $(($# > 1 ? 2 : 1))
    done
    printf '##octopus[createStepPackageTarget%s]\n' "$__octotui_pairs"
)
