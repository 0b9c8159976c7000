"""How far a run and each of its steps have come."""

from octotui.engine.state import RejectedCandidate, StepProgress
from tests.world import World, model, script


def test_s6_the_targets_that_a_step_is_skipped_on() -> None:
    progress = StepProgress(
        targets=("web1", "web2", "web3"),
        skipped=(RejectedCandidate("web1", "why"), RejectedCandidate("web3", "why")),
    )
    assert progress.left_out == {"web1", "web3"}
    assert StepProgress().left_out == frozenset()


def test_s1_a_group_is_present_until_the_last_of_its_steps_has_started() -> None:
    world = World(model({"go": [script("A"), script("B", start="with-previous"), script("C")]}, 2))
    world.start("go")
    run = world.run("run-1")
    assert (run.progress.group, run.progress.pending, list(run.present)) == (1, 1, [2])
    assert [name for _, name in run.progress.open] == ["job-1.1", "job-1.2"]
    world.run_out()
    run = world.past.runs["run-1"]
    assert (run.progress.group, run.progress.pending, list(run.present)) == (2, 0, [])
