"""Scripts of octotui's own: their lines, their end, and that nothing of them is left."""

import asyncio
from pathlib import Path

import pytest

from octotui.runtime.jobs.containers.machine_script import LONGEST, own_script, run_script
from octotui.workers.machine import AttemptKey
from tests.runtime.jobs.test_package_acquisition import here
from tests.world import model

KEY = AttemptKey("kraken-1", "image-1")


async def lines_of(folder: Path, text: str) -> tuple[str, list[str]]:
    machine, lines = here(folder), list[str]()
    spec = own_script(model({}), "worker1", machine, text, {"A": "b"})
    outcome = await run_script(machine, KEY, spec, lines.append)
    assert not [*folder.glob("work/*.*.*")]
    return outcome.state, lines


async def test_its_output_arrives_by_lines(tmp_path: Path) -> None:
    text = "printf 'one\\r\\ntwo\\nthree'; get_octopusvariable A; exit 3"
    assert await lines_of(tmp_path, text) == ("failed", ["one", "two", "threeb"])


async def test_a_line_without_end_is_cut(tmp_path: Path) -> None:
    _, lines = await lines_of(tmp_path, f"head -c {3 * LONGEST} /dev/zero | tr '\\0' x")
    assert lines
    assert max(map(len, lines)) == LONGEST


async def test_it_is_stopped_where_it_is_cancelled(tmp_path: Path) -> None:
    machine, lines = here(tmp_path), list[str]()
    spec = own_script(model({}), "worker1", machine, "echo begun; sleep 100", {})
    running = asyncio.ensure_future(run_script(machine, KEY, spec, lines.append))
    async with asyncio.timeout(30):
        while not lines:
            await asyncio.sleep(0.01)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
    assert not [*tmp_path.glob("work/*.*.*")]
