"""R6, M2: after a restart nothing in a workspace is believed that no supervisor writes."""

import asyncio
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from octotui.engine.state import Outcome
from octotui.workers.agent import processes
from octotui.workers.executor import AttemptLocation, AttemptStatus
from octotui.workers.local.supervisors.executor import OVERWRITTEN, RUNS_ON, SupervisorExecutor
from octotui.workers.local.supervisors.process import UNCLEAR, UNREPORTED
from octotui.workers.local.supervisors.workspaces import Workspace, Workspaces
from tests.workers.jobs import ends, place, refusal, started, work

CASES = int(os.environ.get("OCTOTUI_CASES", "500")) // 4
MEMO = b"memo job-1.1-1 {}\n"
HUGE = b"9" * 5000


@pytest.fixture
def signals(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """The signals that are sent to groups; none of them goes anywhere."""
    sent: list[tuple[int, int]] = []
    monkeypatch.setattr(processes.os, "killpg", lambda group, number: sent.append((group, number)))
    return sent


def where(folder: Path) -> AttemptLocation:
    return place(work(folder, ""))


def left(folder: Path, record: bytes = b"", spool: bytes = b"") -> Path:
    """A workspace as an attempt has left it."""
    made = Workspaces()
    workspace = made.take(where(folder))
    made.note(where(folder), workspace)
    Path(workspace.path, "record").write_bytes(record)
    Path(workspace.path, "spool").write_bytes(spool)
    workspace.close()
    return Path(workspace.path)


async def found(folder: Path) -> tuple[AttemptStatus, Outcome | None]:
    """What a later process makes of it: its status, and how it has ended where that can be followed."""
    executor = SupervisorExecutor()
    try:
        status = await executor.inspect(where(folder))
        outcome = None
        if status.state in ("running", "ended"):
            outcome = await asyncio.wait_for(executor.follow(where(folder), lambda chunk: None), 20)
        executor.stop(where(folder), 0.0)
        executor.clean(where(folder))
        await executor.remove_orphans(str(folder), "space-1", set())
    finally:
        await executor.close()
    return status, outcome


async def emptied(folder: Path) -> None:
    """Wait until what is removed elsewhere has gone."""
    async with asyncio.timeout(20):
        while any(folder.iterdir()):
            await asyncio.sleep(0.005)


@pytest.mark.parametrize(
    "lines",
    [
        b"pid " + HUGE + b"\n",
        b"pid 12\nexit " + HUGE + b"\n",
        b"pid 12\nexit 256\n",
        b"pid 12\nexit -1\n",
        b"pid 12\nexit 1e3\n",
        b"pid 12\nexit \xd9\xa1\n",
        b"pid 0\n",
        b"pid -1\n",
        b"pid 4194305\n",
        b"pid 2147483648\nexit 0\n",
        b"pid +5\nexit 0\n",
        b"pid 12\npid 13\nexit 0\n",
        b"exit 0\n",
        b"exit 0\npid 12\n",
        b"pid 12\nexit 0\nexit 1\n",
        b"pid 12\n" + b"x" * 100_000 + b"\nexit 0\n",
        b"pid\n",
        b"pid 12\nexit\n",
    ],
)
async def test_r6_a_line_that_no_supervisor_writes_is_lost_and_says_so(
    tmp_path: Path, signals: list[tuple[int, int]], lines: bytes
) -> None:
    left(tmp_path, MEMO + lines)
    status, outcome = await found(tmp_path)
    assert (status, outcome) == (AttemptStatus("lost", "{}", UNCLEAR), None)
    assert signals == []


@pytest.mark.parametrize(
    "record", [b"", b"\n", b"pid 12\nexit 0\n", b"memo other-1 {}\npid 12\nexit 0\n", MEMO[:-1], b"\0" * 5000]
)
async def test_m2_what_was_started_is_not_begun_again_whatever_became_of_its_record(
    tmp_path: Path, record: bytes
) -> None:
    left(tmp_path, record)
    status, _ = await found(tmp_path)
    assert (status.state, status.reason) == ("lost", OVERWRITTEN)


async def test_m2_one_that_has_printed_something_has_begun(tmp_path: Path) -> None:
    left(tmp_path / "a", MEMO)
    assert (await found(tmp_path / "a"))[0] == AttemptStatus("unstarted", "{}")
    left(tmp_path / "b", MEMO, b"out")
    assert (await found(tmp_path / "b"))[0] == AttemptStatus("lost", "{}")


RUINS = [
    "removed",
    "link",
    "pipe",
    "file",
    "record link",
    "record pipe",
    "record folder",
    "spool link",
    "huge",
]


def ruin(folder: Path, how: str, elsewhere: Path) -> None:
    """Put something else in the place of a workspace, or of a file of it."""
    name, _, what = how.rpartition(" ")
    target = folder / name if name else folder
    if how == "huge":
        os.truncate(folder / "record", 1 << 40)
        return
    if target.is_dir():
        for each in target.iterdir():
            each.unlink()
        target.rmdir()
    else:
        target.unlink()
    if what == "link":
        target.symlink_to(elsewhere)
    elif what == "pipe":
        os.mkfifo(target)
    elif what == "folder":
        target.mkdir()
    elif what == "file":
        target.touch()


@pytest.mark.parametrize("how", RUINS)
async def test_r6_a_workspace_that_was_replaced_is_lost_and_nothing_else_is_touched(
    tmp_path: Path, how: str
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    for name in ("record", "spool", "script", "mine"):
        (elsewhere / name).write_bytes(MEMO + b"pid 12\nexit 0\n")
    ruin(left(tmp_path, MEMO + b"pid 12\nexit 0\n"), how, elsewhere)
    status, _ = await asyncio.wait_for(found(tmp_path), 20)
    assert status.state == "lost"
    assert status.reason
    assert len(list(elsewhere.iterdir())) == 4
    await emptied(tmp_path / "work")


async def test_m2_a_folder_that_nobody_can_look_into_is_no_sign_that_nothing_began(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left(tmp_path, MEMO + b"pid 12\nexit 0\n")

    def closed(folder: str) -> list[str]:
        raise PermissionError(13, "Permission denied", folder)

    monkeypatch.setattr("octotui.workers.local.supervisors.workspaces.os.listdir", closed)
    status, _ = await found(tmp_path)
    assert status.state == "lost"
    assert f"{tmp_path}/work, where it ran, cannot be read (Permission denied" in status.reason
    assert (await refusal(SupervisorExecutor(), work(tmp_path, "true"))).startswith(
        "worker1 has no work directory"
    )


async def test_r6_one_that_is_spoiled_between_two_looks_is_lost(tmp_path: Path) -> None:
    folder, executor = left(tmp_path, MEMO + b"pid 12\nexit 0\n"), SupervisorExecutor()
    assert (await executor.inspect(where(tmp_path))).state == "ended"
    ruin(folder, "pipe", tmp_path)
    outcome = await executor.follow(where(tmp_path), lambda chunk: None)
    assert outcome.state == "lost"
    assert str(folder) in outcome.reason
    executor.clean(where(tmp_path))
    await executor.close()


async def test_m2_a_folder_that_says_it_is_an_attempts_is_not_it(tmp_path: Path) -> None:
    """Nor does it keep that one's from being found."""
    mine = left(tmp_path, MEMO + b"pid 12\nexit 3\n")
    for number in (0, 7, 99):
        decoy = mine.with_name(f"space-1-{number}")
        decoy.mkdir()
        (decoy / "record").write_bytes(MEMO + b"pid 12\nexit 0\n")
    status, outcome = await found(tmp_path)
    assert status.state == "ended"
    assert outcome is not None
    assert outcome.exit_code == 3
    await emptied(tmp_path / "work")


async def begun(folder: Path, script: str) -> None:
    """Begin a job as a process that is gone has: it goes on."""
    first = SupervisorExecutor()
    given = work(folder, f"{script}; echo $$ >{folder}/ready~; mv {folder}/ready~ {folder}/ready; sleep 60")
    await first.start(place(given), given, "{}")
    await started(folder / "ready")
    await first.close()


def sleeper() -> Iterator["subprocess.Popen[bytes]"]:
    process = subprocess.Popen(["sleep", "60"], start_new_session=True)
    yield process
    process.kill()
    process.wait()


bystander = pytest.fixture(sleeper)


async def test_r6_signals_go_to_the_group_that_has_the_lock_alone(
    tmp_path: Path, bystander: "subprocess.Popen[bytes]"
) -> None:
    """S5: whose number a record says does not matter, and the job is stopped all the same."""
    await begun(tmp_path, f"printf 'memo job-1.1-1 {{}}\\npid {bystander.pid}\\n' > record")
    pid, executor = int((tmp_path / "ready").read_text()), SupervisorExecutor()
    assert (await executor.inspect(where(tmp_path))).state == "running"
    following = asyncio.create_task(executor.follow(where(tmp_path), lambda chunk: None))
    await asyncio.sleep(0.1)
    executor.stop(where(tmp_path), 0.2)
    outcome = await asyncio.wait_for(following, 20)
    await ends(pid)
    assert outcome.state == "cancelled"
    assert bystander.poll() is None
    await executor.close()


async def test_r6_a_record_that_another_file_was_put_in_place_of_is_lost(
    tmp_path: Path, bystander: "subprocess.Popen[bytes]"
) -> None:
    await begun(tmp_path, f"sed -i 's/^pid .*/pid {bystander.pid}/' record")
    executor = SupervisorExecutor()
    assert (await executor.inspect(where(tmp_path))).state == "ended"
    outcome = await executor.follow(where(tmp_path), lambda chunk: None)
    assert (outcome.state, outcome.reason) == ("lost", UNREPORTED)
    executor.stop(where(tmp_path), 0.0)
    assert bystander.poll() is None
    os.killpg(os.getpgid(int((tmp_path / "ready").read_text())), signal.SIGKILL)
    await executor.close()


async def test_r6_a_number_in_a_running_jobs_record_is_watched_by_the_lock(
    tmp_path: Path, bystander: "subprocess.Popen[bytes]"
) -> None:
    """The one who is named lives on; the job is over when its lock is free."""
    await begun(tmp_path, f"printf 'memo job-1.1-1 {{}}\\npid {bystander.pid}\\n' > record")
    group = os.getpgid(int((tmp_path / "ready").read_text()))
    executor = SupervisorExecutor()
    assert (await executor.inspect(where(tmp_path))).state == "running"
    following = asyncio.create_task(executor.follow(where(tmp_path), lambda chunk: None))
    await asyncio.sleep(0.2)
    assert not following.done()
    os.killpg(group, signal.SIGKILL)
    assert (await asyncio.wait_for(following, 20)).state == "lost"
    assert bystander.poll() is None
    await executor.close()


async def test_m2_one_that_runs_with_an_emptied_record_is_lost_and_says_where_it_runs(tmp_path: Path) -> None:
    await begun(tmp_path, ": > record")
    executor = SupervisorExecutor()
    status = await executor.inspect(where(tmp_path))
    assert (status.state, status.reason) == ("lost", f"{RUNS_ON} {tmp_path}/work/space-1-1")
    os.killpg(os.getpgid(int((tmp_path / "ready").read_text())), signal.SIGKILL)
    await executor.close()


WORDS = b"memo job-1.1-1 {}|memo a b|memo|memo  |pid 12|pid 1|pid 0|pid -1|pid|exit 0|exit 3|exit 137|Killed"
LINES = st.sampled_from([*WORDS.split(b"|"), b"", b"\0", b"\xff", b"pid " + HUGE, b"exit " + HUGE])
RECORDS = st.one_of(
    st.binary(max_size=200),
    st.lists(LINES, max_size=8).map(lambda lines: b"\n".join(lines) + b"\n"),
    st.lists(st.one_of(LINES, st.binary(max_size=20)), max_size=8).map(b"\n".join),
)


@settings(
    max_examples=CASES,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(record=RECORDS, spool=st.binary(max_size=100))
async def test_r6_whatever_a_record_and_a_spool_hold_it_is_judged(
    tmp_path_factory: pytest.TempPathFactory, signals: list[tuple[int, int]], record: bytes, spool: bytes
) -> None:
    """It has ended as a whole record says, or is lost, or has not begun; and nothing gets a signal."""
    folder = tmp_path_factory.mktemp("fuzz")
    left(folder, record, spool)
    status, outcome = await asyncio.wait_for(found(folder), 20)
    assert status.state in ("unstarted", "ended", "lost")
    if status.state == "ended":
        assert outcome is not None
        assert record.count(b"memo job-1.1-1") > 0
        if outcome.exit_code is None:
            assert (outcome.state, outcome.reason) == ("lost", UNREPORTED)
        else:
            assert -127 <= outcome.exit_code <= 255
    if status.state == "unstarted":
        assert spool == b""
    assert signals == []


def test_r6_a_file_of_another_is_no_part_of_a_workspace(tmp_path: Path) -> None:
    (tmp_path / "work").mkdir()
    (tmp_path / "away").symlink_to(tmp_path / "work")
    with pytest.raises(OSError, match="no folder"):
        Workspace(f"{tmp_path}/away")
