from octotui.engine import commands
from octotui.engine.advance import advance
from octotui.engine.state import Outcome
from octotui.views.tree import steps
from tests.scenes import SCENES, takes
from tests.world import World, model, replay, script


def test_a_step_without_a_job_is_pending():
    scene = SCENES["lock_wait"]()
    branch = steps.step(scene.state, scene.state.runs["run-6"], 0, scene.now)
    assert (branch.row.mark.word, branch.row.time, branch.row.job) == ("pending", "", None)


def test_a_job_that_ended_says_how_long_it_took_and_its_warnings():
    """S7: warnings make the step succeeded-with-warnings."""
    world = World(model({"a": [script("One", simulate=takes(90)), script("Two", simulate=takes(90))]}))
    world.start("a")
    world.run_until(4)
    outcome = Outcome(state="succeeded", exit_code=0, warnings=("disk is nearly full",))
    world.send(commands.ReportOutcome(job="job-1.1", attempt=1, outcome=outcome))
    branch = steps.step(world.state, world.state.runs["run-1"], 0, world.now)
    assert (branch.row.mark.word, branch.row.time) == ("succeeded with warnings", "4s")
    assert branch.notes == [("disk is nearly full", "warned")]


def test_an_acquisition_names_packages_and_versions():
    scene = SCENES["lock_wait"]()
    run = scene.state.runs["run-6"]
    branch = steps.acquisition(scene.state, run, scene.state.jobs[run.progress.jobs[0]], scene.now)
    assert branch.row.text == "acquire worker-image 1.0.0"
    assert branch.row.job == run.progress.jobs[0]


def test_a_cancelled_wait_never_started():
    scene = SCENES["lock_wait"]()
    _, events = advance(scene.state, commands.CancelRun(run="run-9", by="ann"), scene.now)
    kept = replay([*scene.world.events, *events])
    run = kept.runs["run-9"]
    branch = steps.acquisition(kept, run, kept.jobs[run.progress.jobs[0]], scene.now)
    assert (branch.row.mark.word, branch.row.time, branch.row.note) == ("cancelled", "", "")
    assert run.reason == "cancelled by ann"  # which the row of the run says, once


def test_a_failed_step_that_asks_says_why_and_which_attempt_it_was():
    """I7: the reason beside it, what may become of it beneath, then every answer there was."""
    scene = SCENES["guided"]()
    branch = steps.step(scene.state, scene.state.runs["run-1"], 0, scene.now)
    assert (branch.row.mark.word, branch.row.note) == ("asks", "exit code 1 · attempt 2 of 2")
    assert branch.notes == [("asks: retry, ignore or fail?", "asks")]
    world = World(scene.state.model)
    world.start("break", guided=True)
    world.run_out()
    world.answer("retry", "again")
    world.run_out()
    world.answer("ignore")
    past = world.past
    branch = steps.step(past, past.runs["run-1"], 0, world.now)
    assert branch.row.note == "attempt 3 · 1 warning"
    assert branch.notes == [
        ("ann said retry: again", "muted"),
        ("ann said ignore", "muted"),
        ("ann ignored the failure: exit code 1", "warned"),
    ]
