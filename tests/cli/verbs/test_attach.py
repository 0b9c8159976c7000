"""Attaching to a space by name."""

from pathlib import Path

from tests.cli.conftest import OK, Call, Lived
from tests.terminal import Terminal


def test_a_space_that_nobody_serves_is_told(octotui: Call, write: Call, state: Path) -> None:
    model = write(OK)
    octotui("run", model, "ok", "--state", state)
    said = octotui("attach", "Small", "--plain", "--state", state)
    assert said.code == 1
    assert (
        said.err == f"octotui: no server runs for {state}/small: octotui {model} --state {state} starts one\n"
    )


def test_a_model_that_is_broken_by_now_does_not_keep_anybody_out(lived: Lived) -> None:
    """A broken file changes nothing, and the app says so."""
    lived.model.write_text(lived.model.read_text() + "[nonsense]\n")
    with Terminal(lived.model, "--state", lived.state) as terminal:
        terminal.wait("octotui · Small", "run-2 Ask first", "the model has errors and was not loaded")
        terminal.press("q")
        assert terminal.left() == 0


def test_the_app_opens_by_the_name_of_a_space_and_q_detaches(lived: Lived) -> None:
    with Terminal("attach", "small", "--state", lived.state) as terminal:
        terminal.wait("octotui · Small", "run-2 Ask first", "asks")
        terminal.press("q")
        assert terminal.left() == 0
        terminal.look()
        assert "detached from Small: 4 runs continue" in terminal.text
