"""V7: what scripts leave elsewhere; see also `tests/workers/conformance.py`."""

from contextlib import suppress
from pathlib import Path

import pytest

from octotui.workers.machine import AttemptKey
from octotui.workers.remote import workspace_files
from octotui.workers.remote.answers import STRANGE
from octotui.workers.remote.machine import RemoteMachine
from tests.workers.jobs import work

ATTEMPT = AttemptKey("space-1", "job-1.1-1")


async def left(machine: RemoteMachine, tmp_path: Path, script: str) -> workspace_files.RemoteWorkspaceFiles:
    await machine.processes.start(ATTEMPT, work(tmp_path, script, shell="sh"), "{}")
    await machine.processes.follow(ATTEMPT, lambda chunk: None)
    files = machine.processes.workspace(ATTEMPT)
    assert files is not None
    return files


async def test_v7_all_that_is_left_is_brought(machine: RemoteMachine, tmp_path: Path) -> None:
    script = "mkdir -p a/b; echo 1 >a/b/c; chmod 755 a/b/c; ln -s /etc/passwd l; : >empty"
    script += "; head -c 700000 /dev/zero >z"
    files = await left(machine, tmp_path, script)
    assert await files.save(tmp_path / "saved") is None
    saved = tmp_path / "saved"
    assert (saved / "a" / "b" / "c").read_text() == "1\n"
    assert (saved / "a" / "b" / "c").stat().st_mode & 0o777 == 0o755
    assert (saved / "l").readlink() == Path("/etc/passwd")
    assert [(saved / each).stat().st_size for each in ("empty", "z")] == [0, 700_000]


async def test_v7_too_many_files_are_a_problem(
    machine: RemoteMachine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workspace_files, "MOST", 2)
    files = await left(machine, tmp_path, "touch a b c")
    assert await files.save(tmp_path / "saved") == (
        "what was left in the workspace cannot be kept: there are more than 2 files"
    )


@pytest.mark.parametrize(
    "entry",
    [
        ["../evil", "file", 0o644, ""],
        ["/evil", "file", 0o644, ""],
        ["l/evil", "file", 0o644, ""],
        ["x", "folder", "strange", ""],
    ],
)
def test_r6_no_name_leads_out_of_the_folder(tmp_path: Path, entry: list[object]) -> None:
    saving = workspace_files._Saving(tmp_path / "saved")
    saving.take({"entry": ["l", "link", 0o777, ".."]}, b"")
    with suppress(OSError, ValueError):
        saving.take({"entry": entry}, b"")
    saving.close()
    assert [each.name for each in tmp_path.iterdir()] == ["saved"]
    assert not Path("/evil").exists()


@pytest.mark.parametrize(
    "entry", [None, 7, ["a"], ["a", "file", "x", ""], ["a", "file", float("inf"), ""], {}]
)
def test_m1_a_strange_entry_is_a_problem_that_is_told(tmp_path: Path, entry: object) -> None:
    with pytest.raises(STRANGE):
        workspace_files._Saving(tmp_path / "saved").take({"entry": entry}, b"")


async def test_m1_a_workspace_that_is_sent_strangely_is_not_kept(
    machine: RemoteMachine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = await left(machine, tmp_path, ": >a")

    def take(saving: object, header: object, chunk: object) -> None:
        raise TypeError("no\nentry" + "x" * 1000)

    monkeypatch.setattr(workspace_files._Saving, "take", take)
    why = await files.save(tmp_path / "saved")
    assert why is not None
    assert why.startswith("what was left in the workspace cannot be kept: no entryx")
    assert len(why) < 400
