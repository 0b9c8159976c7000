# Values of jobs that an earlier version started, which have them in the environment alone.

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
