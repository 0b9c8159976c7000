"""Runs ended from the command line."""

from tests.cli.conftest import Call, Lived


def test_runs_are_cancelled(octotui: Call, lived: Lived) -> None:
    model, *state = lived.at
    said = octotui("cancel", model, "run-2", "run-4", *state)
    assert said.code == 0
    assert "run-2  is being ended: cancelled by" in said.out
    assert "run-4  is being ended: cancelled by" in said.out
    assert octotui("wait", model, "run-2", "run-4", *state).code == 5


def test_one_that_cannot_be_cancelled_keeps_no_other_from_it(octotui: Call, lived: Lived) -> None:
    model, *state = lived.at
    said = octotui("cancel", model, "run-1", "run-2", "run-99", *state)
    assert said.code == 2
    assert "run-2  is being ended: cancelled by" in said.out
    assert said.err.startswith("octotui: run-1 cannot be cancelled: ")
    assert "; run-99 cannot be cancelled: " in said.err


def test_what_has_ended_can_neither(octotui: Call, lived: Lived) -> None:
    model, *state = lived.at
    for verb, sentence in (("cancel", "run-1 cannot be cancelled"), ("top", "run-1 is not queued")):
        said = octotui(verb, model, "run-1", *state)
        assert said.code == 2
        assert said.err.startswith(f"octotui: {sentence}")
