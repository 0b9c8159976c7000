import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from octotui.store.errors import InUse, StoreError
from octotui.store.folder_lock import Displaced, FolderLock, LockNote, held_elsewhere, is_held, note_of


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "state" / "kraken"
    folder.mkdir(parents=True)
    for name in ("journal.sqlite", "journal.sqlite-wal"):
        (folder / name).write_text(name)
    return folder


def remade(folder: Path) -> None:
    folder.rename(folder.with_name("away"))
    subprocess.run(["cp", "-a", folder.with_name("away"), folder], check=True)  # it may hold sockets


def linked(folder: Path) -> None:
    folder.rename(folder.with_name("away"))
    folder.symlink_to(folder.with_name("away"))


def linked_above(folder: Path) -> None:
    folder.parent.rename(folder.parent.with_name("away"))
    folder.parent.symlink_to(folder.parent.with_name("away"))


def replaced(path: Path) -> None:
    shutil.copy(path, path.with_name("new"))
    path.with_name("new").rename(path)


def hidden(folder: Path) -> None:
    folder.rename(folder.with_name("away"))
    folder.touch()


WAYS: dict[str, Callable[[Path], object]] = {
    "moved": lambda folder: folder.rename(folder.with_name("away")),
    "moved above": lambda folder: folder.parent.rename(folder.parent.with_name("away")),
    "removed": shutil.rmtree,
    "made anew": remade,
    "a file in its place": hidden,
    "a link in its place": linked,
    "lock removed": lambda folder: (folder / "lock").unlink(),
    "lock replaced": lambda folder: replaced(folder / "lock"),
    "journal removed": lambda folder: (folder / "journal.sqlite").unlink(),
    "journal moved": lambda folder: (folder / "journal.sqlite").rename(folder / "old.sqlite"),
    "journal replaced": lambda folder: replaced(folder / "journal.sqlite"),
    "log of the journal removed": lambda folder: (folder / "journal.sqlite-wal").unlink(),
}


@pytest.mark.parametrize("way", WAYS)
def test_r2_a_folder_that_is_moved_removed_or_replaced_is_not_there(folder: Path, way: str) -> None:
    lock = FolderLock(folder)
    lock.check()
    WAYS[way](folder)
    with pytest.raises(
        Displaced, match=f"^{folder}.* was moved, removed or replaced while the space was open"
    ):
        lock.check()
    lock.release()


def test_r2_links_above_a_folder_are_looked_at_where_that_is_asked_for(folder: Path) -> None:
    lock = FolderLock(folder)
    linked_above(folder)
    lock.check()  # what is written is still found there
    with pytest.raises(Displaced):
        lock.check(above=True)
    lock.release()


def test_r2_what_is_made_after_it_was_taken_counts_from_then_on(folder: Path) -> None:
    journal = folder / "journal.sqlite"
    journal.unlink()
    lock = FolderLock(folder)
    lock.check()
    journal.touch()
    lock.check()
    replaced(journal)
    with pytest.raises(Displaced):
        lock.check()
    lock.release()


def test_a_lock_that_was_removed_before_it_is_had_is_not_the_one(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flock, removed = __import__("fcntl").flock, []

    def remove_first(lock: int, how: int) -> None:
        flock(lock, how)
        if not removed:
            removed.append(lock)
            (folder / "lock").unlink()

    monkeypatch.setattr("octotui.store.folder_lock.fcntl.flock", remove_first)
    lock = FolderLock(folder)
    lock.check()
    assert removed
    lock.release()


def test_r2_a_copy_is_refused_beside_what_it_was_made_of_and_taken_without(folder: Path) -> None:
    copy = folder.with_name("copy")
    FolderLock(folder).release()
    shutil.copytree(folder, copy)
    with pytest.raises(StoreError, match=f"^{copy} is a copy of {folder}, which is still there") as refused:
        FolderLock(copy)
    assert "octotui backup" in str(refused.value)
    lock = FolderLock(folder)
    with pytest.raises(StoreError, match="is a copy of"):
        FolderLock(copy)
    lock.release()
    shutil.rmtree(folder)
    FolderLock(copy).release()
    assert note_of(copy).path == str(copy)


@pytest.mark.parametrize("name", ["two\nlines", "\n", "end\n", "\n\nthree\n\n", "r\rest", "\udcff\n"])
def test_r2_a_copy_is_known_whatever_its_path_holds(tmp_path: Path, name: str) -> None:
    folder, copy = tmp_path / name / name, tmp_path / "copy"
    folder.mkdir(parents=True)
    FolderLock(folder).release()
    assert note_of(folder).path == str(folder)
    shutil.copytree(folder, copy)
    with pytest.raises(StoreError, match="is a copy of"):
        FolderLock(copy)
    moved = folder.rename(folder.with_name("moved"))
    FolderLock(moved).release()
    assert note_of(moved).path == str(moved)


@pytest.mark.parametrize("end", ["\n", "", "\n\n"])
def test_r2_a_copy_of_what_an_older_octotui_had_last_is_known(folder: Path, end: str) -> None:
    (folder / "lock").write_text(f"4711\nspace\n{folder}{end}")
    copy = folder.with_name("copy")
    shutil.copytree(folder, copy)
    with pytest.raises(StoreError, match=f"^{copy} is a copy of {folder}, which"):
        FolderLock(copy)


def test_r2_an_older_octotui_reads_the_note_line_by_line(folder: Path) -> None:
    FolderLock(folder).release()
    process, space, path, _ = (folder / "lock").read_text().split("\n")
    assert LockNote(process, space, path) == note_of(folder)


def test_r2_a_folder_that_was_moved_is_the_same_space(folder: Path) -> None:
    FolderLock(folder).release()
    before = note_of(folder)
    moved = folder.rename(folder.with_name("moved"))
    FolderLock(moved).release()
    assert note_of(moved) == before._replace(path=str(moved))
    link = folder.with_name("link")
    link.symlink_to(moved)
    FolderLock(link).release()


@pytest.mark.parametrize(
    "note", [b"", b"4711", b"\xff\n\n", b"1\nabc\n/nowhere\xff\n", b"1\nabc\n\0\n", b"x" * 99_999]
)
def test_any_note_lets_a_folder_be_taken(folder: Path, note: bytes) -> None:
    (folder / "lock").write_bytes(note)
    assert not held_elsewhere(folder)
    FolderLock(folder).release()
    assert note_of(folder).process == str(os.getpid())
    assert note_of(folder).path == str(folder)


def test_r2_who_still_has_a_moved_folder_is_known(folder: Path) -> None:
    lock = FolderLock(folder)
    assert is_held(folder)
    assert not held_elsewhere(folder)
    moved = folder.rename(folder.with_name("moved"))
    assert held_elsewhere(moved)
    with pytest.raises(InUse):
        FolderLock(moved)
    lock.release()
    assert not held_elsewhere(moved)


def test_a_lock_that_cannot_be_written_is_a_sentence(folder: Path) -> None:
    (folder / "lock").mkdir()
    with pytest.raises(StoreError, match="lock cannot be used: Is a directory"):
        FolderLock(folder)
