"""What a step says to its template (S1): filled in once, masked where sensitive, warned of where unknown."""

import pytest

from octotui.model.process import Package, Script, TemplateCall
from octotui.runtime.jobs.template_parameters import given, may_ask_for, requirements, texts
from octotui.variables.budget import Budget
from octotui.variables.fill import fill_in
from octotui.variables.syntax.sensitive_names import SensitiveNames
from octotui.variables.template import Names, OverBudget

VALUES = Names({"Url": "https://#{Host}", "Host": "example.org", "Token": "##{not me}"})


def template(**parameters: str) -> TemplateCall:
    return TemplateCall(
        body="", template="x", parameters=parameters, sensitive=("Secret",) * ("Secret" in parameters)
    )


def test_s1_a_parameter_may_have_the_name_of_the_variable_it_takes() -> None:
    said = given(template(Url="#{Url}/api"), VALUES)
    assert said.values == {"Url": "https://example.org/api"}
    assert (said.sensitive, said.warnings) == ((), ())


def test_s1_a_parameter_that_names_itself_means_a_variable_also_where_there_is_none() -> None:
    said = given(template(Mine="#{Mine}/api"), VALUES)
    assert fill_in("#{Mine}", Names(said.values)).text == "#{Mine}/api"
    assert said.warnings == ("there is no variable Mine",)


def test_v1_parameters_share_the_budget_of_their_job() -> None:
    with pytest.raises(OverBudget):
        given(template(Path="#{Url}" * 50), VALUES, budget=Budget(work=10))


def test_s1_a_parameter_may_name_another_also_an_empty_one() -> None:
    said = given(template(Path="#{Base}/#{Host}", Base="", Url="#{Path}"), VALUES)
    assert said.values == {"Path": "/example.org", "Base": "", "Url": "/example.org"}
    assert said.warnings == ()


@pytest.mark.parametrize("text", ["##{x}", "#{Token}", "a ##{if b} c"])
def test_a_parameter_is_filled_in_once(text: str) -> None:
    said = given(template(Text=text), VALUES).values
    assert fill_in("<#{Text}>", Names(said)).text == f"<{fill_in(text, VALUES).text}>"


def test_v5_what_is_sensitive_is_known_when_it_is_filled_in() -> None:
    said = given(template(Open="a", Secret="Bearer #{Host}"), VALUES)
    assert said.sensitive == ("Bearer example.org",)


def test_v5_what_is_made_of_a_sensitive_value_is_known_by_its_name() -> None:
    """Also through another parameter; a variable comes before a parameter of its name."""
    values = SensitiveNames({"Url": "https://#{Token}", "Token": "hunter22"}, ("Token",))
    action = template(Open="a", Login="u:#{Token}", Address="#{url}", Both="#{Login}", Token="b", Secret="c")
    said = given(action, values)
    assert said.made_of_sensitive == {"login", "address", "both", "secret"}
    assert said.values["Both"] == "u:hunter22"
    assert (said.values["Address"], said.values["Token"]) == ("https://hunter22", "b")


def test_v1_what_nobody_knows_is_a_warning_once() -> None:
    said = given(template(One="#{What}", Other="#{What} #{broken"), VALUES)
    first, second = said.warnings
    assert first == "there is no variable What"
    assert "broken" not in said.values["One"]
    assert second != first


def test_a_plain_script_has_no_parameters() -> None:
    script = Script(body="echo #{Url}")
    assert given(script, VALUES).values == {}
    assert (texts(script), requirements(script)) == ("echo #{Url}", ())


def test_all_texts_of_a_template_are_looked_through() -> None:
    assert texts(TemplateCall(body="a", template="x", parameters={"P": "b", "Q": "c"})) == "a\nb\nc"


def test_what_a_template_needs_is_looked_for_first() -> None:
    needy = TemplateCall(body="true", template="x", needs=("curl", "python:boto3"))
    assert requirements(needy) == ("curl", "python:boto3")


@pytest.mark.parametrize(
    ("body", "seen", "asks"),
    [
        ('get_octopusvariable "octopus.action[a].output.so"', (), True),
        ("#{each o in Octopus.Action[a].Output}#{o}#{/each}", (), True),
        ("echo $Alias", ("#{Octopus.Action[a].Output.SO}",), True),
        ("echo #{Octopus.Action[a].Output.Other}", ("plain",), False),
    ],
)
def test_v8_whether_a_script_may_ask_for_an_output(body: str, seen: tuple[str, ...], asks: bool) -> None:
    assert may_ask_for(Script(body=body), seen, "Octopus.Action[a].Output.SO") is asks
    assert may_ask_for(Package(), seen, "Octopus.Action[a].Output.SO")
