"""I9: a path is trusted where nobody but the caller, root, and who was named could turn it elsewhere."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from octotui.store import trusted_path
from octotui.store.errors import StoreError
from octotui.store.trusted_path import (
    UntrustedPath,
    check_private,
    forget_owners,
    name_owner,
    named_owners,
    resolve,
)

ROOT_ONLY = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give things to other accounts")
NOBODY, STRANGER = 65534, 54321


@pytest.fixture
def base() -> Iterator[Path]:
    """A folder of our own that others can reach."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name).resolve()
        forget_owners()


def given(path: Path, uid: int, mode: int = 0o755) -> Path:
    """A folder that belongs to an account."""
    path.mkdir()
    path.chmod(mode)
    os.chown(path, uid, -1)
    return path


def test_a_path_of_our_own_is_as_it_is_also_where_it_is_not_there_yet(base: Path) -> None:
    (base / "there").mkdir()
    assert resolve(base / "there") == base / "there"
    assert resolve(base / "there" / "not" / "yet") == base / "there" / "not" / "yet"
    assert resolve(base / "there" / ".." / "other") == base / "other"


def test_links_of_our_own_are_resolved_once(base: Path) -> None:
    (base / "real" / "deep").mkdir(parents=True)
    (base / "link").symlink_to("real/deep")
    (base / "up").symlink_to(base / "link" / "..")
    assert resolve(base / "link" / "space") == base / "real" / "deep" / "space"
    assert resolve(base / "up" / "deep") == base / "real" / "deep"


def test_links_in_a_circle_are_told(base: Path) -> None:
    (base / "one").symlink_to("two")
    (base / "two").symlink_to("one")
    with pytest.raises(UntrustedPath, match="leads through more than 40 links: name the folder itself"):
        resolve(base / "one" / "space")


def test_what_cannot_be_walked_is_a_sentence(base: Path) -> None:
    (base / "file").touch()
    with pytest.raises(StoreError, match="file/kraken cannot be used: Not a directory"):
        resolve(base / "file" / "kraken")


@ROOT_ONLY
@pytest.mark.parametrize("where", ["", "above", "above/further"])
def test_i9_a_folder_of_a_stranger_is_refused_wherever_it_stands(base: Path, where: str) -> None:
    strange = given(base / "strange", STRANGER)
    with pytest.raises(
        UntrustedPath, match=f"{strange} belongs to {STRANGER}, and only .* --owner {STRANGER}"
    ):
        resolve(strange / where)


@ROOT_ONLY
def test_i9_a_link_of_a_stranger_is_refused_though_it_leads_to_what_is_ours(base: Path) -> None:
    (base / "ours").mkdir()
    link = base / "link"
    link.symlink_to("ours")
    os.lchown(link, STRANGER, -1)
    with pytest.raises(UntrustedPath, match=f"{link} belongs to {STRANGER}"):
        resolve(link / "space")


@ROOT_ONLY
def test_i9_who_was_named_is_trusted_for_as_long(base: Path) -> None:
    theirs = given(base / "theirs", NOBODY)
    name_owner("nobody")
    name_owner(str(STRANGER))
    assert named_owners() == ("nobody", str(STRANGER))
    assert resolve(given(theirs / "deep", STRANGER)) == theirs / "deep"
    forget_owners()
    with pytest.raises(
        UntrustedPath, match=f"{theirs} belongs to nobody, .* say --owner nobody if you trust"
    ):
        resolve(theirs / "deep")


def test_who_is_not_there_cannot_be_named() -> None:
    with pytest.raises(ValueError, match="this machine has no account “no-such-account”"):
        name_owner("no-such-account")
    assert named_owners() == ()


@pytest.mark.parametrize("mode", [0o757, 0o722, 0o703, 0o777])
def test_i9_a_folder_that_everybody_can_write_to_is_refused(base: Path, mode: int) -> None:
    loose = base / "loose"
    (loose / "space").mkdir(parents=True)
    loose.chmod(mode)
    with pytest.raises(UntrustedPath, match=f"everybody can write to {loose}, .*: chmod o-w {loose}, or"):
        resolve(loose / "space")
    loose.chmod(0o755)
    assert resolve(loose / "space") == loose / "space"


def test_i9_a_folder_that_a_group_can_write_to_is_refused(
    base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loose = base / "loose"
    loose.mkdir()
    loose.chmod(0o775)
    monkeypatch.setattr(trusted_path, "is_private_group", lambda gid, accounts: False)
    with pytest.raises(UntrustedPath, match=f"the group .* can write to {loose}, .*: chmod g-w {loose}, or"):
        resolve(loose / "space")
    monkeypatch.setattr(trusted_path, "is_private_group", lambda gid, accounts: os.geteuid() in accounts)
    assert resolve(loose / "space") == loose / "space", "a group of our own is nobody else"


@ROOT_ONLY
def test_i9_in_a_sticky_folder_only_what_trusted_accounts_made_is_trusted(base: Path) -> None:
    shared = base / "shared"
    shared.mkdir()
    shared.chmod(0o1777)
    assert resolve(shared / "not-yet") == shared / "not-yet"
    ours, strange = given(shared / "ours", 0), given(shared / "strange", STRANGER)
    assert resolve(ours / "space") == ours / "space"
    with pytest.raises(UntrustedPath, match=f"{strange} belongs to"):
        resolve(strange / "space")
    given(strange / "back", 0)
    with pytest.raises(UntrustedPath, match=f"{strange} belongs to"):
        resolve(strange / "back")


def test_i9_a_space_itself_is_in_no_folder_that_is_merely_sticky(base: Path) -> None:
    shared = base / "shared"
    shared.mkdir()
    shared.chmod(0o1777)
    with pytest.raises(UntrustedPath, match=f"everybody can write to {shared}"):
        check_private(shared)
    shared.chmod(0o700)
    check_private(shared)
    check_private(base / "not-there")


@ROOT_ONLY
def test_i9_another_account_trusts_itself_and_root(base: Path) -> None:
    """A caller who is not root: what is its own and root's is trusted, and nobody else's."""
    own, strange = given(base / "own", NOBODY), given(base / "strange", STRANGER)
    for path, said in ((own, str(own)), (base / "roots", str(base / "roots")), (strange, "UntrustedPath")):
        done = subprocess.run(
            [sys.executable, "-c", AS_NOBODY, path], capture_output=True, text=True, check=True
        )
        assert done.stdout == f"{said}\n"


AS_NOBODY = """
import os, pathlib, sys
from octotui.store.trusted_path import UntrustedPath, resolve
os.setgroups([])
os.setgid(65534)
os.setuid(65534)
try:
    print(resolve(pathlib.Path(sys.argv[1])))
except UntrustedPath:
    print("UntrustedPath")
"""
