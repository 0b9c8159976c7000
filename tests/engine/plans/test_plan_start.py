"""Plans of runs that would start now, beside the open ones."""

from random import Random

import pytest

from octotui.engine.commands import Refused, StartRun
from octotui.engine.events import JobEnded, JobStarted
from octotui.engine.plans.plan_start import begin_plan, plan_start
from octotui.engine.plans.start_plan import StartPlan
from octotui.engine.plans.what_if import WhatIf
from octotui.model.process import Manual, Script, Step
from octotui.model.space import Pool, Team, Value
from octotui.model.values import Prompt
from tests import scenes
from tests.engine.random_models import random_model
from tests.engine.shop import shop
from tests.engine.test_forecast import KINDS, experienced, takes
from tests.world import START, World, engine, model, packages, script

ALONE = {"setup": Pool(name="Setup", workers=("worker1",), exclusive=True, default=True)}


def plan(world: World, process: str, what_if: WhatIf | None = None, **where: str) -> StartPlan:
    start = StartRun(process=process, requester="ann", **where)  # type: ignore[arg-type]
    return plan_start(world.state, world.state.model, start, world.now, what_if or WhatIf())


def told(found: StartPlan) -> list[tuple[str, str | None, float | None, float | None]]:
    """The steps with their workers, and seconds from now on of start and end."""

    def after(at: float | None) -> float | None:
        return None if at is None else round(at - found.at, 3)

    return [(each.title, each.worker, after(each.started_at), after(each.ended_at)) for each in found.steps]


@pytest.mark.parametrize("seed", range(10))
def test_e6_a_world_in_which_nothing_is_new_does_what_was_planned(seed: int):
    """E6: beside runs that are open, to the second, on the same machines."""
    random, world = Random(seed), experienced()
    for _ in range(8):
        world.start(random.choice(KINDS))
        world.run_until(world.now - START + random.uniform(0.0, 5.0))
    kind = random.choice(KINDS)
    planned, seen = plan(world, kind), len(world.events)
    run = world.start(kind)
    workers = {name: job.worker for name, job in world.state.jobs.items()}
    while world.step():
        workers |= {name: job.worker for name, job in world.state.jobs.items()}
    rest = [each for each in world.events[seen:] if isinstance(each, JobStarted | JobEnded)]
    starts = [
        (each.at, workers[each.job]) for each in rest if each.run == run and isinstance(each, JobStarted)
    ]
    ends = [each.at for each in rest if each.run == run and isinstance(each, JobEnded)]
    own = [each for each in planned.steps if each.run == run and each.kind is not None]
    assert planned.run == run
    assert sorted((each.started_at, each.worker) for each in own) == pytest.approx(sorted(starts))
    assert sorted(each.ended_at for each in own) == pytest.approx(sorted(ends))


def test_e6_a_plan_says_workers_locks_and_times_in_the_order_of_the_tree():
    """E6: each wait for a lock says behind which runs, since when and until when."""
    world = scenes.lock_wait().world
    found = plan(world, "tame")
    build = next(each for each in found.steps if each.kind == "acquire")
    assert build.worker is not None
    assert (build.locks[0].machine, build.locks[0].behind) == (build.worker, ("run-7",))
    assert build.locks[0].until is None  # nothing is known of how long run-7 acquires packages
    assert [each[0] for each in told(found)][:3] == ["Tame the kraken", "", "Build the image"]
    assert found.ends_about is None


def test_e6_more_workers_end_a_wait_and_a_higher_cap_starts_what_is_queued():
    world = World(model({"dump": [script("Dump", **takes(30))]}, pools=ALONE, **engine(task_cap=2)))
    world.start("dump")
    world.start("dump")
    world.start("dump")
    as_is = plan(world, "dump")
    wider = plan(world, "dump", WhatIf(pools={"setup": 2}))
    higher = plan(world, "dump", WhatIf(pools={"setup": 2}, task_cap=9))
    assert told(as_is)[1:] == [("Dump", "worker1", 90.0, 120.0)]
    assert told(wider)[1:] == [("Dump", "worker1", 60.0, 90.0)]
    assert wider.ends_about is not None
    assert as_is.ends_about is not None
    assert wider.ends_about < as_is.ends_about
    assert higher.ends_about is not None
    assert higher.ends_about <= wider.ends_about
    assert higher.changed.task_cap == (2, 9)
    assert set(as_is.others) == {"run-1", "run-2", "run-3"}
    assert told(wider)[1][1] in ("worker1", "copy-1-of-worker1")


def test_e6_children_are_below_the_steps_that_start_them_with_the_same_paths_in_each_plan():
    world = World(scenes.kraken())
    as_is, wider = plan(world, "unleash"), plan(world, "unleash", WhatIf(pools={"setup": 8}, task_cap=1))
    assert [each.path for each in as_is.steps] == [each.path for each in wider.steps]
    assert [len(each.path) for each in as_is.steps[:4]] == [1, 1, 2, 2]
    assert [each.title for each in as_is.steps[:4]] == [
        "Unleash the kraken", "Create AWS RDS in Development", "Create AWS RDS", "Create the instance",
    ]  # fmt: skip
    assert as_is.ends_about is not None
    assert wider.ends_about is not None
    assert wider.ends_about > as_is.ends_about


def test_e6_durations_are_taken_from_history_from_the_model_or_assumed():
    world = World(model({"new": [script("Known", **takes(9)), script("New")]}))
    (_, known, new) = plan(world, "new").steps
    assert (known.taken_from, new.taken_from) == ("model", "assumed")
    assert new.ended_at == START + 10
    for _ in range(3):
        world.start("new")
        world.run_out()
    assert {each.taken_from for each in plan(world, "new").steps[1:]} == {"history"}


def test_e6_questions_are_answered_and_what_is_to_fail_fails():
    world = World(scenes.kraken())
    found = plan(world, "tame")
    assert [each.state for each in found.steps] == ["succeeded"] * len(found.steps)
    assert "manual" in {each.kind for each in found.steps}
    failed = plan(world, "break")
    assert (failed.whole.state, failed.steps[1].state) == ("failed", "failed")
    assert failed.steps[1].reason == "exit code 1"


def test_e6_a_question_that_nobody_may_answer_leaves_the_rest_without_times():
    teams = {"finance": Team(name="Finance", members=("ann",))}
    ask = Step(name="May it?", action=Manual(instructions="", teams=("finance",), not_requester=True))
    world = World(model({"ask": [script("Look"), ask, script("Go on")]}, teams=teams))
    found = plan(world, "ask")
    assert told(found)[1:] == [
        ("Look", "worker1", 0.0, 1.0), ("May it?", None, None, None), ("Go on", "worker1", None, None),
    ]  # fmt: skip


def test_e6_what_waits_for_a_run_of_which_nothing_is_known_has_a_worker_but_no_time():
    world = World(model({"old": [script("Dump")], "new": [script("A"), script("B")]}, pools=ALONE))
    world.start("old")
    found = plan(world, "new")
    assert told(found)[1:] == [("A", "worker1", None, None), ("B", "worker1", None, None)]
    assert found.steps[1].locks[0].behind == ("run-1",)
    assert found.steps[1].locks[0].until is None
    assert found.ends_about is None


def test_e6_a_project_without_a_release_is_taken_as_it_is():
    world = World(shop())
    found = plan(world, "shop", environment="production")
    assert found.whole.state == "succeeded"
    start = StartRun(process="shop", requester="ann", environment="production")
    channel = shop().projects["shop"].default_channel
    with pytest.raises(Refused):
        plan_start(world.state, world.state.model, start, world.now, channel=channel)


def test_e6_values_that_are_asked_for_are_made_up():
    prompt = Value(kind="prompt", prompt=Prompt(required=True))
    declared = model(
        {"ask": [script("Say", action=Script(body="echo #{Name}"))]}, variables={"Name": (prompt,)}
    )
    world = World(declared)
    assert plan(world, "ask").assumed == ("Name",)
    start = StartRun(process="ask", requester="ann", variables={"Name": "x"})
    assert plan_start(world.state, declared, start, world.now).assumed == ()


def test_e6_a_plan_ends_after_so_many_events_and_can_be_played_in_parts():
    world = World(scenes.kraken())
    start = StartRun(process="unleash", requester="ann")
    whole = plan_start(world.state, world.state.model, start, world.now)
    play = begin_plan(world.state, world.state.model, start, world.now)
    parts = 0
    while play.goes_on(1):
        parts += 1
    assert parts > 2
    assert play.plan() == whole
    cut = plan_start(world.state, world.state.model, start, world.now, most=10)
    assert cut.cut
    assert cut.ends_about is None


def test_e6_packages_of_a_fresh_space_are_acquired_in_a_second():
    world = World(model({"build": [script("Build", packages=packages("tools"), **takes(5))]}))
    found = plan(world, "build")
    assert [(each.kind, each.taken_from) for each in found.steps[1:]] == [
        ("acquire", "assumed"),
        ("script", "model"),
    ]
    assert found.ends_about == found.at + 6


@pytest.mark.parametrize("seed", range(40))
def test_e6_whatever_a_model_declares_can_be_planned(seed: int):
    """E6: every process of a random model, also in a space that is changed; what is refused says so."""
    random = Random(seed)
    declared = random_model(random)
    world = World(declared)
    sizes = {slug: random.randint(1, 4) for slug in declared.pools}
    for process in declared.processes:
        for what_if in (WhatIf(), WhatIf(pools=sizes, task_cap=random.randint(1, 3))):
            start = StartRun(process=process, requester="ann", environment=random.choice([None, "test"]))
            try:
                found = plan_start(world.state, declared, start, world.now, what_if, most=500)
            except Refused:
                continue
            assert found.whole.run == found.run
            assert [each.path for each in found.steps] == sorted(each.path for each in found.steps)
            assert all(each.waited >= 0 for each in found.steps)
