"""What is told of a job's attempts."""

from octotui.engine.attempts import Attempt
from octotui.model.process import Simulate
from tests.world import START, World, model, script


def test_attempts_that_failed_are_kept_with_their_times() -> None:
    """S5: all but the last, in order."""
    failing = Simulate(takes=2.0, result="failure")
    world = World(model({"go": [script("A", retries=1, backoff=3.0, simulate=failing)]}))
    world.start("go")
    world.run_out()
    assert world.past.jobs["job-1.1"].attempts == (Attempt("exit code 1", 1, START, START + 2),)
