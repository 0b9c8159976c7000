"""Output variables."""

from octotui.engine import commands as asked
from octotui.engine.outputs import outputs_of
from tests.world import World, model, script


def test_the_outputs_of_each_step_in_order() -> None:
    """V7: also of one that failed; a step that has not ended has none."""
    world = World(
        model({"go": [script("A"), script("B", condition="failure"), script("C", condition="always")]})
    )
    world.start("go")
    for job, state, outputs in (
        ("job-1.1", "failed", {"X": "1", "Y": "2"}),
        ("job-1.2", "succeeded", {"X": "3"}),
    ):
        outcome = asked.Outcome(state=state, outputs=outputs)  # type: ignore[arg-type]
        world.send(asked.ReportOutcome(job=job, attempt=1, outcome=outcome))
    assert outputs_of(world.state, world.run("run-1")) == [("A", "X", "1"), ("A", "Y", "2"), ("B", "X", "3")]
