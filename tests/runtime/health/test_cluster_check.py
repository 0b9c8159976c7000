"""M5, W13: the health of Kubernetes targets, by a real kubectl and a small API server."""

import asyncio
from pathlib import Path

import pytest
from msgspec.structs import replace

from octotui.engine.commands import ReportCheck
from octotui.engine.state import Outcome
from octotui.engine.state.machine_health import CheckedFacts, FoundTool, MachineHealth
from octotui.model.machines.accounts import Account
from octotui.model.machines.health_policy import MachinePolicy
from octotui.model.machines.kubernetes import KUBECTL, Kubernetes
from octotui.model.process import Script
from octotui.model.space import Engine, Model, Pool, Target, Worker
from octotui.model.values import Secret
from octotui.runtime.health.cluster_check import cluster_verdict, reaching_spec
from octotui.runtime.health.health_checker import HealthChecker
from octotui.runtime.jobs.clusters.kubeconfig import KUBECONFIG, WANTED
from octotui.runtime.jobs.secret_store import SecretStore
from octotui.workers.local.machine import LocalMachines
from octotui.workers.local.supervisors.executor import SupervisorExecutor
from octotui.workers.machine import Machines
from tests.kube_api import TOKEN, KubeApi, own_kubeconfig
from tests.runtime.health.test_health_checker import Port, unrecorded
from tests.world import START, model

CLUSTER = Kubernetes(url="https://cluster", account="deployer")


def space(cluster: Kubernetes, folder: Path, **policies: MachinePolicy) -> Model:
    """A cluster that a worker of the pool `tools` reaches, which is this machine."""
    (folder / "token").write_text(f"{TOKEN}\n")
    return replace(
        model({}),
        engine=Engine(supervisor="each"),
        pools={"tools": Pool(name="Tools", workers=("tools1",))},
        workers={"tools1": Worker(name="Tools 1")},
        targets={"cluster": Target(name="The cluster", roles=("k8s",), kubernetes=cluster)},
        accounts={"deployer": Account(token=Secret(file=f"{folder}/token"))},
        machine_policies=policies,
    )


def checked(declared: Model, folder: Path, health: MachineHealth | None = None) -> ReportCheck:
    """Check the cluster."""

    async def main() -> ReportCheck:
        port = Port(declared)
        if health is not None:
            port.state = replace(port.state, machines=port.state.machines.insert("tools1", health))
        kind = LocalMachines(SupervisorExecutor(), lambda worker: folder / worker)
        machines, secrets = Machines(lambda endpoint: kind), SecretStore()
        checker = HealthChecker("space", unrecorded, machines, secrets, lambda: START, port)
        checker.start("cluster")
        for _ in range(3000):
            if port.reported or port.failures:
                break
            await asyncio.sleep(0.01)
        await checker.close()
        await machines.close()
        assert secrets.masked.text(TOKEN) == TOKEN  # forgotten with the check
        assert not port.failures
        (report,) = port.reported
        assert isinstance(report, ReportCheck)
        assert TOKEN not in str(report)
        return report

    return asyncio.run(main())


def at(kube: KubeApi, folder: Path, **more: object) -> Kubernetes:
    known = {
        "url": kube.url,
        "ca": f"{folder}/ca.pem",
        "namespace": "shop",
        "account": "deployer",
        "pool": "tools",
    }
    return Kubernetes(**{**known, **more})  # type: ignore[arg-type]


def test_m5_w13_a_cluster_that_answers_is_healthy(kube: KubeApi, tmp_path: Path) -> None:
    report = checked(space(at(kube, tmp_path), tmp_path), tmp_path)
    assert (report.health, report.reason, report.facts) == ("healthy", "", None)
    assert report.latency is not None
    assert kube.logins == {f"Bearer {TOKEN}"}
    assert any(path.startswith("/api/v1/namespaces/shop") for _, path in kube.asked)
    assert not list(tmp_path.rglob("*.kubeconfig"))  # nothing is left


def test_m5_w13_the_script_of_a_policy_judges_it_too(kube: KubeApi, tmp_path: Path) -> None:
    body = (
        'kubectl get configmaps --output=name && echo_warning "$(get_octopusvariable Octopus.Machine.Name)"'
    )
    policy = MachinePolicy(name="Own", check="script", script=Script(body=body, shell="sh"))
    report = checked(space(at(kube, tmp_path), tmp_path, default=policy), tmp_path)
    assert (report.health, report.reason) == ("has-warnings", "The cluster")
    assert any("/namespaces/shop/configmaps" in path for _, path in kube.asked)


@pytest.mark.parametrize(
    ("kind", "health", "reason"),
    [
        (
            "forbidden",
            "unhealthy",
            "the namespace shop is forbidden to deployer (Error from server (Forbidden)",
        ),
        ("missing", "unhealthy", "has no namespace shop: make it, or name another one"),
        ("unknown", "unhealthy", "does not know deployer: see where its token or certificate is read"),
        ("untrusted", "unhealthy", "is not trusted: give its authority's, ca = …"),
        ("gone", "unavailable", "did not answer tools1: "),
    ],
)
def test_m5_w13_what_is_wrong_is_told_in_a_sentence(
    kube: KubeApi, tmp_path: Path, kind: str, health: str, reason: str
) -> None:
    cluster = at(kube, tmp_path, **({"ca": None} if kind == "untrusted" else {}))
    declared = space(cluster, tmp_path)
    if kind == "forbidden":
        kube.forbidden.add("shop")
    elif kind == "missing":
        kube.namespaces.remove("shop")
    elif kind == "unknown":
        (tmp_path / "token").write_text("another one")
    elif kind == "gone":
        kube.shutdown()
        kube.server_close()
    report = checked(declared, tmp_path)
    assert report.health == health
    assert reason in report.reason


class TestContext:
    @pytest.fixture(autouse=True)
    def home(self, kube: KubeApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        own_kubeconfig(tmp_path, kube)
        monkeypatch.setenv("HOME", str(tmp_path))

    def test_m5_w13_a_context_is_that_of_the_worker(self, tmp_path: Path) -> None:
        cluster = Kubernetes(context="staging", namespace="shop", pool="tools")
        assert checked(space(cluster, tmp_path), tmp_path).health == "healthy"

    def test_m5_w13_one_that_is_missing_is_named(self, tmp_path: Path) -> None:
        cluster = Kubernetes(context="nowhere", namespace="shop", pool="tools")
        report = checked(space(cluster, tmp_path), tmp_path)
        assert (report.health, report.reason) == (
            "unhealthy",
            "Tools 1 has no context nowhere in the kubeconfig of its account:"
            " see kubectl config get-contexts there",
        )


def test_m5_w13_a_worker_that_turns_out_to_lack_kubectl(
    kube: KubeApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", _path_without_kubectl(tmp_path))
    report = checked(space(at(kube, tmp_path), tmp_path), tmp_path)
    assert (report.health, report.reason) == (
        "unhealthy",
        "Tools 1 has no kubectl, which a Kubernetes target needs: install it there, or name another pool",
    )


def _path_without_kubectl(folder: Path) -> str:
    there = folder / "bin"
    there.mkdir()
    for program in ("sh", "base64", "grep", "mv", "rm", "cat", "head", "sleep", "tr", "env"):
        for place in ("/usr/bin", "/bin"):
            if Path(place, program).exists():
                (there / program).symlink_to(f"{place}/{program}")
                break
    return str(there)


def test_m5_w13_no_worker_that_could_reach_it(tmp_path: Path) -> None:
    facts = CheckedFacts(tools={KUBECTL: FoundTool()})
    report = checked(space(replace(CLUSTER, pool="tools"), tmp_path), tmp_path, MachineHealth(facts=facts))
    assert (report.health, report.reason) == (
        "unavailable",
        "no worker of the pool tools can reach it: tools1 is without kubectl",
    )


def test_m5_w13_a_token_that_cannot_be_read(tmp_path: Path) -> None:
    declared = space(replace(CLUSTER, pool="tools"), tmp_path)
    (tmp_path / "token").unlink()
    report = checked(declared, tmp_path)
    assert report.health == "unhealthy"
    assert report.reason.startswith("the token of the account deployer cannot be used: there is no file")


def test_v5_w13_a_kubeconfig_is_in_no_environment(tmp_path: Path) -> None:
    declared = space(CLUSTER, tmp_path)
    spec = reaching_spec(declared, "cluster", "tools1", "/w", {"Octopus.Account.Token": TOKEN})
    assert TOKEN in spec.values[KUBECONFIG]
    assert spec.environment == {WANTED: "1", "Octopus_Worker_Name": "Tools 1"}
    assert TOKEN not in spec.script
    assert spec.needs == ()


@pytest.mark.parametrize(
    ("said", "health"),
    [
        (
            "The connection to the server c:6443 was refused - did you specify the right host or port?",
            "unavailable",
        ),
        ("Unable to connect to the server: dial tcp: lookup cluster: no such host", "unavailable"),
        ("Unable to connect to the server: net/http: TLS handshake timeout", "unavailable"),
        ("Unable to connect to the server: context deadline exceeded", "unavailable"),
        ("error: You must be logged in to the server (Unauthorized)", "unhealthy"),
        ("Unable to connect to the server: x509: certificate signed by unknown authority", "unhealthy"),
        ("something else", "unhealthy"),
    ],
)
def test_m5_w13_what_kubectl_says_decides(said: str, health: str) -> None:
    found = cluster_verdict(Outcome(state="failed", exit_code=1), said, CLUSTER, "tools1")
    assert found.health == health
    assert said in found.reason


def test_m5_w13_a_check_that_is_lost_says_nothing_of_the_cluster() -> None:
    found = cluster_verdict(Outcome(state="lost", reason="its supervisor died"), "", CLUSTER, "tools1")
    assert (found.health, found.reason) == ("unavailable", "its check is lost: its supervisor died")
