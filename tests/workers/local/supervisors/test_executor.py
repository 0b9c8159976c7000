import asyncio
import os
import shutil
import signal
from pathlib import Path

import pytest

from octotui.engine.state import Outcome
from octotui.workers.executor import AttemptLocation, AttemptStatus, Executor
from octotui.workers.local.supervisors import process
from octotui.workers.local.supervisors.executor import SupervisorExecutor
from octotui.workers.local.supervisors.workspaces import Workspaces
from tests.workers.conftest import Make
from tests.workers.jobs import ends, place, refusal, result, run, started, work


async def test_an_exit_code_decides(local: Executor, tmp_path: Path) -> None:
    """S7: 0 is success."""
    assert await result(local, work(tmp_path, "true")) == (Outcome(state="succeeded", exit_code=0), b"")
    failed = Outcome(state="failed", exit_code=3, reason="exit code 3")
    assert await result(local, work(tmp_path, "exit 3")) == (failed, b"")


@pytest.mark.parametrize(
    ("shell", "script"),
    [
        ("bash", "[[ x == x ]] && echo $(( 6 * 7 ))"),
        ("sh", "echo 42"),
        ("python", "print(6 * 7)"),
    ],
)
async def test_each_shell_runs_its_scripts(local: Executor, tmp_path: Path, shell: str, script: str) -> None:
    outcome, output = await result(local, work(tmp_path, script, shell=shell))
    assert (outcome.state, output) == ("succeeded", b"42\n")


async def test_values_are_in_the_environment(local: Executor, tmp_path: Path) -> None:
    environment = {"Greeting": "hallo wörld\n'\"$x", "HOME": "/elsewhere"}
    script = 'printf %s "$Greeting|$HOME|"; [ -n "$PATH" ] && cat'
    _, output = await result(local, work(tmp_path, script, environment=environment))
    assert output.decode() == "hallo wörld\n'\"$x|/elsewhere|"


async def test_nothing_of_a_script_is_on_a_command_line(local: Executor, tmp_path: Path) -> None:
    """V5, M3: a command line is for everybody to read."""
    script = "s3cret=1; tr '\\0' ' ' < /proc/$$/cmdline"
    _, output = await result(local, work(tmp_path, script, environment={"TOKEN": "s3cret"}))
    assert b"s3cret" not in output


async def test_a_job_can_be_stopped_before_it_began(local: Executor, tmp_path: Path) -> None:
    task = asyncio.create_task(result(local, work(tmp_path, "sleep 60")))
    await asyncio.sleep(0)
    local.stop(place(work(tmp_path, "")), 5)
    assert (await task)[0].state == "cancelled"


async def test_stopping_what_does_not_run_is_nothing(local: Executor, tmp_path: Path) -> None:
    local.stop(place(work(tmp_path, "", job="job-9.9")), 5)
    assert (await result(local, work(tmp_path, "true")))[0].state == "succeeded"


async def test_many_jobs_run_side_by_side(local: Executor, tmp_path: Path) -> None:
    jobs = [work(tmp_path, f"echo {number}", job=f"job-{number}") for number in range(24)]
    results = await asyncio.gather(*(result(local, job) for job in jobs))
    assert [output for _, output in results] == [b"%d\n" % number for number in range(24)]


async def test_a_shell_that_is_not_there_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make: Make
) -> None:
    monkeypatch.setattr(shutil, "which", lambda name, path: None)
    assert await refusal(make(), work(tmp_path, "true")) == (
        "bash is not on this machine: install it, or say another shell"
    )
    outcome, output = await result(make(), work(tmp_path, "print(1)", shell="python"))
    assert (outcome.state, output) == ("succeeded", b"1\n")


async def test_a_directory_that_cannot_be_made_is_a_sentence(local: Executor, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    reason = await refusal(local, work(tmp_path / "file" / "worker1", "true"))
    assert reason.startswith("worker1 has no work directory: Not a directory: ")


async def test_a_value_that_cannot_be_given_is_a_sentence(local: Executor, tmp_path: Path) -> None:
    reason = await refusal(local, work(tmp_path, "true", environment={"A": "\0"}))
    assert reason == "bash cannot be started on worker1: embedded null byte"
    reason = await refusal(local, work(tmp_path, "true", environment={"A": "x" * (1 << 22)}))
    assert reason.startswith("bash cannot be started on worker1: Argument list too long")


async def test_what_a_script_made_can_be_had_before_its_directory_is_cleaned(
    tmp_path: Path, make: Make
) -> None:
    """V7: once the script and all it started have ended, however it ended."""
    executor = make()
    found: list[str] = []
    made: list[Path] = []

    async def leave(directory: str) -> None:
        await asyncio.sleep(0)
        made.append(Path(directory, "made"))
        found.append(made[-1].read_text())

    for code in (0, 3):
        await run(executor, work(tmp_path, f"echo {code} >made; exit {code}"), lambda chunk: None, leave)
    assert found == ["0\n", "3\n"]
    async with asyncio.timeout(10):
        while any(each.exists() for each in made):
            await asyncio.sleep(0.005)
    await executor.close()


async def let_go(make: Make, tmp_path: Path, script: str, ready: Path) -> None:
    """Begin a job, and leave it to itself once it is so far."""
    first = make()
    given = work(tmp_path, script)
    await first.start(place(given), given, "our memo")
    following = asyncio.create_task(first.follow(place(given), lambda chunk: None))
    await started(ready)
    following.cancel()
    await asyncio.gather(following, return_exceptions=True)
    await first.close()


async def test_r4_a_later_process_follows_what_an_earlier_one_has_begun(
    local: Executor, tmp_path: Path, make: Make
) -> None:
    """From the beginning of its output, and to its exit code."""
    here, go = tmp_path / "here", tmp_path / "go"
    waits = f"until [ -e {go} ]; do sleep 0.01; done"
    await let_go(make, tmp_path, f"echo one; touch {here}; {waits}; echo two; exit 3", here)
    where = place(work(tmp_path, ""))
    assert await local.inspect(where) == AttemptStatus("running", "our memo")
    await local.remove_orphans(str(tmp_path), "space-1", {where.name})
    chunks: list[bytes] = []
    following = asyncio.create_task(local.follow(where, chunks.append))
    await asyncio.sleep(0.05)
    go.touch()
    outcome = await following
    assert (outcome.state, outcome.exit_code, b"".join(chunks)) == ("failed", 3, b"one\ntwo\n")
    local.clean(where)


async def test_r4_what_has_ended_meanwhile_says_how(local: Executor, tmp_path: Path, make: Make) -> None:
    here = tmp_path / "here"
    await let_go(make, tmp_path, f"echo one; touch {here}; kill -9 $$", here)
    where = place(work(tmp_path, ""))
    async with asyncio.timeout(10):
        while (await make().inspect(where)).state != "ended":
            await asyncio.sleep(0.005)
    await local.inspect(where)
    outcome, chunks = await local.follow(where, lambda chunk: None), list[bytes]()
    assert (outcome.state, outcome.reason, chunks) == ("failed", "killed by SIGKILL", [])


async def test_r4_a_later_process_ends_all_of_it(local: Executor, tmp_path: Path, make: Make) -> None:
    """S5: TERM, its grace, KILL, by the number that was written down."""
    here = tmp_path / "here"
    await let_go(
        make, tmp_path, f"trap '' TERM; echo $$; touch {here}; sleep 60 & echo $!; wait; sleep 60", here
    )
    where = place(work(tmp_path, ""))
    chunks: list[bytes] = []
    await local.inspect(where)
    following = asyncio.create_task(local.follow(where, chunks.append))
    await asyncio.sleep(0.05)
    local.stop(where, 0.1)
    assert (await following).state == "cancelled"
    for pid in b"".join(chunks).split():
        await ends(int(pid))


async def test_r4_what_was_killed_is_lost_and_what_never_began_is_unstarted(tmp_path: Path) -> None:
    here = tmp_path / "here"
    await let_go(SupervisorExecutor, tmp_path, f"echo $PPID >{here}~; mv {here}~ {here}; sleep 60", here)
    where = place(work(tmp_path, ""))
    os.killpg(os.getpgid(int(here.read_text())), signal.SIGKILL)
    async with asyncio.timeout(10):
        while (await SupervisorExecutor().inspect(where)).state == "running":
            await asyncio.sleep(0.005)
    executor = SupervisorExecutor()
    assert await executor.inspect(where) == AttemptStatus("ended", "our memo")
    outcome = await executor.follow(where, lambda chunk: None)
    assert outcome == Outcome(state="lost", reason=process.UNREPORTED)
    assert (
        await SupervisorExecutor().inspect(AttemptLocation(str(tmp_path), "space-1", "job-1.1-2"))
    ).state == "nothing"
    Workspaces().take(AttemptLocation(str(tmp_path), "space-1", "job-2.1-1")).fill("job-2.1-1", "true", "{}")
    assert await SupervisorExecutor().inspect(
        AttemptLocation(str(tmp_path), "space-1", "job-2.1-1")
    ) == AttemptStatus("unstarted", "{}")
    executor = SupervisorExecutor()
    await executor.remove_orphans(str(tmp_path), "space-1", set())
    assert list((tmp_path / "work").iterdir()) == []


async def test_r4_following_notices_that_all_was_killed(
    supervised: SupervisorExecutor, tmp_path: Path
) -> None:
    here = tmp_path / "here"
    await let_go(SupervisorExecutor, tmp_path, f"echo $PPID >{here}~; mv {here}~ {here}; sleep 60", here)
    where = place(work(tmp_path, ""))
    await supervised.inspect(where)
    following = asyncio.create_task(supervised.follow(where, lambda chunk: None))
    await asyncio.sleep(0.05)
    os.killpg(os.getpgid(int(here.read_text())), signal.SIGKILL)
    assert (await following).state == "lost"


@pytest.mark.parametrize("sh", [("dash",), ("bash", "--posix"), ("busybox", "sh"), ("ksh",)])
async def test_any_sh_is_a_supervisor(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sh: tuple[str, ...]
) -> None:
    """R4: it needs nothing but sh."""
    program = shutil.which(sh[0])
    if program is None:
        pytest.skip(f"{sh[0]} is not here")
    shell = tmp_path / "sh"
    shell.write_text(f'#!/bin/sh\nexec {program} {" ".join(sh[1:])} "$@"\n')
    shell.chmod(0o700)
    monkeypatch.setattr(process, "SH", str(shell))
    for script, code, reason in (
        ("echo out; exit 137", 137, "exit code 137"),
        ("echo out; kill -9 $$", -9, "killed by SIGKILL"),
        ("echo out; sleep 60 & exit 3", 3, "exit code 3"),
    ):
        executor = SupervisorExecutor()
        outcome, output = await result(executor, work(tmp_path, script))
        assert (outcome.exit_code, outcome.reason, output) == (code, reason, b"out\n")
        await executor.close()


async def test_a_script_has_default_signals_and_no_input(local: Executor, tmp_path: Path) -> None:
    # Of what the script starts: a shell may itself block signals while it waits.
    script = "grep -E 'Sig(Ign|Blk)' /proc/self/status | tr -d '\\t'; readlink /proc/self/fd/0"
    _, output = await result(local, work(tmp_path, script))
    blocked, ignored, stdin = output.split()
    assert int(blocked.partition(b":")[2], 16) == 0
    assert int(ignored.partition(b":")[2], 16) & 0x7FFFFFFF == 0  # what is beyond is the C library's own
    assert stdin == b"/dev/null"


async def test_r9_no_script_is_put_where_everybody_could_exchange_it(tmp_path: Path, make: Make) -> None:
    """Nor is one begun in a workspace that was used before."""
    executor = make()
    folder = tmp_path / "worker"
    folder.mkdir()
    assert (await result(executor, work(folder, "true")))[0].state == "succeeded"
    folder.chmod(0o777)
    sentence = (
        f"the work directory of worker1 is not safe: everybody can write to {folder}: chmod o-w {folder}"
    )
    assert await refusal(executor, work(folder, "true")) == sentence
    assert await refusal(make(), work(folder, "true")) == sentence
    folder.chmod(0o1777)
    assert (await result(executor, work(folder, "true")))[0].state == "succeeded"
    await executor.close()


async def test_r9_shells_and_helpers_are_looked_for_in_absolute_folders_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make: Make
) -> None:
    for name in ("sh", "bash", "python3", "base64", "tr"):
        (tmp_path / name).write_text("#!/bin/sh\necho hostile\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", f":.:{os.environ['PATH']}:")
    executor = make()
    for shell, script in (
        ("bash", f"cd {tmp_path}; set_octopusvariable A b; echo $PATH"),
        ("sh", "true"),
        ("python", "pass"),
    ):
        outcome, output = await result(executor, work(tmp_path / "worker", script, shell=shell))
        assert (outcome.state, b"hostile" in output) == ("succeeded", False)
        entries = output.decode().splitlines()[-1].split(":") if shell == "bash" else ["/"]
        assert all(entry.startswith("/") for entry in entries)
    await executor.close()
