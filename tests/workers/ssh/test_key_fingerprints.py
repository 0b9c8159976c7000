"""M1: keys that no file is named for are told apart by fingerprints, which show nothing that is sensitive."""

import subprocess
from base64 import b64encode
from pathlib import Path

import asyncssh
import pytest

from octotui.workers.ssh.key_fingerprints import fingerprint
from tests.sshd import make_key, needs_sshd

pytestmark = needs_sshd


@pytest.mark.parametrize("passphrase", ["", "correct horse"])
def test_m1_it_is_the_one_that_ssh_keygen_shows(tmp_path: Path, passphrase: str) -> None:
    key = make_key(tmp_path / "key", "-N", passphrase)
    shown = subprocess.run(["ssh-keygen", "-l", "-f", key], capture_output=True, text=True, check=True)
    assert fingerprint(key.read_bytes()) == shown.stdout.split()[1]


@pytest.mark.parametrize("format_name", ["pkcs1-pem", "pkcs8-pem"])
def test_m1_of_older_formats_it_is_that_of_an_encrypted_text(format_name: str) -> None:
    first, second = (
        asyncssh.generate_private_key("ssh-rsa", key_size=1024).export_private_key(
            format_name, "correct horse"
        )
        for _ in range(2)
    )
    assert fingerprint(first).startswith("text SHA256:")
    assert fingerprint(first) == fingerprint(b"\n" + first + b"\n") != fingerprint(second)


def test_v5_nothing_is_told_of_what_may_be_no_key_or_is_not_encrypted() -> None:
    plain = asyncssh.generate_private_key("ssh-rsa", key_size=1024).export_private_key("pkcs8-pem")
    cut = b64encode(b"openssh-key-v1\0\0\0\0\4none").decode()
    for data in (
        b"hunter2",
        b"",
        plain,
        b"-----BEGIN OPENSSH PRIVATE KEY-----\nhunter2\n-----END OPENSSH PRIVATE KEY-----\n",
        f"-----BEGIN OPENSSH PRIVATE KEY-----\n{cut}\n-----END OPENSSH PRIVATE KEY-----\n".encode(),
    ):
        assert fingerprint(data) == ""
