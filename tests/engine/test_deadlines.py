"""One deadline at a time for a job or a run."""

from octotui.engine.deadlines import fall_due
from octotui.engine.state import Job, State, next_deadline


def test_a_deadline_comes_moves_and_goes() -> None:
    """S5: in order of time, and never twice."""
    job = Job(id="job-1.1", run="run-1", kind="script", step=0, worker=None, mode=None, queued_at=0.0)
    state, job = fall_due(State(), job, 5.0)
    assert (job.deadline, next_deadline(state)) == (5.0, 5.0)
    state, job = fall_due(state, job, 3.0)
    assert list(state.deadlines) == [(3.0, "job-1.1")]
    same, job = fall_due(state, job, 3.0)
    assert same is state
    state, job = fall_due(state, job, None)
    assert (job.deadline, next_deadline(state)) == (None, None)
