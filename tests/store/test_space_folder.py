import os
import subprocess
import sys
from pathlib import Path

import pytest

from octotui.store import folder_lock, space_folder
from octotui.store.errors import StoreError
from octotui.store.space_folder import SpaceFolder, default_base, state_words
from octotui.store.trusted_path import UntrustedPath, forget_owners, name_owner

HOLD = """
import sys, pathlib
from octotui.store.space_folder import SpaceFolder
folder = SpaceFolder(pathlib.Path(sys.argv[1]), "kraken").take()
print("taken", flush=True)
sys.stdin.read()
"""


def test_things_have_their_places(tmp_path: Path) -> None:
    folder = SpaceFolder(tmp_path, "kraken")
    assert folder.journal == tmp_path / "kraken" / "journal.sqlite"
    assert folder.log("run-7", "job-7.2") == tmp_path / "kraken" / "logs" / "run-7" / "job-7.2.log"
    assert folder.worker("worker1") == tmp_path / "kraken" / "workers" / "worker1"
    assert default_base().name == "octotui"


def test_a_suggested_command_says_which_folder_unless_it_is_the_usual_one(tmp_path: Path) -> None:
    assert state_words(None) == state_words(default_base()) == ""
    assert state_words(tmp_path / "my spaces") == f" --state '{tmp_path}/my spaces'"


def test_a_folder_is_private(tmp_path: Path) -> None:
    with SpaceFolder(tmp_path / "new", "kraken") as folder:
        assert folder.path.stat().st_mode & 0o777 == 0o700


def test_one_process_has_a_folder(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLD, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"taken\n"
        with pytest.raises(StoreError, match=rf"in use by another octotui \(process {other.pid}\)"):
            SpaceFolder(tmp_path, "kraken").take()
        with SpaceFolder(tmp_path, "demo"):
            other.kill()
            other.wait()
    with SpaceFolder(tmp_path, "kraken"):
        pass


DYING = """
import os, pathlib, signal, sys, time
from octotui.store.space_folder import SpaceFolder
folder = SpaceFolder(pathlib.Path(sys.argv[1]), "kraken").take()
if not os.fork():  # a child that is not executed yet
    print("forked", flush=True)
    time.sleep(float(sys.argv[2]))
    os._exit(0)
time.sleep(60)
"""


ZOMBIE = pytest.param(False, marks=pytest.mark.skipif(sys.platform != "linux", reason="it is seen in /proc"))


@pytest.mark.parametrize("waited", [True, ZOMBIE], ids=["waited for", "a zombie"])
def test_r4_a_killed_holder_s_child_that_is_about_to_be_executed_is_waited_for(
    tmp_path: Path, waited: bool
) -> None:
    command = [sys.executable, "-c", DYING, str(tmp_path), "0.5"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"forked\n"
        other.kill()
        if waited:
            other.wait()
        else:
            os.waitid(os.P_PID, other.pid, os.WEXITED | os.WNOWAIT)
        with SpaceFolder(tmp_path, "kraken") as folder:
            assert (folder.path / "lock").read_text().split()[0] == str(os.getpid())


def test_a_dead_holder_s_child_that_keeps_the_lock_is_not_waited_for_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder_lock, "EXEC_TIME", 0.1)
    with subprocess.Popen([sys.executable, "-c", DYING, str(tmp_path), "2"], stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"forked\n"
        other.kill()
        other.wait()
        with pytest.raises(StoreError, match="is in use by another octotui"):
            SpaceFolder(tmp_path, "kraken").take()


@pytest.mark.parametrize("holder", ["", "x", "9" * 20, "-1"])
def test_what_no_process_has_written_is_no_dead_holder(tmp_path: Path, holder: str) -> None:
    with SpaceFolder(tmp_path, "kraken") as folder:
        (folder.path / "lock").write_text(holder)
        with pytest.raises(StoreError, match="is in use by another octotui"):
            SpaceFolder(tmp_path, "kraken").take()


def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="file/kraken cannot be used: Not a directory"):
        SpaceFolder(tmp_path / "file", "kraken").take()


def test_whether_it_is_held_can_be_asked(tmp_path: Path) -> None:
    folder = SpaceFolder(tmp_path, "kraken")
    assert not folder.is_held
    with folder:
        assert folder.is_held
        assert SpaceFolder(tmp_path, "kraken").is_held
    assert not folder.is_held


ROOT_ONLY = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give things to other accounts")


def test_i9_what_an_earlier_version_let_others_see_is_private_again(tmp_path: Path) -> None:
    space = tmp_path / "kraken"
    (space / "logs" / "run-1").mkdir(parents=True)
    for name in ("places.json", "journal.sqlite", "journal.sqlite-wal", "server.log"):
        (space / name).touch()
        (space / name).chmod(0o644)
    (space / "link").symlink_to(tmp_path)
    tmp_path.chmod(0o755)
    space.chmod(0o755)
    with SpaceFolder(tmp_path, "kraken"):
        assert not [
            each
            for each in (space, *space.iterdir())
            if each.lstat().st_mode & 0o077 and not each.is_symlink()
        ]
        assert tmp_path.stat().st_mode & 0o777 == 0o755, "what a link leads to is not ours to change"


def test_a_file_that_goes_while_a_folder_is_made_private_is_nobody_s_trouble(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such as one that the octotui which has the space renames: then its lock says who has it."""
    (tmp_path / "space").mkdir(0o700)
    (tmp_path / "space" / "going").touch()
    (tmp_path / "space" / "staying").touch(0o644)
    scandir = os.scandir

    def late(path: Path) -> list[os.DirEntry[str]]:
        found = sorted(scandir(path), key=lambda each: each.name)
        (tmp_path / "space" / "going").unlink()
        return found

    monkeypatch.setattr(os, "scandir", late)
    SpaceFolder(tmp_path, "space").make()
    assert (tmp_path / "space" / "staying").stat().st_mode & 0o777 == 0o600


def test_members_of_an_access_group_still_go_through_it(tmp_path: Path) -> None:
    folder = SpaceFolder(tmp_path, "kraken")
    folder.make()
    folder.path.chmod(0o710)
    folder.make()
    assert folder.path.stat().st_mode & 0o777 == 0o710


def test_i9_folders_above_a_space_can_be_walked_and_not_looked_at(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        SpaceFolder(tmp_path / "srv" / "spaces", "kraken").make()
    finally:
        os.umask(before)
    found = [(tmp_path / each).stat().st_mode & 0o777 for each in ("srv", "srv/spaces", "srv/spaces/kraken")]
    assert found == [0o711, 0o711, 0o700]


def test_i9_a_path_is_resolved_once(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    folder = SpaceFolder(tmp_path / "link", "kraken").verify()
    assert folder.path == tmp_path / "real" / "kraken"
    (tmp_path / "real" / "other").mkdir()
    (tmp_path / "real" / "kraken").symlink_to("other")
    with folder:
        assert folder.path.name == "kraken", "its name is that of the space"
        assert (tmp_path / "real" / "other" / "lock").exists()


@ROOT_ONLY
def test_i9_a_folder_of_another_account_is_not_opened_though_it_is_trusted(tmp_path: Path) -> None:
    (tmp_path / "kraken").mkdir()
    os.chown(tmp_path / "kraken", 65534, -1)
    name_owner("nobody")
    try:
        with pytest.raises(
            UntrustedPath, match="kraken cannot be used: it belongs to nobody, and only nobody can"
        ):
            SpaceFolder(tmp_path, "kraken").take()
    finally:
        forget_owners()
    with pytest.raises(UntrustedPath, match="kraken belongs to nobody"):
        SpaceFolder(tmp_path, "kraken").verify()


@ROOT_ONLY
def test_i9_who_is_faster_in_a_sticky_folder_gains_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between our look and our mkdir somebody else makes the folder: it is looked at again."""
    tmp_path.chmod(0o1777)

    def faster(path: Path, above: int) -> None:
        path.mkdir(0o755)
        os.chown(path, 54321, -1)

    monkeypatch.setattr(space_folder, "make_folder", faster)
    with pytest.raises(UntrustedPath, match="belongs to 54321"):
        SpaceFolder(tmp_path, "kraken").take()


def test_a_lock_that_is_a_pipe_holds_nobody_up(tmp_path: Path) -> None:
    (tmp_path / "kraken").mkdir()
    os.mkfifo(tmp_path / "kraken" / "lock")
    assert not SpaceFolder(tmp_path, "kraken").is_held


def test_r6_without_a_folder_to_keep_spaces_in_it_says_what_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """An account that has no home, and of which the environment says none."""
    monkeypatch.setattr(space_folder, "user_state_dir", lambda name: f"~/.local/state/{name}")
    with pytest.raises(StoreError, match="set HOME or XDG_STATE_HOME, or say --state"):
        default_base()


def test_the_model_is_kept_absolute_and_private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    folder = SpaceFolder(tmp_path, "kraken")
    folder.make()
    folder.keep_model(Path("a\udce4.toml"))
    assert folder.model == tmp_path / "a\udce4.toml"
    assert (folder.path / "model.path").stat().st_mode & 0o777 == 0o600
    folder.keep_model(Path("/b.toml"))
    assert folder.model == Path("/b.toml")


@pytest.mark.parametrize("stored", [b"", b"relative.toml", b"/a\0b", b"/" + b"a" * space_folder.LONGEST])
def test_a_model_whose_path_is_not_absolute_is_not_known(tmp_path: Path, stored: bytes) -> None:
    folder = SpaceFolder(tmp_path, "kraken")
    folder.make()
    (folder.path / "model.path").write_bytes(stored)
    assert folder.model is None


def test_without_a_folder_the_model_is_not_known(tmp_path: Path) -> None:
    gone = SpaceFolder(tmp_path, "gone")
    assert gone.model is None
    gone.keep_model(Path("/b.toml"))
    assert gone.model is None
