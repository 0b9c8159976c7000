"""W13, V5: on every kind of machine the kubeconfig of a script is private, and goes with the script."""

import os
from pathlib import Path

import pytest
from msgspec.structs import replace

from octotui.runtime.jobs.service_message_types import Fail
from tests.workers.conformance import ATTEMPT, Under, of_real_kinds, spec, under  # noqa: F401 - a fixture
from tests.workers.scripts import SURROUNDINGS, run_with

NAME = "octotui.kubeconfig"
CONFIG = '{"users":[]}'
VALUE = {"Octopus.Action.Kubernetes.Kubeconfig": CONFIG}
CONTEXT = {"Octopus.Action.Kubernetes.Context": "staging", "Octopus.Action.Kubernetes.Namespace": "shop"}


def programs(folder: Path, script: str) -> str:
    """A search path on which kubectl is a script."""
    (folder / "tools").mkdir()
    program = folder / "tools" / "kubectl"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return f"{program.parent}:{os.environ['PATH']}"


@of_real_kinds
async def test_v5_w13_a_kubeconfig_goes_with_the_script(under: Under, tmp_path: Path) -> None:  # noqa: F811
    environment = {"OCTOTUI_KUBERNETES": "1", "PATH": programs(tmp_path, "exit 9")}
    script = 'stat -c %a "$KUBECONFIG"; cat "$KUBECONFIG"; env | grep -c OCTOTUI_KUBERNETES'
    given = replace(spec(under, script), values=VALUE, environment=environment)
    printed = bytearray()
    processes = under.machine.processes
    await processes.start(ATTEMPT, given, "{}")
    end = await processes.follow(ATTEMPT, lambda chunk, stream=1: printed.extend(chunk))
    assert bytes(printed) == f"600\n{CONFIG}0\n".encode()
    assert end.outcome.exit_code == 1  # grep has found nothing
    assert not list(under.home.rglob(f"{NAME}*"))
    await processes.clean(ATTEMPT)


@pytest.mark.parametrize("shell", ["bash", "sh", "python"])
def test_w13_a_context_whose_kubeconfig_cannot_be_read_fails_the_step(tmp_path: Path, shell: str) -> None:
    path = programs(tmp_path, "echo 'error: open config: permission denied' >&2; exit 1")
    given = {"OCTOTUI_KUBERNETES": "1", "Octopus_Worker_Name": "tools1"}
    found = f"{path.split(':', maxsplit=1)[0]}:{SURROUNDINGS['PATH']}"
    done = run_with(shell, tmp_path, "echo(never)", VALUE | CONTEXT, **given, PATH=found)
    assert isinstance(said := done.the_one(), Fail)
    assert said.message == (
        "the kubeconfig of the account on tools1 cannot be used: error: open config: permission denied"
    )
    assert (done.code != 0, done.visible) == (True, "")
    assert not (tmp_path / NAME).exists()
