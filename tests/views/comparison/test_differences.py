"""What differs between two runs, and that nothing sensitive is in it."""

from itertools import pairwise

from msgspec.structs import replace

from octotui.engine import commands
from octotui.model.process import Runbook
from octotui.model.space import Scope, Value
from octotui.model.values import Prompt, Secret
from octotui.views.comparison.differences import NONE, NOT_KEPT, Comparison, compare
from octotui.views.comparison.side import Side
from tests import scenes
from tests.scenes import takes
from tests.world import World, manual, packages, script
from tests.world import model as world_model


def compared(world: World, left: str = "run-1", right: str = "run-2") -> Comparison:
    return compare(Side(left, world.events, world.now), Side(right, world.events, world.now))


def rows(found: Comparison, part: str) -> dict[str, tuple[str, str]]:
    return {each.name: (each.left, each.right) for each in found.differences if each.part == part}


def test_the_same_again_differs_in_nothing() -> None:
    world = World(world_model({"one": [script("A", packages=packages("tools"))]}))
    for _ in range(2):
        world.start("one")
        world.run_out()
        world.state = replace(world.state, cursors=World(world_model({})).state.cursors)
    found = compared(world)
    assert found.differences == ()
    assert found.same["packages"] == 1
    assert found.same["steps"] >= 3


def test_versions_workers_outcomes_and_where_it_went() -> None:
    world = World(world_model({"one": [script("A", packages=packages("tools"))]}))
    world.start("one", environment="test")
    world.run_out()
    world.send(commands.StartRun(process="one", environment="production", requester="bob"))
    world.send(commands.ChoosePackages(run="run-2", versions={"tools": "2.0.0"}))
    world.run_until(world.now - scenes.START + 3)
    world.report("job-2.2", "failed", reason="the disk is full", exit_code=3)
    found = compared(world)
    assert rows(found, "run")["environment"] == ("test", "production")
    assert rows(found, "run")["started by"] == ("ann", "bob")
    assert rows(found, "run")["outcome"][0] == "succeeded"
    assert "the disk is full" in rows(found, "run")["outcome"][1]
    assert rows(found, "steps")["A: outcome"] == ("succeeded", "failed, exit code 3")
    assert rows(found, "steps")["A: worker"] == ("worker1", "worker2")


def test_versions_of_packages() -> None:
    def once(version: str) -> World:
        world = World(world_model({"one": [script("A", packages=packages(f"tools@{version}"))]}))
        world.start("one")
        world.run_out()
        return world

    left, right = once("1.0.0"), once("2.0.0")
    found = compare(Side("run-1", left.events, 0), Side("run-1", right.events, 0))
    assert rows(found, "packages") == {
        "tools@1.0.0": ("1.0.0", NONE), "tools@2.0.0": (NONE, "2.0.0"),
    }  # fmt: skip
    assert rows(found, "model")["step “A”"] == ("as it was", "another packages")
    assert "digest" in rows(found, "model")


def test_durations_that_differ_noticeably() -> None:
    world = World(world_model({"one": [script("A", simulate=takes(100)), script("B", simulate=takes(5))]}))
    world.start("one")
    world.run_out()
    declared = world_model({"one": [script("A", simulate=takes(104)), script("B", simulate=takes(9))]})
    world.send(commands.LoadModel(declared))
    world.start("one")
    world.run_out()
    assert rows(compared(world), "steps")["B: worked"] == ("5s", "9s")
    assert "A: worked" not in rows(compared(world), "steps")


def test_waits_and_what_the_time_went_to() -> None:
    found = compared(scenes.many().world, "run-6", "run-11")
    assert rows(found, "steps")["acquire packages: waited for a lock"] == ("30s", NONE)
    assert rows(found, "time") == {"waits for a lock": ("30s", NONE), "waits in the queue": (NONE, "30s")}


def test_variables_and_answers() -> None:
    fields = {"Size": Prompt(label="How large?"), "Token": Prompt(label="Token", kind="sensitive")}
    ask = manual("Ask")
    ask = replace(ask, action=replace(ask.action, fields=fields))
    declared = world_model(
        {"one": Runbook(name="One", steps=(ask, script("A")))},
        variables={
            "Colour": (Value(value="red", scope=Scope(environment=("test",))), Value(value="blue")),
            "Same": (Value(value="same"),),
        },
    )
    world = World(declared)
    for where, size in (("test", "large"), ("production", "small")):
        world.start("one", environment=where)
        world.answer(values={"Size": size, "Token": "hunter2"}, notes=f"{size} it is")
        world.run_out()
    found = compared(world)
    assert rows(found, "variables")["Colour"] == ("red", "blue")
    assert "Same" not in rows(found, "variables")
    assert rows(found, "answers")["Ask: Size"] == ("large", "small")
    assert rows(found, "answers")["Ask: ann"] == ("proceed, “large it is”", "proceed, “small it is”")


def test_v5_no_sensitive_value_is_shown_only_where_it_comes_from() -> None:
    """V5, R14: the same source tells nothing of the value, and so the comparison says."""
    secret = Secret(env="TOKEN_OF_TEST")
    declared = world_model(
        {"one": [script("A")]},
        variables={
            "Token": (
                Value(value="", kind="sensitive", secret=secret, scope=Scope(environment=("test",))),
                Value(value="", kind="sensitive", secret=Secret(env="TOKEN")),
            ),
            "Key": (Value(value="", kind="sensitive", secret=Secret(env="KEY")),),
        },
    )
    world = World(declared)
    for where in ("test", "production"):
        world.start("one", environment=where)
        world.run_out()
    found = compared(world)
    left, right = rows(found, "variables")["Token"]
    assert left.startswith(NOT_KEPT)
    assert "the environment variable TOKEN_OF_TEST" in left
    assert "the environment variable TOKEN" in right
    assert found.incomparable == ("Key", "Token")
    assert "Key" not in rows(found, "variables")


def test_another_definition_names_its_keys_and_never_a_script() -> None:
    world = World(world_model({"one": [script("A"), script("B")]}))
    world.start("one")
    world.run_out()
    changed = script("A", action=replace(script("A").action, body="echo hunter2"))  # type: ignore[arg-type]
    world.send(commands.LoadModel(world_model({"one": [changed, script("C")]})))
    world.start("one")
    world.run_out()
    found = compared(world)
    assert {name: each for name, each in rows(found, "model").items() if name != "digest"} == {
        "step “A”": ("as it was", "another action"),
        "step “B”": ("as it was", NONE),
        "step “C”": (NONE, "new"),
    }
    assert "hunter2" not in repr(found)


def test_whatever_runs_there_are_they_can_be_compared() -> None:
    """R14: of walks at random, each run with the one before it, in any state."""
    from octotui.engine.events import RunQueued
    from tests.engine.walk import Walk

    for seed in range(25):
        walk = Walk(seed)
        walk.go(60)
        runs = [each.run for each in walk.events if isinstance(each, RunQueued)]
        for left, right in pairwise(runs[:5]):
            found = compare(Side(left, walk.events, walk.now), Side(right, walk.events, walk.now))
            assert all(each.left != each.right for each in found.differences), (seed, left, right)
            names = [(each.part, each.name) for each in found.differences]
            assert len(names) == len(set(names)), (seed, left, right)
