#!/bin/sh
# Provision a machine by the AWS CLI; the client token makes it idempotent: asked again, AWS says the same machine.
set -eu
known=$(aws ec2 describe-instances --output text --query 'Reservations[].Instances[].InstanceId' \
  --filters "Name=tag:octotui-lease,Values=$OCTOTUI_LEASE" "Name=instance-state-name,Values=pending,running")
id=${known:-$(aws ec2 run-instances --image-id "$OCTOTUI_IMAGE" --instance-type t3.small --key-name octotui \
  --client-token "$OCTOTUI_LEASE" --output text --query 'Instances[0].InstanceId' \
  --tag-specifications "ResourceType=instance,Tags=[{Key=octotui-lease,Value=$OCTOTUI_LEASE}]")}
aws ec2 wait instance-running --instance-ids "$id"
host=$(aws ec2 describe-instances --instance-ids "$id" --output text \
  --query 'Reservations[0].Instances[0].PublicDnsName')
# octotui connects to hosts whose key is known. Better than asking the host itself: read the key from the console output.
tries=60
until keys=$(ssh-keyscan -T 5 "$host" 2>/dev/null) && [ -n "$keys" ]; do
  tries=$((tries - 1)) && [ "$tries" -gt 0 ] && sleep 5
done
printf '%s\n' "$keys" >>~/.ssh/known_hosts
echo "{\"id\": \"$id\", \"endpoint\": \"ssh://ubuntu@$host\"}"
