"""W13: whole runs on Kubernetes targets: real scripts in every shell, a real kubectl, a small API server."""

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from octotui.cli.main import cli
from tests.kube_api import TOKEN, KubeApi, own_kubeconfig
from tests.podman import IMAGE, containered

__all__ = ["containered"]

Play = Callable[..., str]

MODEL = """\
[space]
name = "Kube"
[engine]
supervisor = "{supervisor}"
[accounts.deployer]
token = {{ file = "token" }}
[targets.cluster]
roles = ["k8s"]
kubernetes = {{ {cluster} }}
[[runbooks.go.steps]]
name = "Go"
roles = ["k8s"]
{step}
"""


@pytest.fixture
def play(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Play:
    """Run a step on a cluster; what the run said, and then what the step printed."""
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    (tmp_path / "token").write_text(f"{TOKEN}\n")

    def call(cluster: str, step: str, supervisor: str = "agent") -> str:
        text = MODEL.format(cluster=cluster, step=step, supervisor=supervisor)
        (tmp_path / "model.toml").write_text(text)
        with pytest.raises(SystemExit):
            cli(["run", f"{tmp_path}/model.toml", "go", "--state", f"{tmp_path}/state"])
        logs = [each.read_text() for each in tmp_path.glob("state/*/logs/*/*.log")]
        said = capsys.readouterr()
        assert TOKEN not in "".join((said.out, said.err, *logs))
        assert TOKEN.encode() not in next(tmp_path.glob("state/*/journal.sqlite")).read_bytes()
        found = (name for _, _, names in os.walk(tmp_path) for name in names)  # others go meanwhile
        assert not [each for each in found if ".kubeconfig" in each]
        return "\n".join((said.out, said.err, *logs))

    return call


def by_url(kube: KubeApi) -> str:
    return f'url = "{kube.url}", ca = "ca.pem", namespace = "shop", account = "deployer"'


LOOK = """
stat -c %a "$KUBECONFIG"
env | grep -ic eyJhbGciOi || true
where=$(get_octopusvariable Octopus.Action.Kubernetes.Namespace)
kubectl create configmap settings --from-literal=Where="$where"
kubectl config view --raw
"""


@pytest.mark.parametrize("supervisor", ["agent", "each"])
@pytest.mark.parametrize("shell", ["bash", "sh"])
def test_w13_a_script_has_a_kubeconfig_of_its_own(
    kube: KubeApi, play: Play, shell: str, supervisor: str
) -> None:
    said = play(by_url(kube), f"script = {{ shell = '{shell}', body = '''{LOOK}''' }}", supervisor)
    assert "run-1  succeeded" in said
    assert "\n600\n0\n" in said
    assert "token: ********" in said
    assert kube.objects["shop", "configmaps", "settings"]["data"] == {"Where": "shop"}
    assert kube.logins == {f"Bearer {TOKEN}"}


PYTHON = """
import os, subprocess
mode = oct(os.stat(os.environ["KUBECONFIG"]).st_mode & 0o777)
subprocess.run(["kubectl", "create", "configmap", "settings", "--from-literal=Mode=" + mode], check=True)
"""
POWERSHELL = "kubectl create configmap settings --from-literal=Mode=pwsh"


@pytest.mark.parametrize(("shell", "body"), [("python", PYTHON), ("pwsh", POWERSHELL)])
def test_w13_so_it_is_in_the_other_shells(kube: KubeApi, play: Play, shell: str, body: str) -> None:
    if shutil.which({"python": "python3"}.get(shell, shell)) is None:
        pytest.skip(f"{shell} is not on this machine")
    assert "run-1  succeeded" in play(by_url(kube), f"script = {{ shell = '{shell}', body = '''{body}''' }}")
    data = kube.objects["shop", "configmaps", "settings"]["data"]
    assert data == {"Mode": "0o600" if shell == "python" else "pwsh"}


@pytest.mark.parametrize("account", ["", ', account = "deployer"'])
def test_w13_a_context_is_that_of_the_account_of_the_worker(
    kube: KubeApi, play: Play, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, account: str
) -> None:
    """With an account of the model in place of its user."""
    own_kubeconfig(tmp_path, kube)
    monkeypatch.setenv("HOME", str(tmp_path))
    body = (
        "kubectl create configmap settings --from-literal=a=b && kubectl config view -o 'jsonpath={..user}'"
    )
    said = play(f'context = "staging", namespace = "shop"{account}', f'script = """{body}"""')
    assert "run-1  succeeded" in said
    assert kube.named("configmaps") == {"shop/settings"}
    assert ("octotui" in said.split("settings created")[1]) is bool(account)


@pytest.mark.parametrize("shell", ["bash", "python"])
def test_w13_a_context_that_is_missing_is_named_before_the_script_begins(
    kube: KubeApi, play: Play, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shell: str
) -> None:
    own_kubeconfig(tmp_path, kube)
    monkeypatch.setenv("HOME", str(tmp_path))
    said = play('context = "nowhere"', f"script = {{ shell = '{shell}', body = 'echo(never)' }}")
    assert "built-in has no context nowhere in the kubeconfig of its account" in said
    assert "never" not in said


def test_s1_w13_a_health_check_of_a_cluster(kube: KubeApi, play: Play) -> None:
    assert "run-1  succeeded" in play(by_url(kube), "health_check = {}")
    kube.forbidden.add("shop")
    assert 'namespaces "shop" is forbidden' in play(by_url(kube), "health_check = {}")


def test_w13_a_token_that_cannot_be_read_fails_the_step(kube: KubeApi, play: Play, tmp_path: Path) -> None:
    (tmp_path / "token").unlink()
    said = play(by_url(kube), 'script = "echo never"')
    assert "the token of the account deployer cannot be used: there is no file" in said
    assert "never" not in said


BOXED = f"""\
on = "worker-for-each-target"
container = {{{{ image = "{IMAGE}", network = "host"{{mounts}} }}}}
script = {{{{ shell = "sh", body = '''
stat -c %a "$KUBECONFIG"
env | grep -ic eyJhbGciOi || true
kubectl get --raw /api/v1/namespaces/shop
''' }}}}
"""


@pytest.mark.usefixtures("containered")
@pytest.mark.xdist_group("podman")
@pytest.mark.parametrize("supervisor", ["agent", "each"])
def test_w13_s8_a_script_in_a_container_has_the_kubeconfig_there(
    kube: KubeApi, play: Play, supervisor: str
) -> None:
    mounts = f', mounts = ["{shutil.which("kubectl")}:/bin/kubectl:ro"]'
    said = play(by_url(kube), BOXED.format(mounts=mounts), supervisor)
    assert "run-1  succeeded" in said
    assert "\n600\n0\n" in said
    assert '"name": "shop"' in said
    assert kube.logins == {f"Bearer {TOKEN}"}


@pytest.mark.usefixtures("containered")
@pytest.mark.xdist_group("podman")
def test_w13_s8_kubectl_is_looked_for_in_the_image(kube: KubeApi, play: Play) -> None:
    said = play(by_url(kube), BOXED.format(mounts=""))
    assert "run-1  failed" in said
    assert f"the image {IMAGE} lacks what this step needs, so use another one: kubectl" in said


def test_w13_s8_a_container_has_no_context_of_the_account(play: Play) -> None:
    said = play('context = "staging"', BOXED.format(mounts=""))
    assert "cluster is a context of the worker's account, which a container does not have" in said
