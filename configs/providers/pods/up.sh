#!/bin/sh
# Provision a pod that is a worker: octotui reaches it by `kubectl exec`, so that it needs neither sshd nor a port. Its image has
# sh, and better Python 3.8 or newer. `apply` is idempotent by the name of the lease: asked again, it says the same pod.
# KUBE_CONTEXT and KUBE_NAMESPACE say where; [engine] environment = ["KUBE_*"] lets them through to this command.
set -eu
context=${KUBE_CONTEXT:-$(kubectl config current-context)}
namespace=${KUBE_NAMESPACE:-default}
kubectl --context="$context" --namespace="$namespace" apply --filename=- >&2 <<END
apiVersion: v1
kind: Pod
metadata: {name: "$OCTOTUI_LEASE", labels: {octotui-lease: "$OCTOTUI_LEASE"}}
spec:
  restartPolicy: Never            # a container that began anew would not have what ran in it
  terminationGracePeriodSeconds: 5
  automountServiceAccountToken: false
  containers: [{name: worker, image: "$OCTOTUI_IMAGE", command: [sleep, "2147483647"]}]
END
kubectl --context="$context" --namespace="$namespace" wait --for=condition=Ready --timeout=10m "pod/$OCTOTUI_LEASE" >&2
echo "{\"id\": \"$OCTOTUI_LEASE\", \"endpoint\": \"kubectl://$context/$namespace/$OCTOTUI_LEASE\"}"
