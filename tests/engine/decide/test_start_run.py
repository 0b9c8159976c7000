import pytest
from msgspec.structs import replace

from octotui.engine.commands import Refused, StartRun
from octotui.engine.events import RunQueued, StepSkipped
from tests.engine.shop import deploy, release, shop
from tests.world import World, manual, packages, rolling, script


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (StartRun(process="shpo"), "there is no runbook or project shpo"),
        (StartRun(process="shop", environment="tset"), "there is no environment tset"),
        (StartRun(process="shop", tenant="nobody"), "there is no tenant nobody"),
        (StartRun(process="shop"), "Shop is a project: make a release of it, and say which one to deploy"),
        (
            StartRun(process="shop", release="2.0"),
            "Shop has no release 2.0: make it first",
        ),
        (
            StartRun(process="shop", release="0.0.1"),
            "Shop 0.0.1 is deployed to an environment: say",
        ),
        (
            StartRun(process="shop", release="0.0.1", environment="production"),
            "Shop 0.0.1 may not go to Production yet: deploy it to Development or Test first",
        ),
        (StartRun(process="tidy", release="2.0"), "Tidy has no release 2.0: make it first"),
    ],
)
def test_a_start_that_makes_no_sense_is_refused(command: StartRun, said: str) -> None:
    world = World(shop(runbooks={"tidy": [script("One")]}))
    release(world)
    with pytest.raises(Refused, match=f"^{said}"):
        world.send(command)
    assert not world.happened(RunQueued)


def test_a_lifecycle_counts_only_what_succeeded() -> None:
    world = World(shop(script("Deploy")))
    release(world)
    world.start("shop", release="0.0.1", environment="test")
    world.report("job-1.1", "failed")
    with pytest.raises(Refused, match="may not go to Production yet"):
        deploy(world, environment="production")
    deploy(world, environment="test")
    assert world.run(deploy(world, environment="production")).state == "succeeded"


def test_s4_whoever_starts_a_run_may_leave_steps_out() -> None:
    world = World(shop(script("One"), script("Two", packages=packages("tools")), manual("Well?")))
    release(world)
    world.send(StartRun(process="shop", release="0.0.1", environment="test", skip=("Two", "Well?")))
    world.run_out()
    assert world.steps("run-1") == ["succeeded", "skipped", "skipped"]
    reasons = {each.reason for each in world.happened(StepSkipped)}
    assert reasons == {"who started the run left it out"}


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Tow", 'Shop has no step “Tow”; known: "One"'),
        ("One", "“One” cannot be skipped: “One” is required"),
        ("Well?", "“Well\\?” cannot be skipped: finance must answer “Well"),
    ],
)
def test_s4_i2_not_every_step_may_be_left_out(name: str, said: str) -> None:
    world = World(shop(script("One", required=True), script("Two"), manual("Well?", ("finance",))))
    release(world)
    with pytest.raises(Refused, match=f"^{said}"):
        world.send(StartRun(process="shop", release="0.0.1", environment="test", skip=(name,)))


def test_s4_s6_a_rolling_step_is_left_out_with_its_child_steps_or_not_at_all() -> None:
    inner = script("Needed", required=True, pool=None), script("Other", pool=None)
    world = World(shop(rolling("Roll", ("web",), *inner)))
    release(world)
    start = StartRun(process="shop", release="0.0.1", environment="test", skip=("Roll",))
    with pytest.raises(Refused, match=r"^“Roll” cannot be skipped: “Needed” is required$"):
        world.send(start)
    world.send(replace(start, skip=("Other",)))
    assert world.run("run-1").skip == ("Other",)


def test_q2_deployments_of_a_project_to_one_place_go_one_at_a_time() -> None:
    world = World(shop(script("Deploy")))
    release(world)
    places = [
        {"environment": "development"},
        {"environment": "development"},
        {"environment": "test"},
        {"environment": "development", "tenant": "contoso"},
    ]
    names = [world.start("shop", release="0.0.1", **where) for where in places]
    states = [world.state.runs[name].state for name in names]
    assert states == ["executing", "queued", "executing", "executing"]
    assert [world.state.runs[name].tag for name in names] == [
        "shop/development",
        "shop/development",
        "shop/test",
        "shop/development/contoso",
    ]
    world.run_out()
    assert set(world.ends().values()) == {"succeeded"}


def test_q2_a_project_may_name_its_own_tag() -> None:
    world = World(shop(script("Deploy"), concurrency="one at a time"))
    release(world)
    names = [world.start("shop", release="0.0.1", environment=each) for each in ("test", "development")]
    assert [world.state.runs[name].state for name in names] == ["executing", "queued"]
