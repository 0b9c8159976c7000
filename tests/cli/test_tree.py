"""A run at length."""

import json

import pytest

from tests.cli.conftest import Call, Lived


def test_the_tree_says_who_got_which_worker_and_why(octotui: Call, lived: Lived) -> None:
    model, *state = lived.at
    assert octotui("tree", model, "run-1", *state).out.splitlines() == [
        "✔ run-1 ok  succeeded 00:00",
        "one: first in setup",
        "└ ✔ Say hello  succeeded 00:00",
    ]


def test_show_says_how_it_stands_and_what_its_variables_are(octotui: Call, lived: Lived) -> None:
    model, *state = lived.at
    told = octotui("show", model, "run-2", *state).out
    assert told.startswith("How it stands\n  run-2 Ask first is ")
    assert "What it waits for" in told
    assert "asks anyone: nobody has taken it yet" in told
    variables = octotui("show", model, "2", "--variables", *state).out
    assert "Octopus.Runbook.Name = Ask first  (of octotui)" in variables


def test_json_is_the_summary(octotui: Call, lived: Lived) -> None:
    model, *state = lived.at
    summary = json.loads(octotui("show", model, "run-1", "--json", *state).out)
    assert summary["runs"][0]["workers"] == {"Say hello": "one"}


@pytest.mark.parametrize(
    ("run", "told"),
    [
        ("run-99", "octotui: there is no run run-99\n"),
        ("x", "octotui: “x” is not the id of a run: say one such as run-7\n"),
    ],
)
def test_what_is_no_run_is_told(octotui: Call, lived: Lived, run: str, told: str) -> None:
    model, *state = lived.at
    said = octotui("tree", model, run, *state)
    assert (said.code, said.err) == (2, told)
