"""What shells are offered."""

import os
import subprocess

import pytest

from tests.cli.conftest import ROOT, Lived, command


def offered(*words: object) -> list[str]:
    """What is offered for the last word."""
    line = " ".join(["octotui", *map(str, words)])
    done = subprocess.run(
        command(),
        cwd=ROOT,
        env={
            **os.environ,
            "_OCTOTUI_COMPLETE": "bash_complete",
            "COMP_WORDS": line,
            "COMP_CWORD": str(len(line.split()) - (not line.endswith(" "))),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    return [each.partition(",")[2] for each in done.stdout.split()]


def test_verbs_processes_runs_and_questions_are_offered(lived: Lived) -> None:
    model, *state = lived.at
    assert {"proceed", "promote"} <= set(offered("pro"))
    assert offered("run", model, "as") == ["ask"]
    assert "run-3" in offered("show", *state, model, "run-")
    assert set(offered("take", *state, model, "q")) == {"question-1", "question-2"}


def test_where_there_is_nothing_nothing_is(tmp_path) -> None:
    assert offered("show", "--state", tmp_path, tmp_path / "none.toml", "run-") == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give things to other accounts")
def test_i9_nothing_is_read_of_a_space_that_a_stranger_may_have_put_there(lived: Lived) -> None:
    model, *state = lived.at
    os.chown(lived.state, 54321, -1)
    assert offered("show", *state, model, "run-") == []
    assert offered("take", *state, model, "q") == []
    os.chown(lived.state, 0, -1)
