"""R6: what has the name of a file may be a link, a pipe, a device or a folder."""

import os
from pathlib import Path

import pytest

from octotui.workers.agent.regular_files import IrregularFile, is_same, make_private, open_regular


def test_r6_only_ordinary_files_are_opened_and_nobody_waits(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "file").write_text("a")
    (tmp_path / "link").symlink_to(tmp_path / "file")
    (tmp_path / "folder").mkdir()
    for name in ("pipe", "link", "folder", "missing"):
        with pytest.raises(OSError, match=name):
            os.close(open_regular(f"{tmp_path}/{name}", os.O_RDONLY))
    with pytest.raises(IrregularFile):
        os.close(open_regular(f"{tmp_path}/pipe", os.O_RDWR | os.O_CREAT))
    with pytest.raises(IrregularFile):
        os.close(open_regular("/dev/zero", os.O_RDONLY))
    file = open_regular(f"{tmp_path}/new", os.O_RDWR | os.O_CREAT)
    assert os.fstat(file).st_mode & 0o777 == 0o600
    assert os.get_blocking(file)  # who is given it expects no less
    os.close(file)


def test_r6_a_file_that_was_replaced_is_another(tmp_path: Path) -> None:
    path = f"{tmp_path}/file"
    file = open_regular(path, os.O_RDWR | os.O_CREAT)
    os.close(open_regular(path, os.O_RDONLY, like=file))
    assert is_same(path, file)
    (tmp_path / "other").hardlink_to(path)
    assert not is_same(path, file)  # who has another name for it can read it later
    (tmp_path / "other").unlink()
    (tmp_path / "file").rename(tmp_path / "away")
    assert not is_same(path, file)
    (tmp_path / "file").touch()
    assert not is_same(path, file)
    with pytest.raises(IrregularFile, match="was replaced"):
        open_regular(path, os.O_RDONLY, like=file)
    os.close(file)


def test_what_is_made_is_private_new_and_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda file, body: write(file, body[:3]))
    made = tmp_path / "made"
    make_private(str(made), b"all of it")
    assert (made.read_bytes(), made.stat().st_mode & 0o777) == (b"all of it", 0o600)
    with pytest.raises(FileExistsError):
        make_private(str(made), b"")
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(FileExistsError):
        make_private(str(tmp_path / "link"), b"")
