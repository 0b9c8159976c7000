"""Endpoints as they are written, and sentences about those that are none."""

import re

import pytest

from octotui.model.machines.accounts import Endpoint
from octotui.model.machines.endpoints import (
    ENDPOINT,
    PodEndpoint,
    SshEndpoint,
    endpoint_problem,
    is_pod,
    place,
    pod_endpoint,
    ssh_endpoint,
)


@pytest.mark.parametrize(
    ("endpoint", "parts"),
    [
        ("ssh://web1", SshEndpoint("web1")),
        ("ssh://ann@web1", SshEndpoint("web1", None, "ann")),
        ("ssh://ann@web1.example.org:2222", SshEndpoint("web1.example.org", 2222, "ann")),
        ("ssh://192.0.2.7:65535", SshEndpoint("192.0.2.7", 65535)),
        ("ssh://[2001:db8::7]", SshEndpoint("2001:db8::7")),
        ("ssh://ann@[fe80::1%eth0]:22", SshEndpoint("fe80::1%eth0", 22, "ann")),
        ("ssh://my_alias", SshEndpoint("my_alias")),
    ],
)
def test_m1_the_parts_of_an_endpoint(endpoint: str, parts: SshEndpoint) -> None:
    assert endpoint_problem(endpoint) == ""
    assert ssh_endpoint(endpoint) == parts


@pytest.mark.parametrize(
    ("endpoint", "said"),
    [
        ("ssh://-oProxyCommand=touch /tmp/x", 'begins with "-"'),
        ("ssh://ann@-oProxyCommand=x", 'begins with "-"'),
        ("ssh://-l root@web1", "characters that names of accounts do not have"),
        ("ssh://-lroot@web1", "characters that names of accounts do not have"),
        ("ssh://a;b@web1", "characters that names of accounts do not have"),
        ("ssh://$(id)@web1", "characters that names of accounts do not have"),
        ("ssh://@web1", "characters that names of accounts do not have"),
        ("ssh://we b1", "characters that names of hosts do not have"),
        ("ssh://web1;id", "characters that names of hosts do not have"),
        ("ssh://web1\n", "characters that names of hosts do not have"),
        ("ssh://web1:0", "a number from 1 to 65535"),
        ("ssh://web1:65536", "a number from 1 to 65535"),
        ("ssh://web1:22x", "a number from 1 to 65535"),
        ("ssh://fe80::1", "in brackets"),
        ("ssh://[web1]", "characters that names of hosts do not have"),
        ("ssh://", "names no host"),
        ("ssh://ann@", "names no host"),
        ("ssh://web1/home", "Nothing follows host and port"),
        ("docker://web1", 'no way to machines by "docker"'),
        ("web1", '"ssh://user@host:22"'),
        ("", '"ssh://user@host:22"'),
    ],
)
def test_m1_what_is_no_endpoint_is_told_why(endpoint: str, said: str) -> None:
    assert said in endpoint_problem(endpoint)
    assert re.fullmatch(ENDPOINT, endpoint) is None


def test_v5_no_password_of_an_endpoint_is_repeated() -> None:
    said = endpoint_problem("ssh://ann:s3cret@web1")
    assert "account" in said
    assert "s3cret" not in said


def test_messages_name_host_and_port() -> None:
    assert [ssh_endpoint(each).shown for each in ("ssh://a@web1:23", "ssh://[::1]:22", "ssh://web1")] == [
        *("web1:23", "[::1]:22", "web1")
    ]


def test_m1_a_pod_by_context_namespace_and_name() -> None:
    endpoint = "kubectl://staging@eu-1/build/worker-1"
    assert is_pod(endpoint)
    assert not is_pod("ssh://staging")
    assert endpoint_problem(endpoint) == ""
    assert pod_endpoint(endpoint) == PodEndpoint("staging@eu-1", "build", "worker-1")


@pytest.mark.parametrize(
    "raw", ["kubectl://", "kubectl://a/b", "kubectl://a/b/c/d", "kubectl://-a/b/c", "kubectl://a/B/c"]
)
def test_m1_what_is_no_pod_is_told_how_one_is_named(raw: str) -> None:
    assert endpoint_problem(raw).startswith("A pod is named by context, namespace and name")


@pytest.mark.parametrize(("written", "why"), [
    ("container://build-1.x_y", ""),
    ("container://", 'The name of a container has letters, digits, "-", "_" and "." alone'),
    ("container://-x", 'The name of a container has letters, digits, "-", "_" and "." alone'),
    ("docker://x", 'There is no way to machines by "docker"; write "local", "ssh://user@host" or'),
])  # fmt: skip
def test_an_endpoint_is_the_name_of_a_container(written: str, why: str) -> None:
    assert endpoint_problem(written).startswith(why)
    assert bool(endpoint_problem(written)) == bool(why)
    assert Endpoint(written).is_container == written.startswith("container://")


@pytest.mark.parametrize("other", [
    "ssh://web1", "ssh://web1:22", "ssh://Web1", "ssh://ann@WEB1:22", "ssh://bob@web1",
])  # fmt: skip
def test_w12_endpoints_of_the_same_machine_have_the_same_place(other: str) -> None:
    assert place("ssh://ann@web1") == place(other)


def test_w12_addresses_are_compared_as_such() -> None:
    assert place("ssh://[2001:DB8:0::7]") == place("ssh://root@[2001:db8::7]:22") == "ssh://[2001:db8::7]:22"


@pytest.mark.parametrize("other", ["ssh://web1:23", "ssh://web2", "container://web1", "local"])
def test_w12_those_of_others_do_not(other: str) -> None:
    assert place("ssh://ann@web1") != place(other)
