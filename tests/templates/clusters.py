"""Steps of templates on a Kubernetes target: models, and what came of them."""

from pathlib import Path
from typing import Any

import tomli_w

from tests.kube_api import TOKEN, KubeApi
from tests.templates.conftest import Done, Verb

MANIFEST = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: #{Replicas}
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: "registry/web:#{Octopus.Environment.Id}"}]}
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
data:
  Greeting: "hello #{Who | YamlDoubleQuoteEscape}"
"""


class OnCluster:
    """Runs a step of a template on a cluster, again and again with the same names and state."""

    def __init__(self, octotui: Verb, folder: Path, kube: KubeApi) -> None:
        self.kube = kube
        self._octotui = octotui
        self._folder = folder
        (folder / "token").write_text(TOKEN)

    def __call__(self, template: str, *words: str, **parameters: object) -> Done:
        cluster = {"url": self.kube.url, "ca": "ca.pem", "namespace": "shop", "account": "deployer"}
        step = {"name": "Ship it", "roles": ["k8s"], "template": template, "parameters": parameters}
        tables: dict[str, Any] = {
            "space": {"name": "Templates"},
            "accounts": {"deployer": {"token": {"file": "token"}}},
            "targets": {"cluster": {"roles": ["k8s"], "kubernetes": cluster}},
            "environments": {"test": {}, "production": {}},
            "tenants": {"contoso": {}},
            "variables": {"Who": 'grün "quoted"', "Replicas": 2},
            "runbooks": {"ship": {"steps": [step]}},
        }
        (self._folder / "model.toml").write_text(tomli_w.dumps(tables), encoding="utf-8")
        where = words or ("--environment", "test")
        told = self._octotui("run", self._folder / "model.toml", "ship", *where)
        ended = [each for each in told.events if each["type"] == "JobEnded"][-1]
        found = (ended[key] for key in ("state", "reason", "outputs", "warnings"))
        done = Done(*found, told.log(ended["job"]))
        assert TOKEN not in f"{done}"
        return done

    def labels(self, kind: str, name: str) -> dict[str, str]:
        """The labels of an object."""
        labels = self.kube.objects["shop", kind, name]["metadata"]["labels"]
        assert isinstance(labels, dict)
        return labels
