"""A small API server of Kubernetes: discovery, namespaces, config maps, deployments whose rollout advances.

It knows who asks by a token or a password. Objects can be read, listed by
label, watched, made, patched and deleted; a namespace can be forbidden, and the server can go away.
"""

import base64
import json
import re
import shutil
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import trustme

TOKEN = "eyJhbGciOi.not-to-be-seen"
VERBS = ["create", "delete", "get", "list", "patch", "update", "watch"]
KINDS = {"configmaps": ("v1", "ConfigMap"), "deployments": ("apps/v1", "Deployment")}
ROOT = re.compile(
    r"/(?:api/v1|apis/apps/v1)/namespaces/(?P<namespace>[^/]+)/(?P<kind>configmaps|deployments)"
    r"(?:/(?P<name>[^/]+))?"
)
NAMESPACE = re.compile(r"/api/v1/namespaces/([^/]+)")

Object = dict[str, Any]


def _resources(version: str) -> Object:
    named = [
        {
            "name": plural,
            "singularName": kind.lower(),
            "namespaced": True,
            "kind": kind,
            "shortNames": ["cm"] if plural == "configmaps" else ["deploy"],
            "verbs": VERBS,
        }
        for plural, (group, kind) in KINDS.items()
        if group == version
    ]
    return {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": version, "resources": named}


APPS = {"groupVersion": "apps/v1", "version": "v1"}
DISCOVERY: dict[str, Object] = {
    "/version": {"major": "1", "minor": "28", "gitVersion": "v1.28.4"},
    "/api": {"kind": "APIVersions", "versions": ["v1"]},
    "/apis": {
        "kind": "APIGroupList",
        "apiVersion": "v1",
        "groups": [{"name": "apps", "versions": [APPS], "preferredVersion": APPS}],
    },
    "/api/v1": _resources("v1"),
    "/apis/apps/v1": _resources("apps/v1"),
}


class KubeApi(ThreadingHTTPServer):
    """Holds objects by namespace, kind and name, and lets those in who know the token or the password.

    `forbidden` namespaces are refused, those in `namespaces` are there. A rollout takes `rollout` looks at
    it, and never ends where that is None; with `leaves` the server goes away at the first look at a rollout.
    """

    daemon_threads = True

    def __init__(self, context: ssl.SSLContext) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)
        self.asked: list[tuple[str, str]] = []
        self.logins: set[str] = set()
        self.objects: dict[tuple[str, str, str], Object] = {}
        self.namespaces = {"default", "shop"}
        self.forbidden: set[str] = set()
        self.rollout: int | None = 2
        self.leaves = False

    @property
    def url(self) -> str:
        return f"https://localhost:{self.server_port}"

    def named(self, kind: str) -> set[str]:
        """The objects of a kind, `namespace/name`."""
        return {f"{each[0]}/{each[2]}" for each in self.objects if each[1] == kind}

    def advanced(self, held: Object) -> Object:
        """A deployment after one more look at its rollout."""
        if held["kind"] != "Deployment":
            return held
        wanted, looks = held["spec"].get("replicas", 1), held.setdefault("looks", 0)
        held["looks"] = looks + 1
        done = self.rollout is not None and looks >= self.rollout
        ready = wanted if done else 0
        status = {"observedGeneration": held["metadata"]["generation"], "replicas": wanted}
        status |= {"updatedReplicas": wanted, "readyReplicas": ready, "availableReplicas": ready}
        held["status"] = status | {"unavailableReplicas": wanted - ready}
        return held

    def handle_error(self, request: object, client_address: object) -> None:
        pass  # a client that does not trust us hangs up


class Handler(BaseHTTPRequestHandler):
    server: KubeApi
    protocol_version = "HTTP/1.1"

    def setup(self) -> None:
        self.request.do_handshake()  # here, in the thread of the connection
        super().setup()

    def _serve(self) -> None:
        size = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(size)) if size else {}
        path, query = urlsplit(self.path).path, parse_qs(urlsplit(self.path).query)
        login = self.headers.get("Authorization", "")
        self.server.asked.append((self.command, self.path))
        self.server.logins.add(login)
        known = (f"Bearer {TOKEN}", f"Basic {base64.b64encode(f'ann:{TOKEN}'.encode()).decode()}")
        if login not in known:
            self._refuse(401, "Unauthorized", "Unauthorized")
        elif path in DISCOVERY:
            self._answer(200, DISCOVERY[path])
        elif found := NAMESPACE.fullmatch(path):
            self._namespace(found[1])
        elif found := ROOT.fullmatch(path):
            self._objects(found.groupdict(), query, body)
        else:
            self._refuse(404, "NotFound", "the server could not find the requested resource")

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _serve  # noqa: N815

    def _namespace(self, name: str) -> None:
        if name in self.server.forbidden:
            self._forbid("namespaces", name)
        elif name not in self.server.namespaces:
            self._refuse(404, "NotFound", f'namespaces "{name}" not found')
        else:
            self._answer(200, {"kind": "Namespace", "apiVersion": "v1", "metadata": {"name": name}})

    def _objects(self, at: Mapping[str, str], query: Mapping[str, list[str]], body: Object) -> None:
        namespace, kind, name = at["namespace"], at["kind"], at["name"]
        if namespace in self.server.forbidden:
            return self._forbid(kind, name or "", namespace)
        if self.command == "POST":
            return self._post(namespace, kind, body)
        if not name:
            return self._list(namespace, kind, query)
        held = self.server.objects.get((namespace, kind, name))
        if held is None:
            return self._refuse(404, "NotFound", f'{kind} "{name}" not found')
        if self.command == "DELETE":
            del self.server.objects[namespace, kind, name]
            return self._answer(200, {"kind": "Status", "apiVersion": "v1", "status": "Success"})
        if self.command in ("PATCH", "PUT"):
            _merge(held, body)
            held["metadata"]["generation"] += 1
            held["looks"] = 0
        return self._answer(200, _public(held))

    def _post(self, namespace: str, kind: str, body: Object) -> None:
        if namespace not in self.server.namespaces:
            return self._refuse(404, "NotFound", f'namespaces "{namespace}" not found')
        body["metadata"] |= {"namespace": namespace, "generation": 1, "uid": "1", "resourceVersion": "1"}
        self.server.objects[namespace, kind, body["metadata"]["name"]] = body
        return self._answer(201, body)

    def _list(self, namespace: str, kind: str, query: Mapping[str, list[str]]) -> None:
        selector = [each for each in query.get("labelSelector", [""])[0].split(",") if each]
        name = query.get("fieldSelector", [""])[0].removeprefix("metadata.name=")
        held = [
            each
            for at, each in self.server.objects.items()
            if at[:2] == (namespace, kind) and name in ("", at[2])
            if _selects(selector, each["metadata"].get("labels", {}))
        ]
        if kind == "deployments" and name and self.server.leaves:
            threading.Thread(target=self.server.shutdown, daemon=True).start()
            self.server.socket.close()
            self.close_connection = True
            return None
        if query.get("watch", ["false"])[0] in ("true", "1"):
            return self._watch(held)
        group, singular = KINDS[kind]
        return self._answer(
            200,
            {
                "kind": f"{singular}List",
                "apiVersion": group,
                "metadata": {"resourceVersion": "1"},
                "items": [_public(self.server.advanced(each)) for each in held],
            },
        )

    def _watch(self, held: list[Object]) -> None:
        """Tell what becomes of objects, until the client hangs up."""
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        told: dict[str, Object] = {}
        while not self.server.leaves:
            for each in held:
                present = json.loads(json.dumps(_public(self.server.advanced(each))))
                if told.get(each["metadata"]["name"]) == present:
                    continue
                told[each["metadata"]["name"]] = present
                event = {"type": "MODIFIED", "object": present}
                line = json.dumps(event).encode() + b"\n"
                self.wfile.write(f"{len(line):x}\r\n".encode() + line + b"\r\n")
            self.wfile.flush()
            time.sleep(0.05)

    def _forbid(self, kind: str, name: str, namespace: str = "") -> None:
        where = f' in the namespace "{namespace}"' if namespace else ""
        doing = {"GET": "get", "POST": "create"}.get(self.command, "patch")
        who = 'User "deployer" cannot'
        self._refuse(
            403, "Forbidden", f'{kind} "{name}" is forbidden: {who} {doing} resource "{kind}"{where}'
        )

    def _refuse(self, code: int, reason: str, message: str) -> None:
        status = {"kind": "Status", "apiVersion": "v1", "status": "Failure", "metadata": {}}
        self._answer(code, status | {"reason": reason, "message": message, "code": code})

    def _answer(self, code: int, content: Object) -> None:
        body = json.dumps(content).encode()
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


def _public(held: Object) -> Object:
    return {key: value for key, value in held.items() if key != "looks"}


def _selects(selector: list[str], labels: Mapping[str, str]) -> bool:
    """Return whether labels are those of a selector: `key=value`, or `!key`."""
    absent = [each[1:] for each in selector if each.startswith("!")]
    wanted = dict(each.split("=", 1) for each in selector if "=" in each)
    return wanted.items() <= labels.items() and not set(absent) & labels.keys()


def _merge(held: Object, patch: Object) -> None:
    """Merge a patch, where null removes a key; lists are replaced."""
    for key, value in patch.items():
        if key.startswith("$"):
            continue
        if value is None:
            held.pop(key, None)
        elif isinstance(value, dict) and isinstance(held.get(key), dict):
            _merge(held[key], value)
        else:
            held[key] = value


@pytest.fixture(scope="session")
def kube_certificates() -> tuple[ssl.SSLContext, bytes]:
    """What the server of an API proves itself with, and the certificate of its authority."""
    authority, context = trustme.CA(), ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(context)
    return context, authority.cert_pem.bytes()


@pytest.fixture
def kube(kube_certificates: tuple[ssl.SSLContext, bytes], tmp_path: Path) -> Iterator[KubeApi]:
    """An API server on loopback, whose authority is in `ca.pem`, where there is a kubectl to talk to it."""
    if shutil.which("kubectl") is None:
        pytest.skip("kubectl is not on this machine")
    context, authority = kube_certificates
    (tmp_path / "ca.pem").write_bytes(authority)
    with KubeApi(context) as api:
        serving = threading.Thread(target=api.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        serving.start()
        yield api
        api.leaves = True  # who watches is let go
        api.shutdown()


def own_kubeconfig(home: Path, api: KubeApi) -> None:
    """Give an account a kubeconfig with the context `staging`, which is not its current one."""
    cluster = {"server": api.url, "certificate-authority": f"{home}/ca.pem"}
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "far", "cluster": cluster}],
        "users": [{"name": "own", "user": {"token": TOKEN}}],
        "contexts": [{"name": "staging", "context": {"cluster": "far", "user": "own"}}],
    }
    (home / ".kube").mkdir()
    (home / ".kube" / "config").write_text(json.dumps(config))
