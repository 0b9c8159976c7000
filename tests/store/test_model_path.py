"""The model that a space was last opened with."""

from pathlib import Path

import pytest

from octotui.store.model_path import LONGEST, keep_model_path, model_path


def test_the_path_is_kept_absolute_and_private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    keep_model_path(tmp_path, Path("a\udce4.toml"))
    assert model_path(tmp_path) == tmp_path / "a\udce4.toml"
    assert (tmp_path / "model.path").stat().st_mode & 0o777 == 0o600
    keep_model_path(tmp_path, Path("/b.toml"))
    assert model_path(tmp_path) == Path("/b.toml")


@pytest.mark.parametrize("stored", [b"", b"relative.toml", b"/a\0b", b"/" + b"a" * LONGEST])
def test_what_is_no_absolute_path_is_not_known(tmp_path: Path, stored: bytes) -> None:
    (tmp_path / "model.path").write_bytes(stored)
    assert model_path(tmp_path) is None


def test_without_a_file_or_a_folder_it_is_not_known(tmp_path: Path) -> None:
    assert model_path(tmp_path) is None
    keep_model_path(tmp_path / "gone", Path("/b.toml"))
    assert model_path(tmp_path / "gone") is None
