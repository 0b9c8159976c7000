from typing import Any

import pytest
from msgspec.structs import replace

from octotui.engine import commands
from octotui.engine.commands import Refused
from octotui.engine.decide.create_release import newest_release, releases_of
from octotui.engine.events import JobEnded, PackagesChosen, VariablePublished
from tests.engine.shop import VERSIONS, release, shop
from tests.world import World, child, manual, script


def test_p1_a_release_keeps_the_process_and_the_versions_of_its_packages() -> None:
    world = World(shop())
    made = release(world, notes="all new")
    assert (made.version, made.channel, made.versions, made.notes) == ("0.0.1", "stable", VERSIONS, "all new")
    world.send(commands.LoadModel(shop(script("Something else"))))
    world.start("shop", release="0.0.1", environment="test")
    assert [step.name for step in world.run("run-1").runbook.steps] == ["Deploy"]
    world.run_out()
    assert not world.happened(PackagesChosen)
    assert world.run("run-1").selection.versions == VERSIONS
    assert world.steps("run-1") == ["succeeded"]


def test_versions_go_up_and_the_newest_is_the_last_one_made() -> None:
    world = World(shop())
    assert [release(world, version=each).version for each in (None, "2.0.0", None, "1.0.0")] == [
        "0.0.1",
        "2.0.0",
        "2.0.1",
        "1.0.0",
    ]
    assert [each.version for each in releases_of(world.state, "shop")] == ["0.0.1", "2.0.0", "2.0.1", "1.0.0"]
    newest = newest_release(world.state, "shop")
    assert newest is not None
    assert newest.version == "1.0.0"
    assert newest_release(world.state, "other") is None


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"process": "shpo"}, "there is no project shpo; did you mean"),
        ({"version": "new"}, "“new” is no version"),
        ({"version": "0.0.1"}, "Shop 0.0.1 is there already: name another version"),
        ({"channel": "stabel"}, 'Shop has no channel stabel; did you mean "stable"?'),
        ({"versions": {}}, "no version was chosen for tools; no version was chosen for image@1.x"),
        ({"versions": VERSIONS | {"tools": "2.0.0"}}, "tools 2.0.0 does not fit the channel Stable"),
        ({"process": "tidy", "channel": "stable"}, "Tidy is a runbook, and has no channels: leave it out"),
    ],
)
def test_p1_what_cannot_be_released_is_refused(wrong: dict[str, Any], said: str) -> None:
    world = World(shop(runbooks={"tidy": [script("One")]}))
    release(world)
    with pytest.raises(Refused, match="^" + said.replace("?", r"\?")):
        release(world, **wrong)


def test_a_published_runbook_runs_as_it_was() -> None:
    before = shop(runbooks={"tidy": [script("Old")], "parent": [child("Tidy", "tidy", wait=True)]})
    world = World(before)
    assert release(world, "tidy").channel is None
    tidy = replace(before.runbooks["tidy"], steps=(script("New"),))
    world.send(commands.LoadModel(replace(before, runbooks={**before.runbooks, "tidy": tidy})))
    world.start("tidy")
    world.send(commands.StartRun(process="tidy", draft=True))
    world.start("parent")
    world.run_out()
    names = {run.id: run.runbook.steps[0].name for run in world.past.runs.values()}
    assert names == {"run-1": "Old", "run-2": "New", "run-3": "Tidy", "run-4": "Old"}
    assert world.run("run-1").title == "Tidy"


def published(**outputs: str) -> World:
    """A deployment to test whose step, with these outputs, publishes `Url` into the set `bundles`."""
    world = World(shop(script("Upload", publish={"Url": "bundles"})))
    release(world)
    world.start("shop", release="0.0.1", environment="test")
    world.running.clear()
    world.report("job-1.1", outputs=outputs)
    return world


def test_a_step_publishes_output_variables_into_a_variable_set() -> None:
    world = published(Url="https://a", Size="3")
    (event,) = world.happened(VariablePublished)
    assert (event.variable_set, event.name, event.value, event.environment) == (
        "bundles",
        "Url",
        "https://a",
        "test",
    )
    assert world.state.published["bundles"] == {"Url": {"test": "https://a"}}


def test_v8_an_output_is_published_by_its_name_in_any_case() -> None:
    """V4, V8: the last one, as it is found in texts, under the name that the step declares."""
    (event,) = published(url="https://a", URL="https://b").happened(VariablePublished)
    assert (event.name, event.value) == ("Url", "https://b")


def test_what_a_step_did_not_set_or_failed_with_is_not_published() -> None:
    assert not published(Size="3").happened(VariablePublished)
    world = World(shop(script("Upload", publish={"Url": "bundles"})))
    release(world)
    world.start("shop", release="0.0.1", environment="test")
    world.report("job-1.1", "failed", outputs={"Url": "https://a"})
    assert world.happened(JobEnded)[0].outputs == {"Url": "https://a"}
    assert not world.happened(VariablePublished)


def test_a_question_publishes_nothing() -> None:
    world = World(shop(manual("Well?")))
    release(world)
    world.start("shop", release="0.0.1", environment="test")
    world.answer()
    assert world.ends() == {"run-1": "succeeded"}


def test_v4_what_is_to_be_published_and_was_not_set_is_warned_of() -> None:
    world = published(Size="3")
    (ended,) = world.happened(JobEnded)
    assert ended.state == "succeeded-with-warnings"
    assert ended.warnings == ("Url is not published into bundles: no such output was set",)
    assert published(URL="https://a").happened(JobEnded)[0].warnings == ()
    world = World(shop(script("Upload", publish={"Url": "bundles"})))
    release(world)
    world.start("shop", release="0.0.1", environment="test")
    world.report("job-1.1", "succeeded", secrets=("URL",))
    (ended,) = world.happened(JobEnded)
    assert ended.warnings == ("Url is not published into bundles: it is sensitive",)
