"""Runs ended from the command line."""

from tests.cli.conftest import Call, Lived


def test_runs_are_cancelled(octotui: Call, lived: Lived) -> None:
    model, *state = lived.at
    said = octotui("cancel", model, "run-2", "run-4", *state)
    assert said.code == 0
    assert "run-2  is being ended: cancelled by" in said.out
    assert "run-4  is being ended: cancelled by" in said.out
    assert octotui("wait", model, "run-2", "run-4", *state).code == 5


def test_what_has_ended_can_neither(octotui: Call, lived: Lived) -> None:
    model, *state = lived.at
    for verb, sentence in (("cancel", "run-1 cannot be cancelled"), ("top", "run-1 is not queued")):
        said = octotui(verb, model, "run-1", *state)
        assert said.code == 2
        assert said.err.startswith(f"octotui: {sentence}")
