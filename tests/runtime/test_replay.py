"""A replay: any moment of exported runs, and nothing that could be changed."""

import asyncio
from pathlib import Path

import pytest

from octotui.engine.commands import Refused, StartRun
from octotui.engine.events import ModelLoaded
from octotui.model.space import Channel
from octotui.runtime.replay import LULL, Replay
from octotui.runtime.space_access import SpaceAccess
from octotui.store.errors import StoreError
from octotui.store.logs.log_reader import LogReader
from tests.exported import exported, replay, tamed, write_log
from tests.world import START


def text(path: Path) -> list[str]:
    with LogReader(path) as log:
        return log.lines(0, log.line_count)


async def test_it_begins_at_the_last_moment_and_goes_to_any(tmp_path: Path) -> None:
    film: Replay = replay(tmp_path, tamed())
    seen: SpaceAccess = film
    last = len(film.film)
    assert (film.number, film.ended, seen.state) == (last, True, film.film.state(last))
    film.go(5)
    assert (film.number, seen.state, seen.now()) == (5, film.film.state(5), film.film.event(5).at)
    film.go(-7)
    assert film.number == 1
    film.go(10_000)
    assert film.number == last
    film.go_to(START + 0.5)
    assert film.film.event(film.number).at <= START + 0.5 == film.now()
    film.go_to(START - 50)
    assert (film.number, film.now()) == (1, START)
    film.go_to(START + 1e9)
    assert (film.number, film.now()) == (last, film.film.event(last).at)


async def test_nothing_can_be_changed(tmp_path: Path) -> None:
    film = replay(tmp_path)
    for asked in (film.send(StartRun(process="tame")), film.choose((), Channel(name="any"))):
        with pytest.raises(Refused, match="this is a replay: nothing can be changed"):
            await asked
    assert film.recent() == []
    film.go(3)
    assert await film.family("run-1") is film.state


async def test_whoever_follows_is_given_each_state_once(tmp_path: Path) -> None:
    film = replay(tmp_path)
    states = film.states()
    assert await anext(states) is film.state
    following = asyncio.ensure_future(anext(states))
    await asyncio.sleep(0)
    film.go(film.number)  # where it is already
    await asyncio.sleep(0)
    assert not following.done()
    film.go(2)
    assert await following == film.film.state(2)
    await states.aclose()


def test_time_passes_as_fast_as_it_is_told_and_lulls_are_cut_short(tmp_path: Path) -> None:
    film = replay(tmp_path, tamed())
    built = film.film.at(START + 4)
    film.go(built)
    film.play(1.0, 10)
    assert (film.number, film.now()) == (built, START + 14)
    film.play(1.0, 10)
    assert (film.film.event(film.number).at, film.now()) == (START + 24, START + 24)
    asking = film.number
    for _ in range(int(LULL) - 1):
        film.play(1.0, 1)
        assert film.number == asking
    film.play(1.0, 1)
    assert film.now() == START + 60  # the answer, though it took long
    film.play(1.0, 100)
    assert film.ended
    assert film.now() == START + 75
    film.play(1.0, 100)
    assert film.now() == START + 75


def test_what_was_printed_after_the_last_event_is_seen_too(tmp_path: Path) -> None:
    write_log(tmp_path, "run-2", "job-2.1", (1, "one"), (12, "two"))
    film = replay(tmp_path)
    assert film.now() == START + 12
    assert text(film.log_path("run-2", "job-2.1")) == ["one", "two"]
    film.go_to(START + 3)
    assert (film.number, film.ended) == (len(film.film), False)
    film.play(1.0, 100)
    assert film.ended
    assert film.now() == START + 12


def test_output_is_shown_as_far_as_it_had_come(tmp_path: Path) -> None:
    write_log(tmp_path, "run-2", "job-2.1", (1, "one"), (5, "two"))
    film = replay(tmp_path)
    film.go_to(START + 3)
    path = film.log_path("run-2", "job-2.1")
    assert text(path) == ["one"]
    film.go_to(START + 6)
    assert film.log_path("run-2", "job-2.1") == path
    assert text(path) == ["one", "two"]
    film.go_to(START)
    assert text(film.log_path("run-2", "job-2.1")) == []
    (tmp_path / "secret.log").write_text("outside of the export")
    assert not film.log_path("run-2", "../../../secret").exists()


def test_kept_files_are_found_by_their_name(tmp_path: Path) -> None:
    film = replay(tmp_path)
    for number, name in enumerate(("report.html", "Report.html")):
        path = tmp_path / "content" / "artifacts" / "run-1" / "job-1.1" / str(number) / name
        path.parent.mkdir(parents=True)
        path.touch()
    found = film.artifact_path("run-1", "job-1.1", "Report.html")
    assert found.is_file()
    assert found.name == "Report.html"
    assert "not exported" in str(film.artifact_path("run-1", "job-1.1", "other"))


def test_events_that_do_not_fit_are_told(tmp_path: Path) -> None:
    events = [each for each in tamed().world.events if not isinstance(each, ModelLoaded)]
    with pytest.raises(StoreError, match="the export is damaged: event 2 does not fit what came before it"):
        Replay(exported(events, tmp_path), "ann")


def test_what_had_happened_has_the_model_in_it(tmp_path: Path) -> None:
    film = replay(tmp_path)
    film.go(2)
    assert [type(each).__name__ for each in film.events][:2] == ["ModelLoaded", "RunQueued"]
    assert len(film.events) == 3
    assert film.roots == ("run-1",)
