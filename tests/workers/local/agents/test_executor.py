import asyncio
import os
import re
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from octotui.engine.state import Outcome
from octotui.model.file_trust import FileTrust
from octotui.workers import agent_program
from octotui.workers.agent_client import agents, connection
from octotui.workers.agent_client.attempt import UNKNOWN
from octotui.workers.executor import AttemptStatus
from octotui.workers.local.agents.executor import AgentExecutor
from octotui.workers.local.supervisors.executor import SupervisorExecutor
from octotui.workers.machine import AttemptKey, Unreachable
from octotui.workers.processes import ExecutorProcesses
from tests.workers.agents import end_agents, living
from tests.workers.jobs import ends, gone, place, refusal, result, run, started, work

Make = Callable[[], AgentExecutor]


@pytest.fixture
async def make(tmp_path: Path):  # type: ignore[no-untyped-def]
    made: list[AgentExecutor] = []

    def new() -> AgentExecutor:
        made.append(AgentExecutor(tmp_path / "agent"))
        return made[-1]

    yield new
    for executor in made:
        await executor.close()
    end_agents(tmp_path)


def waiting(tmp_path: Path, before: str = "echo one", after: str = "echo two; exit 3") -> str:
    """A script that says its number, and goes on when it may."""
    ready = f"echo $$ >{tmp_path}/pid~; mv {tmp_path}/pid~ {tmp_path}/pid"
    return f"{before}; {ready}; until [ -e {tmp_path}/go ]; do sleep 0.01; done; {after}"


async def kill_agent(tmp_path: Path) -> None:
    for pid in list(living(tmp_path)):
        os.kill(pid, signal.SIGKILL)
    async with asyncio.timeout(10):
        while list(living(tmp_path)):
            await asyncio.sleep(0.005)


async def test_r4_a_script_whose_agent_is_killed_goes_on_and_is_lost(make: Make, tmp_path: Path) -> None:
    """M2: it is followed to its end, by the session that saw it and by the next; its output is whole."""
    executor, chunks, given = make(), list[bytes](), work(tmp_path, waiting(tmp_path))
    await executor.start(place(given), given, "memo")
    told: list[str] = []
    following = asyncio.create_task(executor.follow(place(given), chunks.append, notice=told.append))
    await started(tmp_path / "pid")
    await kill_agent(tmp_path)
    async with asyncio.timeout(10):
        while not told:
            await asyncio.sleep(0.01)
    await asyncio.sleep(0.1)
    assert not following.done()
    assert told == [agents.ADOPTED]
    assert not gone(int((tmp_path / "pid").read_text()))
    (tmp_path / "go").touch()
    assert await following == Outcome(state="lost", reason=UNKNOWN)
    assert b"".join(chunks) == b"one\ntwo\n"
    executor.clean(place(given))
    outcome, _ = await result(executor, work(tmp_path, "exit 4", job="job-2"))
    assert outcome.exit_code == 4


async def test_r4_agent_and_session_are_killed_and_the_next_one_follows(make: Make, tmp_path: Path) -> None:
    executor, given = make(), work(tmp_path, waiting(tmp_path))
    await executor.start(place(given), given, "memo")
    await started(tmp_path / "pid")
    await executor.close()
    await kill_agent(tmp_path)
    later, chunks = make(), list[bytes]()
    assert await later.inspect(place(given)) == AttemptStatus("running", "memo")
    following = asyncio.create_task(later.follow(place(given), chunks.append))
    await asyncio.sleep(0.1)
    assert not following.done()
    (tmp_path / "go").touch()
    assert (await following).state == "lost"
    assert b"".join(chunks) == b"one\ntwo\n"


async def test_s5_a_script_whose_agent_was_killed_is_stopped_all_the_same(make: Make, tmp_path: Path) -> None:
    executor, given = make(), work(tmp_path, waiting(tmp_path, "setsid sleep 60 & echo $!"))
    chunks: list[bytes] = []
    await executor.start(place(given), given, "memo")
    following = asyncio.create_task(executor.follow(place(given), chunks.append))
    await started(tmp_path / "pid")
    await kill_agent(tmp_path)
    executor.stop(place(given), 0.1)
    assert (await following).state == "cancelled"
    await ends(int((tmp_path / "pid").read_text()))
    await ends(int(b"".join(chunks)))


async def test_r4_what_ended_while_nobody_looked_is_known_also_by_the_next_agent(
    make: Make, tmp_path: Path
) -> None:
    executor, given = make(), work(tmp_path, waiting(tmp_path))
    await executor.start(place(given), given, "memo")
    await started(tmp_path / "pid")
    await executor.close()
    (tmp_path / "go").touch()
    await ends(int((tmp_path / "pid").read_text()))
    await asyncio.sleep(0.2)
    await kill_agent(tmp_path)
    later, chunks = make(), list[bytes]()
    assert await later.inspect(place(given)) == AttemptStatus("ended", "memo")
    assert (await later.follow(place(given), chunks.append)).exit_code == 3
    assert b"".join(chunks) == b"one\ntwo\n"


async def test_m2_start_and_inspect_are_idempotent(make: Make, tmp_path: Path) -> None:
    executor, given = make(), work(tmp_path, waiting(tmp_path, f"echo ran >>{tmp_path}/ran"))
    await executor.start(place(given), given, "memo")
    await started(tmp_path / "pid")
    for each in (executor, make()):
        assert (await each.inspect(place(given))).state == "running"
    await executor.close()
    other = make()
    await other.start(place(given), given, "memo")
    (tmp_path / "go").touch()
    assert (await other.follow(place(given), lambda chunk: None)).exit_code == 3
    assert (tmp_path / "ran").read_text() == "ran\n"


async def test_what_begins_in_one_turn_of_the_loop_has_its_directory_looked_at_once(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And again in the next one; a directory that is not safe is refused each time."""
    folder, looks = tmp_path / "work", list[str]()
    check_again = FileTrust.check_again

    def check(trust: FileTrust, path: str) -> None:
        looks.append(path)
        check_again(trust, path)

    monkeypatch.setattr(FileTrust, "check_again", check)
    executor = make()
    begun = [work(tmp_path, "true", shell="sh", attempt=each) for each in range(1, 5)]
    await executor.start(place(begun[0]), begun[0])  # the agent is there from now on
    looks.clear()
    await asyncio.gather(*(executor.start(place(each), each) for each in begun[1:]))
    assert looks == [str(folder)]
    folder.chmod(0o777)
    for attempt in (5, 6):
        assert "is not safe" in await refusal(executor, work(tmp_path, "true", shell="sh", attempt=attempt))


async def test_r4_jobs_of_a_supervisor_are_taken_up(make: Make, tmp_path: Path) -> None:
    """As an earlier version has started them."""
    first, given = SupervisorExecutor(), work(tmp_path, waiting(tmp_path))
    await first.start(place(given), given, "memo")
    await started(tmp_path / "pid")
    await first.close()
    later, chunks = make(), list[bytes]()
    assert await later.inspect(place(given)) == AttemptStatus("running", "memo")
    await later.remove_orphans(str(tmp_path), "space-1", {place(given).name})
    (tmp_path / "go").touch()
    assert (await later.follow(place(given), chunks.append)).exit_code == 3
    assert b"".join(chunks) == b"one\ntwo\n"
    later.clean(place(given))


async def test_each_job_has_a_supervisor_where_that_is_wanted(make: Make, tmp_path: Path) -> None:
    """R4: what an agent runs is followed also then."""
    executor = make()
    script = "tr '\\0' ' ' </proc/$PPID/cmdline"
    _, output = await result(executor, work(tmp_path, script, supervisor="each"))
    assert b"supervisor.sh" in output
    assert not (tmp_path / "agent").exists()
    _, output = await result(executor, work(tmp_path, script, job="job-2"))
    assert b"-I -S" in output


async def test_an_older_agent_ends_its_jobs_and_takes_no_new_ones(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, given = make(), work(tmp_path, waiting(tmp_path))
    await old.start(place(given), given, "memo")
    await started(tmp_path / "pid")
    await old.close()
    version = agent_program.version()
    monkeypatch.setattr(agent_program, "version", lambda: "newer")
    new = make()
    assert (await new.inspect(place(given))).state == "running"
    assert (await result(new, work(tmp_path, "exit 4", job="job-2")))[0].exit_code == 4
    assert len(list(living(tmp_path))) == 2
    (tmp_path / "go").touch()
    assert (await new.follow(place(given), lambda chunk: None)).exit_code == 3
    new.clean(place(given))
    async with asyncio.timeout(10):
        while len(list(living(tmp_path))) > 1:
            await asyncio.sleep(0.01)
    assert sorted(each.name for each in (tmp_path / "agent").iterdir()) == sorted((version, "newer"))


async def test_a_space_that_was_moved_has_its_jobs(tmp_path: Path) -> None:
    """R2: the agent and its files move with the space, also while a job runs."""
    before, after = tmp_path / "before", tmp_path / "after"
    before.mkdir()
    executor = AgentExecutor(before / "agent")
    given = work(before / "worker", waiting(tmp_path, after="echo two; echo kept >kept"))
    await executor.start(place(given), given, "memo")
    await started(tmp_path / "pid")
    await executor.close()
    before.rename(after)
    later, moved, found = AgentExecutor(after / "agent"), work(after / "worker", ""), list[bool]()
    assert (await later.inspect(place(moved))).state == "running"
    (tmp_path / "go").touch()

    async def leave(directory: str) -> None:
        found.append(directory.startswith(str(after)) and Path(directory, "spool").exists())

    outcome = await later.follow(place(moved), lambda chunk: None, leave)
    assert (outcome.state, found) == ("succeeded", [True])
    later.clean(place(moved))
    await later.close()
    end_agents(tmp_path)
    assert not list((after / "worker" / "work").iterdir())


async def test_m3_no_secret_is_left_when_a_job_has_ended(make: Make, tmp_path: Path) -> None:
    """V5: nor in the agent's memory, as far as its writable memory can be read."""
    executor, secret = make(), "corr3ct-h0rse-" + "battery"
    given = work(tmp_path, 'test -n "$S"', environment={"S": secret}, values={"S": secret})
    found: list[bytes] = []

    async def leave(directory: str) -> None:
        found.extend(each.read_bytes() for each in Path(directory).iterdir())

    assert (await run(executor, given, lambda chunk: None, leave)).state == "succeeded"
    assert not any(secret.encode() in each for each in found)
    for path in (tmp_path / "agent").rglob("*"):
        assert not path.is_file() or secret.encode() not in path.read_bytes()


async def test_r4_without_an_agent_a_job_has_a_supervisor_and_says_so(make: Make, tmp_path: Path) -> None:
    (tmp_path / "agent").touch()
    executor, told = make(), list[str]()
    for number in (1, 2):
        given = work(tmp_path / "worker", "exit 3", job=f"job-{number}")
        await executor.start(place(given), given, "{}")
        assert (await executor.follow(place(given), lambda _: None, notice=told.append)).exit_code == 3
        executor.clean(place(given))
    assert len(told) == 2
    assert told[0].startswith("the agent of this machine cannot be started (Not a directory: ")
    assert told[0].endswith("), so this job runs under a supervisor of its own")


async def test_s5_a_job_that_is_stopped_while_no_agent_can_be_had_is_stopped(
    make: Make, tmp_path: Path
) -> None:
    (tmp_path / "agent").touch()
    executor, given = make(), work(tmp_path / "worker", "sleep 60")
    task = asyncio.create_task(result(executor, given))
    await asyncio.sleep(0)
    executor.stop(place(given), 0.1)
    assert (await task)[0].state == "cancelled"


async def test_r4_an_agent_that_ends_at_once_is_told_apart(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(agent_program, "archive", lambda compiled: b"raise SystemExit(1)")
    executor, told, given = make(), list[str](), work(tmp_path, "exit 3")
    await executor.start(place(given), given, "{}")
    assert (await executor.follow(place(given), lambda _: None, notice=told.append)).exit_code == 3
    assert re.search(r"cannot be started \(it ends at once: .*/problems\)", told[0])
    executor.clean(place(given))


async def test_r4_a_stopped_agent_keeps_nothing_from_starting(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R4: what supervisors run is found without it, also by the next session; the rest is not known."""
    executor = make()
    await result(executor, work(tmp_path, "true", job="job-2"))
    (pid,) = living(tmp_path)
    monkeypatch.setattr(agents, "SILENCE", 0.3)
    monkeypatch.setattr(agents, "LOOKING", 0.3)
    monkeypatch.setattr(connection, "FRESH", 0.0)
    os.kill(pid, signal.SIGSTOP)
    said, told, given = (
        f"the agent (pid {pid}) does not answer",
        list[str](),
        work(tmp_path, waiting(tmp_path)),
    )
    async with asyncio.timeout(20):
        await executor.start(place(given), given, "memo")
        each = work(tmp_path, "exit 5", job="job-3", supervisor="each")
        key = AttemptKey("space-1", "job-3-1")
        await ExecutorProcesses(executor, each.directory).start(key, each, "memo", is_new=True)
        await executor.close()
        later = make()
        assert await later.inspect(place(given)) == AttemptStatus("running", "memo")
        with pytest.raises(TimeoutError, match=re.escape(said)):
            await later.inspect(place(work(tmp_path, "", job="job-4")))
        (tmp_path / "go").touch()
        assert (await later.follow(place(given), lambda _: None, notice=told.append)).exit_code == 3
        last = work(tmp_path, "exit 6", job="job-5")
        await later.start(place(last), last, "memo")
        assert (await later.follow(place(last), lambda _: None, notice=told.append)).exit_code == 6
    assert told == [f"{said}, so this job runs under a supervisor of its own"]
    os.kill(pid, signal.SIGCONT)


async def test_r4_a_job_whose_agent_is_stopped_says_so_and_goes_on_with_it(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(agents, "WATCH", 0.05)
    monkeypatch.setattr(connection, "FRESH", 0.0)
    executor, told, given = make(), list[str](), work(tmp_path, waiting(tmp_path))
    await executor.start(place(given), given, "memo")
    following = asyncio.create_task(executor.follow(place(given), lambda _: None, notice=told.append))
    await started(tmp_path / "pid")
    (pid,) = living(tmp_path)
    monkeypatch.setattr(agents, "SILENCE", 0.2)
    os.kill(pid, signal.SIGSTOP)
    async with asyncio.timeout(20):
        while not told:
            await asyncio.sleep(0.01)
        assert told == [f"the agent (pid {pid}) does not answer; this job waits for it"]
        os.kill(pid, signal.SIGCONT)
        while len(told) < 2:
            await asyncio.sleep(0.01)
        assert told[1:] == [agents.ANSWERS]
        (tmp_path / "go").touch()
        assert (await following).exit_code == 3
    executor.clean(place(given))


async def test_r4_an_agent_whose_socket_was_removed_is_found_again(make: Make, tmp_path: Path) -> None:
    first, given = make(), work(tmp_path, waiting(tmp_path))
    await first.start(place(given), given, "memo")
    await started(tmp_path / "pid")
    await first.close()
    (before,) = living(tmp_path)
    next((tmp_path / "agent").glob("*/socket")).unlink()
    later = make()
    async with asyncio.timeout(8):
        assert await later.inspect(place(given)) == AttemptStatus("running", "memo")
    assert list(living(tmp_path)) == [before]
    (tmp_path / "go").touch()
    assert (await later.follow(place(given), lambda _: None)).exit_code == 3
    later.clean(place(given))


@pytest.mark.parametrize("is_over", [False, True])
async def test_r4_what_a_killed_agent_of_another_version_had_is_taken_up(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_over: bool
) -> None:
    """R4: also while the agent of this version lives already."""
    old, given = make(), work(tmp_path, waiting(tmp_path))
    await old.start(place(given), given, "memo")
    await started(tmp_path / "pid")
    await old.close()
    (before,) = living(tmp_path)
    monkeypatch.setattr(agent_program, "version", lambda: "newer")
    new = make()
    await result(new, work(tmp_path, "true", job="job-2"))
    if is_over:
        (tmp_path / "go").touch()
        await ends(int((tmp_path / "pid").read_text()))
        await asyncio.sleep(0.2)
    os.kill(before, signal.SIGKILL)
    async with asyncio.timeout(10):
        while before in list(living(tmp_path)):
            await asyncio.sleep(0.005)
    assert await new.inspect(place(given)) == AttemptStatus("ended" if is_over else "running", "memo")
    chunks, told = list[bytes](), list[str]()
    following = asyncio.create_task(new.follow(place(given), chunks.append, notice=told.append))
    await asyncio.sleep(0.1)
    (tmp_path / "go").touch()
    outcome = await following
    assert (outcome.state, outcome.exit_code) == (("failed", 3) if is_over else ("lost", None))
    assert b"".join(chunks) == b"one\ntwo\n"
    assert told == ([] if is_over else [agents.ADOPTED])
    new.clean(place(given))


async def test_r4_an_agent_of_another_version_that_is_killed_while_it_is_followed(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, given = make(), work(tmp_path, waiting(tmp_path))
    await old.start(place(given), given, "memo")
    await started(tmp_path / "pid")
    await old.close()
    (before,) = living(tmp_path)
    monkeypatch.setattr(agent_program, "version", lambda: "newer")
    new, chunks, told = make(), list[bytes](), list[str]()
    await result(new, work(tmp_path, "true", job="job-2"))
    assert (await new.inspect(place(given))).state == "running"
    following = asyncio.create_task(new.follow(place(given), chunks.append, notice=told.append))
    await asyncio.sleep(0.1)
    os.kill(before, signal.SIGKILL)
    async with asyncio.timeout(10):
        while not told:
            await asyncio.sleep(0.01)
    assert not following.done()
    (tmp_path / "go").touch()
    assert await following == Outcome(state="lost", reason=UNKNOWN)
    assert b"".join(chunks) == b"one\ntwo\n"
    new.clean(place(given))


async def test_m2_an_agent_that_was_stopped_is_a_sentence_and_begins_nothing_later(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it may have is not inspected as nothing, and is stopped once it goes on."""
    executor, given = make(), work(tmp_path, "sleep 60")
    await result(executor, work(tmp_path, "true", job="job-2"))
    (pid,) = living(tmp_path)
    monkeypatch.setattr(agents, "SILENCE", 0.3)
    monkeypatch.setattr(agents, "LOOKING", 0.3)
    monkeypatch.setattr(connection, "FRESH", 60.0)  # it is stopped as it is asked to begin
    os.kill(pid, signal.SIGSTOP)
    said = f"the agent (pid {pid}) does not answer"
    async with asyncio.timeout(10):
        assert await refusal(executor, given) == f"{said}; should it begin this attempt later, it stops it"
        with pytest.raises(TimeoutError, match=re.escape(said)):
            await executor.inspect(place(given))
        with pytest.raises(Unreachable, match=re.escape(said)):
            await ExecutorProcesses(executor, given.directory).inspect(AttemptKey("space-1", "job-1.1-1"))
    os.kill(pid, signal.SIGCONT)
    monkeypatch.undo()
    async with asyncio.timeout(10):
        while (await executor.inspect(place(given))).state != "ended":
            await asyncio.sleep(0.01)
        assert (await executor.follow(place(given), lambda _: None)).state == "cancelled"


async def test_m2_what_an_agent_that_was_stopped_did_not_begin_no_other_begins(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    executor, given = make(), work(tmp_path, f"touch {tmp_path}/begun")
    await result(executor, work(tmp_path, "true", job="job-2"))
    (pid,) = living(tmp_path)
    monkeypatch.setattr(agents, "SILENCE", 0.3)
    monkeypatch.setattr(connection, "FRESH", 60.0)
    os.kill(pid, signal.SIGSTOP)
    await refusal(executor, given)
    monkeypatch.undo()
    await kill_agent(tmp_path)
    outcome, _ = await result(executor, work(tmp_path, "exit 4", job="job-3"))
    assert outcome.exit_code == 4
    assert (await executor.inspect(place(given))).state == "nothing"
    assert not (tmp_path / "begun").exists()
