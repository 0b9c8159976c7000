"""What a run's variables are, and why."""

import time

import pytest

from octotui.engine.commands import StartRun
from octotui.model.process import Runbook, StartRunbook, Step
from octotui.model.space import Project, Scope, Value
from octotui.model.values import Prompt, Secret
from octotui.views.variables import VariableRow, of_run, scope_text, value_text
from tests.world import World, model, script

VARIABLES = {
    "Greeting": (
        Value(value="hello #{Octopus.Environment.Name}"),
        Value(value="howdy", scope=Scope(environment=("production",))),
    ),
    "Password": (Value(kind="sensitive", secret=Secret(env="PASSWORD")),),
    "Token": (Value(kind="prompt", prompt=Prompt(kind="sensitive")),),
    "Size": (Value(kind="prompt", prompt=Prompt(default="small")),),
    "Mine": (Value(kind="prompt", prompt=Prompt()),),
    "Colour": (Value(value="grey"),),
    "Nowhere": (Value(value="x", scope=Scope(environment=("staging",))),),
}


def rows(environment: str) -> dict[str, VariableRow]:
    shop = Project(deployment=Runbook(name="Shop"), variables={"Colour": (Value(value="blue"),)})
    go = Runbook(name="Go", project="shop", steps=(script("A"),))
    world = World(model({"go": go}, variables=VARIABLES, projects={"shop": shop}))
    given = {"Token": "hunter22", "Mine": "yes"}
    world.send(StartRun(process="go", environment=environment, variables=given))
    return {row.name: row for row in of_run(world.state, "run-1")}


def test_every_value_has_its_reason_and_nothing_sensitive_is_seen() -> None:
    """V2 to V6."""
    found = rows("test")
    told = {name: (row.value, row.why) for name, row in found.items() if "Octopus" not in name}
    assert told == {
        "Greeting": ("hello Test", "everywhere"),
        "Password": ("********", "everywhere; from the environment variable PASSWORD"),
        "Token": ("********", "given at the start"),
        "Size": ("small", "everywhere; its default"),
        "Colour": ("blue", "everywhere; project shop; wins over 1 other"),
        "Mine": ("yes", "given at the start"),
    }
    assert "hunter22" not in repr(found)


def test_a_narrower_value_says_over_how_many_it_won() -> None:
    """V3."""
    assert rows("production")["Greeting"].why == "environment production; wins over 1 other"


def test_system_variables_are_of_octotui() -> None:
    """V7."""
    found = rows("test")["Octopus.Environment.Name"]
    assert (found.value, found.why) == ("Test", "set by octotui")


def test_a_run_that_is_not_there_has_none() -> None:
    assert of_run(World(model({})).state, "run-9") == ()


def test_words_of_a_filter_stand_anywhere() -> None:
    row = VariableRow("Greeting", "hello", "environment test")
    assert [row.holds(words) for words in ("", "GREET test", "hello bye")] == [True, True, False]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (Value(value="hello"), "hello"),
        (Value(value="setup", kind="pool"), "pool setup"),
        (
            Value(kind="sensitive", secret=Secret(env="PASSWORD")),
            "********, from the environment variable PASSWORD",
        ),
        (Value(kind="sensitive", secret=Secret(file="/a/b")), "********, from the file /a/b"),
        (
            Value(kind="sensitive", secret=Secret(command=("pass", "show"))),
            "********, from the command pass",
        ),
        (Value(kind="sensitive", secret=Secret(keyring="me/you")), "********, from the keyring, me/you"),
        (Value(kind="prompt", prompt=Prompt()), "asked for at the start"),
        (Value(kind="prompt", prompt=Prompt(kind="sensitive")), "asked for at the start"),
        (Value(kind="prompt", prompt=Prompt(default="blue")), "asked for at the start, default blue"),
    ],
)
def test_what_a_value_is(value: Value, said: str) -> None:
    """V5, V6: of a sensitive one only where it is read."""
    assert value_text(value) == said


def test_where_it_holds() -> None:
    """V2, V4."""
    scope = Scope(environment=("test", "live"), tenant_tag=("region/west",))
    assert scope_text(Value(scope=scope)) == "tenant tag region/west, environment test or live"
    assert scope_text(Value(), "project shop") == "everywhere; project shop"


def test_v1_a_value_that_is_too_much_is_shown_as_it_is_written() -> None:
    """V1: looking at variables takes no longer than it takes to look at them."""
    deep = {f"V{n}": (Value(value=f"#{{V{n + 1}}}" * 10),) for n in range(1, 30)}
    loops = "#{each a in L}#{each b in L}#{each c in L}x#{/each}#{/each}#{/each}"
    more = {"V30": (Value(value="x"),), "L": (Value(value="," * 3000),), "Loops": (Value(value=loops),)}
    world = World(model({"a": [script("A")]}, variables=deep | more))
    world.start("a")
    start = time.process_time()
    rows = {row.name: row.value for row in of_run(world.state, "run-1")}
    assert time.process_time() - start < 2.0
    assert rows["V1"] == "#{V2}" * 10
    assert rows["Loops"] == loops


def test_many_variables_are_looked_at_in_no_time() -> None:
    """V4: which table each stands in is found once for all of them."""
    many = {f"V{n}": (Value(value="#{Octopus.Space.Name}"),) for n in range(5000)}
    world = World(model({"a": [script("A")]}, variables=many))
    world.start("a")
    start = time.process_time()
    assert len(of_run(world.state, "run-1")) > 5000
    assert time.process_time() - start < 0.5  # in fact 0.05 s


def test_v6_what_a_step_gave_says_which_step_of_which_run_and_hides_what_is_sensitive() -> None:
    values = {"Colour": "#{Octopus.Space.Name}", "Size": "#{Password}", "New": "x"}
    action = StartRunbook(runbook="child", variables=values)
    runbooks = {"top": [Step(name="Start", action=action, pool="setup")], "child": [script("Work")]}
    world = World(model(runbooks, variables={**VARIABLES, "Mine": (Value(),), "Token": (Value(),)}))
    world.start("top")
    told = {row.name: (row.value, row.why) for row in of_run(world.state, "run-2")}
    given = "given by “Start” of run-1"
    assert [told[name] for name in values] == [("Test", given), ("********", given), ("x", given)]
