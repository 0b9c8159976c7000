"""Whether a step is to run."""

import pytest

from octotui.model.space import Scope, Value
from tests.world import World, model, script

DEPLOY = {
    "Deploy": (
        Value(value="no"),
        Value(value="yes", scope=Scope(environment=("production",))),
    )
}


@pytest.mark.parametrize(("where", "state"), [("production", "succeeded"), ("test", "skipped")])
def test_an_expression_is_judged_when_its_step_is_due(where: str, state: str) -> None:
    """S3: on the values of that run."""
    world = World(
        model({"go": [script("A", condition="#{if Deploy}yes#{/if}"), script("B")]}, variables=DEPLOY)
    )
    world.start("go", environment=where)
    world.run_out()
    assert world.steps("run-1") == [state, "succeeded"]
    if state == "skipped":
        assert world.run("run-1").progress.steps[0].reason == "its condition #{if Deploy}yes#{/if} is not met"


def test_an_expression_sees_what_became_of_the_steps_before() -> None:
    """S3: it alone decides, also after a failure."""
    from octotui.model.process import Simulate

    steps = [
        script("A", simulate=Simulate(result="failure")),
        script("B", condition="#{Octopus.Deployment.Error}"),
        script("C", condition="#{unless Octopus.Deployment.Error}yes#{/unless}"),
        script("D", condition='#{if Octopus.Step[A].Status.Code == "Failed"}yes#{/if}'),
    ]
    world = World(model({"go": steps}))
    world.start("go")
    world.run_out()
    assert world.steps("run-1") == ["failed", "succeeded", "skipped", "succeeded"]
    assert world.ends() == {"run-1": "failed"}


@pytest.mark.parametrize(
    ("expression", "state"),
    [
        ("True", "succeeded"),
        ("false", "skipped"),
        ("\n#{if Deploy}\n  True\n#{else}\n  False\n#{/if}\n", "succeeded"),
        ("#{if Deploy}\n  False\n#{/if}\n", "skipped"),
    ],
)
def test_s3_an_expression_may_span_lines_and_be_plain(expression: str, state: str) -> None:
    world = World(model({"go": [script("A", condition=expression)]}, variables=DEPLOY))
    world.start("go", environment="production")
    world.run_out()
    assert world.steps("run-1") == [state]
    shown = " ".join(expression.split())
    assert world.run("run-1").progress.steps[0].reason == (
        f"its condition {shown} is not met" if state == "skipped" else ""
    )


@pytest.mark.parametrize(
    ("expression", "told"),
    [
        ("#{Nobody}", "its condition #{Nobody} cannot be evaluated: there is no variable Nobody"),
        ("#{if Deploy}", "its condition #{if Deploy} cannot be evaluated: line 1, column 1: "),
    ],
)
def test_an_expression_that_cannot_be_told_skips_its_step(expression: str, told: str) -> None:
    """S3: with a sentence that says why."""
    world = World(model({"go": [script("A", condition=expression), script("B")]}, variables=DEPLOY))
    world.start("go")
    world.run_out()
    assert world.steps("run-1") == ["skipped", "succeeded"]
    assert world.run("run-1").progress.steps[0].reason.startswith(told)
