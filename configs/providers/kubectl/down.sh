#!/bin/sh
# Destroy the pod of a lease, and its service.
set -eu
kubectl delete pod,service --selector "octotui-lease=$OCTOTUI_LEASE" --wait=true --timeout=5m >&2
