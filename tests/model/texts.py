"""Model texts that several tests read, and what reading them says."""

from pathlib import Path

import pytest

from octotui.model.complaints import Complaint, ModelError
from octotui.model.space import Model
from octotui.model.toml.read import load

SPACE = '[space]\nname = "Kraken"\n'

# The model of design.md, whole.
SAMPLE = '''
[space]
name = "Kraken"

[engine]
task_cap = 5
max_parallelism = 10

[pools.setup]
workers = ["worker1", "worker2", "worker3"]
policy = "round-robin"

[pools.west]
workers = ["worker1"]
affinity = "step"

[workers.worker3]
enabled = false
directory = "work/worker3"

[environments.development]
[environments.test]
[environments.production]

[runbooks.create-aws-rds]
name = "Create AWS RDS"
[[runbooks.create-aws-rds.steps]]
name = "Create the instance"
pool = "setup"
script = """
echo "creating an instance for #{Octopus.Environment.Name}"
"""

[runbooks.unleash]
name = "Unleash the kraken"
[[runbooks.unleash.steps]]
name = "Create AWS RDS in Development"
pool = "setup"
runbook = "create-aws-rds"
environment = "development"
wait = false

[[runbooks.tame.steps]]
name = "Look at the bill"
manual = { instructions = "Is **four** databases really what you want?", teams = ["finance"] }
block_concurrent = true

[[runbooks.create-region-workers.steps]]
name = "West US"
pool_variable = "Project.Worker.Pool"
packages = ["worker-image", "tools@1.2.0"]
start = "with-previous"
condition = "success"
retries = 2
backoff = "500ms"
time_limit = "1h30m"
simulate = { takes = "40s", result = "failure" }
script = { shell = "sh", file = "scripts/create.sh" }

[projects.shop]
name = "The shop"
description = "Sells things"
lifecycle = "standard"
variable_sets = ["mail"]
[[projects.shop.steps]]
name = "Deploy"
script = "echo deploying"
packages = ["tools"]
tenant_tags = ["region/westus"]
channels = ["hotfix"]
required = true
publish = { "Bundle.Url" = "mail" }
[projects.shop.variables]
Greeting = ["hello", { value = "quick", channel = "hotfix" }]
[projects.shop.channels.stable]
[projects.shop.channels.hotfix]
name = "Hot fixes"
default = true
lifecycle = "quick"
versions = { tools = "[1.0,2.0)" }
tag = "^$"

[runbooks.restart-shop]
project = "shop"

[[lifecycles.standard.phases]]
name = "Try"
environments = ["development", "test"]
optional = true
[[lifecycles.standard.phases]]
name = "Go"
environments = ["production"]
[lifecycles.quick]
name = "Quick"

[variable_sets.mail]
Sender = "shop"

[feeds.local]
directory = "packages"
rate = "64 KiB/s"

[tenants.contoso]
tags = ["region/westus"]

[teams.finance]
members = ["ann"]

[variables]
Greeting = "hello"
Count = 3
Loud = true
Names = ["nobody", { value = "ann", tenant = "contoso" }]
"Project.Worker.Pool" = [
  { pool = "setup", environment = "development" },
  { pool = "west", environment = ["test", "production"], tenant_tag = "region/westus" },
]
'''


def write(folder: Path, text: str, name: str = "model.toml") -> Path:
    """A file with that text."""
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, "utf-8")
    return file


def sample(folder: Path) -> Path:
    """The sample with the script and the packages it names."""
    write(folder, "echo creating\n", "scripts/create.sh")
    write(folder, "", "packages/worker-image.2.1.0.zip")
    write(folder, "", "packages/tools.1.2.0.tar.gz")
    return write(folder, SAMPLE)


def model_of(folder: Path, text: str, *, named: bool = True) -> Model:
    """The model of a text, which has a space already where `named`."""
    return load(write(folder, (SPACE if named else "") + text))


def complaints_of(folder: Path, text: str, *, named: bool = True) -> list[Complaint]:
    """What is wrong with a text."""
    with pytest.raises(ModelError) as caught:
        model_of(folder, text, named=named)
    return list(caught.value.complaints)


def only_complaint(folder: Path, text: str) -> str:
    """The only thing that is wrong with a text: key and sentence."""
    (complaint,) = complaints_of(folder, text)
    return f"{complaint.key}: {complaint.message}"
