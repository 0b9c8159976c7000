"""Which host keys are known, and which of them hold."""

import os
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from octotui.workers.ssh.host_keys import AUTHORITY, HOST, REVOKED, entry_name, known_hosts
from octotui.workers.ssh.pinned_keys import pin

ONE, OTHER = (
    asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode().strip() for _ in range(2)
)
NOTHING: dict[str, Any] = {"GlobalKnownHostsFile": ["/dev/null"]}


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    (tmp_path / ".ssh").mkdir()
    return tmp_path / ".ssh"


def keys(found: Any) -> list[str]:
    return [key.export_public_key().decode().strip() for key in found]


def test_m1_pinned_keys_hold_alone_and_revoked_ones_always(files: Path) -> None:
    (files / "known_hosts").write_text(f"web1 {ONE}\n@revoked * {OTHER}\n@cert-authority *.org {ONE}\n")
    known = known_hosts(NOTHING)
    assert keys(known("web1", "", None)[HOST]) == [ONE]
    assert known.is_known
    assert keys(known("a.org", "", None)[AUTHORITY]) == [ONE]
    assert not keys(known("web2", "", None)[HOST])
    assert not known.is_known
    pin("web1", (OTHER,))
    again = known_hosts(NOTHING)("web1", "", None)
    assert (keys(again[HOST]), keys(again[REVOKED])) == ([OTHER], [OTHER])


def test_m1_a_key_that_is_revoked_at_a_port_holds_beside_a_pinned_one(files: Path) -> None:
    (files / "known_hosts").write_text(f"@revoked [web1]:2222,[192.0.2.1]:2223 {OTHER}\n")
    assert OTHER in keys(known_hosts(NOTHING)("web1", "", 2222)[REVOKED])
    pin("[web1]:2222", (OTHER,))
    assert OTHER in keys(known_hosts(NOTHING)("web1", "", 2222)[REVOKED])
    assert OTHER in keys(known_hosts(NOTHING)("web1", "192.0.2.1", 2223)[REVOKED])
    assert not keys(known_hosts(NOTHING)("web1", "", 2224)[REVOKED])


def test_m1_a_line_that_cannot_be_read_means_nothing(files: Path) -> None:
    (files / "known_hosts").write_text(f"rubbish\n@odd web1 {ONE}\n|1|x|y {ONE}\nweb1 {ONE}\n\xff\n")
    assert keys(known_hosts(NOTHING)("web1", "", None)[HOST]) == [ONE]


def test_m1_the_files_that_a_configuration_names(files: Path) -> None:
    (files / "others").write_text(f"web1 {ONE}\n")
    assert not keys(known_hosts(NOTHING)("web1", "", None)[HOST])
    named = {**NOTHING, "UserKnownHostsFile": ["~/.ssh/others", "~/.ssh/none"]}
    assert keys(known_hosts(named)("web1", "", None)[HOST]) == [ONE]
    assert not keys(known_hosts({**named, "UserKnownHostsFile": []})("web1", "", None)[HOST])


def test_known_kinds_are_asked_for_first_and_all_others_after_them(files: Path) -> None:
    (files / "known_hosts").write_text(f"[web1]:2222 {ONE}\n@cert-authority web2 {ONE}\n")
    known = known_hosts(NOTHING)
    first, *others = known.algorithms("web1", 2222)
    assert first == "ssh-ed25519"
    assert "rsa-sha2-256" in others
    assert not any("cert" in each for each in (first, *others))
    assert "cert" in known.algorithms("web2", 22)[0]


def test_names_of_entries() -> None:
    assert [entry_name("web1", port) for port in (None, 22, 2222)] == ["web1", "web1", "[web1]:2222"]


def test_w12_a_leased_machine_may_show_one_key_alone(files: Path) -> None:
    """W12, M1: whatever is known or pinned of its address, but no revoked one."""
    (files / "known_hosts").write_text(f"web1 {OTHER}\n@cert-authority * {OTHER}\n")
    pin("[web1]:2222", (OTHER,))
    for port in (None, 2222):
        found = known_hosts(NOTHING, ONE)("web1", "192.0.2.1", port)
        assert keys(found[HOST]) == [ONE]
        assert not keys(found[AUTHORITY])
    assert "ssh-ed25519" in known_hosts(NOTHING, ONE).algorithms("web1", 22)
    (files / "known_hosts").write_text(f"@revoked * {ONE}\n")
    assert keys(known_hosts(NOTHING, ONE)("web1", "", None)[REVOKED]) == [ONE]
    assert not keys(known_hosts(NOTHING)("web1", "", None)[HOST])


@pytest.mark.parametrize("kind", ["FIFO", "device"])
def test_r9_what_is_no_file_has_no_keys_and_is_never_waited_for(files: Path, kind: str) -> None:
    if kind == "FIFO":
        os.mkfifo(files / "known_hosts")
    else:
        (files / "known_hosts").symlink_to("/dev/zero")
    (files / "known_hosts2").write_text(f"web1 {ONE}\n")
    assert keys(known_hosts(NOTHING)("web1", "", None)[HOST]) == [ONE]
