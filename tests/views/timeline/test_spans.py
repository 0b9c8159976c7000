"""What a run or a job does at a moment is one kind of span."""

from octotui.engine.evolve.evolve import evolve
from octotui.engine.state import State
from octotui.views.timeline.spans import LOOKS, Span, kind_of_job, kind_of_run
from octotui.views.waits import waits_itself
from tests import scenes
from tests.engine.walk import Walk
from tests.views.machines.test_awaited_checks import waiting


def test_each_kind_is_drawn_with_a_character_of_its_own_without_colour_too() -> None:
    assert len({each.unicode for each in LOOKS.values()}) == len(LOOKS)
    assert len({each.ascii for each in LOOKS.values()}) == len(LOOKS)
    assert all(each.ascii.isascii() and len(each.ascii) == len(each.unicode) == 1 for each in LOOKS.values())


def test_what_jobs_do() -> None:
    def kinds(scene: scenes.Scene) -> dict[str, str | None]:
        return {name: kind_of_job(job) for name, job in sorted(scene.state.jobs.items())}

    assert kinds(scenes.retrying()) == {"job-1.1": "retry"}
    assert kinds(scenes.guided()) == {"job-1.1": "question"}
    assert kinds(scenes.failed()) == {"job-1.1": None, "job-1.2": "executing"}
    waiting = kinds(scenes.lock_wait())
    assert waiting["job-6.1"] == "acquiring"
    assert waiting["job-9.1"] == "lock"


def test_what_runs_do() -> None:
    scene = scenes.queued()
    kinds = {name: kind_of_run(run, scene.now) for name, run in sorted(scene.state.runs.items())}
    assert kinds == {
        "run-1": "executing", "run-2": "slot", "run-3": "executing", "run-4": "slot", "run-5": "slot",
    }  # fmt: skip
    asking = scenes.asking()
    assert kind_of_run(asking.state.runs["run-1"], asking.now) == "question"
    cancelling = scenes.cancelling()
    assert kind_of_run(cancelling.state.runs["run-1"], cancelling.now) == "ending"


def test_a_span_that_has_not_ended_lasts_until_now() -> None:
    assert Span(kind="lock", start=5.0, run="run-1").until(9.0) == 9.0
    assert Span(kind="lock", start=5.0, end=7.0, run="run-1").until(9.0) == 7.0
    assert Span(kind="lock", start=5.0, run="run-1").until(3.0) == 5.0


def test_w4_a_wait_for_a_first_check_is_no_work() -> None:
    """W4, R14."""
    world, run = waiting()
    assert kind_of_run(world.run(run), world.now) == "check"


def test_r14_what_itself_waits_does_not_execute() -> None:
    """Whatever the tree says of a run that waits, its timeline does not say that it works."""
    seen: set[str | None] = set()
    for seed in range(20):
        walk, state = Walk(seed), State()
        walk.go(60)
        for event in walk.events:
            state = evolve(state, event)
            run = state.runs.get(getattr(event, "run", ""))
            if run is not None and not run.ended and run.state != "cancelling" and waits_itself(run):
                seen.add(kind_of_run(run, event.at))
    assert {"machine", "slot", "scheduled"} <= seen
    assert not seen & {None, "executing", "child"}
