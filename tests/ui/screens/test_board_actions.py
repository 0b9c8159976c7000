"""Keys of the board that go for the marked runs, and those that lead to the next one of a kind."""

import msgspec

from octotui.engine.commands import CancelRun, StartRun
from octotui.model.process import Runbook
from octotui.store.errors import StoreError
from octotui.ui.panels.runs.run_lines import RunLines
from tests import scenes
from tests.scenes import Scene
from tests.ui.opened import Opened, opened
from tests.world import World, child

NARROW = (80, 24)


def lines(it: Opened) -> RunLines:
    return it.app.screen.query_one(RunLines)


def ten_ask() -> Scene:
    """Ten runs ask finance, and one has failed."""
    world = World(scenes.kraken(engine=msgspec.structs.replace(scenes.kraken().engine, task_cap=20)))
    for _ in range(10):
        world.start("tame")
    world.start("break")
    world.run_until(900)
    return Scene(world.state, world.now, world)


async def test_ten_questions_are_answered_at_once_with_a_note(tmp_path):
    async with opened(ten_ask(), tmp_path, NARROW) as it:
        await it.press("slash", *"is:asking", "enter")
        await it.sees("10/11")
        await it.press("asterisk", "p")
        await it.sees("Proceed with 10 questions?")
        await it.press("n", *"four it is", "enter", "y")
        await it.sees("10 answered")
        answered = [each for each in it.session.state.interruptions.values() if each.answer == "proceed"]
        assert len(answered) == 10
        assert {each.answers[0].notes for each in answered} == {"four it is"}
        assert lines(it).marked == frozenset()


async def test_marked_runs_are_cancelled_but_for_what_has_ended(tmp_path):
    async with opened(scenes.seed(), tmp_path, NARROW) as it:
        await it.press("right", "asterisk", "c")
        await it.sees("Cancel 4 runs, and leave 1 out?", "run-1 Unleash the kraken", "· has ended")
        await it.press("y")
        await it.sees("4 cancelled")
        assert it.session.sent == [CancelRun(run=f"run-{each}", by="ann") for each in (2, 3, 4, 5)]
        assert lines(it).marked == frozenset()


async def test_marks_of_ended_runs_stay_where_nothing_was_done_or_they_may_run_again(tmp_path):
    async with opened(scenes.seed(), tmp_path, NARROW) as it:
        await it.press("right", "asterisk", "c", "escape")
        assert len(lines(it).marked) == 5


async def test_v6_marked_runs_start_again_also_those_that_have_left_the_state(tmp_path):
    async with opened(scenes.seed(), tmp_path, NARROW) as it:
        it.session.later(100)
        await it.until(lambda: not len(it.app.state.runs))
        await it.press("right", "j", "space", "space", "R")
        await it.sees("Run 2 runs again?")
        await it.press("y")
        await it.sees("2 started again")
        starts = [each for each in it.session.sent if isinstance(each, StartRun)]
        assert [each.environment for each in starts] == ["development", "test"]


async def test_a_family_that_cannot_be_read_is_said_and_the_app_goes_on(tmp_path, monkeypatch):
    async with opened(scenes.seed(), tmp_path, NARROW) as it:

        async def broken(root: str) -> None:
            raise StoreError(f"the family of {root} cannot be read")

        monkeypatch.setattr(it.session, "family", broken)
        it.session.later(100)
        await it.until(lambda: not len(it.app.state.runs))
        await it.press("right", "j")
        await it.sees("the family of run-1 cannot be read")
        it.app.clear_notifications()
        await it.until(lambda: "cannot be read" not in it.text)
        await it.press("space", "space", "R")
        await it.sees("the family of run-1 cannot be read")


async def test_questions_of_marked_runs_are_taken(tmp_path):
    async with opened(scenes.asking(), tmp_path, NARROW) as it:
        await it.press("asterisk", "t")
        await it.sees("Take 1 question, and leave 1 out?", "run-2 Create AWS RDS", "asks nothing")
        await it.press("y")
        await it.until(lambda: it.session.state.interruptions["question-1"].responsible == "ann")


async def test_aborting_asks_first_and_goes_back_without_a_trace(tmp_path):
    async with opened(scenes.asking(), tmp_path, NARROW) as it:
        await it.press("space", "x")
        await it.sees("Abort 1 question?")
        await it.press("escape")
        assert it.session.sent == []
        assert lines(it).marked == {"run-1"}
        await it.press("x", "y")
        await it.sees("1 aborted")


async def test_without_marks_the_keys_say_what_to_do_and_the_others_go_for_the_chosen_run(tmp_path):
    async with opened(scenes.seed(), tmp_path, NARROW) as it:
        assert "no run is marked: space marks one" in await it.press("p")
        assert "no run is marked: space marks one" in await it.press("x")
        await it.press("right", "j", "c")
        await it.sees("Cancel run-2 Create AWS RDS · Development?")


async def test_the_next_question_and_the_next_failure_wrap_around(tmp_path):
    async with opened(ten_ask(), tmp_path, NARROW) as it:
        seen = []
        for _ in range(11):
            await it.press("A")
            seen.append(lines(it).key)
        assert seen == [*(f"run-{each}" for each in (*range(2, 11), 1, 2))]
        await it.press("E")
        assert lines(it).key == "run-11"
        assert "there is no other failure in the list" in await it.press("E")


async def test_where_nothing_asks_or_failed_the_key_says_so(tmp_path):
    async with opened(scenes.seed(), tmp_path, NARROW) as it:
        assert "there is no question in the list" in await it.press("A")
        assert "there is no failure in the list" in await it.press("E")


async def test_a_failure_that_is_folded_away_is_unfolded(tmp_path):
    steps = {"parent": Runbook(name="Parent", steps=(child("Go", "break"), child("Go on", "nightly")))}
    world = World(scenes.kraken(runbooks={**scenes.kraken().runbooks, **steps}))
    world.start("nightly")
    world.start("parent")
    world.run_until(900)
    async with opened(Scene(world.state, world.now, world), tmp_path, NARROW) as it:
        await it.press("slash", *"is:ended", "enter", "escape")
        assert lines(it).keys == ("run-2", "run-1")
        await it.press("g", "E")
        assert lines(it).key == "run-3"
        await it.sees("✖ run-3   Break the kraken")
