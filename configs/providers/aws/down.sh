#!/bin/sh
# Destroy a machine. Without an id, which an interrupted provisioning has not said: whatever has the tag of the lease.
set -eu
id=${1:-$(aws ec2 describe-instances --output text --query 'Reservations[].Instances[].InstanceId' \
  --filters "Name=tag:octotui-lease,Values=$OCTOTUI_LEASE" "Name=instance-state-name,Values=pending,running")}
[ -z "$id" ] || aws ec2 terminate-instances --instance-ids "$id" >&2
