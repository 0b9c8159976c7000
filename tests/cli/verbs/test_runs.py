"""The list of runs."""

import json

from tests.cli.conftest import Call, Lived


def test_open_ones_come_first_and_words_filter(octotui: Call, lived: Lived) -> None:
    model, *state = lived.at
    lines = octotui("runs", model, *state).out.splitlines()
    assert lines[0].startswith("run-2  asks")
    assert lines[-1].startswith("run-1  succeeded")
    (found,) = octotui("runs", model, "first", "asks", *state).out.splitlines()
    assert found.startswith("run-2  asks  ")
    assert "Ask first" in found
    assert octotui("runs", model, "nothing", "such", *state).out == ""


def test_json_is_a_record_a_line(octotui: Call, lived: Lived) -> None:
    model, *state = lived.at
    lines = octotui("runs", model, "--json", "--limit", 2, *state).out.splitlines()
    found = [json.loads(line) for line in lines]
    assert len(found) == 2
    assert {"id", "process", "state", "queued_at"} <= set(found[0])
