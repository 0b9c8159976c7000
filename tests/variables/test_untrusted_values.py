"""V6, I6: which variables hold what people say."""

from octotui.model.process import Manual, Runbook
from octotui.model.space import Project, Scope, Value
from octotui.model.values import Prompt
from octotui.variables.untrusted_values import UntrustedValues, VariableTable, named, of_process
from tests.world import manual, model, script

FREE = Value(kind="prompt", prompt=Prompt())
CHOICE = Value(kind="prompt", prompt=Prompt(kind="select", options=("a", "b")))
ASK = Manual(
    instructions="x",
    fields={"Ticket": Prompt(), "Sure": Prompt(kind="checkbox"), "Key": Prompt(kind="sensitive")},
)


def found(key: str, step: str = "A", **values: tuple[Value, ...]) -> list[tuple[str, str]]:
    """What a name leads to: the variable it stands for, and what people say in it."""
    process = Runbook(name="Go", steps=(script("A"), script("B"), replaced()))
    declared = model({"go": process})
    texts = UntrustedValues(VariableTable(values), of_process(declared, "go", process), "go")
    return [(each.name, each.source.name) for each in texts.find(key, step)]


def replaced() -> object:
    step = manual("Ask me")
    return type(step)(name="Ask me", action=ASK)


def plain(text: str, **scope: tuple[str, ...]) -> Value:
    return Value(value=text, scope=Scope(**scope))


def test_v6_a_prompt_is_what_people_say_and_a_choice_is_not() -> None:
    assert found("size", Size=(FREE,)) == [("Size", "Size")]
    assert found("size", Size=(CHOICE,)) == []
    assert found("size", Size=(Value(kind="prompt", prompt=Prompt(kind="checkbox")),)) == []
    assert found("size", Size=(Value(kind="prompt", prompt=Prompt(kind="sensitive")),)) != []
    assert found("size", Size=(CHOICE, Value(kind="prompt", prompt=Prompt(), scope=Scope(step=("B",))))) != []
    assert found("other", Size=(FREE,)) == []


def test_v1_v6_it_is_followed_through_values_defaults_and_options() -> None:
    deep = {"A": (plain("#{B}"),), "B": (plain("x #{c}"),), "C": (FREE,), "Round": (plain("#{Round}#{C}"),)}
    assert found("a", **deep) == [("A", "C")]
    assert found("round", **deep) == [("Round", "C")]
    default = Value(kind="prompt", prompt=Prompt(kind="select", options=("#{C}",), default="#{C}"))
    assert found("d", D=(default,), C=(FREE,)) == [("D", "C")]


def test_v1_parts_in_json_and_indexes_that_are_computed() -> None:
    assert found("config.name[0]", Config=(FREE,)) == [("Config", "Config")]
    assert found("web[*].name", **{"Web[a].Name": (FREE,), "Web[b].Name": (plain("x"),)}) == [
        ("Web[a].Name", "Web[a].Name")
    ]


def test_v3_v6_a_prompt_of_another_step_or_process_is_not_here() -> None:
    stepped = Value(kind="prompt", prompt=Prompt(), scope=Scope(step=("B",)))
    assert found("size", "A", Size=(stepped, plain("1"))) == []
    assert found("size", "B", Size=(stepped, plain("1"))) == [("Size", "Size")]
    other = Value(kind="prompt", prompt=Prompt(), scope=Scope(process=("other",)))
    assert found("size", Size=(other,)) == []
    assert found("size", "A", Size=(FREE, plain("1", step=("A",)))) == []
    assert found("size", "A", Size=(FREE, plain("1", step=("A",), environment=("test",)))) != []


def test_i4_i6_fields_and_notes_of_answers_are_what_people_say() -> None:
    output = "octopus.action[ask me].output"
    assert found(f"{output}.ticket") == [("Octopus.Action[Ask me].Output.Ticket",) * 2]
    assert found(f"{output}.key") != []
    assert found(f"{output}.sure") == []
    assert found(f"{output}.manual.notes") != []
    assert found(f"{output}.manual.approved") == []
    assert found("octopus.action[a].output.guidance.notes") != []
    assert found("octopus.action[a].output[web 1].guidance.notes") != []
    assert found("octopus.action[a].output.ticket") == []
    assert found("octopus.action[*].output.ticket") != []
    assert found("v", V=(plain("#{Octopus.Action[Ask me].Output.Ticket}"),)) == [
        ("V", "Octopus.Action[Ask me].Output.Ticket")
    ]


def test_p1_notes_of_a_release_are_what_people_say() -> None:
    shop = Project(deployment=Runbook(name="Shop", steps=(script("A"),)))
    declared = model({}, projects={"shop": shop})
    sources = of_process(declared, "shop", shop.deployment)
    texts = UntrustedValues(VariableTable({}), sources, "shop")
    assert [each.source.who for each in texts.find("octopus.release.notes")] == ["makes a release"]
    assert found("octopus.release.notes") == []


def test_most_models_are_not_worth_reading() -> None:
    """Only what may name notes, where nobody is asked for anything else."""
    process = Runbook(name="Go", steps=(script("A"),))
    sources = of_process(model({"go": process}), "go", process)
    quiet = UntrustedValues(VariableTable({"A": (plain("#{B}"),)}), sources, "go")
    assert not quiet.may_be_in(["#{A} #{B}"])
    assert quiet.may_be_in(["#{Octopus.Action[A].Output.Guidance.Notes}"])
    assert UntrustedValues(VariableTable({"A": (FREE,)}), sources, "go").may_be_in(["x"])
    deep = VariableTable({"A": (plain("#{Octopus.Action[A].Output.Guidance.Notes}"),)})
    assert UntrustedValues(deep, sources, "go").may_be_in(["#{A}"])


def test_the_longest_beginning_of_a_name_that_is_known() -> None:
    assert named("a.b.c", {"a", "a.b"}) == ("a.b",)
    assert named("a[b].c", {"a[b]", "a"}) == ("a[b]",)
    assert named("ab.c", {"a"}) == ()
