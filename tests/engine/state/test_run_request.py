"""What a run was started with."""

from octotui.engine import commands
from octotui.engine.state import RunRequest
from tests.engine.shop import deploy, release, shop
from tests.world import World, model, script


def test_q2_where_a_release_is_deployed_to_and_through_which_channel() -> None:
    world = World(shop(script("A")))
    release(world)
    deploy(world, environment="test", tenant="contoso")
    deploy(world, environment="test", tenant=None)
    first, second = (world.run(name).request for name in ("run-1", "run-2"))
    assert (first.destination, first.channel) == ("shop/test/contoso", "stable")
    assert (second.destination, second.channel) == ("shop/test", "stable")


def test_a_runbook_has_no_channel() -> None:
    """Q2: and has a tag only where it says so."""
    world = World(model({"go": [script("A")]}))
    world.start("go")
    assert world.run("run-1").request.channel is None


def test_nothing_changes_it() -> None:
    """It is what was asked for, from the queue to the end."""
    world = World(model({"go": [script("A")]}))
    world.send(commands.StartRun(process="go", environment="test", requester="ann", skip=("A",)))
    asked = RunRequest(
        process="go", environment="test", tenant=None, requester="ann", variables={}, skip=("A",)
    )
    assert world.run("run-1").request == asked
    world.run_out()
    assert world.past.runs["run-1"].request == asked
