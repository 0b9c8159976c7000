"""`octotui [FILE]` where there is nothing to open, or nowhere to draw."""

from pathlib import Path

from tests.cli.conftest import OK, Call


def test_without_a_terminal_it_says_what_does_without(program: Call, write: Call, state: Path) -> None:
    said = program("open", write(OK), "--state", state)
    assert (said.code, said.out) == (2, "")
    assert said.err == "octotui: the app needs a terminal; `octotui run` does without one\n"
    assert not state.exists()


def test_a_wrong_model_is_told_before_anything_is_drawn(program: Call, write: Call, state: Path) -> None:
    said = program(write("[unknown]\n"), "--state", state)
    assert (said.code, said.out) == (2, "")
    assert "unknown" in said.err
    assert not state.exists()
