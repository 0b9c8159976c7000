import subprocess
import sys
from pathlib import Path

import pytest

from octotui.store.errors import StoreError
from octotui.store.space_folder import SpaceFolder, default_base

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
