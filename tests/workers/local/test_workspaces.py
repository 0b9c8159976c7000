import asyncio
import os
from pathlib import Path

import pytest

from octotui.workers.executor import AttemptLocation
from octotui.workers.local.executor import LocalExecutor
from octotui.workers.local.workspaces import LARGE, LONG, Workspace, Workspaces
from tests.workers.jobs import result, started, work


def place(folder: Path, job: str = "job-1.1-1") -> AttemptLocation:
    return AttemptLocation(str(folder), "space-1", job)


async def test_a_workspace_is_private_and_left_empty(local: LocalExecutor, tmp_path: Path) -> None:
    script = "stat -c %a . script spool record; pwd; mkdir -p deep/er; touch deep/er/file"
    _, output = await result(local, work(tmp_path, script))
    *modes, workspace = output.decode().split()
    assert modes == ["700", "600", "600", "600"]
    assert Path(workspace).parent == tmp_path / "work"
    _, output = await result(local, work(tmp_path, "ls"))
    assert output == b"record\nscript\nspool\n"
    await local.close()
    async with asyncio.timeout(10):
        while any((tmp_path / "work").iterdir()):
            await asyncio.sleep(0.005)


async def test_who_left_the_group_prints_into_no_other_job(local: LocalExecutor, tmp_path: Path) -> None:
    here, go, said = (tmp_path / name for name in ("here", "go", "said"))
    daemon = f"touch {here}; until [ -e {go} ]; do sleep 0.01; done; echo secret; touch {said}"
    script = f"setsid sh -c '{daemon}' & until [ -e {here} ]; do sleep 0.01; done"
    await result(local, work(tmp_path, script))
    go.touch()
    await started(said)
    _, output = await result(local, work(tmp_path, "echo mine"))
    assert output == b"mine\n"


def test_a_workspace_left_by_a_crash_is_the_one_of_its_attempt_alone(tmp_path: Path) -> None:
    """R4: whose a folder is says its record, in a whole line."""
    crashed = Workspaces().take(place(tmp_path))
    crashed.fill("job-1.1-1", "true", "{}")
    torn = Workspaces().take(place(tmp_path, "job-1.2-1"))
    Path(torn.path, "record").write_bytes(b"memo job-1.2-1 {}")
    workspaces = Workspaces()
    assert workspaces.left(place(tmp_path)) == crashed.path
    assert workspaces.left(place(tmp_path, "job-1.1-2")) is None
    assert workspaces.left(place(tmp_path, "job-1.2-1")) is None
    other = workspaces.take(place(tmp_path, "job-1.3-1"))
    assert other.path not in (crashed.path, torn.path)
    assert workspaces.others(str(tmp_path), "space-1", frozenset({"job-1.1-1"})) == [torn.path]
    assert workspaces.others(str(tmp_path), "space-2", frozenset()) == []
    other.fill("job-1.3-1", "true", "")
    assert workspaces.give_back(str(tmp_path), other)
    again = workspaces.take(place(tmp_path))
    assert again.path == crashed.path
    assert Path(again.script).read_text() == ""
    assert not again.empty()


@pytest.mark.parametrize("name", ["script", "spool", "record"])
def test_a_workspace_that_somebody_has_open_is_not_used_again(tmp_path: Path, name: str) -> None:
    workspaces = Workspaces()
    first = workspaces.take(place(tmp_path))
    first.fill("job-1.1-1", "echo 1", "")
    with (Path(first.path) / name).open("rb"):
        assert not workspaces.give_back(str(tmp_path), first)
    assert workspaces.give_back(str(tmp_path), first)


def test_a_folder_is_used_again_with_nothing_of_the_job_before(tmp_path: Path) -> None:
    workspaces = Workspaces()
    first = workspaces.take(place(tmp_path))
    first.fill("job-1.1-1", "echo secret", '{"secrets":["secret"]}')
    Path(first.path, "spool").write_text("secret")
    assert workspaces.give_back(str(tmp_path), first)
    assert not any("secret" in path.read_text() for path in Path(first.path).iterdir())
    again = workspaces.take(place(tmp_path, "job-1.2-1"))
    again.fill("job-1.2-1", "x", "y")
    assert again.path == first.path
    assert Path(again.script).read_text().strip() == "x"
    assert os.fstat(again.spool).st_size == 0
    assert (again.read().name, again.read().resume) == ("job-1.2-1", "y")
    again.remove()


def test_what_was_left_in_it_is_not_for_the_next(tmp_path: Path) -> None:
    workspaces = Workspaces()
    first = workspaces.take(place(tmp_path))
    first.fill("job-1.1-1", "true", "")
    (Path(first.path) / "left").touch()
    assert not workspaces.give_back(str(tmp_path), first)
    first.remove()
    assert not list((tmp_path / "work").iterdir())


@pytest.mark.parametrize(("name", "size"), [("spool", LARGE), ("record", LONG)])
def test_what_is_large_is_thrown_away_elsewhere(tmp_path: Path, name: str, size: int) -> None:
    workspaces = Workspaces()
    workspace = workspaces.take(place(tmp_path))
    workspace.fill("job-1.1-1", "true", "")
    os.truncate(Path(workspace.path, name), size + 1)
    assert not workspaces.give_back(str(tmp_path), workspace)
    workspace.remove()


def test_the_record_is_locked_as_long_as_somebody_has_what_a_job_is_given(tmp_path: Path) -> None:
    """R4: no number of a process that may be another's by now, nor anything that a restart would leave."""
    workspace = Workspaces().take(place(tmp_path))
    assert not workspace.locked()
    lock, *others = workspace.opened()
    inherited = os.dup(lock)
    for file in (lock, *others):
        os.close(file)
    assert workspace.locked()
    with pytest.raises(BlockingIOError):
        workspace.opened()
    os.close(inherited)
    assert not workspace.locked()
    workspace.remove()
    with pytest.raises(OSError, match="No such file"):
        Workspace(workspace.path)
