"""How attempts end."""

import pytest

from octotui.engine import commands
from octotui.engine.decide.attempt_outcomes import DOUBLINGS, child_outcome
from octotui.engine.events import AttemptFailed, JobEnded, JobProgressed, JobRetried, JobStarted, RunEnded
from octotui.engine.state import Artifact, Attempt, ForRetry, JobProgress, Outcome
from octotui.model.process import Simulate
from tests.world import START, World, child, manual, model, packages, replay, script

FAILS = Simulate(takes=1.0, result="failure")


def test_the_exit_code_decides() -> None:
    """S7: it is kept with the job."""
    world = World(model({"go": [script("A", simulate=FAILS)]}))
    world.start("go")
    world.run_out()
    (ended,) = world.happened(JobEnded)
    assert (ended.state, ended.exit_code, ended.worker) == ("failed", 1, "worker1")


def test_warnings_make_a_success_one_with_warnings() -> None:
    """S7: and the run keeps them."""
    world = World(model({"go": [script("A"), script("B")]}))
    world.start("go")
    world.report("job-1.1", warnings=("low disk",))
    assert world.steps("run-1")[0] == "succeeded-with-warnings"
    world.run_out()
    assert world.ends() == {"run-1": "succeeded"}
    assert world.run("run-1").progress.warnings == ("low disk",)
    assert [event.warnings for event in world.happened(RunEnded)] == [1]


def test_a_job_is_tried_again_after_a_growing_backoff() -> None:
    """S5: two retries are three attempts, on the same worker; the wait holds no lock (L5)."""
    world = World(model({"go": [script("A", simulate=FAILS, retries=2, backoff=10.0)]}))
    world.start("go")
    world.run_until(1.5)
    job = world.state.jobs["job-1.1"]
    assert isinstance(job.wait, ForRetry)
    assert not world.state.locks
    world.run_out()
    waits = [event.retry_at - event.at for event in world.happened(AttemptFailed)]
    assert waits == [10.0, 20.0]
    assert [event.attempt for event in world.happened(JobStarted)] == [1, 2, 3]
    assert len(world.happened(JobRetried)) == 2
    assert world.ends() == {"run-1": "failed"}


def test_a_job_that_waits_to_try_again_lets_others_on_its_worker() -> None:
    """L5: at once."""
    runbooks = {
        "build": [script("B", packages=packages("image"))],
        "go": [script("A", simulate=FAILS, retries=1)],
    }
    world = World(model(runbooks, workers=1))
    world.start("go")
    world.start("build")
    world.run_until(1.0)
    assert [event.job for event in world.happened(JobStarted)] == ["job-1.1", "job-2.1"]


def test_the_backoff_grows_to_an_end() -> None:
    """S5: any number of retries is fine."""
    world = World(model({"go": [script("A", simulate=FAILS, retries=1100, backoff=0.5)]}))
    world.start("go")
    world.run_out()
    waits = [event.retry_at - event.at for event in world.happened(AttemptFailed)]
    assert (len(waits), max(waits)) == (1100, 0.5 * 2**DOUBLINGS)


def test_a_stale_report_is_ignored() -> None:
    """S5: of an earlier attempt, of a job that is over, of one that never was."""
    world = World(model({"go": [script("A", simulate=FAILS, retries=1, backoff=1.0), script("B")]}))
    world.start("go")
    world.run_until(2.0)
    assert world.state.jobs["job-1.1"].attempt == 2
    for job, attempt in (("job-1.1", 1), ("job-1.2", 1), ("job-9.9", 1)):
        stale = commands.ReportOutcome(job=job, attempt=attempt, outcome=Outcome(state="succeeded"))
        assert world.send(stale) == ()


def test_an_executor_that_gave_up_has_failed() -> None:
    """S7: nobody asked it to."""
    world = World(model({"go": [script("A")]}))
    world.start("go")
    world.report("job-1.1", "cancelled")
    assert world.run("run-1").reason == "step “A” failed: it was ended"


@pytest.mark.parametrize(
    ("answer", "state", "reason"),
    [
        ("proceed", "succeeded", ""),
        ("abort", "failed", "step “Go” failed: run-2 failed: step “Ask” failed: aborted by ann"),
    ],
)
def test_a_childs_end_is_its_jobs(answer: str, state: str, reason: str) -> None:
    """S1: a step that waits for a run ends as that run does."""
    world = World(model({"top": [child("Go", "go", wait=True)], "go": [manual("Ask")]}))
    world.start("top")
    world.answer(answer)  # type: ignore[arg-type]
    assert (world.run("run-1").state, world.run("run-1").reason) == (state, reason)


def test_a_child_that_was_cancelled_fails_its_job_and_is_tried_again() -> None:
    """S5: with a new run."""
    world = World(model({"top": [child("Go", "go", wait=True, retries=1, backoff=1.0)], "go": [script("A")]}))
    world.start("top")
    world.send(commands.CancelRun(run="run-2", by="bob"))
    world.run_out()
    assert world.happened(AttemptFailed)[0].reason == "run-2 was cancelled by bob"
    assert world.ends() == {"run-1": "succeeded", "run-2": "cancelled", "run-3": "succeeded"}
    assert child_outcome(world.run("run-2")).state == "failed"


def test_the_warnings_of_a_child_are_its_jobs() -> None:
    """S7."""
    world = World(model({"top": [child("Go", "go", wait=True)], "go": [script("A")]}))
    world.start("top")
    world.report("job-2.1", warnings=("low disk",))
    assert world.steps("run-1") == ["succeeded-with-warnings"]


def progress(world: World, percentage: int, message: str = "", *, attempt: int = 1) -> int:
    """How many events a script's word leads to."""
    said = commands.ReportProgress(job="job-1.1", attempt=attempt, percentage=percentage, message=message)
    return len(world.send(said))


def test_a_running_job_tells_how_far_it_is() -> None:
    """V7: once each; another attempt's word, and one that comes after the end, is for nobody."""
    world = World(model({"go": [script("A", simulate=Simulate(takes=5.0))]}))
    world.start("go")
    assert progress(world, 10, "copying") == 1
    assert world.state.jobs["job-1.1"].progress == JobProgress(10, "copying")
    assert progress(world, 10, "copying") == 0
    assert progress(world, 20, attempt=2) == 0
    assert progress(world, 20) == 1
    world.send(commands.CancelRun(run="run-1"))
    assert progress(world, 30) == 0
    world.run_out()
    assert progress(world, 40) == 0
    assert [event.percentage for event in world.happened(JobProgressed)] == [10, 20]


def test_attempts_that_failed_stay_with_their_job() -> None:
    """S5, V7: with what they left; the next one begins at nothing."""
    world = World(model({"go": [script("A", simulate=FAILS, retries=1, backoff=10.0)]}))
    world.start("go")
    progress(world, 70)
    first, second = Artifact("log.txt", 5), Artifact("log-2.txt", 6)
    world.report("job-1.1", "failed", reason="exit code 3", exit_code=3, artifacts=(first,))
    job = world.state.jobs["job-1.1"]
    assert job.attempts == (Attempt("exit code 3", 3, START, world.now),)
    assert job.progress is None
    world.run_until(world.now - START + 10.5)
    world.report("job-1.1", artifacts=(second,), highlights=("look",))
    job = replay(world.events).jobs["job-1.1"]
    assert (len(job.attempts), job.artifacts, job.highlights) == (1, (first, second), ("look",))
