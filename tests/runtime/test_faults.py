"""Faults around the journal: a full disk, a folder that is read-only, a clock that is set back."""

import asyncio
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from octotui.engine.commands import ReportHealth
from octotui.engine.state import State
from octotui.model.space import Model
from octotui.runtime.clocks import Clock, in_virtual_time
from octotui.runtime.jobs.package_acquisition import SimulatedAcquirer
from octotui.runtime.open_space import last_state, open_space
from octotui.store.journal.in_memory import MemoryJournal
from octotui.store.journal.journal import JournalReader
from octotui.store.journal.recovery import check
from octotui.store.journal.verification import verify
from tests.runtime.rig import Hands, Rig
from tests.world import START, model, script

ROOT = Path(__file__).parents[2]
SMALL = model({"a": [script("Run")]})
FILL = """
import asyncio, resource, sys, time
from pathlib import Path
from octotui.engine.commands import ReportHealth
from octotui.runtime.open_space import open_space
from octotui.store.errors import StoreError
from tests.runtime.test_faults import SMALL

async def main():
    async with open_space(SMALL, Path(sys.argv[1]), "ann", time.time) as session:
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), int(sys.argv[2])))
        for number in range(100_000):
            health = "healthy" if number % 2 else "unhealthy"
            events = await session.send(ReportHealth("worker1", health))
            print(events[-1].seq, flush=True)

try:
    asyncio.run(main())
except StoreError as error:
    sys.exit(str(error))
"""
READ_ONLY = """
import asyncio, os, sys, time
from pathlib import Path
from octotui.runtime.open_space import open_space
from octotui.store.errors import StoreError
from tests.runtime.test_faults import SMALL

async def main():
    async with open_space(SMALL, Path(sys.argv[1]), "ann", time.time):
        pass

if os.getuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
try:
    asyncio.run(main())
except StoreError as error:
    sys.exit(str(error))
"""


def run(script: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    call = [sys.executable, "-c", script, *map(str, arguments)]
    return subprocess.run(call, cwd=ROOT, check=False, capture_output=True, text=True)


@pytest.mark.parametrize("limit", [200_000, 500_000])
async def test_r2_what_was_acknowledged_before_a_disk_was_full_is_there_and_it_goes_on(
    tmp_path: Path, limit: int
) -> None:
    ended = run(FILL, tmp_path, limit)
    path = tmp_path / "test" / "journal.sqlite"
    assert ended.returncode == 1
    assert ended.stderr.startswith(f"{path} cannot be ")
    assert ended.stderr.count("\n") == 1
    acknowledged = [int(line) for line in ended.stdout.split()]
    check(path)
    assert verify(path).breaks == ()
    assert verify(path).head.seq >= acknowledged[-1] > 2
    async with open_space(SMALL, tmp_path, "ann", time.time) as session:
        assert session.rescued is None
        health = session.state.health["worker1"]
        await session.send(ReportHealth("worker1", "healthy" if health == "unhealthy" else "unhealthy"))
        here = session.state
    assert last_state(JournalReader(path)) == here


@pytest.fixture
def state() -> Iterator[Path]:
    """A state directory that every account of the machine may look into."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        (Path(folder) / "state").mkdir()
        yield Path(folder) / "state"


def files(folder: Path) -> dict[Path, bytes]:
    return {each: each.read_bytes() for each in folder.rglob("*") if each.is_file()}


@pytest.mark.parametrize("there", [False, True], ids=["new", "of-before"])
async def test_a_state_directory_that_is_read_only_is_a_sentence(state: Path, there: bool) -> None:
    if there:
        async with open_space(SMALL, state, "ann", time.time):
            pass
    everything, before = (state, *state.rglob("*")), files(state)
    for each in everything:
        each.chmod(0o555 if each.is_dir() else 0o444)
    ended = run(READ_ONLY, state)
    for each in everything:
        each.chmod(0o755 if each.is_dir() else 0o644)
    assert ended.returncode == 1
    assert ended.stderr.count("\n") == 1, ended.stderr
    assert "cannot be used: " in ended.stderr
    assert files(state) == before


def limited() -> Model:
    return model({"a": [replace(script("Run"), time_limit=30.0)]})


def test_a_clock_that_is_set_back_by_an_hour_neither_turns_time_back_nor_delays_what_is_due(
    tmp_path: Path,
) -> None:
    """R7, S5: the time limit of a job is over in time."""
    back = 0.0

    async def main(now: Clock) -> None:
        nonlocal back
        hands, journal = Hands(), MemoryJournal()
        rig = Rig(tmp_path, lambda: now() - back, hands, SimulatedAcquirer(), journal, State(), None)
        await rig.session.start(limited())
        await rig.start("a")
        await asyncio.sleep(10)
        back = 3600.0
        await asyncio.sleep(19)
        assert hands.stopped == []
        await asyncio.sleep(2)
        assert hands.stopped == ["job-1.1"]
        await rig.until(lambda: len(rig.state.runs) == 0)
        times = [event.at for event in journal.read()]
        assert times == sorted(times)
        assert times[-1] - times[0] < 60
        await rig.session.close()

    in_virtual_time(main, START)
