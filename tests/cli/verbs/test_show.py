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
