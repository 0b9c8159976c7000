"""What a run's variables are, and why."""

from octotui.engine.commands import StartRun
from octotui.model.process import Runbook
from octotui.model.space import Project, Scope, Value
from octotui.model.values import Prompt, Secret
from octotui.views.variables import Row, of_run
from tests.world import World, model, script

VARIABLES = {
    "Greeting": (
        Value(value="hello #{Octopus.Environment.Name}"),
        Value(value="howdy", scope=Scope(environment=("production",))),
    ),
    "Password": (Value(kind="sensitive", secret=Secret(env="PASSWORD")),),
    "Token": (Value(kind="prompt", prompt=Prompt(kind="sensitive")),),
    "Size": (Value(kind="prompt", prompt=Prompt(default="small")),),
    "Colour": (Value(value="grey"),),
    "Nowhere": (Value(value="x", scope=Scope(environment=("staging",))),),
}


def rows(environment: str) -> dict[str, Row]:
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
        "Size": ("small", "everywhere; nobody gave another"),
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
    assert (found.value, found.why) == ("Test", "of octotui")


def test_a_run_that_is_not_there_has_none() -> None:
    assert of_run(World(model({})).state, "run-9") == ()


def test_words_of_a_filter_stand_anywhere() -> None:
    row = Row("Greeting", "hello", "environment test")
    assert [row.holds(words) for words in ("", "GREET test", "hello bye")] == [True, True, False]
