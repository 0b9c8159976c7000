"""What scripts left in their workspaces."""

from pathlib import Path

from octotui.store.leavings import keep


def test_all_but_our_own_files_is_moved(tmp_path: Path) -> None:
    work, kept = tmp_path / "work", tmp_path / "space" / "workspaces" / "run-1" / "job-1.1-1"
    (work / "deep").mkdir(parents=True)
    for name in ("script", "result.txt", "deep/more.txt"):
        (work / name).write_text(name)
    assert keep(str(work), kept, ("script", "spool")) == ""
    assert [each.name for each in work.iterdir()] == ["script"]
    assert (kept / "deep" / "more.txt").read_text() == "deep/more.txt"
    assert kept.stat().st_mode & 0o077 == 0


def test_where_nothing_is_left_there_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "work").mkdir()
    assert keep(str(tmp_path / "work"), tmp_path / "kept", ()) == ""
    assert not (tmp_path / "kept").exists()


def test_what_cannot_be_kept_is_told(tmp_path: Path) -> None:
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "file").touch()
    (tmp_path / "kept").touch()
    assert "cannot be kept: " in keep(str(tmp_path / "work"), tmp_path / "kept" / "run-1", ())
