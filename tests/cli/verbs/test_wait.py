"""Waiting for runs."""

import json

from tests.cli.conftest import Call, Lived


def test_the_exit_code_is_the_worst_of_theirs(octotui: Call, lived: Lived) -> None:
    model, *state = lived.at
    assert octotui("wait", model, "run-1", *state) == (0, "run-1  succeeded\n", "")
    assert octotui("wait", model, "run-1", "run-2", *state).code == 4
    octotui("fail", model, "run-3", *state)
    said = octotui("wait", model, "3", "--json", *state)
    assert said.code == 1
    assert json.loads(said.out)["runs"][0]["state"] == "failed"


def test_it_waits_no_longer_than_it_is_told(octotui: Call, lived: Lived) -> None:
    model, *state = lived.at
    assert octotui("wait", model, "run-4", "--timeout", "100ms", *state).code == 3
    assert octotui("wait", model, "run-4", "--timeout", "soon", *state).code == 2
    assert (
        octotui("wait", model, "run-44", *state).err
        == "octotui: there is no run run-44; the newest is run-5\n"
    )
