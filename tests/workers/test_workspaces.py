import asyncio
import os
from pathlib import Path

import pytest

from octotui.workers.local import LocalExecutor
from octotui.workers.workspaces import LARGE, Workspaces
from tests.workers.jobs import result, started, work


async def test_a_workspace_is_private_and_left_empty(local: LocalExecutor, tmp_path: Path) -> None:
    script = "stat -c %a . script spool; pwd; mkdir -p deep/er; touch deep/er/file"
    _, output = await result(local, work(tmp_path, script))
    *modes, workspace = output.decode().split()
    assert modes == ["700", "600", "600"]
    assert Path(workspace).parent == tmp_path / "work"
    _, output = await result(local, work(tmp_path, "ls"))
    assert output == b"script\nspool\n"
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


async def test_a_workspace_left_by_a_crash_is_left_alone(tmp_path: Path) -> None:
    left = tmp_path / "work" / f"{os.getpid()}-1"
    left.mkdir(parents=True)
    assert (await result(LocalExecutor(), work(tmp_path, "true")))[0].state == "succeeded"
    assert left.exists()


@pytest.mark.parametrize("name", ["script", "spool"])
def test_files_that_somebody_has_open_are_not_used_again(tmp_path: Path, name: str) -> None:
    workspaces = Workspaces()
    first = workspaces.take(str(tmp_path))
    first.fill("echo 1")
    held = os.fstat(first.spool).st_ino
    with (Path(first.path) / name).open("rb"):
        assert workspaces.give_back(str(tmp_path), first)
        again = workspaces.take(str(tmp_path))
        again.fill("x")
        assert again.path == first.path
        assert Path(again.script).read_text() == "x"
        assert os.fstat(again.spool).st_ino != held
        again.remove()


def test_a_folder_is_used_again_with_nothing_of_the_job_before(tmp_path: Path) -> None:
    workspaces = Workspaces()
    first = workspaces.take(str(tmp_path))
    first.fill("echo secret")
    spool = first.open_spool()
    os.write(spool, b"secret")
    os.close(spool)
    assert workspaces.give_back(str(tmp_path), first)
    assert "secret" not in Path(first.script).read_text()
    again = workspaces.take(str(tmp_path))
    again.fill("x")
    assert again.path == first.path
    assert Path(again.script).read_text().strip() == "x"
    assert os.fstat(again.spool).st_size == 0
    again.remove()


def test_what_was_left_in_it_is_not_for_the_next(tmp_path: Path) -> None:
    workspaces = Workspaces()
    first = workspaces.take(str(tmp_path))
    first.fill("")
    (Path(first.path) / "left").touch()
    assert not workspaces.give_back(str(tmp_path), first)
    first.remove()
    assert not list((tmp_path / "work").iterdir())


def test_a_large_spool_is_thrown_away_elsewhere(tmp_path: Path) -> None:
    workspaces = Workspaces()
    workspace = workspaces.take(str(tmp_path))
    workspace.fill("")
    os.truncate(workspace.spool, LARGE + 1)
    assert not workspaces.give_back(str(tmp_path), workspace)
    workspace.remove()
