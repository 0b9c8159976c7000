from octotui.engine.commands import CreateRelease, StartRun
from octotui.engine.state import State
from octotui.views import start_choices
from octotui.views.starting.last_used import LastUsed, Started
from tests.engine.shop import deploy, release, shop
from tests.scenes import kraken
from tests.world import World, script


def test_first_the_runbook_then_environment_then_tenant():
    state = State(model=kraken())
    first = start_choices.ask(state, ())
    assert first is not None
    assert first.title == "Start which runbook?"
    assert [(each.key, each.note) for each in first.choices][:2] == [
        ("create-aws-rds", "1 step"),
        ("unleash", "4 steps"),
    ]
    second = start_choices.ask(state, ("unleash", ""))
    assert second is not None
    assert second.title == "Start Unleash the kraken in which environment?"
    assert [each.text for each in second.choices] == [
        "no environment", "Development", "Test", "Staging", "Production",
    ]  # fmt: skip
    third = start_choices.ask(state, ("unleash", "", "test"))
    assert third is not None
    assert third.title == "Start Unleash the kraken in Test for which tenant?"
    assert [each.key for each in third.choices] == ["", "contoso"]
    assert start_choices.ask(state, ("unleash", "", "test", "")) is None


def test_what_has_one_answer_is_not_asked():
    model = kraken(tenants={}, environments={})
    assert start_choices.next_place(model, ("unleash",)) == ("unleash", "", "", "")
    assert start_choices.next_place(kraken(), ("unleash",)) == ("unleash", "")
    assert start_choices.next_place(kraken(tenants={}), ("unleash", "", "test")) == (
        "unleash",
        "",
        "test",
        "",
    )
    assert start_choices.next_place(shop(), ("shop",)) == ("shop",)


def deployed() -> World:
    """Shop 1.0 in Test, Shop 1.1 nowhere."""
    world = World(shop(script("Deploy")))
    release(world, version="1.0")
    deploy(world, "1.0", "test")
    release(world, version="1.1")
    return world


def test_of_a_project_a_release_is_asked_for_the_newest_first():
    state = deployed().state
    first = start_choices.ask(state, ())
    assert first is not None
    assert first.title == "Start which runbook or project?"
    assert [(each.key, each.note) for each in first.choices] == [("shop", "project, 1 step")]
    second = start_choices.ask(state, ("shop",))
    assert second is not None
    assert second.title == "Deploy which release of Shop?"
    assert [(each.key, each.text, each.note) for each in second.choices] == [
        ("1.1", "1.1", "not deployed"),
        ("1.0", "1.0", "in Test"),
        ("new stable", "a new release", "Stable"),
        ("new quick", "a new release", "Quick"),
    ]


def test_where_a_release_may_go_comes_first():
    """S4: what the lifecycle keeps it from is said."""
    state = deployed().state

    def places(version: str) -> list[tuple[str, str]]:
        question = start_choices.ask(state, ("shop", version))
        assert question is not None
        return [(each.key, each.note) for each in question.choices]

    blocked = "not allowed yet by the lifecycle"
    assert places("1.0")[2:] == [("staging", ""), ("production", "")]
    assert places("1.1")[2:] == [("staging", blocked), ("production", blocked)]
    assert places("new stable")[2:] == [("staging", blocked), ("production", blocked)]
    assert [note for _, note in places("new quick")] == [""] * 4
    titles = [start_choices.ask(state, ("shop", each)).title for each in ("1.0", "new stable")]  # type: ignore[union-attr]
    assert titles == [
        "Deploy Shop 1.0 in which environment?",
        "Deploy Shop, as it is now, in which environment?",
    ]


def test_the_answers_make_a_release_where_there_is_none():
    model = shop()
    assert start_choices.command(model, ("tidy", "", "", ""), "ann") == start_choices.PreparedStart(
        StartRun(process="tidy", requester="ann")
    )
    there = StartRun(process="shop", release="1.0", environment="test", tenant="contoso", requester="ann")
    assert start_choices.command(
        model, ("shop", "1.0", "test", "contoso"), "ann"
    ) == start_choices.PreparedStart(there)
    assert start_choices.command(
        model, ("shop", "new quick", "test", ""), "ann"
    ) == start_choices.PreparedStart(
        StartRun(process="shop", environment="test", requester="ann"),
        CreateRelease(process="shop", channel="quick", requester="ann"),
    )


def test_what_was_used_last_comes_first():
    state = State(model=kraken())
    used = LastUsed((Started(2, "tame", "test", "contoso"), Started(1, "unleash", "", "")))

    def first(*chosen: str) -> list[str]:
        question = start_choices.ask(state, chosen, used)
        assert question is not None
        return [each.key for each in question.choices][:2]

    assert first() == ["tame", "unleash"]
    assert first("tame", "") == ["test", ""]
    assert first("tame", "", "test") == ["contoso", ""]
    assert first("unleash", "") == ["", "test"]
    assert start_choices.foreseen(state, ("tame",), used) == ("tame", "", "test", "contoso")
    assert start_choices.foreseen(state, ("nightly", "", "production")) == ("nightly", "", "production", "")


def test_an_environment_that_a_lifecycle_does_not_allow_stays_last():
    world = World(shop())
    release(world, version="1.0")
    used = LastUsed((Started(1, "shop", "production", ""),))
    question = start_choices.ask(world.state, ("shop", "1.0"), used)
    assert question is not None
    assert question.choices[0].note == ""
    assert question.choices[-1].note == start_choices.NOT_ALLOWED


def test_a_start_is_called_by_names():
    model = kraken()
    start = StartRun(process="tame", environment="production", tenant="contoso", release="1.0")
    assert start_choices.place_of(model, start) == "Tame the kraken 1.0 in Production for Contoso"
    assert start_choices.place_of(model, StartRun(process="gone", environment="gone")) == "gone"
