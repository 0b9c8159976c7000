"""V6: what a run asks for at its start."""

import pytest
from msgspec.structs import replace

from octotui.engine import commands
from octotui.engine.commands import Refused
from octotui.engine.rules.start_prompts import (
    GivenValues,
    RequiredPrompt,
    problems_with,
    prompts_anywhere,
    required_prompts,
    sort_out,
    unanswered,
)
from octotui.model.process import Runbook
from octotui.model.space import Model, Project, Scope, Value
from octotui.model.values import Prompt, Secret
from tests.world import World, child, model, script

NAMED = Prompt(label="Which version?")


def prompted(prompt: Prompt = NAMED, **scope: tuple[str, ...]) -> Value:
    return Value(kind="prompt", prompt=prompt, scope=Scope(**scope))


def space(**variables: tuple[Value, ...]) -> Model:
    return model(
        {"go": [script("A"), script("B")], "parent": [child("Go", "go", wait=True)]}, variables=variables
    )


def names(of: Model, environment: str | None = None) -> list[str]:
    return [
        each.name for each in required_prompts(of, commands.StartRun(process="go", environment=environment))
    ]


def test_a_run_asks_for_the_prompts_that_win_where_it_is() -> None:
    """V3, V6: a prompt for production alone is not asked for elsewhere."""
    of = space(
        Version=(prompted(),),
        Reason=(Value(value="because"), prompted(environment=("production",))),
        Fixed=(prompted(), Value(value="1", scope=Scope(environment=("production",)))),
        Plain=(Value(value="x"),),
    )
    assert names(of, "test") == ["Version", "Fixed"]
    assert names(of, "production") == ["Version", "Reason"]


def test_a_prompt_for_one_step_is_asked_for_once() -> None:
    of = space(
        Here=(prompted(step=("B",)),), Both=(prompted(step=("A", "B")),), Elsewhere=(prompted(step=("Z",)),)
    )
    assert names(of) == ["Here", "Both"]


def test_a_process_asks_for_what_its_project_declares() -> None:
    """V4: what a project says itself beats the prompt of the space."""
    of = Model(
        space=space().space,
        variables={"Version": (prompted(),), "Size": (prompted(),)},
        projects={
            "shop": Project(deployment=Runbook(name="Shop"), variables={"Size": (Value(value="small"),)})
        },
    )
    assert [each.name for each in required_prompts(of, commands.StartRun(process="shop"))] == ["Version"]


def test_who_is_asked_sees_the_label_or_the_name() -> None:
    assert (RequiredPrompt("X", NAMED).label, RequiredPrompt("X", Prompt()).label) == ("Which version?", "X")


def test_values_of_sensitive_variables_are_put_apart() -> None:
    """V5: also where the declared one is read elsewhere, and in any case of the name."""
    of = space(
        Password=(Value(kind="sensitive", secret=Secret(env="P")),),
        Token=(prompted(Prompt(kind="sensitive")),),
    )
    given = sort_out(of, "go", {"PASSWORD": "hunter22", "Token": "", "Colour": "blue"})
    assert given == GivenValues({"Colour": "blue"}, {"Password": "hunter22"})


def test_all_that_is_missing_or_wrong_is_told_at_once() -> None:
    """V6: every one by its name and its label; V5: the short value itself is not told."""
    asks = (
        RequiredPrompt("Version", NAMED),
        RequiredPrompt("Reason", Prompt()),
        RequiredPrompt("Size", Prompt(kind="select", options=("small", "large"))),
        RequiredPrompt("Colour", Prompt(default="blue")),
        RequiredPrompt("Note", Prompt(required=False)),
        RequiredPrompt("Password", Prompt(kind="sensitive")),
    )
    assert problems_with(asks, GivenValues({"size": "big"}, {"Password": "abc"})) == (
        "Version (Which version?) needs a value",
        "Reason needs a value",
        'Size must be one of "small", "large"',
        "Password has fewer than 4 characters, which cannot be masked: give it a longer value",
    )
    for long_enough in ("abcd", "hunter22"):
        fine = GivenValues({"VERSION": "1", "Reason": "so", "Size": "small"}, {"Password": long_enough})
        assert problems_with(asks, fine) == ()


def test_a_run_is_refused_without_its_values_and_queued_with_them() -> None:
    world = World(space(Version=(prompted(),), Size=(prompted(Prompt()),)))
    with pytest.raises(Refused) as told:
        world.send(commands.StartRun(process="go"))
    assert str(told.value) == "Version (Which version?) needs a value; Size needs a value"
    world.send(commands.StartRun(process="go", variables={"version": "1.2", "Size": "2"}))
    assert world.state.runs["run-1"].request.variables == {"Version": "1.2", "Size": "2"}


def test_what_is_sensitive_is_in_no_event_and_no_state() -> None:
    """V5, V6: only its name is."""
    world = World(space(Token=(prompted(Prompt(kind="sensitive")),)))
    events = world.send(commands.StartRun(process="go", variables={"token": "hunter22"}))
    assert world.state.runs["run-1"].request.secrets == ("Token",)
    assert "hunter22" not in repr(events) + repr(world.state)


def test_a_run_that_a_step_starts_fails_where_it_would_have_to_ask() -> None:
    """V6, W11: nobody is there to be asked; one sentence for each variable."""
    world = World(space(Version=(prompted(),), Colour=(prompted(Prompt(default="blue")),)))
    world.send(commands.StartRun(process="parent", variables={"Version": "1"}))
    world.run_out()
    assert world.ends() == {"run-1": "failed", "run-2": "failed"}
    assert world.run("run-2").reason == (
        "Version is asked for at the start of a run, has no default, and was given no value"
    )


def test_what_was_given_is_answered() -> None:
    assert (
        unanswered(
            (RequiredPrompt("Version", NAMED), RequiredPrompt("Note", Prompt(required=False))), ("VERSION",)
        )
        == ()
    )


def test_a_checkbox_is_true_or_false_as_octopus_writes_it() -> None:
    """V6: however it was typed."""
    of = space(Sure=(prompted(Prompt(kind="checkbox")),))
    assert sort_out(of, "go", {"sure": "true", "Other": "true"}).variables == {
        "Sure": "True",
        "Other": "true",
    }


def test_v5_values_that_a_caller_says_are_sensitive_are_put_apart_too() -> None:
    """But not what was chosen from what the model says."""
    choice = prompted(Prompt(kind="select", options=("west", "east")))
    of = space(Name=(prompted(),), Region=(choice,), Other=(prompted(),))
    given = sort_out(of, "a", {"name": "x", "Region": "west", "Other": "y"}, ("name", "Region", "Gone"))
    assert (given.variables, given.secrets) == ({"Region": "west", "Other": "y"}, {"Name": "x"})


def refused(of: Model, environment: str | None = None, process: str = "go", **given: str) -> str:
    """Why the engine does not start a run with these values; there is none afterwards."""
    world = World(of)
    with pytest.raises(Refused) as told:
        world.send(commands.StartRun(process=process, environment=environment, variables=given))
    assert not len(world.state.runs)
    return str(told.value)


class TestV6OnlyWhatIsAskedForMayBeGiven:
    def test_v6_a_misspelt_name_is_refused_with_the_one_that_was_meant(self) -> None:
        of = space(Version=(prompted(Prompt(default="1")),))
        assert refused(of, Vesion="2") == 'there is no prompt for Vesion; did you mean "Version"?'
        assert refused(of, Other="2") == 'there is no prompt for Other; known: "Version"'
        assert refused(of, **{"Version ": "2"}).startswith("there is no prompt for Version ; did you mean")

    def test_v6_all_that_is_wrong_is_told_at_once(self) -> None:
        of = space(Version=(prompted(),), Fixed=(Value(value="1"),))
        assert refused(of, Vesion="2", Fixed="3") == (
            'there is no prompt for Vesion; did you mean "Version"?; '
            "Fixed is not asked for: its value stands in the model, and a prompt there would ask for it; "
            "Version (Which version?) needs a value"
        )

    @pytest.mark.parametrize("name", ["PERL5OPT", "GIT_SSH_COMMAND", "PATH", "Octopus.Task.Id", "", "a\0b"])
    def test_v6_no_name_goes_that_nobody_asks_for(self, name: str) -> None:
        """Neither one that programs heed, nor one that octotui gives itself."""
        assert refused(space(), **{name: "x"}) == f"there is no prompt for {name}; none is declared"

    @pytest.mark.parametrize("name", ["fixed", "FIXED", "Fixed"])
    def test_v6_v8_a_declared_value_is_replaced_in_no_spelling(self, name: str) -> None:
        told = refused(space(Fixed=(Value(value="1"),)), **{name: "$(id)"})
        assert told.startswith(f"{name} is not asked for: its value stands in the model")

    def test_v5_v6_nor_is_one_that_is_read_from_somewhere(self) -> None:
        password = Value(kind="sensitive", secret=Secret(env="P"))
        assert "Password is not asked for" in refused(space(Password=(password,)), Password="mine")

    def test_v6_a_prompt_elsewhere_is_none_here_and_the_sentence_says_where_it_is(self) -> None:
        """V3: of other environments, tenants, steps and processes; or another value is more specific."""
        of = space(
            Size=(Value(value="1"), prompted(environment=("test",)), prompted(environment=("staging",))),
            Tenanted=(prompted(tenant=("contoso",)),),
            Stepped=(prompted(step=("Z",)),),
            Other=(prompted(process=("parent",)),),
            Beaten=(
                prompted(Prompt(default="1")),
                Value(value="2", scope=Scope(environment=("production",))),
            ),
        )
        assert refused(of, "production", Size="9") == (
            'Size is not asked for here, only for environment "test" or for environment "staging"'
        )
        assert refused(of, Tenanted="9") == 'Tenanted is not asked for here, only for tenant "contoso"'
        assert refused(of, Stepped="9") == 'Stepped is not asked for here, only for step "Z"'
        assert refused(of, Other="9") == 'Other is not asked for here, only for process "parent"'
        assert refused(of, "production", Beaten="9") == (
            "Beaten is not asked for here: a more specific value stands in the model"
        )

    def test_v6_a_prompt_that_only_one_of_its_steps_asks_may_be_answered(self) -> None:
        world = World(space(Version=(prompted(step=("B",)),)))
        world.send(commands.StartRun(process="go", variables={"VERSION": "2"}))
        assert world.state.runs["run-1"].request.variables == {"Version": "2"}

    def test_v4_v6_what_only_another_project_asks_for_is_no_prompt(self) -> None:
        of = replace(
            space(),
            projects={"shop": Project(deployment=Runbook(name="Shop"), variables={"Size": (prompted(),)})},
        )
        assert refused(of, Size="9") == "there is no prompt for Size; none is declared"

    def test_v6_prompts_anywhere_are_those_of_every_scope(self) -> None:
        of = space(A=(prompted(environment=("test",)),), B=(prompted(step=("Z",)),), C=(Value(value="1"),))
        assert [each.name for each in prompts_anywhere(of, "go")] == ["A", "B"]
