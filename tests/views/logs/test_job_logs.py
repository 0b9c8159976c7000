"""The logs of a run."""

from octotui.views.logs.job_logs import of_family, of_run
from tests import scenes


def test_the_logs_of_a_run_and_of_those_that_it_started():
    state = scenes.seed().world.state
    run = next(run for run in state.runs.values() if any(state.jobs[job].child for job in run.progress.jobs))
    assert of_run(state, run.id) == ()
    family = of_family(state, run.id)
    assert {each.name.split(" ", 1)[1] for each in family} == {"Create the instance"}
    assert len({each.name for each in family}) == len(family)
    child = family[0].run
    (log,) = of_run(state, child)
    assert (log.run, log.job, log.name) == (child, state.runs[child].progress.jobs[0], "Create the instance")
    assert log.is_live == (state.jobs[log.job].ended_at is None)


def test_what_is_not_there_has_no_logs():
    state = scenes.seed().world.state
    assert of_run(state, "run-999") == of_family(state, "run-999") == ()


def test_the_log_of_a_failed_job_says_so():
    state = scenes.failed().world.state
    failed = [log for run in state.runs for log in of_run(state, run) if log.has_failed]
    assert failed
    assert all(state.jobs[log.job].state == "failed" for log in failed)
