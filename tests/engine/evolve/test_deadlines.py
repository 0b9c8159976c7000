"""One deadline at a time for a job or a run."""

from octotui.engine.evolve.deadlines import set_deadline
from octotui.engine.state import Job, State, next_deadline


def test_a_deadline_comes_moves_and_goes() -> None:
    """S5: in order of time, and never twice."""
    job = Job(id="job-1.1", run="run-1", kind="script", step=0, worker=None, mode=None, queued_at=0.0)
    state, job = set_deadline(State(), job, 5.0)
    assert (job.deadline, next_deadline(state)) == (5.0, 5.0)
    state, job = set_deadline(state, job, 3.0)
    assert list(state.deadlines) == [(3.0, "job-1.1")]
    same, job = set_deadline(state, job, 3.0)
    assert same is state
    state, job = set_deadline(state, job, None)
    assert (job.deadline, next_deadline(state)) == (None, None)
