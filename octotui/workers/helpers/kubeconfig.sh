# Write the kubeconfig of a script on a Kubernetes target beside its values, for its account alone, before the
# script begins: `sh kubeconfig.sh`. It prints nothing, or in a sentence why there is none.

umask 077
__octotui_file=${OCTOTUI_VALUES%/*}/octotui.kubeconfig
__octotui_worker=${Octopus_Worker_Name:-this machine}

# value NAME: print a value of the script; nothing if it is unknown.
value() (
    . "${__octotui_helpers:?}/values.sh"
)
__octotui_helpers=${0%/*}

# fail SENTENCE: print it, and leave no file.
fail() {
    rm -f "$__octotui_file" "$__octotui_file".*
    echo "$1"
    exit 1
}

# from_context CONTEXT NAMESPACE: add the cluster, and where the file has none its user, from the account's own.
from_context() {
    if ! __octotui_said=$(kubectl config view --raw --minify --flatten --context="$1" 2>&1 >"$__octotui_file.own"); then
        case $__octotui_said in
            *"does not exist"* | *"cannot locate context"* | *"no context"*)
                fail "$__octotui_worker has no context $1 in the kubeconfig of its account: see kubectl config get-contexts there"
                ;;
        esac
        fail "the kubeconfig of the account on $__octotui_worker cannot be used: $__octotui_said"
    fi
    __octotui_user=
    if grep -q '"user":{' "$__octotui_file"; then __octotui_user=--user=octotui; fi
    __octotui_said=$(
        {
            KUBECONFIG=$__octotui_file.own:$__octotui_file kubectl config view --raw --flatten >"$__octotui_file.all" &&
                mv -f "$__octotui_file.all" "$__octotui_file" &&
                kubectl --kubeconfig="$__octotui_file" config use-context "$1" >/dev/null &&
                kubectl --kubeconfig="$__octotui_file" config set-context --current --namespace="$2" $__octotui_user >/dev/null
        } 2>&1
    ) || fail "the kubeconfig of the account on $__octotui_worker cannot be used: $__octotui_said"
    rm -f "$__octotui_file.own"
}

if ! command -v kubectl >/dev/null 2>&1; then
    if [ -n "${OCTOTUI_CONTAINER_IMAGE-}" ]; then
        fail "the image $OCTOTUI_CONTAINER_IMAGE has no kubectl, which a Kubernetes target needs: use another one"
    fi
    fail "$__octotui_worker has no kubectl, which a Kubernetes target needs: install it there, or name another pool"
fi
value Octopus.Action.Kubernetes.Kubeconfig >"$__octotui_file" || fail "the kubeconfig cannot be written on $__octotui_worker"
__octotui_context=$(value Octopus.Action.Kubernetes.Context)
if [ -n "$__octotui_context" ]; then
    from_context "$__octotui_context" "$(value Octopus.Action.Kubernetes.Namespace)"
fi
