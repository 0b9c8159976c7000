"""All jobs of a run in the output."""

from pathlib import Path

import pytest

from octotui.store.logs.log_writer import LogWriter
from tests import scenes
from tests.ui.opened import Opened, opened


def prints(it: Opened, folder: Path, **lines: tuple[float, str]) -> None:
    """Have jobs print lines at times; others print nothing."""
    it.session.log_path = lambda run, job: folder / f"{job}.log"  # type: ignore[method-assign]
    for job, (at, line) in lines.items():
        with LogWriter(folder / f"job-{job.removeprefix('job')}.1.log") as log:
            log.append(f"{line}\n".encode(), at)


@pytest.mark.parametrize("keys", [(), ("tab", "tab", "tab")])
async def test_jobs_are_merged_by_time_with_their_names(tmp_path: Path, keys: tuple[str, ...]) -> None:
    """Those of the run that is selected and of the ones that it started; new lines and jobs come along."""
    async with opened(scenes.seed(), tmp_path) as it:
        prints(it, tmp_path, job3=(1.0, "third was first"), job2=(2.0, "second was last"))
        await it.press(*(keys or ("l",)), "M")
        await it.sees("all jobs", "run-3 Create", "third was first", "second was last")
        assert it.text.index("third was first") < it.text.index("second was last")
        with LogWriter(tmp_path / "job-3.1.log") as log:
            log.append(b"later\n", 3.0)
        await it.sees("later")
        await it.press("slash")
        await it.press(*"second", "enter")
        await it.sees("/second 1/1")
        await it.press("escape", "M")
        await it.until(lambda: "all jobs" not in it.text)


async def test_jobs_are_folded_by_step(tmp_path: Path) -> None:
    async with opened(scenes.seed(), tmp_path) as it:
        prints(it, tmp_path, job2=(1.0, "one"), job3=(2.0, "two"))
        await it.press("l", "z")
        await it.sees(
            "by step", "+ run-2 Create the instance: 4 lines", "+ run-3 Create the instance: 1 line"
        )
        await it.press("g", "j", "z")
        await it.sees("- run-3 Create the instance: 1 line", "two")
        assert " one\n" not in it.text
        await it.press("slash")
        await it.press(*"^one", "enter")
        await it.sees("- run-2 Create the instance: 4 lines", "/^one 1/1")
        await it.press("V")
        await it.sees("details are left out of the output of one job alone")
        await it.press("M")
        await it.sees("all jobs ", "two")
        await it.press("M")
        await it.until(lambda: "all jobs" not in it.text)


async def test_another_run_shows_one_job_again(tmp_path: Path) -> None:
    async with opened(scenes.many(), tmp_path) as it:
        await it.press("tab", "tab", "tab", "M")
        await it.sees("all jobs")
        await it.press("tab", "j")
        await it.until(lambda: "all jobs" not in it.text)
