"""The timeline of a run without a screen."""

import json

from tests.cli.conftest import Call, Lived


def test_it_draws_lanes_and_says_the_critical_path(octotui: Call, lived: Lived) -> None:
    model, *state = lived.at
    for by, label in (("worker", "one"), ("step", "Say hello")):
        lines = octotui("timeline", model, "run-1", "--by", by, "--width", "60", *state).out.splitlines()
        assert lines[0].startswith("run-1 ok · ")
        assert lines[1].startswith(f"  by {by}")
        assert any(label in each for each in lines)
        assert any(each.startswith("critical path: executing") for each in lines)
        assert "run-1 ran “Say hello” on one" in lines[-1]


def test_as_json_lines(octotui: Call, lived: Lived) -> None:
    model, *state = lived.at
    objects = [
        json.loads(each) for each in octotui("timeline", model, "1", "--json", *state).out.splitlines()
    ]
    path = [each for each in objects if each["critical_path"]]
    assert {each["run"] for each in objects} == {"run-1"}
    assert path[-1]["step"] == "Say hello"
    assert path[-1]["worker"] == "one"


def test_a_run_that_is_not_there_is_refused(octotui: Call, lived: Lived) -> None:
    model, *state = lived.at
    refused = octotui("timeline", model, "run-99", *state)
    assert refused.code != 0
    assert "run-99" in refused.err
