"""What becomes of several runs: commands, and the engine's reasons where it would refuse them."""

import pytest

from octotui.engine.commands import AnswerInterruption, CancelRun, StartRun, TakeInterruption
from octotui.engine.state import State
from octotui.model.process import Manual, Runbook, Step
from octotui.model.values import Prompt
from octotui.store.journal.run_records import RunRecord
from octotui.views.bulk.plan import BulkAction, BulkItem, impossible, noted, plan, working
from tests import scenes
from tests.scenes import Scene
from tests.world import World, child, manual, model, script


def planned(scene: Scene, action: BulkAction, *runs: str, user: str = "ann") -> tuple[BulkItem, ...]:
    return plan(action, runs, scene.state, {}, user, scene.now)


def parent_of(step: Step) -> Scene:
    """A run that waits for one of this step."""
    parent = Runbook(name="Parent", steps=(child("Go", "leaf", wait=True),))
    world = World(model({"parent": parent, "leaf": Runbook(name="Leaf", steps=(step,))}))
    world.start("parent")
    return Scene(world.state, world.now, world)


def told(items: tuple[BulkItem, ...]) -> dict[str, str]:
    return {each.run: each.refusal for each in items}


def test_what_has_ended_is_not_cancelled():
    items = planned(scenes.seed(), "cancel", "run-1", "run-2")
    assert told(items) == {
        "run-1": "run-1 cannot be cancelled: it has ended, or there is no such run",
        "run-2": "",
    }
    assert working(items)[0].commands == (CancelRun(run="run-2", by="ann"),)
    assert items[1].about == "Create AWS RDS · Development"


def test_reasons_that_are_known_without_the_engine_come_first():
    scene = scenes.seed()
    refusals = {"run-1": "run-1 has ended", "run-2": ""}
    items = plan("cancel", ["run-1", "run-2"], scene.state, {}, "ann", scene.now, refusals)
    assert told(items) == refusals


def test_q6_a_child_that_its_parent_takes_along_is_not_cancelled_twice():
    items = planned(parent_of(script("Look")), "cancel", "run-1", "run-2")
    assert told(items) == {"run-1": "", "run-2": "by then run-2 is being ended already"}


def test_i2_only_who_may_answer_answers():
    items = planned(scenes.asking(), "proceed", "run-1", "run-2", user="eve")
    assert told(items) == {
        "run-1": "only Finance may answer “Look at the bill”, and eve is not a member",
        "run-2": "run-2 asks nothing",
    }
    assert working(items) == ()


def test_i5_what_nobody_has_is_taken_before_it_is_answered():
    (item,) = planned(scenes.asking(), "abort", "run-1")
    take, answer = item.commands
    assert take == TakeInterruption(interruption="question-1", user="ann")
    assert answer == AnswerInterruption(interruption="question-1", user="ann", answer="abort")
    (mine,) = planned(scenes.taken(), "proceed", "run-1")
    assert [type(each) for each in mine.commands] == [AnswerInterruption]
    assert noted(mine, "four it is").commands[0].notes == "four it is"  # type: ignore[union-attr]
    assert noted(item, "four it is").commands[0] == take


def test_i5_what_one_has_is_not_taken_again():
    assert told(planned(scenes.taken(), "take", "run-1")) == {"run-1": "you have taken it"}
    assert told(planned(scenes.taken(), "take", "run-1", user="bob")) == {
        "run-1": "ann has taken “Look at the bill”"
    }


def test_i7_a_failed_step_has_answers_of_its_own():
    (item,) = planned(scenes.guided(), "proceed", "run-1")
    assert item.refusal.startswith("“Poke it” can't be answered with proceed: say retry")


def asking_for(prompt: Prompt) -> State:
    step = Step(name="Which?", action=Manual(instructions="Which size?", fields={"Size": prompt}))
    world = World(model({"ask": Runbook(name="Ask", steps=(step,))}))
    world.start("ask")
    return world.state


@pytest.mark.parametrize(
    ("prompt", "refused", "note"),
    [
        (Prompt(label="Size", required=True), True, "Size as offered"),
        (Prompt(label="Size", default="large"), False, "Size as offered"),
    ],
)
def test_i6_a_value_that_must_be_given_cannot_be_given_to_several(prompt, refused, note):
    state = asking_for(prompt)
    (item,) = plan("proceed", ["run-1"], state, {}, "ann", state.at)
    assert ("Size" in item.refusal) is refused
    assert item.note == note
    (abort,) = plan("abort", ["run-1"], state, {}, "ann", state.at)
    assert (abort.refusal, abort.note) == ("", "")


def test_a_parent_says_which_run_of_its_family_asks():
    items = planned(parent_of(manual("Look")), "take", "run-1")
    assert told(items) == {"run-1": "run-1 asks nothing; run-2 of its family asks"}


def test_v6_a_run_starts_again_with_the_values_it_had_also_from_another_state():
    scene = scenes.seed()
    (item,) = planned(scene, "again", "run-3")
    start = item.commands[0]
    assert isinstance(start, StartRun)
    assert (start.process, start.environment, start.requester) == ("create-aws-rds", "test", "ann")
    now = scenes.idle()
    (ended,) = plan("again", ["run-3"], now.state, {"run-3": scene.state}, "ann", now.now)
    assert ended == item
    (gone,) = plan("again", ["run-77"], now.state, {}, "ann", now.now)
    assert gone.refusal == "run-77 is not known any more"


@pytest.mark.parametrize("action", ["cancel", "take", "proceed", "abort"])
def test_what_has_left_the_state_has_ended_and_is_called_by_its_name(action):
    now = scenes.idle()
    record = RunRecord(
        number=3, id="run-3", root="run-3", process="old", name="Old one", environment="test", queued_at=1.0,
        state="failed", ended_at=2.0,
    )  # fmt: skip
    (item,) = plan(action, ["run-3"], now.state, {}, "ann", now.now, ended={"run-3": record})
    assert (item.about, item.refusal, item.commands) == ("Old one · Test", "run-3 has ended", ())


@pytest.mark.parametrize(
    ("refusals", "told"),
    [
        ({"run-1": "run-1 has ended"}, "run-1 has ended"),
        ({"run-1": "run-1 has ended", "run-3": "run-3 has ended"}, "each of the 2 runs has ended"),
        ({"run-1": "only Finance may answer", "run-3": "only Finance may answer"}, "only Finance may answer"),
        (
            {"run-1": "run-1 has ended", "run-3": "run-3 asks nothing"},
            "each has a reason of its own, said below",
        ),
    ],
)
def test_where_nothing_can_be_done_it_is_said_why(refusals: dict[str, str], told: str):
    assert impossible([BulkItem(run=run, about="", refusal=why) for run, why in refusals.items()]) == told
