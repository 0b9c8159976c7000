"""R9: temporary files are where nobody can put others in their place."""

import os
import stat
import tempfile
from pathlib import Path

import pytest

from octotui.store.errors import StoreError
from octotui.store.temporary_folder import left_folders, temporary_folder


@pytest.fixture
def base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where TMPDIR leads."""
    path = tmp_path / "temporary"
    path.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setenv("TMPDIR", str(path))
    return path


@pytest.mark.parametrize("mode", [0o700, 0o1777])
def test_it_is_private_and_goes(base: Path, mode: int) -> None:
    base.chmod(mode)
    with temporary_folder("octotui-") as name:
        path = Path(name)
        assert (path.parent, path.name[:8]) == (base, "octotui-")
        assert stat.S_IMODE(path.stat().st_mode) == 0o700
    assert not path.exists()


def test_r9_where_everybody_could_exchange_it_none_is_made(base: Path) -> None:
    base.chmod(0o777)
    with pytest.raises(StoreError) as told:
        temporary_folder("octotui-")
    assert str(told.value) == (
        f"temporary files are not safe: everybody can write to {base}: chmod o-w {base}, "
        "or set TMPDIR to another folder"
    )
    assert not list(base.iterdir())


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_r9_nor_in_a_strangers_folder(base: Path) -> None:
    os.chown(base, 54321, -1)
    with pytest.raises(StoreError, match=f"{base} belongs to 54321"):
        temporary_folder("octotui-")


def test_i11_what_has_been_left_is_found_where_it_is_a_folder(base: Path) -> None:
    (base / "octotui-left").mkdir()
    (base / "other").mkdir()
    (base / "octotui-file").touch()
    (base / "octotui-link").symlink_to(base)
    assert left_folders("octotui-") == [base / "octotui-left"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder to another account")
def test_i11_what_others_have_left_is_theirs(base: Path) -> None:
    (base / "octotui-left").mkdir()
    os.chown(base / "octotui-left", 4711, -1)
    assert left_folders("octotui-") == []
