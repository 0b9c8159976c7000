import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from octotui.workers.executor import AttemptLocation
from octotui.workers.local.supervisors.executor import SupervisorExecutor
from octotui.workers.local.supervisors.workspaces import Workspace, Workspaces
from tests.workers.jobs import result, started, work


def place(folder: Path, job: str = "job-1.1-1") -> AttemptLocation:
    return AttemptLocation(str(folder), "space-1", job)


async def test_v9_a_workspace_is_private_and_goes_with_all_in_it(
    local: SupervisorExecutor, tmp_path: Path
) -> None:
    """V5, V9: its script and its values, too."""
    script = "stat -c %a . script values spool record; pwd; mkdir -p deep/er; touch deep/er/file"
    old = os.umask(0)
    try:
        _, output = await result(local, work(tmp_path, script, values={"A": "b"}))
    finally:
        os.umask(old)
    *modes, workspace = output.decode().split()
    assert modes == ["700", "600", "600", "600", "600"]
    assert Path(workspace).parent == tmp_path / "work"
    await gone(Path(workspace))
    await local.close()
    await gone(*(tmp_path / "work").iterdir())


async def gone(*paths: Path) -> None:
    async with asyncio.timeout(10):
        while any(each.exists() for each in paths):
            await asyncio.sleep(0.005)


@pytest.mark.parametrize("shell", ["bash", "sh", "python"])
async def test_s7_a_script_finds_nothing_of_what_ran_before_it(
    local: SupervisorExecutor, tmp_path: Path, shell: str
) -> None:
    """A folder for each attempt: it reads itself, and nothing is behind its end."""
    short = "import sys\nprint(open(sys.argv[0]).read())" if shell == "python" else 'cat "$0"'
    first, _ = await result(local, work(tmp_path, short + "\n" * 100 + "#" * 5000, shell=shell))
    assert first.state == "succeeded"
    _, output = await result(local, work(tmp_path, short, shell=shell, job="job-1.2"))
    assert output.decode().strip("\n") == short
    assert output.count(b"\n") <= short.count("\n") + 1
    where = [await result(local, work(tmp_path, "pwd; ls", job=f"job-{number}")) for number in range(3)]
    assert len({output.split(b"\n")[0] for _, output in where}) == 3
    assert {output.split(b"\n", 1)[1] for _, output in where} == {b"record\nscript\nspool\nvalues\n"}


async def test_s7_who_has_left_the_group_changes_nothing_for_the_next(
    local: SupervisorExecutor, tmp_path: Path
) -> None:
    """A daemon that stays in its working directory writes into no other attempt's."""
    here, go, done = (tmp_path / name for name in ("here", "go", "done"))
    waits = f"until [ -e {go} ]; do sleep 0.01; done"
    daemon = f"touch {here}; {waits}; echo exit 7 >script; echo x >left; touch {done}"
    await result(local, work(tmp_path, f"setsid sh -c '{daemon}' & until [ -e {here} ]; do sleep 0.01; done"))
    script = f"touch {go}; until [ -e {done} ]; do sleep 0.01; done; ls; cat script | wc -l"
    outcome, output = await result(local, work(tmp_path, script, job="job-1.2"))
    assert outcome.state == "succeeded"
    assert output.split() == [b"record", b"script", b"spool", b"values", b"0"]


LEFT = """
import asyncio, sys
from pathlib import Path
from octotui.workers.local.supervisors.executor import SupervisorExecutor
from tests.workers.jobs import place, work

async def main(folder):
    script = "echo $PPID >../../ready~; mv ../../ready~ ../../ready; sleep 60"
    given = work(folder, script, values={"A": "secret"})
    await SupervisorExecutor().start(place(given), given, "{}")
    await asyncio.sleep(60)

asyncio.run(main(Path(sys.argv[1])))
"""


@pytest.mark.parametrize("kept", [True, False])
async def test_v9_after_a_kill_of_server_and_supervisor_the_values_go(
    local: SupervisorExecutor, tmp_path: Path, kept: bool
) -> None:
    """V5, R4: of an attempt that is looked at again, and of one that nobody knows any more."""
    server = subprocess.Popen([sys.executable, "-c", LEFT, str(tmp_path)])
    await started(tmp_path / "ready")
    server.kill()
    server.wait()
    supervisor = int((tmp_path / "ready").read_text())
    os.killpg(supervisor, signal.SIGKILL)
    async with asyncio.timeout(10):
        while (await SupervisorExecutor().inspect(place(tmp_path))).state == "running":
            await asyncio.sleep(0.005)
    (values,) = (tmp_path / "work").glob("*/values")
    assert "secret" in values.read_text()
    if kept:
        assert (await local.inspect(place(tmp_path))).state == "ended"
        assert (await local.follow(place(tmp_path), lambda chunk: None)).state == "lost"
        assert not values.exists()
        local.clean(place(tmp_path))
    else:
        await local.remove_orphans(str(tmp_path), "space-1", set())
    await gone(values.parent)


async def test_v9_the_values_go_as_soon_as_a_script_has_failed(
    local: SupervisorExecutor, tmp_path: Path
) -> None:
    """V5: while people are asked what is to become of the job, too; whatever stands in their place."""
    ruins = ("true", "rm values; mkdir values", f"rm values; ln -s {tmp_path}/mine values")
    (tmp_path / "mine").write_text("kept")
    for number, ruin in enumerate(ruins):
        given = work(tmp_path, f"{ruin}; exit 3", job=f"job-{number}", values={"A": "secret"})
        await local.start(place(tmp_path, f"job-{number}-1"), given, "{}")
        await local.follow(place(tmp_path, f"job-{number}-1"), lambda chunk: None)
        (folder,) = (tmp_path / "work").glob("space-1-*")
        assert not (folder / "values").is_file()
        local.clean(place(tmp_path, f"job-{number}-1"))
        await gone(folder)
    assert (tmp_path / "mine").read_text() == "kept"


async def test_who_left_the_group_prints_into_no_other_job(local: SupervisorExecutor, tmp_path: Path) -> None:
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
    again = workspaces.take(place(tmp_path))
    assert not Path(crashed.path).exists()
    assert again.path not in (crashed.path, torn.path, other.path)
    assert sorted(path.name for path in Path(again.path).iterdir()) == ["record", "spool"]


def test_r4_one_that_an_earlier_version_has_left_is_read_and_removed(tmp_path: Path) -> None:
    """It has no values, and its record may hold attempts before its own."""
    folder = tmp_path / "work" / "space-1-4"
    folder.mkdir(parents=True)
    for name, body in (("script", "true\n\n\n"), ("spool", ""), ("record", OLD)):
        (folder / name).write_text(body)
    workspaces = Workspaces()
    left = workspaces.left(place(tmp_path, "job-1.2-1"))
    assert left == str(folder)
    workspace = Workspace(left)
    record = workspace.read()
    assert (record.name, record.resume, record.pid, record.code) == ("job-1.2-1", "{}", 13, 3)
    workspace.drop_values()
    workspace.remove()
    assert not folder.exists()


OLD = "memo job-1.1-1\n\n\n\npid 12\nexit 0\nmemo job-1.2-1 {}\npid 13\nexit 3\n"


def test_what_was_left_in_it_goes_too(tmp_path: Path) -> None:
    workspace = Workspaces().take(place(tmp_path))
    workspace.fill("job-1.1-1", "true", "")
    (Path(workspace.path) / "left" / "deep").mkdir(parents=True)
    os.truncate(Path(workspace.path, "spool"), 1 << 32)
    workspace.remove()
    assert not list((tmp_path / "work").iterdir())


def test_v9_nothing_that_stands_there_already_is_written_to(tmp_path: Path) -> None:
    workspace = Workspaces().take(place(tmp_path))
    (tmp_path / "mine").write_text("kept")
    Path(workspace.values).symlink_to(tmp_path / "mine")
    with pytest.raises(FileExistsError):
        workspace.fill("job-1.1-1", "true", "", b"values")
    assert (tmp_path / "mine").read_text() == "kept"
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
