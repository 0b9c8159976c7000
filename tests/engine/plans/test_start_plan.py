"""What a plan says of a step, and of the whole run."""

from msgspec.structs import replace

from octotui.engine.plans.start_plan import ROOT, PlannedStep, StartPlan
from octotui.engine.plans.what_if import ChangedSpace
from octotui.engine.state import State


def test_a_step_has_waited_from_being_queued_to_its_start():
    step = PlannedStep(path=ROOT, run="run-1", title="Dump", queued_at=10.0)
    assert step.waited == 0.0
    assert replace(step, started_at=14.0).waited == 4.0


def test_a_plan_ends_with_its_last_step_where_all_of_them_end():
    run = PlannedStep(path=ROOT, run="run-1", title="Dump", ended_at=20.0)
    child = replace(run, path=((1, "", 0),), ended_at=30.0)
    changed = ChangedSpace(State(), State().model)
    plan = StartPlan(at=0.0, run="run-1", steps=(run, child), queued=State(), others={}, changed=changed)
    assert (plan.whole, plan.ends_about) == (run, 30.0)
    assert replace(plan, steps=(run, replace(child, ended_at=None))).ends_about is None
