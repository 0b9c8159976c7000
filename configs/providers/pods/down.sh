#!/bin/sh
# Destroy the pod of a lease; one that is gone already is no failure.
set -eu
context=${KUBE_CONTEXT:-$(kubectl config current-context)}
kubectl --context="$context" --namespace="${KUBE_NAMESPACE:-default}" delete pod "${1:-$OCTOTUI_LEASE}" \
  --ignore-not-found --wait=true --timeout=5m >&2
