"""Opening a space: where it was left, from a snapshot or from all events, after an end or a crash."""

import asyncio
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import get_args

import pytest
from msgspec.structs import replace

from octotui.engine.commands import AnswerInterruption, CheckHealth, ReportHealth, StartRun, TakeInterruption
from octotui.engine.evolve.evolve import DOES_NOT_FIT, evolve
from octotui.engine.state import State
from octotui.model.machines.health_policy import MachinePolicy
from octotui.model.process import Runbook, Script
from octotui.model.space import Engine, Model, Supervisor
from octotui.runtime import open_space as opening
from octotui.runtime.open_space import last_state, open_space, state_on_disk
from octotui.runtime.session import Session
from octotui.store.errors import Damaged, StoreError
from octotui.store.journal.hash_chain import link
from octotui.store.journal.journal import Journal, JournalReader
from octotui.store.logs.log_reader import LogReader
from octotui.store.space_folder import space_folder
from octotui.workers.agent.processes import alive
from octotui.workers.processes import ExecutorProcesses
from tests.runtime.jobs.test_package_acquisition import ended
from tests.runtime.served import until
from tests.world import engine, manual, model, script

ROOT = Path(__file__).parents[2]
ASKING = model({"a": [script("Run"), manual("Ask"), script("Then")]})


async def start(session: Session, process: str = "a") -> str:
    events = await session.send(StartRun(process=process, requester="ann"))
    return str(events[0].run)  # type: ignore[union-attr]


async def paused(session: Session) -> None:
    async for state in session.states():
        if any(run.state == "paused" for _, run in state.runs.items()):
            return


def folded(folder: Path) -> State:
    """The State that all events of a space lead to."""
    state = State()
    for event in JournalReader(folder / "test" / "journal.sqlite").read():
        state = evolve(state, event)
    return state


async def test_r5_a_snapshot_and_what_came_after_is_the_same_as_all_events(tmp_path: Path) -> None:
    async with open_space(ASKING, tmp_path, "ann", time.time) as session:
        await start(session)
        await paused(session)
        left = session.state
    journal = Journal(tmp_path / "test" / "journal.sqlite")
    kept = journal.snapshot()
    assert kept is not None
    assert kept[0] == left.seq
    assert last_state(journal) == left == folded(tmp_path) == state_on_disk(space_folder("test", tmp_path))
    journal.close()
    async with open_space(ASKING, tmp_path, "ann", time.time) as session:
        assert session.state == left
        await session.send(ReportHealth("worker2", "unhealthy"))
        await session.send(TakeInterruption(interruption="question-1", user="ann"))
        await session.send(AnswerInterruption(interruption="question-1", user="ann", answer="proceed"))
        await ended(session)
        assert session.state == folded(tmp_path)
        family = await session.family("run-1")
    assert family.runs["run-1"].state == "succeeded"
    assert [pick.worker for pick in family.runs["run-1"].selection.picks] == ["worker1", "worker3"]


async def test_a_snapshot_that_cannot_be_read_is_passed_over(tmp_path: Path) -> None:
    async with open_space(ASKING, tmp_path, "ann", time.time) as session:
        await start(session)
        await paused(session)
        left = session.state
    path = tmp_path / "test" / "journal.sqlite"
    for body in (b'{"version": 99, "state": {}}', b"{", b"\xff"):
        database = sqlite3.connect(path)
        with database:
            database.execute("UPDATE snapshot SET seq = 1, body = ?", (body,))
        database.close()
        assert last_state(JournalReader(path)) == left


async def test_events_that_do_not_fit_are_told(tmp_path: Path) -> None:
    async with open_space(ASKING, tmp_path, "ann", time.time) as session:
        await start(session)
        await paused(session)
    database = sqlite3.connect(tmp_path / "test" / "journal.sqlite")
    with database:
        database.execute("DELETE FROM snapshot")
        database.execute("DELETE FROM events WHERE seq = 2")
    database.close()
    with pytest.raises(StoreError, match="event 3 does not fit what came before it"):
        state_on_disk(space_folder("test", tmp_path))
    async with open_space(ASKING, tmp_path, "ann", time.time) as session:
        assert session.rescued is not None
        assert "events 2 to " in session.rescued.message
        assert len(session.state.runs) == 0


@pytest.mark.parametrize("misfit", DOES_NOT_FIT)
async def test_r4_whatever_an_event_that_does_not_fit_raises_the_journal_is_damaged(
    tmp_path: Path, misfit: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    def folded(state: State, event: object) -> State:
        raise misfit

    async with open_space(ASKING, tmp_path, "ann", time.time):
        pass
    (database := sqlite3.connect(tmp_path / "test" / "journal.sqlite")).execute("DELETE FROM snapshot")
    database.commit()
    database.close()
    monkeypatch.setattr(opening, "evolve", folded)
    with pytest.raises(Damaged, match="event 1 does not fit what came before it"):
        state_on_disk(space_folder("test", tmp_path))


async def test_an_event_that_only_a_newer_octotui_knows_is_refused_and_stays(tmp_path: Path) -> None:
    """Going on without it would cut the journal there."""
    async with open_space(ASKING, tmp_path, "ann", time.time):
        pass
    path = tmp_path / "test" / "journal.sqlite"
    database = sqlite3.connect(path)
    with database:
        seq, digest = database.execute("SELECT seq, hash FROM events ORDER BY seq DESC LIMIT 1").fetchone()
        body = f'{{"type":"RunDreamt","run":"run-1","seq":{seq + 1},"at":1.5}}'.encode()
        row = (seq + 1, None, body, link(digest, body))
        database.execute("INSERT INTO events VALUES (?, ?, ?, ?)", row)
    database.close()
    with pytest.raises(StoreError, match="newer octotui"):
        await open_space(ASKING, tmp_path, "ann", time.time).__aenter__()
    assert sum(1 for _ in path.parent.glob("*.sqlite")) == 1


async def test_r4_what_was_open_at_the_damage_is_ended_and_never_run_again(tmp_path: Path) -> None:
    """Nobody knows what became of it in the events that are missing."""
    waits = model({"a": [manual("Ask"), script("Then")], "b": [script("Run")]}, engine=Engine(task_cap=1))
    async with open_space(waits, tmp_path, "ann", time.time) as session:
        await start(session, "a")
        await paused(session)
        await start(session, "b")
        await start(session, "b")
        async for state in session.states():
            if len(state.runs) == 1:
                break
    runs: dict[str, int] = {}
    for event in JournalReader(tmp_path / "test" / "journal.sqlite").read():
        runs.setdefault(getattr(event, "run", ""), event.seq)
    until = runs["run-3"]
    database = sqlite3.connect(tmp_path / "test" / "journal.sqlite")
    with database:
        database.execute("UPDATE events SET body = 'x' WHERE seq = ?", (until + 1,))
    database.close()
    told: list[str] = []

    def tell(events: tuple[object, ...], before: State, after: State) -> None:
        told.extend(type(each).__name__ for each in events)

    async with open_space(waits, tmp_path, "ann", time.time, tell) as session:
        assert session.rescued is not None
        assert session.rescued.missing
        await asyncio.sleep(0.05)
        assert len(session.state.runs) == 0
        assert [each.state for each in session.recent()] == ["cancelled", "cancelled", "cancelled"]
        assert "the journal was damaged" in session.recent()[0].reason
    assert "JobStarted" not in told


async def test_the_model_is_loaded_once_and_again_when_it_has_changed(tmp_path: Path) -> None:
    told: list[str] = []

    def tell(events: object, before: State, after: State) -> None:
        told.extend(type(event).__name__ for event in events)  # type: ignore[attr-defined]

    changed = replace(ASKING, engine=Engine(task_cap=7))
    for declared, wanted in ((ASKING, ["ModelLoaded"]), (ASKING, []), (changed, ["ModelLoaded"])):
        told.clear()
        async with open_space(declared, tmp_path, "ann", time.time, tell) as session:
            assert told == wanted
            assert session.state.model == declared


async def test_a_space_is_for_one_octotui_at_a_time(tmp_path: Path) -> None:
    async with open_space(ASKING, tmp_path, "ann", time.time):
        with pytest.raises(StoreError, match="is in use by another octotui"):
            await open_space(ASKING, tmp_path, "ann", time.time).__aenter__()
    async with open_space(ASKING, tmp_path, "ann", time.time):
        pass


def test_where_there_is_nothing_the_state_is_empty(tmp_path: Path) -> None:
    assert state_on_disk(space_folder("test", tmp_path / "none")) == State()
    assert not (tmp_path / "none").exists()
    assert space_folder("test", None).path.name == "test"


CRASH = """
import asyncio, sys, time
from pathlib import Path
from typing import get_args
from octotui.engine.commands import StartRun
from octotui.runtime.open_space import open_space
from tests.runtime.test_open_space import CRASHING

async def main():
    async with open_space(CRASHING, Path(sys.argv[1]), "ann", time.time) as session:
        for process in ("ask", "hang", "count"):
            await session.send(StartRun(process=process, requester="ann"))
        log = session.log_path("run-2", "job-2.1")
        while not (log.exists() and session.state.runs["run-1"].state == "paused"):
            await asyncio.sleep(0.01)
        print("now", flush=True)
        await asyncio.sleep(60)

asyncio.run(main())
"""


def shell(name: str, body: str, **more: object) -> object:
    return replace(script(name, **more), action=Script(body=body))


HANG = "echo begun; echo $$; until [ -e ../../../../../go ]; do sleep 0.01; done; echo went"


def crashing() -> Model:
    runbooks = {
        "ask": Runbook(name="Ask", steps=(manual("Ask"),)),
        "hang": Runbook(
            name="Hang",
            concurrency="one",
            steps=(
                shell("Hang", HANG),  # type: ignore[arg-type]
                script("After"),
            ),
        ),
        "count": Runbook(
            name="Count",
            concurrency="one",
            steps=(shell("Count", 'echo counted >> "$Octopus_Worker_Name.txt"; cat *.txt'),),  # type: ignore[arg-type]
        ),
    }
    return model(runbooks)  # type: ignore[arg-type]


CRASHING = crashing()


def crashing_by(supervisor: Supervisor) -> Model:
    return replace(CRASHING, engine=replace(CRASHING.engine, supervisor=supervisor))


async def test_r4_after_a_crash_what_ran_is_taken_up_and_what_waited_goes_on(tmp_path: Path) -> None:
    call = [sys.executable, "-c", CRASH, str(tmp_path)]
    with subprocess.Popen(call, cwd=ROOT, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "now\n"
        child.kill()
    before = state_on_disk(space_folder("test", tmp_path))
    assert {name: run.state for name, run in before.runs.items()} == {
        "run-1": "paused",
        "run-2": "executing",
        "run-3": "queued",
    }
    (tmp_path / "go").touch()  # it goes on without us
    log = space_folder("test", tmp_path).log("run-2", "job-2.1")
    async with open_space(CRASHING, tmp_path, "ann", time.time) as session:
        async for state in session.states():
            if set(dict(state.runs.items())) == {"run-1"}:
                break
        assert session.state.runs["run-1"].state == "paused"
        hung, counted = await session.family("run-2"), await session.family("run-3")
    assert (hung.jobs["job-2.1"].state, hung.jobs["job-2.1"].exit_code) == ("succeeded", 0)
    assert hung.jobs["job-2.1"].attempt == 1
    assert hung.runs["run-2"].state == counted.runs["run-3"].state == "succeeded"
    assert folded(tmp_path) == state_on_disk(space_folder("test", tmp_path))
    with LogReader(log) as reader:
        begun, _, went = reader.lines(0, 9)
    assert (begun, went) == ("begun", "went")
    kinds = [json.loads(body)["type"] for body in bodies(tmp_path)]
    assert kinds.count("JobStarted") == 3


def bodies(folder: Path) -> list[bytes]:
    database = sqlite3.connect(folder / "test" / "journal.sqlite")
    found = [body for (body,) in database.execute("SELECT body FROM events ORDER BY seq")]
    database.close()
    return found


async def left_and_killed(tmp_path: Path, declared: Model) -> Path:
    """Leave a job that goes on, and kill all of it meanwhile; return its log."""
    async with open_space(declared, tmp_path, "ann", time.time) as session:
        await start(session, "hang")
        log = session.log_path("run-1", "job-1.1")
        while not (log.exists() and log.read_text().count("\n") == 2):
            await asyncio.sleep(0.01)
        group = int(log.read_text().split()[1])
        before = time.monotonic()
    assert time.monotonic() - before < 20
    async with open_space(declared, tmp_path, "ann", time.time) as session:
        assert session.state.jobs["job-1.1"].state == "running"
    os.killpg(os.getpgid(group), signal.SIGKILL)
    return log


async def test_r4_an_agent_knows_how_a_job_has_ended_that_is_killed_while_octotui_is_away(
    tmp_path: Path,
) -> None:
    log = await left_and_killed(tmp_path, CRASHING)
    async with open_space(CRASHING, tmp_path, "ann", time.time) as session:
        await ended(session)
        job = (await session.family("run-1")).jobs["job-1.1"]
    assert (job.state, job.exit_code, job.reason) == ("failed", -signal.SIGKILL, "killed by SIGKILL")
    assert log.read_text().startswith("begun\n")


async def test_r4_a_job_that_is_killed_with_its_supervisor_while_octotui_is_away_is_lost(
    tmp_path: Path,
) -> None:
    declared = crashing_by("each")
    log = await left_and_killed(tmp_path, declared)
    async with open_space(declared, tmp_path, "ann", time.time) as session:
        await until(
            lambda: session.state.jobs["job-1.1"].state == "asking"
        )  # the kernel kills in its own time
        (question,) = session.state.interruptions.values()
        assert "its exit code is unknown" in question.instructions
        await session.send(TakeInterruption(interruption=question.id, user="ann"))
        await session.send(AnswerInterruption(interruption=question.id, user="ann", answer="fail"))
        await ended(session)
        assert (await session.family("run-1")).jobs["job-1.1"].state == "lost"
    assert log.read_text().startswith("begun\n")


def spoil(workspace: Path, how: str) -> None:
    """Do to a workspace what a job could do."""
    record = workspace / "record"
    if how == "gone":
        shutil.rmtree(workspace)
    elif how == "pipe":
        record.unlink()
        os.mkfifo(record)
    elif how == "endless":
        record.unlink()
        record.symlink_to("/dev/zero")
    elif how == "closed":
        workspace.chmod(0)
    elif how == "deep":
        memo = record.read_bytes().split(b"\n", 1)[0].split(b" ")[:2]
        record.write_bytes(b" ".join([*memo, b'{"x":' + b"[" * 100_000]) + b"\npid 12\nexit 0\n")
    else:
        with record.open("ab") as file:
            file.write(how.encode())


def is_readable(how: str) -> bool:
    """Whether what octotui has noted can still be read, without which no output can be masked."""
    return how.startswith(("exit", "pid", "\0")) or (how == "closed" and os.geteuid() == 0)


@pytest.mark.parametrize(
    "how",
    [
        *("gone", "pipe", "endless", "closed", "deep", f"exit {'9' * 5000}\n", f"pid {'9' * 5000}\n"),
        *(
            "exit 256\n",
            "pid 0\n",
            "pid -1\n",
            "memo job-9.9-9 {}\n",
            "exit 0\nexit 0\n",
            "\0" * 100_000 + "\n",
        ),
    ],
)
@pytest.mark.parametrize("kind", get_args(Supervisor))
async def test_r6_no_record_keeps_a_space_from_being_opened(
    tmp_path: Path, how: str, kind: Supervisor
) -> None:
    """M2: its job is lost, says why, and asks; another goes on. What an agent knows is known all the same."""
    declared = crashing_by(kind)
    async with open_space(declared, tmp_path, "ann", time.time) as session:
        await start(session, "hang")
        log = session.log_path("run-1", "job-1.1")
        while not (log.exists() and log.read_text().count("\n") == 2):
            await asyncio.sleep(0.01)
        group = os.getpgid(int(log.read_text().split()[1]))
    os.killpg(group, signal.SIGKILL)
    await until(lambda: not alive(group))
    (workspace,) = (each for each in tmp_path.glob("test/workers/*/work/*") if each.is_dir())
    spoil(workspace, how)
    async with open_space(declared, tmp_path, "ann", time.time) as session:
        if kind == "agent" and is_readable(how):
            await ended(session)
            assert (await session.family("run-1")).jobs["job-1.1"].exit_code == -signal.SIGKILL
            return
        await until(lambda: session.state.jobs["job-1.1"].state == "asking")
        (question,) = session.state.interruptions.values()
        assert question.instructions
        assert "9" * 100 not in question.instructions
        await session.send(TakeInterruption(interruption=question.id, user="ann"))
        await session.send(AnswerInterruption(interruption=question.id, user="ann", answer="fail"))
        await ended(session)
        assert (await session.family("run-1")).jobs["job-1.1"].state == "lost"


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("agent", "was emptied or replaced, so it cannot be followed; it still runs in"),
        ("each", "cannot be read (No such file or directory"),
    ],
)
async def test_r6_a_running_job_that_removed_its_workspace_is_not_run_twice(
    tmp_path: Path, kind: Supervisor, reason: str
) -> None:
    """M2: it says so itself that it has begun, once only."""
    body = f'echo once >>{tmp_path}/told; cd /; rm -rf "$OLDPWD"; while :; do sleep 0.1; done'
    work = tmp_path / "test" / "workers"
    declared = model({"a": [shell("Vanish", body)]}, **engine(supervisor=kind))  # type: ignore[list-item]
    async with open_space(declared, tmp_path, "ann", time.time) as session:
        await start(session)
        await until(lambda: (tmp_path / "told").exists() and not any(map(Path.is_dir, work.glob("*/work/*"))))
    async with open_space(declared, tmp_path, "ann", time.time) as session:
        await until(lambda: session.state.jobs["job-1.1"].state == "asking")
        assert (tmp_path / "told").read_text() == "once\n"
        (question,) = session.state.interruptions.values()
        assert reason in question.instructions
    for stat in Path("/proc").glob("[0-9]*/cwd"):
        with suppress(OSError):
            if os.fsencode(tmp_path) in (stat.parent / "cmdline").read_bytes():
                os.kill(int(stat.parent.name), signal.SIGKILL)


@pytest.mark.parametrize("supervisor", get_args(Supervisor))
async def test_m5_what_a_crash_has_left_of_a_check_is_removed(
    tmp_path: Path, supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """M5, R4: with what it has left of jobs, of which the space has the name."""
    mark = tmp_path / "pid"
    body = f"echo $$ >{mark}~; mv {mark}~ {mark}; exec sleep 60"
    policy = MachinePolicy(name="Own", check="script", script=Script(body=body), every=None)
    declared = replace(crashing_by(supervisor), machine_policies={"default": policy})

    async def nothing(*of: object) -> None:
        """Do nothing, as one that was killed."""

    with monkeypatch.context() as killed:
        killed.setattr(ExecutorProcesses, "stop", nothing)
        killed.setattr(ExecutorProcesses, "clean", nothing)
        async with open_space(declared, tmp_path, "ann", time.time) as session:
            await session.send(CheckHealth(machines=("worker1",)))
            await until(mark.exists)
    workspaces = "test/workers/worker1/work/*-*.*"
    assert list(tmp_path.glob(workspaces))
    async with open_space(CRASHING, tmp_path, "ann", time.time):
        pass
    assert not list(tmp_path.glob(workspaces))
    with suppress(ProcessLookupError):
        os.kill(int(mark.read_text()), signal.SIGKILL)
