from typing import get_args

from octotui.model.process import (
    Action,
    HealthCheck,
    Manual,
    Package,
    Requirement,
    Rolling,
    Runbook,
    Script,
    StartRunbook,
    Step,
    TemplateCall,
    requirement_of,
)
from octotui.model.toml.specs.process_spec import STEP

SCRIPT = Script(body="true")


def test_s2_steps_start_together_with_the_one_before() -> None:
    starts = ("with-previous", "after-previous", "with-previous", "with-previous", "after-previous")
    steps = tuple(Step(name=str(index), action=SCRIPT, start=start) for index, start in enumerate(starts))
    assert Runbook(name="x", steps=steps).groups() == ((0,), (1, 2, 3), (4,))
    assert Runbook(name="x").groups() == ()


def test_a_manual_step_needs_no_worker() -> None:
    assert Step(name="x", action=SCRIPT).needs_worker
    assert not Step(name="x", action=Manual(instructions="?")).needs_worker


def test_s1_each_kind_of_step_runs_a_script_or_starts_a_run_or_asks_or_has_child_steps() -> None:
    child = Step(name="x", action=SCRIPT)
    examples: tuple[Action, ...] = (
        SCRIPT,
        TemplateCall(body="true", template="t"),
        Package(),
        StartRunbook(runbook="other"),
        Manual(instructions="?"),
        HealthCheck(script=SCRIPT),
        Rolling(steps=(child,)),
    )
    assert {type(each) for each in examples} == set(get_args(Action))
    for action in examples:
        step = Step(name="x", action=action)
        of_script = action.script if isinstance(action, HealthCheck) else action
        aspects = (step.script, step.child_run, step.question, step.child_steps or None)
        expected = (child,) if isinstance(action, Rolling) else of_script
        assert [each for each in aspects if each is not None] == [expected]
        assert step.is_rolling == (step.child_steps == (child,))


def test_s1_each_kind_of_step_has_its_key_in_a_model() -> None:
    tags = {each.__struct_config__.tag for each in get_args(Action)}
    assert {"rolling" if key == "steps" else key for key in STEP.one_of} == tags


def test_how_a_requirement_is_written() -> None:
    assert [Requirement("b", "1.0").text, Requirement("a").text] == ["b@1.0", "a"]
    for each in (Requirement("b", "[1.0,2.0)"), Requirement("a"), Requirement("container:alpine", "3.x")):
        assert requirement_of(each.text) == each


def test_w6_the_ids_of_packages_keep_their_order_without_versions() -> None:
    packages = (Requirement("b", "1.0"), Requirement("a"))
    assert Step(name="x", action=SCRIPT, packages=packages).package_ids == ("b", "a")
