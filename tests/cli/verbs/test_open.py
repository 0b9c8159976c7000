"""`octotui [FILE]` where there is nothing to open, or nowhere to draw."""

from pathlib import Path

import pytest

from tests.cli.conftest import OK, Call
from tests.terminal import Terminal


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


@pytest.mark.parametrize("term", ["dumb", ""])
def test_r6_a_terminal_that_shows_no_screen_is_told_in_words(write: Call, state: Path, term: str) -> None:
    with Terminal(write(OK), "--state", state, TERM=term) as terminal:
        terminal.wait("Small: ", "octotui --help lists the verbs")
        assert "\x1b" not in str(terminal.child.before)
    with Terminal("open", write(OK), "--foreground", "--state", state, TERM=term) as terminal:
        assert terminal.left() == 2
        assert f"the app needs a full-screen terminal, and TERM={term} is none;" in terminal.text


def test_the_name_of_a_space_opens_it_with_the_model_that_it_had_last(
    octotui: Call, write: Call, state: Path
) -> None:
    model = write(OK)
    octotui("run", model, "ok", "--detach", "--state", state)
    octotui("stop", model, "--state", state)
    with Terminal("small", "--state", state) as terminal:
        terminal.wait("Small", "run-1")
        terminal.press("q")
        assert terminal.left() == 0
    said = octotui("smal", "--state", state)
    assert said.code == 2
    assert "nor is there such a file or space" in said.err


def test_in_the_foreground_a_space_that_is_open_elsewhere_says_both_ways(
    octotui: Call, write: Call, state: Path
) -> None:
    model = write(OK)
    octotui("run", model, "ok", "--detach", "--state", state)
    with Terminal("open", model, "--foreground", "--state", state) as terminal:
        assert terminal.left() == 1
        told = " ".join(terminal.text.split())
        assert "Small is open already, in its server or in another terminal: octotui" in told
