"""W12, W13: the example of a provider of pods, with a stand-in for kubectl, and the worker it leads to."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from octotui.model.machines.endpoints import endpoint_problem, pod_endpoint
from octotui.workers.kubectl.transport import KubectlTransport

PROVIDER = Path(__file__).parents[3] / "configs" / "providers" / "pods"
LEASE = "octotui-build-1"
KUBECTL = """#!/bin/sh
if [ "$*" = "config current-context" ]; then echo staging; exit; fi
echo "$@" >>"{folder}/asked"
case $* in
    *apply*) cat >>"{folder}/applied" ;;
    *exec*) while [ "$1" != -- ]; do shift; done; shift; exec "$@" ;;
esac
"""


@pytest.fixture
def kubectl(tmp_path: Path) -> Path:
    program = tmp_path / "kubectl"
    program.write_text(KUBECTL.format(folder=tmp_path))
    program.chmod(0o755)
    return program


def run(script: str, kubectl: Path, *words: str, **more: str) -> str:
    environment = {
        "PATH": f"{kubectl.parent}:{os.environ['PATH']}",
        "OCTOTUI_LEASE": LEASE,
        "OCTOTUI_IMAGE": "registry/worker:3",
        **more,
    }
    command = (str(PROVIDER / script), *words)
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout


async def test_w12_w13_a_pod_is_a_worker_by_kubectl_exec(kubectl: Path, tmp_path: Path) -> None:
    answer = json.loads(run("up.sh", kubectl, KUBE_NAMESPACE="build"))
    assert answer == {"id": LEASE, "endpoint": f"kubectl://staging/build/{LEASE}"}
    assert endpoint_problem(answer["endpoint"]) == ""
    applied = (tmp_path / "applied").read_text()
    assert f'name: "{LEASE}"' in applied
    assert 'image: "registry/worker:3"' in applied
    way = KubectlTransport(pod_endpoint(answer["endpoint"]), str(kubectl))
    assert (await way.run("echo here")).output == b"here\n"
    asked = (tmp_path / "asked").read_text().splitlines()
    assert asked[-1] == f"--context=staging --namespace=build exec -i {LEASE} -- sh -c echo here"
    await way.close()


@pytest.mark.parametrize("words", [(LEASE,), ("",), ()])
def test_w12_w13_and_is_destroyed_by_its_id_or_by_its_lease(
    kubectl: Path, tmp_path: Path, words: tuple[str, ...]
) -> None:
    assert run("down.sh", kubectl, *words, KUBE_CONTEXT="other") == ""
    asked = (tmp_path / "asked").read_text()
    assert asked.startswith(f"--context=other --namespace=default delete pod {LEASE} --ignore-not-found")
