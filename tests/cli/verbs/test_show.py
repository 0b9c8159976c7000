"""A run at length."""

import json

from tests.cli.conftest import Call, Lived


def test_show_says_how_it_stands_and_what_its_variables_are(octotui: Call, lived: Lived) -> None:
    model, *state = lived.at
    told = octotui("show", model, "run-2", *state).out
    assert told.startswith("State\n  run-2 Ask first waits for an answer\n  queued ")
    assert "What holds it up" in told
    assert "asks anyone: nobody has taken the question yet" in told
    variables = octotui("show", model, "2", "--variables", *state).out
    assert "Octopus.Runbook.Name = Ask first  (set by octotui)" in variables


def test_json_is_the_summary(octotui: Call, lived: Lived) -> None:
    model, *state = lived.at
    summary = json.loads(octotui("show", model, "run-1", "--json", *state).out)
    assert summary["runs"][0]["workers"] == {"Say hello": "one"}


def test_json_says_what_the_paragraphs_do(octotui: Call, lived: Lived) -> None:
    """Why each worker was selected, and with --variables what each variable is and why."""
    model, *at = lived.at
    (run,) = json.loads(octotui("show", model, "run-1", "--json", *at).out)["runs"]
    (selection,) = run["selections"]
    assert (selection["worker"], selection["steps"], selection["current"]) == ("one", ["Say hello"], True)
    assert selection["told"] in octotui("show", model, "run-1", *at).out
    assert run["variables"] is None
    (run,) = json.loads(octotui("show", model, "run-1", "--variables", "--json", *at).out)["runs"]
    lines = [f"{each['name']} = {each['value']}  ({each['why']})" for each in run["variables"]]
    assert lines == octotui("show", model, "run-1", "--variables", *at).out.splitlines()
    (guided,) = json.loads(octotui("show", model, "run-3", "--json", *at).out)["runs"]
    assert guided["guided"]
