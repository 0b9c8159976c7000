"""R9: a file is used where nobody could have changed it but those who are trusted, on the whole way to it."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from octotui.model.file_trust import Distrusted, FileTrust

ROOT_ONLY = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
STRANGER = 54321  # an account that has no name
OWN = FileTrust(frozenset({0, os.geteuid()}), "/home/ann/config.toml")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file in two folders that nobody else may write to."""
    path = tmp_path / "outer" / "inner" / "run.sh"
    path.parent.mkdir(parents=True)
    path.write_text("echo hello\n")
    for each in (path, path.parent, path.parent.parent):
        each.chmod(each.stat().st_mode & ~0o022)
    return path


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    """A folder as /tmp is: everybody can put something there, and take away only what is theirs."""
    path = tmp_path / "shared"
    path.mkdir()
    path.chmod(0o1777)
    return path


def problem(path: Path, trust: FileTrust = OWN) -> str:
    """Why a file is not used, by each way to ask for it."""
    with pytest.raises(Distrusted) as read:
        trust.read(path)
    with pytest.raises(Distrusted) as checked:
        trust.check(path)
    assert str(read.value) == str(checked.value)
    return str(read.value)


def test_what_only_trusted_accounts_can_write_is_read(file: Path) -> None:
    assert OWN.read(file) == b"echo hello\n"
    OWN.check(file)
    OWN.check(file.parent)


@pytest.mark.parametrize("above", [0, 1, 2])
def test_r9_a_file_that_everybody_can_write_and_one_in_such_a_folder_is_not_used(
    file: Path, above: int
) -> None:
    open_one = (file, *file.parents)[above]
    open_one.chmod(open_one.stat().st_mode | stat.S_IWOTH)
    assert problem(file) == f"everybody can write to {open_one}: chmod o-w {open_one}"
    assert problem(file, FileTrust()).startswith(f"everybody can write to {open_one}")
    open_one.chmod(open_one.stat().st_mode & ~stat.S_IWOTH)
    assert OWN.read(file)


def test_r9_a_path_that_a_shell_would_take_apart_is_quoted(tmp_path: Path) -> None:
    odd = tmp_path / "a b;c"
    odd.write_text("")
    odd.chmod(0o666)
    assert problem(odd).endswith(f"chmod o-w '{odd}'")


@ROOT_ONLY
@pytest.mark.parametrize("above", [0, 1, 2])
def test_r9_a_file_of_a_stranger_and_one_in_a_strangers_folder_is_not_used(file: Path, above: int) -> None:
    theirs = (file, *file.parents)[above]
    os.chown(theirs, STRANGER, -1)
    assert problem(file) == (
        f"{theirs} belongs to {STRANGER}, who is not trusted: "
        f"chown it, or name {STRANGER} in trusted_owners of /home/ann/config.toml"
    )
    assert FileTrust(frozenset({0, STRANGER})).read(file)
    assert FileTrust().read(file), "without owners only what everybody can write is refused"


@ROOT_ONLY
def test_r9_in_a_sticky_folder_that_holds_what_belongs_to_trusted_accounts_alone(
    file: Path, shared: Path
) -> None:
    ours, theirs = shared / "ours", shared / "theirs"
    for each in (ours, theirs):
        each.mkdir()
        (each / "run.sh").write_text("true")
    os.chown(theirs, STRANGER, -1)
    OWN.read(ours / "run.sh")
    assert problem(theirs / "run.sh").startswith(f"{theirs} belongs to {STRANGER}")
    ours.rename(shared / "moved")
    (shared / "moved").chmod(0o777)
    assert problem(shared / "moved" / "run.sh").startswith(f"everybody can write to {shared / 'moved'}:")


def test_a_sticky_folder_is_no_place_to_take_all_from_but_one_to_have_something_in(shared: Path) -> None:
    OWN.check(shared, inside=True)
    with pytest.raises(
        Distrusted, match=f"^everybody can put files into {shared}: use a folder of your own$"
    ):
        OWN.check(shared)
    shared.chmod(0o777)
    with pytest.raises(Distrusted, match="chmod o-w"):
        OWN.check(shared, inside=True)


def test_r9_behind_a_link_the_file_and_the_folders_of_both_are_judged(file: Path, tmp_path: Path) -> None:
    links = tmp_path / "links"
    links.mkdir()
    (links / "near.sh").symlink_to(Path("..", "outer", "inner", "run.sh"))
    (links / "far.sh").symlink_to(links / "near.sh")
    (links / "folder").symlink_to(file.parent, target_is_directory=True)
    ways = [
        links / "near.sh",
        links / "far.sh",
        links / "folder" / "run.sh",
        links / "folder/../inner/run.sh",
    ]
    assert {OWN.read(way) for way in ways} == {b"echo hello\n"}
    file.parent.chmod(0o777)
    assert {problem(way) for way in ways} == {
        f"everybody can write to {file.parent}: chmod o-w {file.parent}"
    }
    file.parent.chmod(0o755)
    links.chmod(0o777)
    assert {problem(way) for way in ways} == {f"everybody can write to {links}: chmod o-w {links}"}


@ROOT_ONLY
def test_r9_a_link_that_a_stranger_has_put_into_a_sticky_folder_is_not_followed(
    file: Path, shared: Path
) -> None:
    (shared / "run.sh").symlink_to(file)
    (shared / "folder").symlink_to(file.parent)
    assert OWN.read(shared / "run.sh") == OWN.read(shared / "folder" / "run.sh") == b"echo hello\n"
    for link in (shared / "run.sh", shared / "folder"):
        os.chown(link, STRANGER, -1, follow_symlinks=False)
    sentence = f"belongs to {STRANGER}, who is not trusted: "
    assert problem(shared / "run.sh").startswith(f"the link {shared / 'run.sh'} {sentence}")
    assert problem(shared / "folder" / "run.sh").startswith(f"the link {shared / 'folder'} {sentence}")


@ROOT_ONLY
def test_r9_nor_one_in_a_sticky_folder_of_a_group(file: Path, tmp_path: Path) -> None:
    folder = tmp_path / "group"
    folder.mkdir()
    os.chown(folder, -1, 65534)
    folder.chmod(0o1770)
    link = folder / "m.toml"
    link.symlink_to(file)
    assert OWN.read(link) == b"echo hello\n"
    os.chown(link, STRANGER, -1, follow_symlinks=False)
    assert problem(link).startswith(f"the link {link} belongs to {STRANGER}, who is not trusted: ")


def test_links_without_an_end_and_missing_files_are_what_the_system_says(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "file").write_text("")
    for path, error in (
        ("loop", "Too many levels of symbolic links"),
        ("nothing", "No such file or directory"),
        ("file/inside", "Not a directory"),
    ):
        with pytest.raises(OSError, match=error):
            OWN.read(tmp_path / path)


def test_a_path_may_be_relative_and_lead_up(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(file.parent)
    assert OWN.read("run.sh") == OWN.read("./../inner//run.sh") == b"echo hello\n"
    file.parent.chmod(0o777)
    assert problem(Path("run.sh")) == f"everybody can write to {file.parent}: chmod o-w {file.parent}"


def test_devices_are_used_by_all_and_pipes_are_read() -> None:
    assert FileTrust().read("/dev/null") == b""
    call = f"{sys.executable} -c '{READ}'"
    for command in (f"{call} <(echo hello)", f"echo hello | {call} /dev/stdin"):
        done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True)
        assert done.stdout == "hello\n"


READ = """
import os, sys
from octotui.model.file_trust import FileTrust
print(FileTrust({0, os.geteuid()}).read(sys.argv[1]).decode(), end="")
"""


def test_what_was_judged_is_what_is_read(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that somebody has put there meanwhile is judged when it is open."""
    opened = os.open

    def exchanging(path: str, flags: int, mode: int = 0o777, *, dir_fd: int | None = None) -> int:
        if path == "run.sh":
            file.unlink()
            file.write_text("echo hostile\n")
            file.chmod(0o666)
        return opened(path, flags, mode, dir_fd=dir_fd)

    monkeypatch.setattr(os, "open", exchanging)
    with pytest.raises(Distrusted, match=f"^everybody can write to {file}:"):
        OWN.read(file)


def test_no_descriptor_is_left_open(file: Path) -> None:
    before = len(os.listdir("/dev/fd"))  # noqa: PTH208
    for _ in range(3):
        OWN.read(file)
        with pytest.raises(FileNotFoundError):
            OWN.read(file.parent / "nothing")
    file.chmod(0o666)
    problem(file)
    assert len(os.listdir("/dev/fd")) == before  # noqa: PTH208


@ROOT_ONLY
def test_r9_what_a_group_can_write_is_warned_of_once_but_for_the_access_group(file: Path) -> None:
    import grp

    group = grp.getgrgid(os.getgrouplist("daemon", 1)[0]).gr_name
    trust = FileTrust(frozenset({0}))
    for each in (file, file.parent):
        os.chown(each, 0, grp.getgrnam(group).gr_gid)
        each.chmod(each.stat().st_mode | stat.S_IWGRP)
    for _ in range(2):
        trust.read(file)
    assert [str(each) for each in trust.warnings()] == [
        f"{each}: The group {group} can change what is run here: chmod g-w {each}."
        for each in (file.parent, file)
    ]
    assert list(trust.warnings("others")) == list(trust.warnings())
    assert list(trust.warnings(group)) == []


@pytest.fixture
def private(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every group is called as an account, and has no other members."""
    monkeypatch.setattr("octotui.model.file_trust._account", lambda number: "ann")
    monkeypatch.setattr("octotui.model.file_trust._group", lambda number: ("ann", ["ann"]))


@ROOT_ONLY
@pytest.mark.usefixtures("private")
def test_a_group_that_is_its_owners_alone_is_no_group(file: Path) -> None:
    """As systems make one for each account, whose umask then lets it write; root's has more in it."""
    trust = FileTrust()
    file.chmod(0o664)
    trust.read(file)
    assert len(list(trust.warnings())) == 1
    os.chown(file, STRANGER, STRANGER)
    trust.read(file)
    assert not list(trust.warnings())


@pytest.mark.parametrize("changed", ["outer", "outer/inner", "outer/inner/run.sh"])
def test_r9_what_was_trusted_is_judged_anew_once_it_changes(tmp_path: Path, file: Path, changed: str) -> None:
    trust = FileTrust(frozenset({0, os.geteuid()}))
    for _ in range(2):
        trust.check_again(str(file))
    (tmp_path / changed).chmod(0o777)
    with pytest.raises(Distrusted, match="everybody can write to"):
        trust.check_again(str(file))
    (tmp_path / changed).chmod(0o755)
    trust.check_again(str(file))
    file.unlink()
    with pytest.raises(FileNotFoundError):
        trust.check_again(str(file))


def test_r9_a_link_that_leads_elsewhere_is_followed_anew(tmp_path: Path, file: Path, shared: Path) -> None:
    trust, link = FileTrust(frozenset({0, os.geteuid()})), tmp_path / "link"
    link.symlink_to(file)
    trust.check_again(str(link))
    (shared / "run.sh").write_text("echo hostile\n")
    (shared / "run.sh").chmod(0o777)
    link.unlink()
    link.symlink_to(shared / "run.sh")
    with pytest.raises(Distrusted):
        trust.check_again(str(link))
