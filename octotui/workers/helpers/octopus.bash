# Octopus's helper functions for bash. Every bash of a job sources this file first (BASH_ENV), so it must
# not affect the script: no option set, nothing printed, correct under `set -eu` and in bash 3.2.

if [ -r "${OCTOTUI_BASH_ENV:-}" ]; then
    . "$OCTOTUI_BASH_ENV" # the one that this file stands in for
fi

__octotui_helpers=${BASH_SOURCE%/*}
. "$__octotui_helpers/octopus.sh"

# remove-octopustarget NAME: POSIX mode takes no such name, so there it is remove_octopustarget.
remove_octopustarget() {
    printf "##octopus[delete-target machine='%s']\n" "$(encode_servicemessagevalue "${1-}")"
}
case :$SHELLOPTS: in
    *:posix:*) ;;
    *) eval 'remove-octopustarget() { remove_octopustarget "$@"; }' ;;
esac

# report_kubernetes_manifest YAML [NAMESPACE]: each document of it.
report_kubernetes_manifest() {
    local __octotui_document= __octotui_line
    if [ -z "${1-}" ]; then return 0; fi
    while IFS= read -r __octotui_line || [ -n "$__octotui_line" ]; do
        if [ "$__octotui_line" = --- ]; then
            __octotui_report "$__octotui_document" "${2-}"
            __octotui_document=
        else
            __octotui_document=$__octotui_document$__octotui_line$'\n'
        fi
    done <<<"${1%$'\n'}" # <(…) is a syntax error in the POSIX mode of bash before 5.1
    __octotui_report "$__octotui_document" "${2-}"
}

__octotui_report() {
    if [ -z "$1" ]; then return 0; fi
    printf "##octopus[k8s-manifest-applied manifest='%s'" "$(encode_servicemessagevalue "$1")"
    if [ -n "$2" ]; then printf " ns='%s'" "$(encode_servicemessagevalue "$2")"; fi
    printf ']\n'
}

# report_kubernetes_manifest_file PATH [NAMESPACE]
report_kubernetes_manifest_file() {
    if [ ! -f "${1-}" ]; then
        write_verbose "There is no Kubernetes manifest ${1-}"
        return 0
    fi
    report_kubernetes_manifest "$(cat "$1")" "${2-}"
}

# Jobs that an earlier version started have their values in the environment alone.
if [ -z "${OCTOTUI_VALUES-}" ]; then
    get_octopusvariable() {
        local LC_ALL=C 2>/dev/null || true # a script may have made it read-only
        local __octotui_name
        __octotui_name=${1-}
        __octotui_name=${__octotui_name//[^A-Za-z0-9_]/.}
        while [[ $__octotui_name == *..* ]]; do __octotui_name=${__octotui_name//../.}; done
        __octotui_name=${__octotui_name//./_}
        while [[ $__octotui_name == _* ]]; do __octotui_name=${__octotui_name#_}; done
        while [[ $__octotui_name == *_ ]]; do __octotui_name=${__octotui_name%_}; done
        if [[ $__octotui_name == [0-9]* ]]; then __octotui_name=_$__octotui_name; fi
        # A variable with a reserved name is prefixed with an underscore.
        if [[ -n $__octotui_name ]]; then
            local __octotui_other=_$__octotui_name
            if [[ -n ${!__octotui_other+known} ]]; then __octotui_name=$__octotui_other; fi
        fi
        if [[ -n $__octotui_name && -n ${!__octotui_name+known} ]]; then
            printf '%s' "${!__octotui_name}"
        else
            echo
        fi
    }
fi
