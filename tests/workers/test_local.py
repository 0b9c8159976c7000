import asyncio
import os
import shutil
import time
from pathlib import Path

import pytest

from octotui.engine.commands import Outcome
from octotui.workers.local import LocalExecutor
from tests.workers.jobs import result, work


async def started(file: Path) -> None:
    async with asyncio.timeout(10):
        while not file.exists():
            await asyncio.sleep(0.005)


def gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0] in "ZX"
    except FileNotFoundError:
        return True


async def ends(pid: int) -> None:
    async with asyncio.timeout(10):
        while not gone(pid):
            await asyncio.sleep(0.005)


async def test_an_exit_code_decides(local: LocalExecutor, tmp_path: Path) -> None:
    """S7: 0 is success."""
    assert await result(local, work(tmp_path, "true")) == (Outcome(state="succeeded", exit_code=0), b"")
    failed = Outcome(state="failed", exit_code=3, reason="exit code 3")
    assert await result(local, work(tmp_path, "exit 3")) == (failed, b"")


async def test_a_signal_is_named(local: LocalExecutor, tmp_path: Path) -> None:
    outcome, _ = await result(local, work(tmp_path, "kill -9 $$"))
    assert (outcome.state, outcome.reason) == ("failed", "killed by SIGKILL")
    outcome, _ = await result(local, work(tmp_path, "kill -35 $$"))
    assert outcome.reason == "killed by signal 35"


@pytest.mark.parametrize(
    ("shell", "script"),
    [
        ("bash", "[[ x == x ]] && echo $(( 6 * 7 ))"),
        ("sh", "echo 42"),
        ("python", "print(6 * 7)"),
    ],
)
async def test_each_shell_runs_its_scripts(
    local: LocalExecutor, tmp_path: Path, shell: str, script: str
) -> None:
    outcome, output = await result(local, work(tmp_path, script, shell=shell))
    assert (outcome.state, output) == ("succeeded", b"42\n")


async def test_output_comes_as_it_was_printed(local: LocalExecutor, tmp_path: Path) -> None:
    script = r"echo one; echo two >&2; printf '\x00\xff\r'; printf 'no newline'"
    assert (await result(local, work(tmp_path, script)))[1] == b"one\ntwo\n\x00\xff\rno newline"


async def test_much_output_is_complete(local: LocalExecutor, tmp_path: Path) -> None:
    _, output = await result(local, work(tmp_path, "seq 100000"))
    assert output == b"".join(b"%d\n" % number for number in range(1, 100_001))
    _, output = await result(local, work(tmp_path, "head -c 5000000 /dev/zero"))
    assert output == bytes(5_000_000)


async def test_chunks_are_of_bounded_size(local: LocalExecutor, tmp_path: Path) -> None:
    sizes: list[int] = []
    await local.run(work(tmp_path, "head -c 5000000 /dev/zero"), lambda chunk: sizes.append(len(chunk)))
    assert sum(sizes) == 5_000_000
    assert max(sizes) <= 1 << 20


async def test_output_is_seen_while_the_job_runs(local: LocalExecutor, tmp_path: Path) -> None:
    seen = asyncio.Event()
    go = tmp_path / "go"
    script = f"echo first; until [ -e {go} ]; do sleep 0.01; done; echo last"
    chunks: list[bytes] = []

    def output(chunk: bytes) -> None:
        chunks.append(chunk)
        seen.set()

    task = asyncio.create_task(local.run(work(tmp_path, script), output))
    await asyncio.wait_for(seen.wait(), 10)
    assert b"".join(chunks) == b"first\n"
    go.touch()
    await task
    assert b"".join(chunks) == b"first\nlast\n"


async def test_output_that_is_cut_short_is_read_from_its_start(local: LocalExecutor, tmp_path: Path) -> None:
    seen = tmp_path / "seen"
    script = (
        f"echo something long; until [ -e {seen} ]; do sleep 0.01; done; : > /dev/stdout; sleep 0.1; echo new"
    )
    chunks: list[bytes] = []

    def output(chunk: bytes) -> None:
        chunks.append(chunk)
        seen.touch()

    await local.run(work(tmp_path, script), output)
    assert chunks == [b"something long\n", b"new\n"]


async def test_values_are_in_the_environment(local: LocalExecutor, tmp_path: Path) -> None:
    environment = {"Greeting": "hallo wörld\n'\"$x", "HOME": "/elsewhere"}
    script = 'printf %s "$Greeting|$HOME|"; [ -n "$PATH" ] && cat'
    _, output = await result(local, work(tmp_path, script, environment=environment))
    assert output.decode() == "hallo wörld\n'\"$x|/elsewhere|"


async def test_nothing_of_a_script_is_on_a_command_line(local: LocalExecutor, tmp_path: Path) -> None:
    """V5: a command line is for everybody to read."""
    script = "s3cret=1; tr '\\0' ' ' < /proc/$$/cmdline"
    _, output = await result(local, work(tmp_path, script, environment={"TOKEN": "s3cret"}))
    assert b"s3cret" not in output


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


async def test_what_is_left_running_is_ended(local: LocalExecutor, tmp_path: Path) -> None:
    _, output = await result(local, work(tmp_path, "sleep 60 & echo $!"))
    await ends(int(output))


async def test_who_left_the_group_prints_into_no_other_job(local: LocalExecutor, tmp_path: Path) -> None:
    here, go, said = (tmp_path / name for name in ("here", "go", "said"))
    daemon = f"touch {here}; until [ -e {go} ]; do sleep 0.01; done; echo secret; touch {said}"
    script = f"setsid sh -c '{daemon}' & until [ -e {here} ]; do sleep 0.01; done"
    await result(local, work(tmp_path, script))
    go.touch()
    await started(said)
    _, output = await result(local, work(tmp_path, "echo mine"))
    assert output == b"mine\n"


async def test_stopping_ends_the_whole_group_and_lets_it_finish(local: LocalExecutor, tmp_path: Path) -> None:
    """S5: TERM, a grace period, then KILL, for the whole tree."""
    ready = tmp_path / "ready"
    script = f"(trap 'sleep 0.1; echo bye; exit' TERM; touch {ready}; while :; do sleep 0.01; done) & wait"
    task = asyncio.create_task(result(local, work(tmp_path, script)))
    await started(ready)
    local.stop("job-1.1")
    outcome, output = await task
    assert outcome.state == "cancelled"
    assert output.endswith(b"bye\n")


async def test_who_ignores_term_is_killed(local: LocalExecutor, tmp_path: Path) -> None:
    ready = tmp_path / "ready"
    script = (
        f"trap '' TERM; sh -c 'trap \"\" TERM; touch {ready}; while :; do sleep 0.01; done' & echo $!; wait"
    )
    task = asyncio.create_task(result(local, work(tmp_path, script, grace=0.2)))
    await started(ready)
    begun = time.monotonic()
    local.stop("job-1.1")
    local.stop("job-1.1")
    outcome, output = await task
    assert outcome.state == "cancelled"
    assert time.monotonic() - begun < 3
    await ends(int(output))


async def test_a_job_can_be_stopped_before_it_began(local: LocalExecutor, tmp_path: Path) -> None:
    task = asyncio.create_task(result(local, work(tmp_path, "sleep 60")))
    local.stop("job-1.1")
    assert (await task)[0].state == "cancelled"


async def test_stopping_what_does_not_run_is_nothing(local: LocalExecutor, tmp_path: Path) -> None:
    local.stop("job-9.9")
    assert (await result(local, work(tmp_path, "true")))[0].state == "succeeded"


async def test_a_cancelled_task_ends_its_job(local: LocalExecutor, tmp_path: Path) -> None:
    ready = tmp_path / "pid"
    task = asyncio.create_task(
        result(local, work(tmp_path, f"echo $$ > {ready}~; mv {ready}~ {ready}; sleep 60"))
    )
    await started(ready)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await ends(int(ready.read_text()))


async def test_closing_ends_everything(local: LocalExecutor, tmp_path: Path) -> None:
    jobs = [work(tmp_path, "sleep 60", job=f"job-{number}") for number in range(3)]
    tasks = [asyncio.create_task(result(local, job)) for job in jobs]
    await asyncio.sleep(0)
    await local.close()
    assert {outcome.state for outcome, _ in await asyncio.gather(*tasks)} == {"cancelled"}


async def test_many_jobs_run_side_by_side(local: LocalExecutor, tmp_path: Path) -> None:
    jobs = [work(tmp_path, f"echo {number}", job=f"job-{number}") for number in range(24)]
    results = await asyncio.gather(*(result(local, job) for job in jobs))
    assert [output for _, output in results] == [b"%d\n" % number for number in range(24)]


async def test_a_shell_that_is_not_there_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    outcome, _ = await result(LocalExecutor(), work(tmp_path, "true"))
    assert outcome == Outcome(
        state="failed", reason="bash is not on this machine: install it, or say another shell"
    )
    outcome, output = await result(LocalExecutor(), work(tmp_path, "print(1)", shell="python"))
    assert (outcome.state, output) == ("succeeded", b"1\n")


async def test_a_directory_that_cannot_be_made_is_a_sentence(local: LocalExecutor, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    outcome, _ = await result(local, work(tmp_path / "file" / "worker1", "true"))
    assert outcome.state == "failed"
    assert outcome.reason.startswith("worker1 has no work directory: Not a directory: ")


async def test_a_value_that_cannot_be_given_is_a_sentence(local: LocalExecutor, tmp_path: Path) -> None:
    outcome, _ = await result(local, work(tmp_path, "true", environment={"A": "\0"}))
    assert (outcome.state, outcome.reason) == (
        "failed",
        "bash cannot be started on worker1: embedded null byte",
    )
    outcome, _ = await result(local, work(tmp_path, "true", environment={"A": "x" * (1 << 22)}))
    assert outcome.reason.startswith("bash cannot be started on worker1: Argument list too long")


async def test_output_that_cannot_be_kept_ends_the_job(local: LocalExecutor, tmp_path: Path) -> None:
    def full(chunk: bytes) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        await local.run(work(tmp_path, "echo $$; sleep 60"), full)
    assert (await result(local, work(tmp_path, "echo on")))[1] == b"on\n"


async def test_a_workspace_left_by_a_crash_is_left_alone(tmp_path: Path) -> None:
    left = tmp_path / "work" / f"{os.getpid()}-1"
    left.mkdir(parents=True)
    assert (await result(LocalExecutor(), work(tmp_path, "true")))[0].state == "succeeded"
    assert left.exists()
