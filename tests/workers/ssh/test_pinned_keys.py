"""Pinned host keys: private, and of this account alone."""

import stat
from pathlib import Path

import pytest

from octotui.store.errors import StoreError
from octotui.workers.ssh.pinned_keys import pin, pinned_file, pinned_lines


@pytest.fixture(autouse=True)
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))


def test_m1_keys_of_a_host_are_pinned_in_place_of_those_it_had() -> None:
    assert pinned_lines() == ()
    pin("web1", ("ssh-ed25519 AAAA", "ssh-rsa BBBB"))
    pin("[web2]:2222", ("ssh-ed25519 CCCC",))
    pin("web1", ("ssh-ed25519 DDDD",))
    assert pinned_lines() == ("[web2]:2222 ssh-ed25519 CCCC", "web1 ssh-ed25519 DDDD")
    assert stat.S_IMODE(pinned_file().stat().st_mode) == 0o600
    assert pinned_file().read_text().startswith("#")


def test_m1_others_cannot_pin_a_key() -> None:
    pin("web1", ("ssh-ed25519 AAAA",))
    pinned_file().chmod(0o666)
    with pytest.raises(StoreError, match="pinned host keys are not used: everybody can write"):
        pinned_lines()
    with pytest.raises(StoreError, match="everybody can write"):
        pin("web2", ("ssh-ed25519 BBBB",))


def test_what_cannot_be_read_is_told() -> None:
    pinned_file().mkdir(parents=True)
    with pytest.raises(StoreError, match="pinned host keys"):
        pinned_lines()
