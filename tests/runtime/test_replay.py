"""A replay: any moment of exported runs, and nothing that could be changed."""

import asyncio
from pathlib import Path
from typing import cast

import pytest

from octotui.engine.commands import Refused, StartRun
from octotui.engine.events import ModelLoaded
from octotui.engine.state import State
from octotui.model.space import Channel
from octotui.runtime.replay import LULL, PastRuns, Replay
from octotui.runtime.space_access import SpaceAccess
from octotui.store.errors import StoreError
from octotui.store.logs.log_reader import LogReader
from tests.exported import exported, replay, tamed, write_log
from tests.world import START


def text(replayed: Replay, *job: str) -> list[str]:
    """The output of a job up to the moment."""
    with LogReader(replayed.log_path(*job), replayed.log_end(*job)) as log:
        return log.lines(0, log.line_count)


async def test_it_begins_at_the_last_moment_and_goes_to_any(tmp_path: Path) -> None:
    replayed: Replay = replay(tmp_path, tamed())
    seen: SpaceAccess = replayed
    last = len(replayed.timeline)
    assert (replayed.number, replayed.ended, seen.state) == (last, True, replayed.timeline.state(last))
    replayed.go(5)
    assert (replayed.number, seen.state, seen.now()) == (
        5,
        replayed.timeline.state(5),
        replayed.timeline.event(5).at,
    )
    replayed.go(-7)
    assert replayed.number == 1
    replayed.go(10_000)
    assert replayed.number == last
    replayed.go_to(START + 0.5)
    assert replayed.timeline.event(replayed.number).at <= START + 0.5 == replayed.now()
    replayed.go_to(START - 50)
    assert (replayed.number, replayed.now()) == (1, START)
    replayed.go_to(START + 1e9)
    assert (replayed.number, replayed.now()) == (last, replayed.timeline.event(last).at)


class PastSpace:
    """What a replay of a space's own runs asks the space for."""

    user = "ann"

    def __init__(self, folder: Path, state: State) -> None:
        self.folder = folder
        self.state = state

    def log_path(self, run: str, job: str) -> Path:
        return self.folder / "logs" / run / f"{job}.log"

    async def whole_log(self, run: str, job: str) -> Path:
        return self.log_path(run, job)

    def artifact_path(self, run: str, job: str, name: str) -> Path:
        return self.folder / "artifacts" / run / job / name


async def test_r14_runs_of_the_space_itself_are_replayed_with_their_output(tmp_path: Path) -> None:
    """What it shows of a moment is what a replay of an export shows."""
    scene = tamed()
    write_log(tmp_path, "run-1", "job-1.2", (5, "first words"), (15, "last words"))
    space = cast("SpaceAccess", PastSpace(tmp_path / "content", scene.state))
    past = PastRuns(tuple(scene.world.events), "run-1", space)
    assert past.roots == ("run-1",)
    past.go_to(START + 6)
    assert text(past, "run-1", "job-1.2") == ["first words"]
    assert await past.whole_log("run-1", "job-1.2") == past.log_path("run-1", "job-1.2")
    past.go(len(past.timeline))
    assert text(past, "run-1", "job-1.2") == ["first words", "last words"]
    assert past.artifact_path("run-1", "job-1.2", "a") == tmp_path / "content/artifacts/run-1/job-1.2/a"
    with pytest.raises(Refused, match="nothing can be changed"):
        await past.send(StartRun(process="tame"))


def test_r14_events_of_the_space_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    scene = tamed()
    space = cast("SpaceAccess", PastSpace(tmp_path, scene.state))
    with pytest.raises(StoreError, match=r"its events do not fit: .*octotui audit"):
        PastRuns(tuple(reversed(scene.world.events)), "run-1", space)


async def test_nothing_can_be_changed(tmp_path: Path) -> None:
    replayed = replay(tmp_path)
    for asked in (replayed.send(StartRun(process="tame")), replayed.choose((), Channel(name="any"))):
        with pytest.raises(Refused, match="this is a replay: nothing can be changed"):
            await asked
    assert replayed.recent() == []
    replayed.go(3)
    assert await replayed.family("run-1") is replayed.state


async def test_whoever_follows_is_given_each_state_once(tmp_path: Path) -> None:
    replayed = replay(tmp_path)
    states = replayed.states()
    assert await anext(states) is replayed.state
    following = asyncio.ensure_future(anext(states))
    await asyncio.sleep(0)
    replayed.go(replayed.number)  # where it is already
    await asyncio.sleep(0)
    assert not following.done()
    replayed.go(2)
    assert await following == replayed.timeline.state(2)
    await states.aclose()


def test_time_passes_as_fast_as_it_is_told_and_lulls_are_cut_short(tmp_path: Path) -> None:
    replayed = replay(tmp_path, tamed())
    built = replayed.timeline.at(START + 4)
    replayed.go(built)
    replayed.play(1.0, 10)
    assert (replayed.number, replayed.now()) == (built, START + 14)
    replayed.play(1.0, 10)
    assert (replayed.timeline.event(replayed.number).at, replayed.now()) == (START + 24, START + 24)
    asking = replayed.number
    for _ in range(int(LULL) - 1):
        replayed.play(1.0, 1)
        assert replayed.number == asking
    replayed.play(1.0, 1)
    assert replayed.now() == START + 60  # the answer, though it took long
    replayed.play(1.0, 100)
    assert replayed.ended
    assert replayed.now() == START + 75
    replayed.play(1.0, 100)
    assert replayed.now() == START + 75


def test_what_was_printed_after_the_last_event_is_seen_too(tmp_path: Path) -> None:
    write_log(tmp_path, "run-2", "job-2.1", (1, "one"), (12, "two"))
    replayed = replay(tmp_path)
    assert replayed.now() == START + 12
    assert text(replayed, "run-2", "job-2.1") == ["one", "two"]
    replayed.go_to(START + 3)
    assert (replayed.number, replayed.ended) == (len(replayed.timeline), False)
    replayed.play(1.0, 100)
    assert replayed.ended
    assert replayed.now() == START + 12


def test_output_is_shown_as_far_as_it_had_come(tmp_path: Path) -> None:
    write_log(tmp_path, "run-2", "job-2.1", (1, "one"), (5, "two"))
    replayed = replay(tmp_path)
    replayed.go_to(START + 3)
    assert text(replayed, "run-2", "job-2.1") == ["one"]
    replayed.go_to(START + 6)
    assert text(replayed, "run-2", "job-2.1") == ["one", "two"]
    replayed.go_to(START)
    assert text(replayed, "run-2", "job-2.1") == []
    (tmp_path / "secret.log").write_text("outside of the export")
    assert not replayed.log_path("run-2", "../../../secret").exists()


def test_kept_files_are_found_by_their_name(tmp_path: Path) -> None:
    replayed = replay(tmp_path)
    for number, name in enumerate(("report.html", "Report.html")):
        path = tmp_path / "content" / "artifacts" / "run-1" / "job-1.1" / str(number) / name
        path.parent.mkdir(parents=True)
        path.touch()
    found = replayed.artifact_path("run-1", "job-1.1", "Report.html")
    assert found.is_file()
    assert found.name == "Report.html"
    assert "not exported" in str(replayed.artifact_path("run-1", "job-1.1", "other"))


def test_events_that_do_not_fit_are_told(tmp_path: Path) -> None:
    events = [each for each in tamed().world.events if not isinstance(each, ModelLoaded)]
    with pytest.raises(StoreError, match="the export is damaged: event 2 does not fit what came before it"):
        Replay(exported(events, tmp_path), "ann")


def test_what_had_happened_has_the_model_in_it(tmp_path: Path) -> None:
    replayed = replay(tmp_path)
    replayed.go(2)
    assert [type(each).__name__ for each in replayed.events][:2] == ["ModelLoaded", "RunQueued"]
    assert len(replayed.events) == 3
    assert replayed.roots == ("run-1",)
