"""The template kubernetes-yaml: a real kubectl against a small API server (W13)."""

from pathlib import Path

import pytest

from tests.kube_api import KubeApi
from tests.templates.clusters import MANIFEST, OnCluster
from tests.templates.conftest import Done

ONE = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: %s}\ndata: {a: "b"}\n'


def yaml(on_cluster: OnCluster, *words: str, **more: object) -> Done:
    return on_cluster("kubernetes-yaml", *words, **{"Validate": False, **more})


def test_w13_yaml_is_applied_with_variables_and_labels(on_cluster: OnCluster, kube: KubeApi) -> None:
    done = yaml(on_cluster, Manifest=MANIFEST, Labels="team=web\ntier=front")
    assert (done.state, done.reason) == ("succeeded", "")
    assert done.outputs == {"Applied": "deployment/web\nconfigmap/settings"}
    assert 'deployment "web" successfully rolled out' in done.log
    made = kube.objects["shop", "deployments", "web"]
    assert made["spec"]["replicas"] == 2
    assert made["spec"]["template"]["spec"]["containers"][0]["image"] == "registry/web:test"
    assert kube.objects["shop", "configmaps", "settings"]["data"] == {"Greeting": 'hello grün "quoted"'}
    labels = on_cluster.labels("configmaps", "settings")
    digest = labels.pop("Octopus.Step.Name")
    assert digest.startswith("Ship-it-")
    assert labels == {
        "Octopus.Runbook.Id": "ship",
        "Octopus.Environment.Id": "test",
        "Octopus.RunbookRun.Id": "run-1",
        "team": "web",
        "tier": "front",
    }


def test_w13_a_rollout_that_does_not_end_in_time(on_cluster: OnCluster, kube: KubeApi) -> None:
    kube.rollout = None
    done = yaml(on_cluster, Manifest=MANIFEST, Timeout="1")
    reason = "The rollout of deployment/web has not ended within 1 seconds."
    assert (done.state, done.reason) == ("failed", reason)
    assert yaml(on_cluster, Manifest=MANIFEST, Wait=False).state == "succeeded"


def test_w13_the_api_server_goes_away_in_the_middle_of_a_rollout(
    on_cluster: OnCluster, kube: KubeApi
) -> None:
    kube.leaves = True
    done = yaml(on_cluster, Manifest=MANIFEST, Timeout="2")
    assert (done.state, done.reason) == (
        "failed",
        "The API server went away in the middle of the rollout of deployment/web: look how it ended.",
    )


def test_w13_what_is_not_applied_any_more_is_pruned(on_cluster: OnCluster, kube: KubeApi) -> None:
    """But nothing of another environment, of a tenant, or that somebody else has made."""
    yaml(on_cluster, Manifest=MANIFEST, Wait=False)
    yaml(on_cluster, "--environment", "production", Manifest=ONE % "production")
    yaml(on_cluster, "--environment", "test", "--tenant", "contoso", Manifest=ONE % "contoso")
    kube.objects["shop", "configmaps", "foreign"] = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "foreign", "namespace": "shop"},
    }
    kept = {"shop/production", "shop/contoso", "shop/foreign"}
    done = yaml(on_cluster, Manifest=ONE % "other")
    assert kube.named("configmaps") == {*kept, "shop/settings", "shop/other"}  # only where it is asked for
    done = yaml(on_cluster, Manifest=ONE % "other", Prune=True, PruneKinds="configmaps widgets")
    assert (done.state, done.reason) == ("succeeded", "")
    assert 'configmap "settings" deleted' in done.log
    assert kube.named("configmaps") == {*kept, "shop/other"}
    assert kube.named("deployments") == {"shop/web"}
    assert yaml(on_cluster, Manifest=ONE % "other", Prune=True).state == "succeeded"
    assert kube.named("deployments") == set()


def test_w13_files_are_applied_as_they_are(on_cluster: OnCluster, kube: KubeApi, tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.yaml").write_text(ONE % name)
    done = yaml(on_cluster, Files=f"{tmp_path}/*.yaml")
    assert (done.state, kube.named("configmaps")) == ("succeeded", {"shop/a", "shop/b"})
    done = yaml(on_cluster, Files=f"{tmp_path}/*.yml")
    assert done.reason == f"There is no file {tmp_path}/*.yml."


def test_w13_another_namespace(on_cluster: OnCluster, kube: KubeApi) -> None:
    assert yaml(on_cluster, Manifest=ONE % "a", Namespace="default").state == "succeeded"
    assert kube.named("configmaps") == {"default/a"}
    kube.forbidden.add("default")
    done = yaml(on_cluster, Manifest=ONE % "b", Namespace="default")
    assert done.state == "failed"
    assert "forbidden" in done.reason


@pytest.mark.parametrize(
    ("parameters", "reason"),
    [
        ({}, "Say either a manifest or files."),
        ({"Manifest": ONE % "a", "Files": "/x"}, "Say either a manifest or files."),
        ({"Manifest": "---\n# nothing\n"}, "The manifest is empty."),
        (
            {"Manifest": ONE % "a", "Labels": "team web"},
            "team web is no label: write key=value, one on a line.",
        ),
        ({"Manifest": MANIFEST, "Timeout": "soon"}, "Timeout is a number of seconds, not soon."),
    ],
)
def test_w13_what_cannot_work_is_told_in_a_sentence(
    on_cluster: OnCluster,
    parameters: dict[str, str],
    reason: str,
) -> None:
    done = yaml(on_cluster, **parameters)
    assert (done.state, done.reason) == ("failed", reason)


def test_w13_what_is_no_yaml_is_what_kubectl_says(on_cluster: OnCluster) -> None:
    done = yaml(on_cluster, Manifest="{nothing")
    assert done.state == "failed"
    assert done.reason.startswith("kubectl label failed: error: error parsing STDIN")
