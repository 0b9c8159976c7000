# Octopus's helper functions for bash. Every bash of a job sources this file first (BASH_ENV), so it must
# not affect the script: no option set, nothing printed, correct under `set -eu` and in bash 3.2.

if [ -r "${OCTOTUI_BASH_ENV:-}" ]; then
    . "$OCTOTUI_BASH_ENV" # the one that this file stands in for
fi

__octotui_helpers=${BASH_SOURCE%/*}
. "$__octotui_helpers/octopus.sh"
__octotui_functions=$__octotui_helpers/functions.bash

remove_octopustarget() { __octotui remove_octopustarget "$@"; }
report_kubernetes_manifest() { __octotui report_kubernetes_manifest "$@"; }
report_kubernetes_manifest_file() { __octotui report_kubernetes_manifest_file "$@"; }

# remove-octopustarget NAME: POSIX mode takes no such name, so there it is remove_octopustarget.
case :$SHELLOPTS: in
    *:posix:*) ;;
    *) eval 'remove-octopustarget() { remove_octopustarget "$@"; }' ;;
esac

# Jobs that an earlier version started have their values in the environment alone.
if [ -z "${OCTOTUI_VALUES-}" ]; then . "$__octotui_helpers/environment_values.bash"; fi
