#!/bin/sh
# Destroy what terraform has in the workspace of a lease, and the workspace; the id is not needed.
set -eu
cd "$TERRAFORM_MODULE"
TF_WORKSPACE=default terraform workspace list | grep -q "$OCTOTUI_LEASE" || exit 0
TF_WORKSPACE="$OCTOTUI_LEASE" terraform destroy -input=false -auto-approve \
  -var "name=$OCTOTUI_LEASE" -var "image=$OCTOTUI_IMAGE" >&2
TF_WORKSPACE=default terraform workspace delete "$OCTOTUI_LEASE" >&2
