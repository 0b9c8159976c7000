import asyncio
from pathlib import Path
from unittest.mock import AsyncMock

import pytest

from octotui.runtime.jobs.resume_record import (
    LONGEST,
    WARNINGS,
    LocatedAttempt,
    ResumeRecord,
    bounded,
    decode,
    encode,
)
from octotui.workers.local.machine import LocalMachines
from octotui.workers.local.supervisors.executor import SupervisorExecutor
from octotui.workers.machine import AttemptKey, FileError
from tests.workers.jobs import work

KEY = AttemptKey("space-1", "job-1.1-1")


def test_a_resume_record_is_one_line_and_comes_back() -> None:
    record = ResumeRecord(
        log=12, warnings=("a\nb",), secrets={"Password": "correct\nhorse"}, sensitive=("x",)
    )
    assert "\n" not in encode(record)
    assert decode(encode(record)) == record
    assert encode(ResumeRecord()) == "{}"


def test_v5_one_of_an_earlier_version_says_what_it_meant_there() -> None:
    """What was masked was not noted then: nothing beside the log tells of it."""
    assert decode('{"log":3}') == ResumeRecord(log=3, notes_spans=False)
    assert decode("{}") == ResumeRecord(log=0, warnings=(), secrets={}, sensitive=(), notes_spans=False)
    assert decode(encode(ResumeRecord(notes_spans=True))) == ResumeRecord(notes_spans=True)


def test_one_that_nobody_understands_is_none() -> None:
    """V5: what cannot be masked must never be shown."""
    assert decode("") is None
    assert decode('{"log": "later"}') is None


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        '{"x":' * 100_000,
        '{"log":-1}',
        '{"log":1e300}',
        f'{{"log":{"9" * 5000}}}',
        '{"log":9223372036854775807}',
        '{"secrets":{"a":"\\ud800"}}',
        '{"secrets":[]}',
        "\udcff",
        "\0",
    ],
)
def test_r6_what_a_script_has_put_there_is_none(text: str) -> None:
    assert decode(text) is None


def test_r6_it_says_no_more_than_is_kept() -> None:
    warnings = tuple(f"{number}{'w' * 5000}" for number in range(500))
    kept = decode(encode(ResumeRecord(warnings=warnings)))
    assert kept is not None
    assert kept.warnings == bounded(warnings) == tuple(each[:LONGEST] for each in warnings[:WARNINGS])


async def test_m6_an_attempt_that_runs_is_stopped_and_cleaned(tmp_path: Path) -> None:
    kind = LocalMachines(SupervisorExecutor(), lambda worker: tmp_path / worker)
    machine = kind.machine("worker1", None)
    await machine.processes.start(KEY, work(tmp_path / "worker1", "echo $$ >&2; exec sleep 60", shell="sh"))
    packages = AsyncMock()
    await LocatedAttempt(machine, KEY, has_packages=True).stop_and_clean(packages)
    assert (await machine.processes.inspect(KEY)).state == "nothing"
    async with asyncio.timeout(10):
        while [*(tmp_path / "worker1" / "work").glob("space-1-*")]:
            await asyncio.sleep(0.005)
    packages.remove.assert_awaited_once_with(machine, KEY)
    await kind.close()


async def test_m6_what_a_script_has_made_impossible_to_remove_is_left(tmp_path: Path) -> None:
    kind = LocalMachines(SupervisorExecutor(), lambda worker: tmp_path / worker)
    machine = kind.machine("worker1", None)
    packages = AsyncMock()
    packages.remove.side_effect = FileError("it is not to be had")
    await asyncio.wait_for(LocatedAttempt(machine, KEY, has_packages=True).stop_and_clean(packages), 30)
    packages.remove.assert_awaited_once()
    await kind.close()
