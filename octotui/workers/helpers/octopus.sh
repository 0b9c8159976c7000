# Octopus's helper functions for sh, and for bash, which has some more: nothing is printed, no option is set, and
# they work under `set -eu`, in bash 3.2, dash and busybox. They find each other by __octotui_helpers.
#
# Every shell of a job reads this file, and most scripts call few of them: so it is short, and what they do is
# read when one of them is first called.

__octotui_functions=$__octotui_helpers/functions.sh

# __octotui NAME [ARGUMENT…]: define all functions, and call this one.
__octotui() {
    if ! command . "$__octotui_functions" 2>/dev/null; then
        echo "$1 cannot be called: octotui's $__octotui_functions cannot be read any more" >&2
        return 1
    fi
    "$@"
}

# get_octopusvariable NAME: print its value; an empty line if it is unknown.
get_octopusvariable() (
    { set +euxv; } 2>/dev/null
    . "$__octotui_helpers/values.sh"
)

encode_servicemessagevalue() { __octotui encode_servicemessagevalue "$@"; }
decode_servicemessagevalue() { __octotui decode_servicemessagevalue "$@"; }
set_octopusvariable() { __octotui set_octopusvariable "$@"; }
new_octopusartifact() { __octotui new_octopusartifact "$@"; }
update_progress() { __octotui update_progress "$@"; }
fail_step() { __octotui fail_step "$@"; }
fail_without() { __octotui fail_without "$@"; }
write_verbose() { __octotui write_verbose "$@"; }
write_highlight() { __octotui write_highlight "$@"; }
write_wait() { __octotui write_wait "$@"; }
write_warning() { __octotui write_warning "$@"; }
echo_warning() { __octotui echo_warning "$@"; }
echo_error() { __octotui echo_error "$@"; }
fail_healthcheck() { __octotui fail_healthcheck "$@"; }
new_octopustarget() { __octotui new_octopustarget "$@"; }

# Check the needs of the script before it begins, but not again in the shells it starts.
if [ -n "${OCTOTUI_NEEDS-}" ]; then
    __octotui_needs=$OCTOTUI_NEEDS
    unset OCTOTUI_NEEDS
    fail_without $__octotui_needs
fi

# A script on a Kubernetes target has a kubeconfig of its own.
if [ -n "${OCTOTUI_KUBERNETES-}" ]; then
    unset OCTOTUI_KUBERNETES
    __octotui_said=$(sh "$__octotui_helpers/kubeconfig.sh") || fail_step "$__octotui_said"
    KUBECONFIG=${OCTOTUI_VALUES%/*}/octotui.kubeconfig
    export KUBECONFIG
fi
