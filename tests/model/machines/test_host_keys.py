"""W12: a host key is one of known_hosts, or nothing."""

import base64

import asyncssh
import pytest

from octotui.model.machines.host_keys import host_key_problem

DATA = base64.b64encode(b"\0\0\0\x0bssh-ed25519\0\0\0\x20" + b"k" * 32).decode()
KEY = f"ssh-ed25519 {DATA}"


def key(algorithm: str, *fields: bytes, more: bytes = b"") -> str:
    """Return a key of fields after its name, each with its length, and of `more` bytes."""
    data = b"".join(len(each).to_bytes(4, "big") + each for each in (algorithm.encode(), *fields))
    return f"{algorithm} {base64.b64encode(data + more).decode()}"


@pytest.mark.parametrize(
    "algorithm", ["ssh-ed25519", "ssh-rsa", *(f"ecdsa-sha2-nistp{n}" for n in (256, 384, 521))]
)
def test_w12_keys_as_they_are_made_are_no_problem(algorithm: str) -> None:
    made = asyncssh.generate_private_key(algorithm).export_public_key().decode().strip()
    assert host_key_problem(made, "ssh://vm-1") == ""


def test_w12_keys_of_authenticators_are_no_problem() -> None:
    for made in (
        key("sk-ssh-ed25519@openssh.com", b"k" * 32, b"ssh:"),
        key("sk-ecdsa-sha2-nistp256@openssh.com", b"nistp256", b"\4" + b"q" * 64, b"ssh:"),
    ):
        assert host_key_problem(made, "ssh://vm-1") == ""


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
        key("ssh-ed25519"),
        key("ssh-ed25519", b"x"),
        key("ssh-ed25519", b"k" * 33),
        key("ssh-ed25519", b"k" * 32, b""),
        key("ssh-ed25519", b"k" * 32, more=b"x"),
        key("ssh-ed25519", b"k" * 32, more=b"\0\0\0\5abcd"),
        key("ssh-rsa", b"\1\0\1"),
        key("ssh-rsa", b"\1\0\1", b"\0" * 129),
        key("ssh-rsa", b"\1\0\1", b"\x80" + b"n" * 255),
        key("ssh-rsa", b"\1\0\1", b"n" * 64),
        key("ssh-rsa", b"", b"n" * 256),
        key("ecdsa-sha2-nistp256", b"nistp384", b"\4" + b"q" * 96),
        key("ecdsa-sha2-nistp256", b"nistp256", b"\4" + b"q" * 63),
        key("ecdsa-sha2-nistp256", b"nistp256", b"\2" + b"q" * 64),
        key("ecdsa-sha2-nistp256", b"\xff", b"\4" + b"q" * 64),
        key("sk-ssh-ed25519@openssh.com", b"k" * 32),
        key("sk-ssh-ed25519@openssh.com", b"k" * 32, b""),
    ],
)
def test_w12_anything_else_is_a_problem(text: str) -> None:
    assert "no host_key such as" in host_key_problem(text, "ssh://vm-1")


@pytest.mark.parametrize("endpoint", ["local", "container://vm-1", "kubectl://a/b/c"])
def test_w12_only_ssh_has_host_keys(endpoint: str) -> None:
    assert "not reached by SSH" in host_key_problem(KEY, endpoint)
