"""Guided failure: where it is on, who is asked, and what may be answered."""

import pytest
from msgspec.structs import replace

from octotui.engine import commands
from octotui.engine.decide.guided_failure import RETRIES, choices, is_guided
from octotui.engine.events import AttemptFailed, InterruptionRaised, JobEnded, RunQueued
from octotui.engine.state import Answer, ForAnswer, ForLock, Outcome
from octotui.engine.state.snapshot import decode, encode
from octotui.model.process import HealthCheck, Runbook, Simulate, Step
from octotui.model.space import Environment
from tests.engine.invariants import check_always, check_settled
from tests.engine.shop import release, shop
from tests.world import START, World, child, engine, manual, model, on_targets, packages, script

FAILS = Simulate(takes=1.0, result="failure")


def guided(*steps: Step, **more: object) -> Runbook:
    """A runbook in which failures ask."""
    return Runbook(name="Guided", steps=steps, guided_failure="on", **more)  # type: ignore[arg-type]


ON, OFF = Environment(name="On", guided_failure="on"), Environment(name="Off")


@pytest.mark.parametrize(
    ("runbook", "environment", "said", "expected"),
    [
        ("environment", "calm", None, False),
        ("environment", "careful", None, True),
        ("environment", None, None, False),
        ("on", "calm", None, True),
        ("on", None, None, True),
        ("off", "careful", None, False),
        ("off", "careful", True, True),
        ("on", "careful", False, False),
    ],
)
def test_who_starts_a_run_says_more_than_its_runbook_and_that_more_than_its_environment(
    runbook: str, environment: str | None, said: bool | None, expected: bool
) -> None:
    """I7: where nobody says anything, it is off."""
    made = Runbook(name="R", guided_failure=runbook)  # type: ignore[arg-type]
    world = model({"go": made}, environments={"careful": ON, "calm": OFF})
    assert is_guided(world, made, environment, said) is expected


def test_it_is_fixed_when_a_run_is_queued() -> None:
    """I7: another model changes nothing for a run that is there."""
    before = model({"go": guided(script("A", simulate=FAILS))})
    world = World(before)
    world.start("go")
    world.send(commands.LoadModel(model({"go": [script("A")]})))
    world.run_out()
    (queued,) = world.happened(RunQueued)
    assert (queued.guided, queued.guidance) == (True, None)
    assert world.state.runs["run-1"].request.guided
    assert len(world.state.asking) == 1


def test_what_was_said_at_the_start_holds_for_the_runs_it_starts() -> None:
    """I7: both ways, whether they are waited for or not."""
    runbooks: dict[str, list[Step] | Runbook] = {
        "top": [child("Wait", "go", wait=True), child("Leave", "go", start="with-previous")],
        "go": guided(script("A", simulate=FAILS)),
    }
    for said, expected in ((None, [False, True, True]), (False, [False] * 3), (True, [True] * 3)):
        world = World(model(runbooks))
        world.send(commands.StartRun(process="top", guided=said))
        assert [event.guided for event in world.happened(RunQueued)] == expected


def test_a_job_asks_after_its_last_retry_and_its_run_keeps_what_it_has() -> None:
    """I7: the slot, the leases and the job's place; only the lock of the worker is given back."""
    runbooks = {
        "go": guided(script("A", simulate=FAILS, retries=1, backoff=1.0)),
        "other": [script("B", packages=packages("image"))],
    }
    world = World(model(runbooks, workers=1))
    world.start("go")
    world.run_until(5)
    first, second = world.happened(AttemptFailed)
    assert (first.retry_at, second.retry_at) == (first.at + 1.0, None)
    run, job = world.state.runs["run-1"], world.state.jobs["job-1.1"]
    assert (run.state, run.queueing.slot, run.progress.placed, len(run.selection.leases)) == (
        "executing",
        True,
        1,
        1,
    )
    assert (job.state, job.attempt, job.exit_code) == ("asking", 2, 1)
    assert isinstance(job.wait, ForAnswer)
    assert not world.state.locks
    assert world.state.deadlines.first() is None
    world.start("other")
    world.run_out()
    assert world.ends()["run-2"] == "succeeded"
    (raised,) = world.happened(InterruptionRaised)
    assert (raised.kind, raised.choices, raised.teams) == ("guided", ("retry", "ignore", "fail"), ())
    assert raised.instructions == "exit code 1"


def test_other_steps_of_its_group_go_on_and_later_ones_wait() -> None:
    """I7: the run does not pause, yield or end meanwhile."""
    runbooks = {
        "go": guided(
            script("A", simulate=FAILS),
            script("B", start="with-previous"),
            child("C", "short", wait=True, start="with-previous"),
            script("D"),
        ),
        "short": [script("E", simulate=Simulate(takes=9.0))],
    }
    world = World(model(runbooks))
    world.start("go")
    world.run_out()
    assert world.steps("run-1") == ["started", "succeeded", "succeeded", "pending"]
    assert world.ends() == {"run-1": "executing", "run-2": "succeeded"}
    assert world.state.runs["run-1"].queueing.slot


def test_it_keeps_its_place_in_max_parallelism() -> None:
    """I7: as a job does that waits for a lock."""
    steps = (script("A", simulate=FAILS), script("B", start="with-previous"))
    world = World(model({"go": guided(*steps)}, **engine(max_parallelism=1)))
    world.start("go")
    world.run_out()
    assert world.steps("run-1") == ["started", "started"]
    assert world.state.runs["run-1"].progress.unplaced.first() == (2, "job-1.2")
    world.answer("ignore")
    world.run_out()
    assert world.steps("run-1") == ["succeeded-with-warnings", "succeeded"]


def test_a_time_limit_and_a_wait_limit_ask_too() -> None:
    """I7, S5, L6: who waited too long for a lock stands in no line while people think."""
    runbooks = {
        "slow": guided(script("A", simulate=Simulate(takes=99.0), time_limit=3.0)),
        "build": [script("B", packages=packages("image"), simulate=Simulate(takes=1.0))],
        "late": guided(script("C", wait_limit=1.0)),
    }
    world = World(model(runbooks, workers=1))
    world.start("slow")
    world.run_out()
    assert world.state.jobs["job-1.1"].reason == "it exceeded its time limit of 3 s"
    world.start("build")
    world.start("late")
    world.run_until(world.now - START + 1.5)
    assert world.state.jobs["job-3.1"].state == "asking"
    assert world.state.jobs["job-3.1"].reason.startswith("waited 1 s for the lock of worker1")
    assert [name for lock in world.state.locks.values() for _, name in lock.queue] == []
    check_settled(world.state, 0)


def test_a_run_that_fails_while_it_is_planned_asks_nobody() -> None:
    """I7, W11: there is no job that could be tried again."""
    world = World(model({"go": guided(script("A", pool=None))}, **engine(built_in_worker=False)))
    world.start("go")
    assert world.ends() == {"run-1": "failed"}
    assert not world.happened(InterruptionRaised)


def test_an_abort_asks_nothing_more_neither_here_nor_in_who_waits() -> None:
    """I7: people have said what they want (Octopus asks twice, #7454)."""
    runbooks = {
        "top": guided(child("Middle", "middle", wait=True)),
        "middle": guided(child("Ask", "ask", wait=True)),
        "ask": guided(manual("May it?")),
    }
    world = World(model(runbooks))
    world.start("top")
    world.run_out()
    world.answer("abort")
    assert world.ends() == {"run-1": "failed", "run-2": "failed", "run-3": "failed"}
    assert [event.kind for event in world.happened(InterruptionRaised)] == ["manual"]


def test_a_child_that_people_let_fail_or_cancelled_asks_nothing_of_its_parent() -> None:
    """I7: the deepest failure asks, and that is that."""
    runbooks = {
        "top": guided(child("Start it", "go", wait=True)),
        "go": guided(script("A", simulate=FAILS)),
    }
    world = World(model(runbooks))
    world.start("top")
    world.run_out()
    world.answer("fail")
    assert world.ends() == {"run-1": "failed", "run-2": "failed"}
    world.start("top")
    world.run_out()
    world.send(commands.CancelRun(run="run-4", by="ann"))
    assert world.ends()["run-3"] == "failed"
    assert len(world.happened(InterruptionRaised)) == 2


def test_a_step_asks_when_the_run_it_waited_for_failed_and_nobody_was_asked() -> None:
    """I7: a retry starts the run once more."""
    runbooks = {
        "top": guided(child("Start it", "go", wait=True)),
        "go": Runbook(name="Go", steps=(script("A", simulate=FAILS),), guided_failure="off"),
    }
    world = World(model(runbooks))
    world.start("top")
    world.run_out()
    assert world.state.jobs["job-1.1"].reason.startswith("run-2 failed")
    world.answer("retry")
    world.run_out()
    world.answer("ignore")
    assert world.ends() == {"run-1": "succeeded", "run-2": "failed", "run-3": "failed"}


def test_a_time_limit_of_a_step_asks_though_it_cancels_the_run_it_waited_for() -> None:
    """I7, S5."""
    runbooks = {
        "top": guided(child("Start it", "go", wait=True, time_limit=2.0)),
        "go": [script("A", simulate=Simulate(takes=99.0))],
    }
    world = World(model(runbooks))
    world.start("top")
    world.run_out()
    assert world.ends() == {"run-1": "executing", "run-2": "cancelled"}
    assert world.state.jobs["job-1.1"].state == "asking"


def test_a_run_that_has_yielded_asks_without_a_slot() -> None:
    """I7, Q4: it needs none before it has something to do."""
    runbooks = {
        "top": guided(child("Start it", "go", wait=True), script("Then")),
        "go": [script("A", simulate=FAILS)],
        "long": [script("L", simulate=Simulate(takes=9.0))],
    }
    world = World(model(runbooks, **engine(task_cap=1)))
    world.start("top")
    world.start("long")
    world.run_until(3)
    assert (world.state.runs["run-1"].queueing.slot, world.state.jobs["job-1.1"].state) == (False, "asking")
    world.answer("ignore")
    assert world.state.runs["run-1"].queueing.resuming
    world.run_out()
    assert world.ends() == {"run-1": "succeeded", "run-2": "failed", "run-3": "succeeded"}


def test_cancelling_the_run_closes_the_question() -> None:
    """I7, Q6: nothing waits for an answer any more."""
    world = World(model({"go": guided(script("A", simulate=FAILS))}))
    world.start("go")
    world.run_out()
    world.send(commands.CancelRun(run="run-1", by="ann"))
    assert world.ends() == {"run-1": "cancelled"}
    assert len(world.state.asking) == 0
    assert world.steps("run-1") == ["cancelled"]


def test_the_time_limit_of_a_run_counts_while_it_asks() -> None:
    """I7, S5: unlike that of a paused one."""
    world = World(model({"go": guided(script("A", simulate=FAILS), time_limit=60.0)}))
    world.start("go")
    world.run_out()
    assert world.ends() == {"run-1": "timed-out"}


def test_p2_s8_an_acquisition_is_named_by_what_it_brings() -> None:
    boxed = script("A", container="alpine", runs_contained=True)
    for step, name, reason in (
        (boxed, "Pull images", "its image could not be pulled on worker1: it is gone"),
        (
            replace(boxed, packages=packages("tools")),
            "Acquire packages",
            "packages and images could not be acquired on worker1: it is gone",
        ),
        (
            script("A", packages=packages("tools")),
            "Acquire packages",
            "packages could not be acquired on worker1: it is gone",
        ),
    ):
        world = World(model({"go": guided(step)}))
        run = world.start("go")
        world.report("job-1.1", "failed", reason="it is gone")
        assert world.state.interruptions["question-1"].step == name
        world.answer("fail")
        world.run_out()
        assert world.run(run).reason == reason


def test_packages_that_could_not_be_acquired_may_be_tried_again_but_not_ignored() -> None:
    """I7, P3: no step may use what is not there."""
    world = World(model({"go": guided(script("A", packages=packages("tools")))}))
    world.start("go")
    world.report("job-1.1", "failed", reason="the feed is gone")
    (raised,) = world.happened(InterruptionRaised)
    assert raised.choices == ("retry", "fail")
    assert world.state.interruptions["question-1"].step == "Acquire packages"
    world.answer("retry")
    world.report("job-1.1")
    world.run_out()
    assert world.ends() == {"run-1": "succeeded"}


def test_retry_is_offered_so_often_and_no_more() -> None:
    """I7: ten times for one job (Octopus #2885)."""
    world = World(model({"go": guided(script("A", simulate=FAILS))}))
    world.start("go")
    world.run_out()
    for _ in range(RETRIES):
        world.answer("retry")
        world.run_out()
    job = world.state.jobs["job-1.1"]
    assert job.attempt == RETRIES + 1
    assert choices(world.state, job) == ("ignore", "fail")
    with pytest.raises(commands.Refused, match="say ignore or fail"):
        world.answer("retry")
    world.answer("fail")
    assert world.ends() == {"run-1": "failed"}


def test_a_question_survives_that_octotui_ends() -> None:
    """I7, R4: the job is asking, not running, and nothing of it is lost."""
    world = World(model({"go": guided(script("A", simulate=FAILS))}))
    world.start("go")
    world.run_out()
    world.state = decode(encode(world.state))
    world.send(commands.Reopen(None))
    check_always(world.state, 10)
    world.answer("retry")
    assert world.state.jobs["job-1.1"].state == "running"
    world.report("job-1.1", outputs={"Found": "it"})
    assert world.ends() == {"run-1": "succeeded"}


@pytest.mark.parametrize("answer", ["retry", "ignore", "fail"])
def test_a_lost_job_asks_whatever_its_run_says(answer: Answer) -> None:
    """I7, R4: nobody knows what it has done: it is never silently run again, by its retries neither."""
    world = World(model({"go": [script("A", retries=3), script("B", condition="always")]}))
    world.start("go")
    events = world.report("job-1.1", "lost", reason="its machine was restarted")
    assert [type(event) for event in events] == [AttemptFailed, InterruptionRaised]
    question = world.state.interruptions["question-1"]
    assert (question.kind, question.choices) == ("guided", ("retry", "ignore", "fail"))
    assert question.instructions == "its machine was restarted"
    run = world.state.runs["run-1"]
    assert (run.queueing.slot, len(run.selection.leases), world.state.jobs["job-1.1"].state) == (
        True,
        1,
        "asking",
    )
    check_always(world.state, 10)
    world.answer(answer)
    world.run_out()
    ends = {"retry": "succeeded", "ignore": "succeeded-with-warnings", "fail": "lost"}
    assert world.steps("run-1") == [ends[answer], "succeeded"]
    assert world.ends() == {"run-1": "failed" if answer == "fail" else "succeeded"}


def test_a_lost_job_that_was_to_end_asks_nothing() -> None:
    """Q6, R4: its run is being ended, whatever it has done."""
    world = World(model({"go": [script("A")]}))
    world.start("go")
    world.send(commands.CancelRun(run="run-1"))
    world.report("job-1.1", "lost", reason="killed")
    assert world.ends() == {"run-1": "cancelled"}


def test_a_lost_health_check_asks_too() -> None:
    """I7, R4: a check that nobody has seen the end of says nothing about its target."""
    check = replace(on_targets("Check", "web"), action=HealthCheck())
    world = World(model({"go": [check]}))
    world.start("go")
    world.report("job-1.1", "lost", reason="killed")
    assert world.state.jobs["job-1.1"].state == "asking"
    assert "web1" not in world.state.health


def test_what_the_failed_attempt_set_and_warned_of_is_kept() -> None:
    """I7: `fail` ends the job as it would have ended without guidance."""
    world = World(model({"go": guided(script("A"))}))
    world.start("go")
    world.report("job-1.1", "failed", reason="no", warnings=("low",), outputs={"Size": "3"}, exit_code=7)
    assert world.state.jobs["job-1.1"].outcome == Outcome(
        state="failed", exit_code=7, reason="no", warnings=("low",), outputs={"Size": "3"}
    )
    world.answer("fail")
    (ended,) = world.happened(JobEnded)
    assert (ended.state, ended.exit_code, ended.reason) == ("failed", 7, "no")
    assert (ended.warnings, ended.outputs) == (("low",), {"Size": "3"})


def test_who_asks_again_waits_for_the_lock_like_everybody() -> None:
    """I7, L2: a retry stands at the end of the line."""
    runbooks = {
        "go": guided(script("A", simulate=FAILS)),
        "build": [script("B", packages=packages("image"))],
    }
    world = World(model(runbooks, workers=1))
    world.start("go")
    world.run_out()
    world.start("build")
    world.answer("retry")
    assert isinstance(world.state.jobs["job-1.1"].wait, ForLock)


def test_a_deployment_obeys_its_release_and_not_what_is_declared_since() -> None:
    """I7, P1: the frozen process says whether it is guided."""
    world = World(shop(script("Deploy", simulate=FAILS), guided_failure="on"))
    made = release(world)
    world.send(commands.LoadModel(shop(script("Deploy"), guided_failure="off")))
    world.start("shop", environment="test", release=made.version)
    world.run_out()
    assert world.state.runs["run-1"].request.guided
    assert len(world.state.asking) == 1
