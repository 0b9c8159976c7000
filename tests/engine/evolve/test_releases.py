from octotui.engine.events import VariablePublished
from octotui.engine.evolve.evolve import evolve
from octotui.engine.state import State
from octotui.engine.state.snapshot import decode, encode
from tests.engine.shop import deploy, release, shop
from tests.world import World, script


def test_a_deployment_that_succeeds_is_what_is_there_now() -> None:
    world = World(shop(script("Deploy")))
    for version in ("1.0", "1.1"):
        release(world, version=version)
        deploy(world, version)
        deploy(world, version, tenant="contoso")
    deploy(world, "1.0")
    assert world.state.current["shop/development"] == "1.0"
    assert world.state.current["shop/development/contoso"] == "1.1"
    kept = world.state.releases["shop/1.0"].deployed
    assert [(each.environment, each.tenant, each.run) for each in kept] == [
        ("development", "contoso", "run-2"),
        ("development", None, "run-5"),
    ]


def test_r1_one_that_fails_changes_nothing() -> None:
    world = World(shop(script("Deploy")))
    release(world)
    world.start("shop", release="0.0.1", environment="test")
    world.report("job-1.1", "failed")
    assert not world.state.releases["shop/0.0.1"].deployed
    assert len(world.state.current) == 0


def test_a_variable_is_published_for_each_environment() -> None:
    state = State()
    for environment, value in (("test", "a"), (None, "b"), ("test", "c")):
        event = VariablePublished(
            run="run-1", variable_set="bundles", name="Url", value=value, environment=environment
        )
        state = evolve(state, event)
    assert state.published["bundles"] == {"Url": {"test": "c", "": "b"}}


def test_r5_a_snapshot_holds_releases_and_what_was_published() -> None:
    world = World(shop(script("Deploy", publish={"Url": "bundles"})))
    release(world)
    world.start("shop", release="0.0.1", environment="test")
    world.report("job-1.1", outputs={"Url": "a"})
    assert decode(encode(world.state)) == world.state
