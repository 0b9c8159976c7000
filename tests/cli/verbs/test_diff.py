"""What differs between two runs, without a screen."""

import json

from tests.cli.conftest import Call, Lived


def test_two_runs_side_by_side(octotui: Call, lived: Lived) -> None:
    model, *state = lived.at
    lines = octotui("diff", model, "run-1", "run-2", *state).out.splitlines()
    assert lines[0] == "run-1 and run-2"
    assert "The run:" in lines
    assert lines[-1].startswith(("the same:", "no part"))


def test_as_json(octotui: Call, lived: Lived) -> None:
    model, *state = lived.at
    plain = json.loads(octotui("diff", model, "1", "2", "--json", *state).out)
    assert (plain["left"], plain["right"]) == ("run-1", "run-2")
    assert all(each["left"] != each["right"] for each in plain["differences"])


def test_without_one_before_and_without_the_run_it_is_refused(octotui: Call, lived: Lived) -> None:
    model, *state = lived.at
    alone = octotui("diff", model, "run-1", *state)
    assert alone.code == 2
    assert "no run like run-1 has ended before it; name the other one" in alone.err
    absent = octotui("diff", model, "run-99", *state)
    assert absent.code == 2
    assert "there is no run run-99" in absent.err
