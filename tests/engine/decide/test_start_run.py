import math
from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from octotui.engine.commands import LoadModel, Refused, StartDue, StartRun
from octotui.engine.decide.start_run import again
from octotui.engine.events import RunQueued, StepSkipped
from octotui.model.space import Schedule, Value
from octotui.model.values import Prompt
from tests.engine.shop import deploy, release, shop
from tests.world import START, World, manual, model, packages, rolling, script


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
    assert reasons == {"left out by the requester of the run"}


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
    assert world.run("run-1").request.skip == ("Other",)


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
    assert [world.state.runs[name].queueing.tag for name in names] == [
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


PROMPT = Value(kind="prompt", prompt=Prompt(default="small"))
YEAR_9999 = 253_370_764_800.0


def asking(**variables: tuple[Value, ...]) -> World:
    return World(model({"go": [script("One")]}, variables=variables))


def test_v6_values_of_a_schedule_are_the_models_own_and_may_have_any_name() -> None:
    world = asking(Size=(PROMPT,), Fixed=(Value(value="1"),))
    nightly = Schedule(name="N", cron="0 3 * * *", runbook="go", variables={"Fixed": "2", "Size": "large"})
    world.send(LoadModel(replace(world.state.model, schedules={"n": nightly})))
    world.send(StartDue(schedule="n", due=START))
    assert world.happened(RunQueued)[0].variables == {"Fixed": "2", "Size": "large"}
    with pytest.raises(Refused, match="Fixed is not asked for"):
        world.start("go", variables=nightly.variables)


@pytest.mark.parametrize("field", ["not_before", "due"])
@pytest.mark.parametrize("time", [1e300, -1.0, -1e-9, math.inf, -math.inf, math.nan, YEAR_9999])
def test_q5_a_time_that_no_clock_shows_is_refused(time: float, field: str) -> None:
    """R6: it would be no date, and a schedule would never come again."""
    world = asking()
    with pytest.raises(Refused, match="is no time to start at: say seconds since 1970, before the year 9999"):
        world.start("go", schedule="n", **{field: time})
    assert not world.happened(RunQueued)
    assert not len(world.state.schedules)


def test_q5_the_last_time_that_clocks_show_is_one() -> None:
    world = asking()
    name = world.start("go", not_before=YEAR_9999 - 1)
    assert world.state.runs[name].queueing.not_before == YEAR_9999 - 1
    assert "9998" in datetime.fromtimestamp(YEAR_9999 - 1, UTC).isoformat()


class TestV6Rerun:
    def test_v6_what_nobody_is_asked_for_any_more_is_dropped_and_named(self) -> None:
        world = asking(Size=(PROMPT,), Version=(PROMPT,))
        name = world.start("go", variables={"size": "large", "Version": "2"})
        run = world.state.runs[name]
        changed = {"Size": (PROMPT,), "Version": (Value(value="1"),)}
        world.send(LoadModel(replace(world.state.model, variables=changed)))
        rerun = again(world.state, run, "bob")
        assert rerun.dropped == ("Version",)
        assert (rerun.command.variables, rerun.command.requester) == ({"Size": "large"}, "bob")
        world.send(rerun.command)
        assert world.state.runs["run-2"].request.variables == {"Size": "large"}

    def test_v6_a_run_with_names_that_were_never_asked_for_can_be_started_again(self) -> None:
        """One of an earlier version, whose journal has them: it keeps them, and the new one goes without."""
        world = asking(Size=(PROMPT,))
        name = world.start("go")
        run = world.state.runs[name]
        given = {"PERL5OPT": "-Mx", "Size": "large"}
        run = replace(run, request=replace(run.request, variables=given))
        rerun = again(world.state, run, "ann", {"Size": "huge"})
        assert (rerun.command.variables, rerun.dropped) == ({"Size": "huge"}, ("PERL5OPT",))
        assert world.send(rerun.command)

    def test_v6_values_of_a_schedule_are_dropped_where_people_start_it_again(self) -> None:
        world = asking(Fixed=(Value(value="1"),))
        nightly = Schedule(name="N", cron="0 3 * * *", runbook="go", variables={"Fixed": "2"})
        world.send(LoadModel(replace(world.state.model, schedules={"n": nightly})))
        world.send(StartDue(schedule="n", due=START))
        rerun = again(world.state, world.state.runs["run-1"], "ann")
        assert (rerun.command.variables, rerun.dropped) == ({}, ("Fixed",))

    def test_v5_sensitive_values_that_were_given_are_named_until_they_are_given_again(self) -> None:
        token = Value(kind="prompt", prompt=Prompt(kind="sensitive", required=False))
        world = asking(Token=(token,), Other=(token,), Size=(PROMPT,))
        name = world.start("go", variables={"token": "abcdefgh", "Size": "large"})
        run = world.state.runs[name]
        rerun = again(world.state, run, "bob")
        assert (rerun.command.variables, rerun.dropped) == ({"Size": "large"}, ())
        assert rerun.unkept == ("Token",), "nobody had given the other one"
        assert again(world.state, run, "bob", {"TOKEN": "12345678"}).unkept == ()
        world.send(LoadModel(replace(world.state.model, variables={"Size": (PROMPT,)})))
        gone = again(world.state, run, "bob")
        assert (gone.dropped, gone.unkept) == (("Token",), ())
