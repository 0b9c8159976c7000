# What Octopus's helper functions do in bash: those of sh, and some more. octopus.bash reads this file when one of
# them is first called.

. "$__octotui_helpers/functions.sh"

# remove_octopustarget NAME
remove_octopustarget() {
    printf "##octopus[delete-target machine='%s']\n" "$(encode_servicemessagevalue "${1-}")"
}

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
