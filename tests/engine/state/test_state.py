"""The State and the words it is told in."""

from octotui.engine.state import State, cursor_key, in_order, missing_tags, next_deadline, step_of
from tests.engine.shop import deploy, release, shop
from tests.world import World, engine, model, packages, script


def test_an_empty_state_waits_for_nothing() -> None:
    """R1."""
    assert next_deadline(State()) is None
    assert in_order(State()) == []


def test_runs_come_in_the_order_they_were_queued() -> None:
    """R3: not in that of their ids or hashes."""
    world = World(model({"go": [script("A")]}, **engine(task_cap=20)))
    names = [world.start("go") for _ in range(12)]
    assert [run.id for run in in_order(world.state)] == names


def test_what_a_run_needs() -> None:
    """P1: of the steps that apply, once each."""
    steps = [
        script("A", packages=packages("image", "tools@1.2.0")),
        script("B", packages=packages("tools@1.2.0", "tools")),
        script("C", packages=packages("other"), enabled=False),
        script("D", packages=packages("more"), environments=("staging",)),
    ]
    world = World(model({"go": steps}))
    world.start("go", environment="test")
    assert world.run("run-1").needs_packages == ("image", "tools@1.2.0", "tools")


def test_how_things_are_written() -> None:
    """W5."""
    assert cursor_key("setup", "go") == "setup/go"


def test_of_each_set_of_tags_one_will_do() -> None:
    """S4: any tag of a set, and all sets."""
    wanted = ("region/west", "plan/gold", "region/east")
    assert missing_tags(wanted, ("region/east", "plan/gold")) == ()
    assert missing_tags(wanted, ("region/east",)) == ("plan/gold",)
    assert missing_tags(wanted, ("plan/gold",)) == ("region/west", "region/east")
    assert missing_tags((), ()) == ()


def test_steps_apply_by_environment_tenant_and_channel() -> None:
    """S4: a step that is skipped says why."""
    steps = [
        script("A", environments=("development",)),
        script("B", tenant_tags=("region/east", "region/north")),
        script("C", channels=("quick",)),
        script("D", enabled=False),
        script("E", environments=("test",), tenant_tags=("region/west", "plan/gold"), channels=("stable",)),
    ]
    world = World(shop(*steps))
    release(world)
    deploy(world, environment="test", tenant="contoso")
    assert [(each.state, each.reason) for each in world.run("run-1").progress.steps] == [
        ("skipped", "it does not apply to environment test"),
        ("skipped", "it applies only to tenants tagged region/east or region/north"),
        ("skipped", "it does not apply to channel stable"),
        ("skipped", "it is disabled"),
        ("succeeded", ""),
    ]


def test_the_step_of_a_job() -> None:
    """P2: acquiring packages has none."""
    world = World(model({"go": [script("A", packages=packages("image"))]}))
    world.start("go")
    world.run_until(3)
    jobs = world.past.jobs
    assert step_of(world.past, jobs["job-1.1"]) is None
    step = step_of(world.past, jobs["job-1.2"])
    assert step is not None
    assert step.name == "A"
