#!/bin/sh
# Provision a machine by terraform, in a workspace of its own for each lease: applied again, it changes nothing.
# The module in TERRAFORM_MODULE has the variables `name` and `image`, and the outputs `id` and `host`.
# [engine] environment = ["TERRAFORM_MODULE", "TF_*"] lets it through to this command.
set -eu
cd "$TERRAFORM_MODULE"
terraform init -input=false >&2
export TF_WORKSPACE=default
terraform workspace select -or-create "$OCTOTUI_LEASE" >&2
export TF_WORKSPACE="$OCTOTUI_LEASE"
terraform apply -input=false -auto-approve -var "name=$OCTOTUI_LEASE" -var "image=$OCTOTUI_IMAGE" >&2
host=$(terraform output -raw host)
ssh-keyscan -T 5 "$host" >>~/.ssh/known_hosts 2>/dev/null
echo "{\"id\": \"$(terraform output -raw id)\", \"endpoint\": \"ssh://$host\"}"
