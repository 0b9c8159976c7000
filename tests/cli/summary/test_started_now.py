"""What a planned run waits behind, and when it ends, if it starts now."""

from octotui.cli.summary.started_now import NOBODY_KNOWS, lines, started_now
from octotui.engine.commands import StartRun
from octotui.engine.forecast import StartForecast, forecast_start
from octotui.model.process import Runbook
from octotui.model.space import Model
from tests.engine.test_forecast import takes
from tests.world import World, engine, model, packages, script


def space() -> Model:
    """Runs that meet in a slot, a tag, and the lock of the only worker."""
    return model(
        {
            "dump": [script("Dump", **takes(30))],
            "build": [script("Build", packages=packages("tools"), **takes(20))],
            "tagged": Runbook(name="Tagged", concurrency="one", steps=(script("Count", **takes(12)),)),
            "new": [script("New", **takes(9))],
        },
        1,
        **engine(task_cap=2),
    )


def experienced() -> World:
    world = World(space())
    for kind in ("dump", "build", "tagged") * 3:
        world.start(kind)
        world.run_out()
    return world


def forecast_of(world: World, process: str) -> StartForecast:
    return forecast_start(world.state, StartRun(process=process, requester="ann"), world.now)


def test_e2_alone_nothing_is_waited_for() -> None:
    world = experienced()
    world.start("dump")
    found = started_now(forecast_of(world, "dump"))
    assert found.waits == ()
    assert found.ends_about == world.now + 30
    head, waits, ends = lines(found)
    assert head.startswith("If it started now, beside 1 open run (run-")
    assert waits == "  waits for none of them"
    assert ends.startswith("  ends about ")


def test_e2_a_slot_is_waited_for_behind_what_executes() -> None:
    """E2: until the first of the executing runs ends."""
    world = experienced()
    running = [world.start("dump"), world.start("dump")]
    (wait,) = started_now(forecast_of(world, "dump")).waits
    assert (wait.what, wait.behind, wait.step) == ("a slot", tuple(running), None)
    assert wait.until == world.now + 30
    assert "waits for a slot: run-10 Dump and run-11 Dump have 2 of 2" in wait.sentence


def test_e2_a_lock_is_waited_for_behind_its_holder() -> None:
    """E2: to acquire a package a worker is needed alone."""
    world = experienced()
    holder = world.start("dump")
    found = started_now(forecast_of(world, "build"))
    (wait,) = [each for each in found.waits if each.step is None]
    assert (wait.what, wait.behind, wait.until) == ("worker1", (holder,), world.now + 30)
    assert wait.sentence == (
        f"{wait.run} acquiring packages waits for worker1, behind {holder}, for about 30s"
    )


def test_e2_of_what_nobody_knows_the_end_is_not_told() -> None:
    """E2: neither of a wait behind it, nor of the run."""
    world = experienced()
    holder = world.start("new")
    found = started_now(forecast_of(world, "build"))
    (wait,) = found.waits
    assert (wait.behind, wait.until, found.ends_about) == ((holder,), None, None)
    assert [*lines(found)][-2:] == [f"  {wait.sentence}", f"  {NOBODY_KNOWS}"]
    assert wait.sentence.endswith("nobody can say how long")


def test_e2_a_tag_names_its_holder() -> None:
    world = experienced()
    holder = world.start("tagged")
    (wait,) = started_now(forecast_of(world, "tagged")).waits
    assert (wait.behind, wait.until) == ((holder,), world.now + 12)
