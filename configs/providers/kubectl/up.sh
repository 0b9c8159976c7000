#!/bin/sh
# Provision a pod whose image runs sshd, and a port of a node that leads to it; `apply` is idempotent by its name.
set -eu
kubectl apply -f - >&2 <<END
apiVersion: v1
kind: Pod
metadata: {name: "$OCTOTUI_LEASE", labels: {octotui-lease: "$OCTOTUI_LEASE"}}
spec: {containers: [{name: machine, image: "$OCTOTUI_IMAGE", ports: [{containerPort: 22}]}]}
---
apiVersion: v1
kind: Service
metadata: {name: "$OCTOTUI_LEASE", labels: {octotui-lease: "$OCTOTUI_LEASE"}}
spec: {type: NodePort, selector: {octotui-lease: "$OCTOTUI_LEASE"}, ports: [{port: 22}]}
END
kubectl wait --for=condition=Ready --timeout=10m "pod/$OCTOTUI_LEASE" >&2
host=$(kubectl get pod "$OCTOTUI_LEASE" -o jsonpath='{.status.hostIP}')
port=$(kubectl get service "$OCTOTUI_LEASE" -o jsonpath='{.spec.ports[0].nodePort}')
ssh-keyscan -T 5 -p "$port" "$host" >>~/.ssh/known_hosts 2>/dev/null
echo "{\"id\": \"$OCTOTUI_LEASE\", \"endpoint\": \"ssh://root@$host:$port\"}"
