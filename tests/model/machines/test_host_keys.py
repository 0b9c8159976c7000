"""W12: a host key is one of known_hosts, or nothing."""

import base64

import pytest

from octotui.model.machines.host_keys import host_key_problem

DATA = base64.b64encode(b"\0\0\0\x0bssh-ed25519\0\0\0\x20" + b"k" * 32).decode()
KEY = f"ssh-ed25519 {DATA}"


def test_w12_a_key_and_none_at_all_are_no_problem() -> None:
    assert host_key_problem(KEY, "ssh://vm-1") == ""
    assert host_key_problem("", "ssh://vm-1") == ""
    assert host_key_problem("", "local") == ""


@pytest.mark.parametrize(
    "text",
    [
        "rubbish",
        "ssh-ed25519",
        "ssh-ed25519 ",
        "ssh-ed25519 AAAA",
        f"ssh-rsa {DATA}",
        f"vm-1 {KEY}",
        f"{KEY} root@vm-1",
        f"{KEY}\n* {KEY}",
        f"ssh-ed25519  {DATA}",
        f"ssh-ed25519 {DATA[:-2]}é=",
        f"@cert-authority {KEY}",
        f"ssh-ed25519 {base64.b64encode(b'k' * 9000).decode()}",
    ],
)
def test_w12_anything_else_is_a_problem(text: str) -> None:
    assert "no host_key such as" in host_key_problem(text, "ssh://vm-1")


@pytest.mark.parametrize("endpoint", ["local", "container://vm-1", "kubectl://a/b/c"])
def test_w12_only_ssh_has_host_keys(endpoint: str) -> None:
    assert "not reached by SSH" in host_key_problem(KEY, endpoint)
