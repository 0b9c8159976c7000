import asyncio
import os
import signal
import time
import tracemalloc
from pathlib import Path

import pytest

from octotui.workers.executor import Executor
from octotui.workers.local.supervisors.executor import SupervisorExecutor
from octotui.workers.local.supervisors.process import UNREPORTED
from tests.workers.conftest import Make
from tests.workers.jobs import ends, gone, place, result, run, started, work


async def test_a_signal_is_named(local: Executor, tmp_path: Path) -> None:
    outcome, _ = await result(local, work(tmp_path, "kill -9 $$"))
    assert (outcome.state, outcome.reason) == ("failed", "killed by SIGKILL")
    outcome, _ = await result(local, work(tmp_path, "kill -35 $$"))
    assert outcome.reason == "killed by signal 35"


async def test_output_comes_as_it_was_printed(local: Executor, tmp_path: Path) -> None:
    script = r"echo one; echo two >&2; printf '\x00\xff\r'; printf 'no newline'"
    assert (await result(local, work(tmp_path, script)))[1] == b"one\ntwo\n\x00\xff\rno newline"


async def test_much_output_is_complete(local: Executor, tmp_path: Path) -> None:
    _, output = await result(local, work(tmp_path, "seq 100000"))
    assert output == b"".join(b"%d\n" % number for number in range(1, 100_001))
    _, output = await result(local, work(tmp_path, "head -c 5000000 /dev/zero"))
    assert output == bytes(5_000_000)


async def test_chunks_are_of_bounded_size(local: Executor, tmp_path: Path) -> None:
    sizes: list[int] = []
    await run(local, work(tmp_path, "head -c 5000000 /dev/zero"), lambda chunk: sizes.append(len(chunk)))
    assert sum(sizes) == 5_000_000
    assert max(sizes) <= 1 << 20


async def test_output_is_seen_while_the_job_runs(local: Executor, tmp_path: Path) -> None:
    seen = asyncio.Event()
    go = tmp_path / "go"
    script = f"echo first; until [ -e {go} ]; do sleep 0.01; done; echo last"
    chunks: list[bytes] = []

    def output(chunk: bytes) -> None:
        chunks.append(chunk)
        seen.set()

    task = asyncio.create_task(run(local, work(tmp_path, script), output))
    await asyncio.wait_for(seen.wait(), 10)
    assert b"".join(chunks) == b"first\n"
    go.touch()
    await task
    assert b"".join(chunks) == b"first\nlast\n"


async def test_m3_output_that_is_cut_short_is_read_from_its_start(local: Executor, tmp_path: Path) -> None:
    seen = tmp_path / "seen"
    script = (
        f"echo something long; until [ -e {seen} ]; do sleep 0.01; done; : > /dev/stdout; sleep 0.1; echo new"
    )
    chunks: list[bytes] = []

    def output(chunk: bytes) -> None:
        chunks.append(chunk)
        seen.touch()

    await run(local, work(tmp_path, script), output)
    assert chunks == [b"something long\n", b"new\n"]


async def test_what_is_left_running_is_ended(local: Executor, tmp_path: Path) -> None:
    _, output = await result(local, work(tmp_path, "sleep 60 & echo $!"))
    await ends(int(output))


async def test_stopping_ends_the_whole_group_and_lets_it_finish(local: Executor, tmp_path: Path) -> None:
    """S5: TERM, a grace period, then KILL, for the whole tree."""
    ready = tmp_path / "ready"
    script = f"(trap 'sleep 0.1; echo bye; exit' TERM; touch {ready}; while :; do sleep 0.01; done) & wait"
    task = asyncio.create_task(result(local, work(tmp_path, script)))
    await started(ready)
    local.stop(place(work(tmp_path, "")), 5)
    outcome, output = await task
    assert outcome.state == "cancelled"
    assert output.endswith(b"bye\n")


async def test_who_ignores_term_is_killed(local: Executor, tmp_path: Path) -> None:
    ready = tmp_path / "ready"
    script = (
        f"trap '' TERM; sh -c 'trap \"\" TERM; touch {ready}; while :; do sleep 0.01; done' & echo $!; wait"
    )
    task = asyncio.create_task(result(local, work(tmp_path, script)))
    await started(ready)
    begun = time.monotonic()
    local.stop(place(work(tmp_path, "")), 0.2)
    local.stop(place(work(tmp_path, "")), 60)
    outcome, output = await task
    assert outcome.state == "cancelled"
    assert time.monotonic() - begun < 30
    await ends(int(output))


async def test_a_cancelled_task_lets_its_job_go_on(local: Executor, tmp_path: Path) -> None:
    ready = tmp_path / "pid"
    task = asyncio.create_task(
        result(local, work(tmp_path, f"echo $$ > {ready}~; mv {ready}~ {ready}; sleep 60"))
    )
    await started(ready)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not gone(int(ready.read_text()))
    os.kill(int(ready.read_text()), signal.SIGKILL)


async def test_output_that_cannot_be_kept_ends_the_job(local: Executor, tmp_path: Path) -> None:
    def full(chunk: bytes) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        await run(local, work(tmp_path, "echo $$; sleep 60"), full)
    assert (await result(local, work(tmp_path, "echo on")))[1] == b"on\n"


async def test_a_large_spool_is_followed_in_little_memory(tmp_path: Path, make: Make) -> None:
    """R4: also one that a crash has left, from its beginning; what is a hole takes no room on the disk."""
    executor, ready, size = make(), tmp_path / "ready", 1 << 28
    given = work(tmp_path, f"truncate -s {size} spool; echo last; touch {ready}", shell="sh")
    await executor.start(place(given), given)
    await started(ready)
    await executor.close()
    later, seen, most = make(), 0, 0
    assert (await later.inspect(place(given))).state in ("running", "ended")

    def output(chunk: bytes) -> None:
        nonlocal seen, most
        seen, most = seen + len(chunk), max(most, len(chunk))

    tracemalloc.start()
    outcome = await later.follow(place(given), output)
    used = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (outcome.state, seen) == ("succeeded", size + len(b"last\n"))
    assert most <= 1 << 20
    assert used < 8 << 20
    later.clean(place(given))


RUINS = [
    ": > record",
    "rm record spool script",
    'rm -rf "$PWD"',
    'd=$PWD; cd /; rm -rf "$d"; ln -s / "$d"',
    'd=$PWD; cd /; rm -rf "$d"; mkfifo "$d"',
    "rm record; mkfifo record",
    "rm record; mkdir record",
    "rm record; ln -s /dev/zero record",
    "mv record away; echo exit 0 > record",
    "chmod 0 record spool script .",
    "truncate -s 1T record",
    f"echo exit {'9' * 5000} >> record",
    f"echo pid {'9' * 5000} >> record",
    "echo pid 1 >> record; echo pid 0 >> record; echo pid -1 >> record",
    "printf 'no line end' >> record",
    "echo exit 0 >> record",
    "echo memo other {} >> record",
    "head -c 100000 /dev/urandom > record",
]


@pytest.mark.parametrize("ruin", RUINS)
async def test_r6_our_own_job_keeps_its_exit_code_whatever_it_does_to_its_record(
    tmp_path: Path, ruin: str, make: Make
) -> None:
    executor = make()
    for code in (3, 0, 137):
        given = work(tmp_path, f"echo out; {ruin}; exit {code}", job=f"job-{code}")
        outcome, output = await asyncio.wait_for(result(executor, given), 20)
        wanted = ("succeeded", "") if code == 0 else ("failed", f"exit code {code}")
        assert (outcome.state, outcome.reason, outcome.exit_code) == (*wanted, code)
        assert output == b"out\n"
        fine, output = await result(
            executor, work(tmp_path, "ls; printf 'last '; tail -n 1 record", job="job-next")
        )
        listed, _, last = output.partition(b"last ")
        assert (fine.state, listed, last.split()[0] in (b"pid", b"begun")) == (
            "succeeded",
            b"record\nscript\nspool\nvalues\n",
            True,
        )
    await executor.close()
    async with asyncio.timeout(20):
        while any((tmp_path / "work").iterdir()):
            await asyncio.sleep(0.01)


async def test_r6_a_job_that_kills_its_supervisor_has_not_succeeded(
    supervised: SupervisorExecutor, tmp_path: Path
) -> None:
    """R4: the script is followed to its end, whose exit code nothing reports but the script."""
    script = "echo exit 0 >> record; kill -9 $PPID; echo one; sleep 0.3; echo two; echo exit 0 >> record"
    outcome, output = await result(supervised, work(tmp_path, script))
    assert (outcome.state, outcome.reason, output) == ("lost", UNREPORTED, b"one\ntwo\n")


async def test_r6_who_left_the_group_and_prints_for_ever_holds_nobody_up(
    local: Executor, tmp_path: Path
) -> None:
    pid, chatter = tmp_path / "pid", f"echo $$ >{tmp_path}/pid; while :; do echo and on and on; done"
    given = work(tmp_path, f"setsid sh -c '{chatter}' & until [ -s {pid} ]; do sleep 0.01; done; exit 3")
    outcome, _ = await asyncio.wait_for(result(local, given), 20)
    os.kill(int(pid.read_text()), signal.SIGKILL)
    assert outcome.exit_code == 3


async def test_r6_a_spool_that_ends_anywhere_is_read_to_no_end(
    supervised: SupervisorExecutor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = work(tmp_path, "echo one; truncate -s 10T spool; exit 3", shell="sh")
    size = 0

    def output(chunk: bytes) -> None:
        nonlocal size
        size += len(chunk)

    monkeypatch.setattr("octotui.workers.agent.spool.HOLES", 1 << 24)
    outcome = await asyncio.wait_for(run(supervised, given, output), 20)
    assert outcome.exit_code == 3
    assert size < 1 << 25
    assert any("were never written, and are left out" in each for each in outcome.warnings)


async def test_r6_folders_deeper_than_any_path_are_cleaned_away(tmp_path: Path, make: Make) -> None:
    executor = make()
    deep = "import os\nfor _ in range(1500): os.mkdir('d'); os.chdir('d')"
    assert (await result(executor, work(tmp_path, deep, shell="python")))[0].state == "succeeded"
    async with asyncio.timeout(60):
        while [each for each in (tmp_path / "work").iterdir() if each.is_dir()]:
            await asyncio.sleep(0.01)
    await executor.close()
