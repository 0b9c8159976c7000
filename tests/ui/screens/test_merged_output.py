"""All jobs of a run in the output."""

import asyncio
from pathlib import Path

import pytest

from octotui.store.errors import StoreError
from octotui.store.logs.log_writer import LogWriter
from octotui.ui.panels.output_panel import OutputPanel
from octotui.ui.screens.merged_output import MergedOutputScreen
from tests import scenes
from tests.exported import write_log
from tests.ui.opened import Opened, opened
from tests.ui.replayed import replayed
from tests.world import START


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


async def test_what_is_on_its_way_does_not_undo_a_key(tmp_path: Path) -> None:
    """All jobs are read again as one begins, and meanwhile the one job is asked for again."""
    async with opened(scenes.seed(), tmp_path) as it:
        prints(it, tmp_path, job2=(1.0, "one"))
        await it.press("l", "M")
        await it.sees("all jobs")
        asked, found = asyncio.Event(), asyncio.Event()

        async def late(run: str, job: str) -> Path:
            asked.set()
            await found.wait()
            return tmp_path / f"{job}.log"

        it.session.whole_log = late  # type: ignore[method-assign]
        it.session.later(200)
        await it.until(asked.is_set)
        await it.press("M")
        found.set()
        await it.until(lambda: "all jobs" not in it.text)
        await it.pilot.pause()
        await it.pilot.pause()
        assert it.app.screen.query_one(OutputPanel).mode == "one"


async def test_logs_that_were_not_found_are_looked_for_again(tmp_path: Path) -> None:
    async with opened(scenes.seed(), tmp_path) as it:
        prints(it, tmp_path, job2=(1.0, "one"))
        await it.press("l", "M")
        await it.sees("all jobs", "one")
        whole = it.session.whole_log

        async def failing(run: str, job: str) -> Path:
            raise StoreError("the server cannot be reached")

        it.session.whole_log = failing  # type: ignore[method-assign]
        prints(it, tmp_path, job3=(2.0, "two"))
        screen = it.app.screen
        assert isinstance(screen, MergedOutputScreen)
        it.session.later(31)
        await it.sees("the server cannot be reached")
        it.session.whole_log = whole  # type: ignore[method-assign]
        screen.follow_logs()
        await it.until(lambda: bool(screen._given))


@pytest.mark.parametrize(
    ("key", "first", "last"), [("M", "first words", "last words"), ("z", "1 line", "3 lines")]
)
async def test_r14_a_replay_shows_of_all_jobs_what_there_was(
    tmp_path: Path, key: str, first: str, last: str
) -> None:
    """Time goes back: what was printed later is not there; then it comes again, and not twice."""
    write_log(tmp_path, "run-1", "job-1.2", (5, "first words"), (15, "second words"), (21, "last words"))
    async with replayed(tmp_path) as it:
        await it.press("left_curly_bracket", *["right_square_bracket"] * 3)
        await it.press("k")
        await it.sees("last words")
        await it.press("tab", "tab", "tab", key)
        await it.sees("all jobs", last)
        it.film.go_to(START + 6)
        it.app.take_moment()  # type: ignore[attr-defined]
        await it.until(lambda: last not in it.text)
        await it.sees(first, "all jobs")
        if key == "M":
            it.film.go_to(START + 30)
            it.app.take_moment()  # type: ignore[attr-defined]
            await it.sees(first, last)
            assert [it.text.count(each) for each in (first, "second words", last)] == [1, 1, 1]
