"""The template kubectl: the real client against a small API server."""

import sys
from pathlib import Path

import pytest

from tests.templates.cluster import TOKEN, Cluster
from tests.templates.conftest import Done, Run


def kubectl(run: Run, cluster: Cluster, token: str = TOKEN, **more: object) -> Done:
    where = {"Server": cluster.url, "CertificateAuthority": cluster.authority, "Token": "#{Secret}"}
    return run("kubectl", {"Secret": token, "Who": 'grün "quoted"'}, **where | more)


MANIFEST = """
apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
data:
  Greeting: "hello #{Who | YamlDoubleQuoteEscape}"
"""


def test_a_manifest_is_applied_and_can_be_read(run: Run, cluster: Cluster) -> None:
    """S1, V5: variables are filled in; the token goes to the server alone."""
    done = kubectl(run, cluster, Manifest=MANIFEST, Namespace="shop", Validate=False)
    assert (done.state, done.reason) == ("succeeded", "")
    assert done.outputs == {"Result": "configmap/settings created\n"}
    assert cluster.held["shop", "settings"]["data"] == {"Greeting": 'hello grün "quoted"'}
    read = kubectl(run, cluster, Arguments="get cm settings -n shop -o 'jsonpath={.data.Greeting}'")
    assert (read.state, read.outputs) == ("succeeded", {"Result": 'hello grün "quoted"'})
    assert TOKEN not in done.log + read.log


def test_who_has_no_token_is_told_so(run: Run, cluster: Cluster) -> None:
    done = kubectl(run, cluster, token="another one", Arguments="get configmaps")
    assert (done.state, done.reason.startswith("kubectl failed: error: ")) == ("failed", True)
    assert "logged in" in done.reason


def test_a_server_that_nobody_trusts_gets_no_token(run: Run, cluster: Cluster) -> None:
    done = kubectl(run, cluster, Arguments="get configmaps settings", CertificateAuthority="")
    assert (done.state, "certificate" in done.reason) == ("failed", True)


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({}, "Say either a manifest or arguments."),
        ({"Arguments": "get 'pods"}, "The arguments cannot be read: No closing quotation."),
    ],
)
def test_what_cannot_work_is_told_in_a_sentence(
    run: Run, cluster: Cluster, more: dict[str, str], reason: str
) -> None:
    done = kubectl(run, cluster, **more)
    assert (done.state, done.reason, done.log) == ("failed", reason, "")


def test_a_worker_without_kubectl_says_what_to_install(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """S1: what a template needs is looked for before its script runs."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python3").symlink_to(sys.executable)
    monkeypatch.setenv("PATH", f"{tmp_path}/bin")
    done = run(
        "kubectl", {"Secret": TOKEN}, Server="https://localhost", Token="#{Secret}", Arguments="get cm"
    )
    assert done.state == "failed"
    assert done.reason == "built-in lacks what this step needs, so install it there: kubectl"
