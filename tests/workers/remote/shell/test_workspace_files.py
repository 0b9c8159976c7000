"""V7: what a script has left, by a shell; see also `tests/workers/conformance.py`."""

from pathlib import Path

import pytest

from octotui.store.artifacts import ArtifactError
from octotui.workers.machine import AttemptKey
from octotui.workers.remote.shell import workspace_files
from octotui.workers.remote.shell.machine import ShellMachine
from octotui.workers.remote.shell.workspace_files import ShellWorkspaceFiles
from tests.workers.jobs import work

ATTEMPT = AttemptKey("space-1", "job-1.1-1")


async def left(machine: ShellMachine, tmp_path: Path, script: str) -> ShellWorkspaceFiles:
    await machine.processes.start(ATTEMPT, work(tmp_path / "worker1", script, shell="sh"), "{}")
    await machine.processes.follow(ATTEMPT, lambda chunk: None)
    files = machine.processes.workspace(ATTEMPT)
    assert files is not None
    return files


async def test_v7_all_that_is_left_is_brought(machine: ShellMachine, tmp_path: Path) -> None:
    script = """
        mkdir -p d/e; printf 'a\\0b\\n\\n' >d/e/f; : >'new
line'; ln -s d/e l; ln -s 'to
' m; mkfifo p; chmod 700 d/e/f; : >./-rf; mkdir empty"""
    files = await left(machine, tmp_path, script)
    saved = tmp_path / "saved"
    assert await files.save(saved) is None
    assert sorted(each.name for each in saved.iterdir()) == ["-rf", "d", "empty", "l", "m", "new\nline", "p"]
    assert (saved / "d" / "e" / "f").read_bytes() == b"a\0b\n\n"
    assert (saved / "d" / "e" / "f").stat().st_mode & 0o777 == 0o700
    assert (saved / "l").readlink() == Path("d/e")
    assert str((saved / "m").readlink()) == "to\n"
    assert (saved / "p").is_fifo()


async def test_v7_nothing_is_brought_where_nothing_is_left(machine: ShellMachine, tmp_path: Path) -> None:
    files = await left(machine, tmp_path, "true")
    assert await files.save(tmp_path / "saved") is None
    assert not (tmp_path / "saved").exists()


async def test_v7_too_much_is_refused(
    machine: ShellMachine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = await left(machine, tmp_path, "echo 123456789 >a; : >b; : >c")
    monkeypatch.setattr(workspace_files, "LARGEST", 5)
    assert "a file is too large" in (await files.save(tmp_path / "saved") or "")
    monkeypatch.setattr(workspace_files, "MOST", 2)
    assert "more than 2 files" in (await files.save(tmp_path / "again") or "")


async def test_v7_why_a_file_is_not_kept(machine: ShellMachine, tmp_path: Path) -> None:
    files = await left(machine, tmp_path, "ln -s /etc/passwd l; mkdir d; mkfifo p; echo 1234567 >large")
    for path, why in {
        "l": "it is a link, and only ordinary files are kept",
        "d": "it is a folder, and only ordinary files are kept",
        "p": "it is a pipe or device, and only ordinary files are kept",
        "large": "it is larger than 0 MiB, the most that is kept of one file",
        "no": "No such file or directory",
        "-n": "No such file or directory",
    }.items():
        with pytest.raises(ArtifactError) as refused:
            await anext(files.get(path, 4))
        assert str(refused.value) == why
