"""The template helm-upgrade, with a stand-in for helm that notes its arguments and its values (W13)."""

import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.templates.clusters import OnCluster
from tests.templates.conftest import Done

HELM = """#!/bin/sh
test -r "$KUBECONFIG" || exit 9
for each; do
    printf '%s\\n' "$each" >>"$NOTED/arguments"
    case $each in --values=*/values.yaml) cat "${each#--values=}" >"$NOTED/values" ;; esac
done
if [ -f "$NOTED/fails" ]; then
    echo "Error: UPGRADE FAILED: timed out waiting for the condition" >&2
    exit 1
fi
echo "Release \\"web\\" has been upgraded."
"""


@pytest.fixture
def noted(tmp_path: Path) -> Path:
    """A stand-in for helm, and where it notes what it was called with."""
    folder = tmp_path / "helm"
    folder.mkdir()
    (folder / "helm").write_text(HELM.replace("$NOTED", str(folder)))
    (folder / "helm").chmod(0o755)
    return folder


@pytest.fixture
def helm(on_cluster: OnCluster, noted: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("PATH", f"{noted}:{os.environ['PATH']}")

    def call(**more: object) -> Done:
        return on_cluster("helm-upgrade", **{"ReleaseName": "web", "Chart": "shop/web", **more})

    return call


def arguments(noted: Path) -> list[str]:
    return (noted / "arguments").read_text().splitlines()


def test_w13_a_release_is_installed_or_upgraded(helm: Any, noted: Path) -> None:
    done = helm()
    assert (done.state, done.reason) == ("succeeded", "")
    assert done.outputs == {"Result": 'Release "web" has been upgraded.\n'}
    assert arguments(noted) == [
        *("upgrade", "--install", "--namespace=shop", "--reset-values", "--wait", "--timeout=5m"),
        *("web", "shop/web"),
    ]


def test_v1_w13_values_are_filled_in_and_nobody_else_reads_them(
    helm: Any, noted: Path, tmp_path: Path
) -> None:
    (tmp_path / "own.yaml").write_text("a: b\n")
    done = helm(
        Values='greeting: "#{Who | YamlDoubleQuoteEscape}"\nreplicas: #{Replicas}',
        ValuesFiles=f"{tmp_path}/own.yaml",
        Version="1.2.3",
        Repository="https://charts.example.org",
        Namespace="other",
        ResetValues=False,
        Wait=False,
        Timeout="1m30s",
        Arguments="--atomic --description 'two words'",
    )
    assert (done.state, done.reason) == ("succeeded", "")
    assert (noted / "values").read_text() == 'greeting: "gr\\u00fcn \\"quoted\\""\nreplicas: 2'
    words = arguments(noted)
    (values,) = [each for each in words if each.endswith("/values.yaml")]
    assert [each for each in words if each != values] == [
        *("upgrade", "--install", "--namespace=other", "--reuse-values", f"--values={tmp_path}/own.yaml"),
        *("--version=1.2.3", "--repo=https://charts.example.org", "--timeout=1m30s"),
        *("--atomic", "--description", "two words", "web", "shop/web"),
    ]
    assert words.index(values) > words.index(f"--values={tmp_path}/own.yaml")
    assert not Path(values.removeprefix("--values=")).exists()


def test_w13_what_helm_says_is_the_reason(helm: Any, noted: Path) -> None:
    (noted / "fails").touch()
    done = helm()
    assert done.reason == "helm failed: Error: UPGRADE FAILED: timed out waiting for the condition"


@pytest.mark.parametrize(
    ("parameters", "reason"),
    [
        ({"ReleaseName": "Web"}, "Web is no name of a release"),
        ({"ReleaseName": "--debug"}, "--debug is no name of a release"),
        ({"Chart": "--post-renderer=/bin/sh"}, "--post-renderer=/bin/sh is no chart."),
        ({"Chart": "/nowhere/web"}, "There is no chart /nowhere/web."),
        ({"ValuesFiles": "/nowhere.yaml"}, "There is no file /nowhere.yaml."),
        ({"Timeout": "soon"}, "Timeout is a duration such as 5m or 90s, not soon."),
        ({"Arguments": "'open"}, "The arguments cannot be read: No closing quotation."),
    ],
)
def test_w13_what_cannot_work_is_told_in_a_sentence(
    helm: Any, noted: Path, parameters: dict[str, str], reason: str
) -> None:
    done = helm(**parameters)
    assert done.state == "failed"
    assert done.reason.startswith(reason)
    assert not (noted / "arguments").exists()


def test_w13_a_worker_without_helm_says_so(on_cluster: OnCluster) -> None:
    if shutil.which("helm"):
        pytest.skip("helm is on this machine")
    done = on_cluster("helm-upgrade", ReleaseName="web", Chart="shop/web")
    assert done.reason == "built-in lacks what this step needs, so install it there: helm"
