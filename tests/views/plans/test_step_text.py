"""A planned step in a cell, and in sentences."""

from msgspec.structs import replace

from octotui.engine.commands import StartRun
from octotui.engine.plans.plan_start import plan_start
from octotui.engine.plans.start_plan import StartPlan
from octotui.engine.plans.what_if import AS_IS, WhatIf
from octotui.views.plans.step_text import PlanCell, cell_of, sentences, title_of
from tests import scenes
from tests.engine.plans.test_plan_start import ALONE
from tests.engine.test_forecast import takes
from tests.world import World, engine, model, script


def plan(world: World, process: str, what_if: WhatIf = AS_IS) -> StartPlan:
    start = StartRun(process=process, requester="ann")
    return plan_start(world.state, world.state.model, start, world.now, what_if)


def test_e6_a_cell_says_worker_times_wait_and_a_bad_end():
    found = plan(World(scenes.kraken()), "break")
    poke, feed, bandage = found.steps[1:] if len(found.steps) == 4 else (*found.steps[1:], None)
    cell = cell_of(found, poke)
    assert (cell.worker, cell.wait, cell.mark.word) == ("worker1", "", "failed")
    assert cell.time == "0s–13s"
    assert title_of(poke) == "Poke it"
    assert title_of(found.whole) == "run-1 Break the kraken"
    assert [*sentences(found, poke)] == [
        "takes about 13s, as `simulate` says",
        "would be failed: exit code 1",
    ]
    assert feed is not None
    assert bandage is None or bandage.title == "Bandage it"


def test_e6_a_step_that_waits_says_for_what_until_when_and_behind_which_run():
    world = World(model({"dump": [script("Dump", **takes(30))]}, pools=ALONE))
    world.start("dump")
    found = plan(world, "dump")
    step = found.steps[1]
    assert cell_of(found, step) == PlanCell("worker1", "30s–1m00s", "waits 30s", cell_of(found, step).mark)
    first, takes_about = sentences(found, step)
    assert first == "waits for exclusive use of worker1 for 30s, until about 13:47:10, behind run-1"
    assert takes_about == "takes about 30s, as `simulate` says"


def test_e6_a_run_says_what_it_waits_for_before_it_starts():
    world = World(model({"dump": [script("Dump", **takes(30))]}, **engine(task_cap=1)))
    world.start("dump")
    found = plan(world, "dump")
    (sentence,) = sentences(found, found.whole)
    assert sentence == "waits for a slot: run-1 Dump has 1 of 1 · first in queue · until about 13:47:10"


def test_e6_what_nobody_can_say_is_said():
    world = World(model({"old": [script("Dump")], "new": [script("A"), script("B")]}, pools=ALONE))
    world.start("old")
    found = plan(world, "new")
    assert cell_of(found, found.steps[1]).time == "unknown"
    assert [*sentences(found, found.steps[1])] == [
        "waits for exclusive use of worker1, nobody can say how long, behind run-1",
        "nobody can say when it starts: what it waits for has no known end",
    ]
    never = replace(found.steps[1], ended_at=found.at, state="cancelled")
    assert cell_of(found, never).time == "never starts"
    assert cell_of(found, replace(never, state="lost")).mark.word == "lost"
    running = replace(found.steps[1], started_at=found.at)
    assert cell_of(found, running).time == "0s–?"
