"""The template kubernetes-kustomize: the real kubectl builds an overlay and applies it (W13)."""

import re
import tomllib
from pathlib import Path

import pytest

from tests.kube_api import KubeApi
from tests.templates.clusters import OnCluster

TEMPLATES = Path(__file__).parents[2] / "octotui" / "model" / "templates"


@pytest.fixture
def overlay(tmp_path: Path) -> Path:
    """An overlay that puts a prefix before the name of a config map."""
    for folder, text in (
        ("base", "resources: [settings.yaml]\n"),
        ("test", "bases: [../base]\nnamePrefix: test-\n"),
    ):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "kustomization.yaml").write_text(text)
    settings = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {a: b}\n"
    (tmp_path / "base" / "settings.yaml").write_text(settings)
    return tmp_path / "test"


def test_w13_an_overlay_is_built_and_applied(
    on_cluster: OnCluster,
    kube: KubeApi,
    overlay: Path,
) -> None:
    done = on_cluster("kubernetes-kustomize", Overlay=str(overlay), Validate=False)
    assert (done.state, done.reason) == ("succeeded", "")
    assert done.outputs == {"Applied": "configmap/test-settings"}
    assert on_cluster.labels("configmaps", "test-settings")["Octopus.Environment.Id"] == "test"


@pytest.mark.parametrize(
    ("parameters", "reason"),
    [
        ({"Overlay": "/nowhere"}, "There is no folder /nowhere."),
        ({"Arguments": "'open"}, "The arguments cannot be read: No closing quotation."),
    ],
)
def test_w13_what_cannot_work_is_told_in_a_sentence(
    on_cluster: OnCluster,
    overlay: Path,
    parameters: dict[str, str],
    reason: str,
) -> None:
    done = on_cluster("kubernetes-kustomize", **{"Overlay": str(overlay), "Validate": False, **parameters})
    assert (done.state, done.reason) == ("failed", reason)


def test_w13_what_is_no_overlay_is_what_kubectl_says(on_cluster: OnCluster, tmp_path: Path) -> None:
    done = on_cluster("kubernetes-kustomize", Overlay=str(tmp_path), Validate=False)
    assert done.state == "failed"
    assert done.reason.lower().startswith("kubectl kustomize failed: error: ")


def test_both_templates_apply_in_the_same_way() -> None:
    """What they share is the same, line by line, and so are their parameters."""
    templates = [
        tomllib.loads((TEMPLATES / f"kubernetes-{each}.toml").read_text()) for each in ("yaml", "kustomize")
    ]
    yaml, kustomize = (
        re.split(r"\n(?=PRUNED|def manifest|def built)", each["scripts"]["python"]) for each in templates
    )
    assert yaml[1] == kustomize[1]
    own = {"Manifest", "Files", "Overlay", "Arguments"}
    shared = [{key: each["parameters"][key] for key in each["parameters"].keys() - own} for each in templates]
    assert shared[0] == shared[1]
    assert templates[0]["outputs"] == templates[1]["outputs"]
