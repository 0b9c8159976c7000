import asyncio
import shutil
from pathlib import Path

import pytest

from octotui.engine.terms import Outcome
from octotui.workers.local import LocalExecutor
from tests.workers.jobs import place, refusal, result, run, work


async def test_an_exit_code_decides(local: LocalExecutor, tmp_path: Path) -> None:
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
async def test_each_shell_runs_its_scripts(
    local: LocalExecutor, tmp_path: Path, shell: str, script: str
) -> None:
    outcome, output = await result(local, work(tmp_path, script, shell=shell))
    assert (outcome.state, output) == ("succeeded", b"42\n")


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


async def test_a_job_can_be_stopped_before_it_began(local: LocalExecutor, tmp_path: Path) -> None:
    task = asyncio.create_task(result(local, work(tmp_path, "sleep 60")))
    await asyncio.sleep(0)
    local.stop(place(work(tmp_path, "")), 5)
    assert (await task)[0].state == "cancelled"


async def test_stopping_what_does_not_run_is_nothing(local: LocalExecutor, tmp_path: Path) -> None:
    local.stop(place(work(tmp_path, "", job="job-9.9")), 5)
    assert (await result(local, work(tmp_path, "true")))[0].state == "succeeded"


async def test_many_jobs_run_side_by_side(local: LocalExecutor, tmp_path: Path) -> None:
    jobs = [work(tmp_path, f"echo {number}", job=f"job-{number}") for number in range(24)]
    results = await asyncio.gather(*(result(local, job) for job in jobs))
    assert [output for _, output in results] == [b"%d\n" % number for number in range(24)]


async def test_a_shell_that_is_not_there_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert await refusal(LocalExecutor(), work(tmp_path, "true")) == (
        "bash is not on this machine: install it, or say another shell"
    )
    outcome, output = await result(LocalExecutor(), work(tmp_path, "print(1)", shell="python"))
    assert (outcome.state, output) == ("succeeded", b"1\n")


async def test_a_directory_that_cannot_be_made_is_a_sentence(local: LocalExecutor, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    reason = await refusal(local, work(tmp_path / "file" / "worker1", "true"))
    assert reason.startswith("worker1 has no work directory: Not a directory: ")


async def test_a_value_that_cannot_be_given_is_a_sentence(local: LocalExecutor, tmp_path: Path) -> None:
    reason = await refusal(local, work(tmp_path, "true", environment={"A": "\0"}))
    assert reason == "bash cannot be started on worker1: embedded null byte"
    reason = await refusal(local, work(tmp_path, "true", environment={"A": "x" * (1 << 22)}))
    assert reason.startswith("bash cannot be started on worker1: Argument list too long")


async def test_what_a_script_made_can_be_had_before_its_directory_is_cleaned(tmp_path: Path) -> None:
    """V7: once the script and all it started have ended, however it ended."""
    executor = LocalExecutor()
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
